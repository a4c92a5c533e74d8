//! Fake transport: the ETag that other answers tell.

use codex_api::AuthMode;
use codex_client::fake::FakeAnswer;
use codex_core::models::{ModelsManager, RefreshStrategy, Refreshed};
use serde_json::json;

use crate::support::{Bench, catalogue, slugs, start};

#[tokio::test]
async fn the_known_etag_only_renews_the_list() {
    for tag in ["\"e1\"", "W/\"e1\"", "e1"] {
        let bench = Bench::new([catalogue("\"e1\"", &[("a", 1)])]);
        let manager = bench.manager();
        manager.refresh(RefreshStrategy::Online).await.unwrap();
        bench.after(290);
        manager.note_etag(tag).unwrap().await.unwrap();
        assert_eq!(bench.cached_json()["fetched_at"], "2027-01-15T08:04:50Z", "{tag}");
        bench.after(580);
        assert_eq!(manager.refresh(RefreshStrategy::OnlineIfUncached).await.unwrap(), Refreshed::Cached);
        assert_eq!((slugs(&manager), bench.asked().0), (vec!["a".to_owned()], 1), "{tag}");
    }
}

#[tokio::test]
async fn a_list_that_was_just_written_is_not_written_for_every_answer() {
    let bench = Bench::new([catalogue("\"e1\"", &[("a", 1)])]);
    let manager = bench.manager();
    manager.refresh(RefreshStrategy::Online).await.unwrap();
    for (second, written) in [(1, 0), (59, 0), (60, 60), (61, 60), (119, 60), (120, 120)] {
        bench.after(second);
        manager.note_etag("\"e1\"").unwrap().await.unwrap();
        let stands = bench.cached_json()["fetched_at"].as_str().unwrap().to_owned();
        assert_eq!(stands, format!("2027-01-15T08:{:02}:{:02}Z", written / 60, written % 60));
        assert_eq!(manager.fetched_at().unwrap().duration_since(start()).unwrap().as_secs(), second);
    }
}

#[tokio::test]
async fn another_etag_fetches_the_list_once() {
    let bench = Bench::new([
        catalogue("\"e1\"", &[("a", 1)]),
        catalogue("\"e2\"", &[("b", 1)]),
        catalogue("\"e3\"", &[("c", 1)]),
    ]);
    let manager = bench.manager();
    manager.refresh(RefreshStrategy::Online).await.unwrap();
    let tasks: Vec<_> = (0..50).filter_map(|_| manager.note_etag("\"e2\"")).collect();
    assert_eq!(tasks.len(), 1, "the others have nothing to wait for");
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!((slugs(&manager), bench.asked()), (vec!["b".to_owned()], (2, Some("\"e1\"".to_owned()))));
    assert_eq!(bench.cached_json()["etag"], "\"e2\"");
    manager.note_etag("\"e3\"").unwrap().await.unwrap();
    assert_eq!(slugs(&manager), ["c"]);
}

#[tokio::test]
async fn a_tag_that_never_fits_causes_one_fetch_in_a_while() {
    let bench = Bench::new((0..3).map(|_| catalogue("\"list\"", &[("a", 1)])));
    let manager = bench.manager();
    for (second, requests) in [(0, 1), (1, 1), (59, 1), (60, 2), (61, 2), (3600, 3)] {
        bench.after(second);
        if let Some(task) = manager.note_etag("\"other\"") {
            task.await.unwrap();
        }
        assert_eq!(bench.asked().0, requests, "at {second} s");
    }
    // A clock that was put back does not stop it for ever.
    bench.transport.push(FakeAnswer::status(304));
    bench.after(0);
    manager.note_etag("\"other\"").unwrap().await.unwrap();
    assert_eq!(bench.asked().0, 4);
}

#[tokio::test(start_paused = true)]
async fn two_news_at_once_are_one_fetch_when_the_first_brings_both() {
    let bench = Bench::new([catalogue("\"e2\"", &[("b", 1)])]);
    let manager = bench.manager();
    let first = manager.note_etag("\"e1\"").unwrap();
    let second = manager.note_etag("\"e2\"").unwrap();
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!((slugs(&manager), bench.asked().0), (vec!["b".to_owned()], 1));
}

#[tokio::test]
async fn a_login_without_a_catalogue_and_a_tag_that_is_none_ask_nobody() {
    let bench = Bench::new([]);
    let manager = ModelsManager::new(&bench.api(), bench.settings().auth_mode(Some(AuthMode::ApiKey)));
    assert!(manager.note_etag("\"e1\"").is_none());
    let manager = bench.manager();
    for tag in ["", " ", "a\nb", "\u{1F980}"] {
        assert!(manager.note_etag(tag).is_none(), "{tag:?}");
    }
    assert_eq!(bench.asked().0, 0);
}

#[test]
fn outside_a_runtime_a_tag_harms_nothing() {
    let bench = Bench::new([]);
    assert!(bench.manager().note_etag("\"e1\"").is_none());
}

#[tokio::test]
async fn a_refresh_in_the_background_that_fails_leaves_the_list() {
    let bench = Bench::new([catalogue("\"e1\"", &[("a", 1)]), FakeAnswer::status(403)]);
    let manager = bench.manager();
    manager.refresh(RefreshStrategy::Online).await.unwrap();
    manager.note_etag("\"e2\"").unwrap().await.unwrap();
    assert_eq!((slugs(&manager), &bench.cached_json()["etag"]), (vec!["a".to_owned()], &json!("\"e1\"")));
}
