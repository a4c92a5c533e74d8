//! Fake transport: strategies, failures, time, and many callers at once.

use std::{future::poll_fn, sync::Arc, task::Poll, time::Duration};

use codex_api::{ApiClient, ApiErrorKind, AuthMode, BoxFuture, HttpTransport, Provider, TransportError};
use codex_client::{
    HttpResponse, Request,
    fake::{FakeAnswer, FakeTransport},
};
use codex_core::models::{
    CatalogueError, MAX_MODELS, MODELS_TIMEOUT, ModelsManager, RefreshStrategy, Refreshed,
};
use serde_json::json;
use tokio::{sync::Semaphore, time::Instant};

use crate::support::{Bench, Warnings, catalogue, model, slugs, start};

use RefreshStrategy::{Offline, Online, OnlineIfUncached};

#[tokio::test]
async fn refresh_available_models_sorts_by_priority() {
    let bench =
        Bench::new([catalogue("\"e1\"", &[("later", 7), ("first", -1), ("same-a", 3), ("same-b", 3)])]);
    let manager = bench.manager();
    assert!(manager.available_models().is_empty());
    assert_eq!(manager.refresh(OnlineIfUncached).await.unwrap(), Refreshed::Fetched);
    assert_eq!(slugs(&manager), ["first", "same-a", "same-b", "later"]);
    assert_eq!(manager.default_model().unwrap().slug, "first");
    assert_eq!(manager.fetched_at(), Some(start()));

    let requests = bench.transport.requests();
    assert_eq!(requests[0].url.as_str(), "https://service.test/v1/models?client_version=1.2.3");
    assert_eq!(bench.asked(), (1, None));
}

#[tokio::test]
async fn each_strategy_asks_when_it_says() {
    // Age of the cache in seconds, if there is one; login; strategy; what comes of it; requests.
    let chatgpt = Some(AuthMode::Chatgpt);
    for (age, login, strategy, refreshed, requests) in [
        (None, chatgpt, Online, Refreshed::Fetched, 1),
        (None, chatgpt, Offline, Refreshed::Kept, 0),
        (None, chatgpt, OnlineIfUncached, Refreshed::Fetched, 1),
        (Some(10), chatgpt, Online, Refreshed::Fetched, 1),
        (Some(10), chatgpt, Offline, Refreshed::Cached, 0),
        (Some(300), chatgpt, OnlineIfUncached, Refreshed::Cached, 0),
        (Some(301), chatgpt, OnlineIfUncached, Refreshed::Fetched, 1),
        (Some(301), chatgpt, Offline, Refreshed::Cached, 0),
        (None, Some(AuthMode::ApiKey), Online, Refreshed::Kept, 0),
        (None, Some(AuthMode::ApiKey), OnlineIfUncached, Refreshed::Kept, 0),
        (Some(10), Some(AuthMode::ApiKey), Online, Refreshed::Kept, 0),
        (Some(301), Some(AuthMode::ApiKey), OnlineIfUncached, Refreshed::Cached, 0),
        (Some(10), None, Offline, Refreshed::Cached, 0),
        (Some(10), None, OnlineIfUncached, Refreshed::Cached, 0),
    ] {
        let bench = Bench::new([catalogue("\"e2\"", &[("new", 1)])]);
        if let Some(age) = age {
            bench.put_cache(&["old"]);
            bench.after(age);
        }
        let manager = ModelsManager::new(&bench.api(), bench.settings().auth_mode(login));
        let case = format!("{age:?} {login:?} {strategy:?}");
        assert_eq!(manager.refresh(strategy).await.unwrap(), refreshed, "{case}");
        assert_eq!(bench.transport.requests().len(), requests, "{case}");
        manager.set_auth_mode(chatgpt);
        let list: &[&str] = match refreshed {
            Refreshed::Fetched => &["new"],
            Refreshed::Cached => &["old"],
            _ => &[],
        };
        assert_eq!(slugs(&manager), list, "{case}");
    }
}

#[tokio::test]
async fn a_fresh_list_in_memory_is_not_asked_for_again() {
    let bench = Bench::new([catalogue("\"e1\"", &[("a", 1)]), catalogue("\"e2\"", &[("b", 1)])]);
    let manager = bench.manager();
    manager.refresh(OnlineIfUncached).await.unwrap();
    std::fs::remove_file(bench.cache()).unwrap();
    bench.after(300);
    assert_eq!(manager.refresh(OnlineIfUncached).await.unwrap(), Refreshed::Cached);
    bench.after(301);
    assert_eq!(manager.refresh(OnlineIfUncached).await.unwrap(), Refreshed::Fetched);
    assert_eq!(slugs(&manager), ["b"]);
    // A clock that was put back says nothing about the age.
    bench.transport.push(catalogue("\"e3\"", &[("c", 1)]));
    bench.at(start() - Duration::from_secs(3600));
    assert_eq!(manager.refresh(OnlineIfUncached).await.unwrap(), Refreshed::Fetched);
}

#[tokio::test]
async fn a_catalogue_of_the_callers_is_never_refreshed() {
    let bench = Bench::new([]);
    bench.put_cache(&["cached"]);
    let given =
        vec![model(json!({"slug": "mine", "priority": 2})), model(json!({"slug": "best", "priority": 1}))];
    let settings = bench.settings().bundled(vec![model(json!({"slug": "bundled"}))]).catalogue(given);
    let manager = ModelsManager::new(&bench.api(), settings);
    for strategy in [Online, Offline, OnlineIfUncached] {
        assert_eq!(manager.refresh(strategy).await.unwrap(), Refreshed::Kept);
    }
    assert!(manager.note_etag("\"e9\"").is_none());
    assert_eq!(slugs(&manager), ["best", "mine"]);
    assert_eq!((bench.asked().0, manager.fetched_at()), (0, None));
}

#[tokio::test]
async fn fetched_models_take_the_place_of_bundled_ones() {
    let bench = Bench::new([catalogue("\"e1\"", &[("new", 5), ("known", 1), ("known", 4)])]);
    let bundled =
        ["known", "other"].map(|slug| model(json!({"slug": slug, "priority": 5, "description": "old"})));
    let manager = ModelsManager::new(&bench.api(), bench.settings().bundled(bundled.to_vec()));
    assert_eq!(slugs(&manager), ["known", "other"]);
    manager.refresh(Online).await.unwrap();
    assert_eq!(slugs(&manager), ["known", "other", "new"], "a slug stands once: the last entry counts");
    assert_eq!(manager.model_info("known").info.priority, 4);
    assert_eq!(manager.model_info("known").info.description, None);
    assert_eq!(
        bench.cached_json()["models"].as_array().unwrap().len(),
        3,
        "the cache holds the service's list"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_fails_is_logged_and_the_list_stays() {
    let page = || FakeAnswer::ok().header("content-type", "text/html").body("<html>SECRET-WORDS</html>");
    let refused = |status| FakeAnswer::status(status).body(r#"{"error":{"message":"SECRET-WORDS"}}"#);
    let cut = catalogue("\"e2\"", &[("b", 1)]).cut();
    type Script = Vec<FakeAnswer>;
    let cases: Vec<(&str, Script)> = vec![
        ("page", vec![page()]),
        ("401", vec![refused(401)]),
        ("403", vec![refused(403)]),
        ("304 that nobody asked for", vec![FakeAnswer::status(304), FakeAnswer::status(304)]),
        ("500", (0..10).map(|_| refused(500)).collect()),
        ("empty", vec![FakeAnswer::ok()]),
        ("truncated", vec![FakeAnswer::ok().body(r#"{"models":[{"slug":"b"#)]),
        ("cut", std::iter::once(cut).chain((0..9).map(|_| refused(503))).collect()),
        ("plain list", vec![FakeAnswer::ok().body(r#"{"data":[{"id":"b"}]}"#)]),
        ("other object", vec![FakeAnswer::ok().body(r#"{"status":"SECRET-WORDS"}"#)]),
        ("no list", vec![FakeAnswer::ok().body(r#"{"models":"SECRET-WORDS"}"#)]),
        ("not UTF-8", vec![FakeAnswer::ok().body(&b"{\"models\":[{\"slug\":\"\xFF\"}]"[..])]),
    ];
    for (name, script) in cases {
        let bench = Bench::new([catalogue("", &[("a", 1)])]);
        let manager = bench.manager();
        manager.refresh(Online).await.unwrap();
        script.into_iter().for_each(|answer| bench.transport.push(answer));
        let (warnings, started) = (Warnings::listen(), Instant::now());
        let error = manager.refresh(Online).await.unwrap_err();
        assert!(started.elapsed() <= MODELS_TIMEOUT, "{name}");
        assert_eq!(slugs(&manager), ["a"], "{name}");
        let heard = warnings.take().concat();
        assert!(
            heard.contains("the list stays") || heard.contains("the model list stays"),
            "{name}: {heard}"
        );
        assert!(!heard.contains("SECRET-WORDS"), "{name}: {heard}");
        assert!(!error.to_string().is_empty());
    }
}

#[tokio::test]
async fn a_stale_cache_serves_when_the_service_does_not() {
    let bench = Bench::new([FakeAnswer::status(403)]);
    bench.put_cache(&["old"]);
    bench.after(3600);
    let manager = bench.manager();
    assert!(manager.refresh(OnlineIfUncached).await.is_err());
    assert_eq!(slugs(&manager), ["old"]);
    assert_eq!(bench.asked().1.as_deref(), Some("\"c1\""));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_hangs_holds_nobody_up_longer_than_the_limit() {
    let body = catalogue("\"e1\"", &[("a", 1)]).stall();
    for hanging in [FakeAnswer::silence(), body, FakeAnswer::status(503).header("retry-after", "1")] {
        let bench = Bench::new([hanging, FakeAnswer::silence(), FakeAnswer::silence()]);
        let manager = bench.manager();
        let started = Instant::now();
        let error = manager.refresh(Online).await.unwrap_err();
        assert_eq!(started.elapsed(), MODELS_TIMEOUT);
        let timed_out = matches!(&*error, CatalogueError::TimedOut { .. })
            || matches!(&*error, CatalogueError::Api(error) if matches!(error.kind(), ApiErrorKind::Transport(_)));
        assert!(timed_out, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_another_refresh_waits_no_longer_than_the_limit() {
    let bench = Bench::new((0..9).map(|_| FakeAnswer::silence()));
    let manager = bench.manager();
    let started = Instant::now();
    let refresh = |delay| {
        let manager = manager.clone();
        async move {
            tokio::time::sleep(Duration::from_secs(delay)).await;
            let started = Instant::now();
            (manager.refresh(Online).await, started.elapsed())
        }
    };
    let (one, two) = tokio::join!(refresh(0), refresh(3));
    assert_eq!(
        (one.1, two.1),
        (MODELS_TIMEOUT, Duration::from_secs(2)),
        "the second takes the first one's result"
    );
    assert!(Arc::ptr_eq(&one.0.unwrap_err(), &two.0.unwrap_err()));
    assert_eq!((bench.asked().0, started.elapsed()), (1, MODELS_TIMEOUT));
}

#[tokio::test]
async fn many_callers_at_once_cause_one_request() {
    for strategy in [Online, OnlineIfUncached] {
        let bench = Bench::new([catalogue("\"e1\"", &[("a", 1)])]);
        let gate = Gate(bench.transport.clone(), Arc::new(Semaphore::new(0)));
        let provider = Provider::new("test", "https://service.test/v1").unwrap();
        let api = ApiClient::with_transport(provider, Arc::new(gate.clone()));
        let manager = ModelsManager::new(&api, bench.settings());
        let callers = all((0..100).map(|_| manager.refresh(strategy)));
        let (results, ()) = tokio::join!(callers, async { gate.1.add_permits(1) });
        assert!(results.iter().all(|result| matches!(result, Ok(Refreshed::Fetched))), "{results:?}");
        assert_eq!(bench.asked().0, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_leaves_the_refresh_to_the_next() {
    let bench = Bench::new([FakeAnswer::silence(), catalogue("\"e1\"", &[("a", 1)])]);
    let manager = bench.manager();
    let impatient = tokio::time::timeout(Duration::from_secs(1), manager.refresh(Online));
    let (impatient, patient) = tokio::join!(impatient, manager.refresh(Online));
    assert!(impatient.is_err());
    assert_eq!(patient.unwrap(), Refreshed::Fetched);
}

#[tokio::test]
async fn one_bad_entry_costs_only_itself() {
    let json = json!({"models": [
        {"slug": "a", "priority": 1, "visibility": "list"}, {"priority": 0}, {"slug": "b", "priority": "high"}, null,
        "c", ["d"], {"slug": ""}, {"slug": "e", "priority": 2, "visibility": "sometimes", "new": {"x": 1}},
    ]});
    let bench = Bench::new([FakeAnswer::ok().body(json.to_string())]);
    let manager = bench.manager();
    let warnings = Warnings::listen();
    manager.refresh(Online).await.unwrap();
    assert_eq!(slugs(&manager), ["a", "e"]);
    let heard = warnings.take().concat();
    assert!(heard.contains("skipped=5") && heard.contains("left_out=1"), "{heard}");
    assert_eq!(bench.cached_json()["models"][1]["new"]["x"], 1, "what this version does not know is kept");
}

#[tokio::test]
async fn an_empty_catalogue_and_a_huge_one() {
    let many: Vec<_> = (0..=MAX_MODELS).map(|number| json!({"slug": format!("m{number}")})).collect();
    let bench = Bench::new([
        FakeAnswer::ok().body(r#"{"models":[]}"#),
        FakeAnswer::ok().body(json!({"models": many}).to_string()),
    ]);
    let manager = bench.manager();
    assert_eq!(manager.refresh(Online).await.unwrap(), Refreshed::Fetched);
    assert!(manager.available_models().is_empty() && manager.default_model().is_none());
    manager.refresh(Online).await.unwrap();
    assert_eq!(manager.available_models().len(), MAX_MODELS);
}

/// Sends nothing before it has a permit.
#[derive(Clone, Debug)]
struct Gate(FakeTransport, Arc<Semaphore>);

impl HttpTransport for Gate {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            self.1.acquire().await.unwrap().forget();
            self.0.send(request).await
        })
    }
}

/// The results of futures that have all begun before one of them goes on.
async fn all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        for (future, result) in &mut futures {
            if result.is_none()
                && let Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *result = Some(ready);
            }
        }
        let is_over = futures.iter().all(|(_, result)| result.is_some());
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    futures.into_iter().filter_map(|(_, result)| result).collect()
}
