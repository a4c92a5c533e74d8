//! Fake transport and a folder on disk: cache files that are of no use.

use std::fs::{self, File};

use codex_core::models::{MAX_MODELS_CACHE_BYTES, RefreshStrategy, Refreshed};
use serde_json::json;

use crate::support::{Bench, Warnings, cache_of, catalogue, slugs};

/// A refresh ignores the file with a warning that says `told`, asks without an ETag, and rebuilds the file.
async fn check(name: &str, told: &str, damage: impl FnOnce(&Bench)) {
    let bench = Bench::new([catalogue("\"e1\"", &[("new", 1)])]);
    damage(&bench);
    let warnings = Warnings::listen();
    let manager = bench.manager();
    assert_eq!(manager.refresh(RefreshStrategy::Offline).await.unwrap(), Refreshed::Kept, "{name}");
    assert_eq!(
        manager.refresh(RefreshStrategy::OnlineIfUncached).await.unwrap(),
        Refreshed::Fetched,
        "{name}"
    );
    assert_eq!((slugs(&manager), bench.asked()), (vec!["new".to_owned()], (1, None)), "{name}");
    let heard = warnings.take().concat();
    assert!(heard.contains(told) && heard.contains("models_cache.json"), "{name}: {heard}");
    assert!(!heard.contains("sk-secret"), "{name}: {heard}");
    if bench.cache().is_dir() {
        return;
    }
    assert_eq!(bench.cached_json()["models"][0]["slug"], "new", "{name}");
    let files = fs::read_dir(bench.home.path()).unwrap().count();
    assert_eq!(files, 1, "{name}");
}

#[tokio::test]
async fn content_that_is_no_cache() {
    let whole = cache_of(&["old"]).to_string();
    let with = |key: &str, value: serde_json::Value| {
        let mut cache = cache_of(&["old"]);
        cache[key] = value;
        cache.to_string().into_bytes()
    };
    let deep = "[".repeat(100_000).into_bytes();
    for (name, content, told) in [
        ("empty", Vec::new(), "damaged"),
        ("truncated", whole.as_bytes()[..whole.len() / 2].to_vec(), "damaged"),
        ("two files in one", [whole.as_bytes(), whole.as_bytes()].concat(), "damaged"),
        ("login", br#"{"OPENAI_API_KEY":"sk-secret","tokens":"sk-secret"}"#.to_vec(), "damaged"),
        ("text", b"sk-secret".to_vec(), "damaged"),
        ("not UTF-8", [&b"\xFF\xFE"[..], whole.as_bytes()].concat(), "damaged"),
        ("list", b"[]".to_vec(), "damaged"),
        ("deep", deep, "damaged"),
        ("time as number", with("fetched_at", json!(1_800_000_000)), "damaged"),
        ("time in words", with("fetched_at", json!("sk-secret")), "no usable time"),
        ("time without a zone", with("fetched_at", json!("2027-01-15T08:00:00")), "no usable time"),
        ("models as text", with("models", json!("sk-secret")), "damaged"),
        ("models as object", with("models", json!({"a": 1})), "damaged"),
        ("version as list", with("client_version", json!(["sk-secret"])), "damaged"),
        ("etag as number", with("etag", json!(7)), "damaged"),
    ] {
        check(name, told, |bench| fs::write(bench.cache(), &content).unwrap()).await;
    }
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_read() {
    check("huge", "larger than", |bench| {
        let file = File::create(bench.cache()).unwrap();
        file.set_len(MAX_MODELS_CACHE_BYTES as u64 + 1).unwrap();
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn what_cannot_be_opened_or_is_no_file() {
    use std::os::unix::fs::symlink;
    check("folder", "is no file", |bench| fs::create_dir(bench.cache()).unwrap()).await;
    check("device", "is no file", |bench| symlink("/dev/zero", bench.cache()).unwrap()).await;
    check("loop", "cannot be read", |bench| symlink(bench.cache(), bench.cache()).unwrap()).await;
}

#[tokio::test]
async fn bad_entries_and_a_bad_etag_cost_only_themselves() {
    for etag in ["a\nb", "", "schön", &"e".repeat(10_000)] {
        let bench = Bench::new([catalogue("\"e1\"", &[("new", 1)])]);
        let mut cache = cache_of(&["old"]);
        cache["etag"] = json!(etag);
        cache["models"].as_array_mut().unwrap().extend([
            json!(null),
            json!({"slug": 7}),
            json!({"slug": "also"}),
        ]);
        fs::write(bench.cache(), cache.to_string()).unwrap();
        let manager = bench.manager();
        assert_eq!(manager.refresh(RefreshStrategy::OnlineIfUncached).await.unwrap(), Refreshed::Cached);
        assert_eq!(slugs(&manager), ["old", "also"]);
        assert_eq!(manager.refresh(RefreshStrategy::Online).await.unwrap(), Refreshed::Fetched);
        assert_eq!(bench.asked(), (1, None), "{etag:?} is not sent");
    }
}

#[tokio::test]
async fn a_list_that_is_too_large_for_the_cache_still_serves() {
    let text = "x".repeat(MAX_MODELS_CACHE_BYTES);
    let body = json!({"models": [{"slug": "big", "base_instructions": text}]}).to_string();
    let bench = Bench::new([codex_client::fake::FakeAnswer::ok().body(body)]);
    let manager = bench.manager();
    let warnings = Warnings::listen();
    assert_eq!(manager.refresh(RefreshStrategy::Online).await.unwrap(), Refreshed::Fetched);
    assert_eq!(slugs(&manager), ["big"]);
    assert!(warnings.take().concat().contains("larger than"));
    assert!(!bench.cache().exists());
}
