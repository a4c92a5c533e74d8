//! Fake transport: which failures are tried again, how long is waited, and what comes back in the end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod stories;

use std::time::Duration;

use codex_api::{ApiErrorKind, Provider, RetryAdvice, RetryPolicy, Timeouts, TransportError};
use codex_client::fake::FakeAnswer;
use stories::{BASE_URL, client, client_of, hello, request, stream_of};
use tokio::time::Instant;

fn error_body(status: u16, code: &str, message: &str) -> FakeAnswer {
    let body = serde_json::json!({"error": {"code": code, "message": message}}).to_string();
    FakeAnswer::status(status)
        .header("content-type", "application/json")
        .header("x-request-id", "req-7")
        .body(body)
}

#[tokio::test(start_paused = true)]
async fn passing_failures_are_tried_again() {
    for failure in [
        FakeAnswer::status(500),
        FakeAnswer::status(502).header("content-type", "text/html").body("<html>bad gateway</html>"),
        FakeAnswer::status(408),
        FakeAnswer::status(409),
        error_body(503, "server_is_overloaded", "loading"),
        error_body(429, "rate_limit_exceeded", "slow down"),
        FakeAnswer::ok().header("content-type", "text/event-stream"),
        FakeAnswer::ok().header("content-type", "text/event-stream").chunks([": nothing yet\n\n"]).cut(),
    ] {
        let described = format!("{failure:?}");
        let (client, transport) = client([failure, hello()]);
        let response =
            client.responses().create(&request()).await.unwrap_or_else(|e| panic!("{described}: {e}"));
        assert_eq!(response.output_text(), "Hello");
        assert_eq!(transport.requests().len(), 2, "{described}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_stays_wrong_is_not_tried_again() {
    for (answer, expected) in [
        (error_body(401, "invalid_api_key", "bad key"), "the server answered 401: bad key"),
        (error_body(403, "", "not here"), "the server answered 403: not here"),
        (error_body(404, "model_not_found", "no such model"), "no such model"),
        (
            error_body(400, "context_length_exceeded", "long"),
            "the input does not fit the model's context window: long",
        ),
        (error_body(413, "", "too big"), "the server answered 413: too big"),
        (error_body(429, "insufficient_quota", "pay"), "the quota is used up, check plan and billing: pay"),
        (
            error_body(500, "", "").header("x-should-retry", "false"),
            "the service failed: the service gave no reason",
        ),
    ] {
        let (client, transport) = client([answer, hello()]);
        let error = client.responses().create(&request()).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error} / {expected}");
        assert_eq!(error.request_id(), Some("req-7"));
        assert_eq!(error.context().attempt, 1);
        assert_eq!(transport.requests().len(), 1, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn n_retries_are_n_plus_one_attempts() {
    let mut provider = Provider::new("test", BASE_URL).unwrap();
    provider.retry.max_retries = 2;
    let (client, transport) = client_of(provider, (0..9).map(|_| FakeAnswer::status(500)));
    let error = client.responses().create(&request()).await.unwrap_err();
    assert_eq!(transport.requests().len(), 3);
    assert_eq!((error.context().attempt, error.context().max_attempts), (3, 3));
    assert_eq!(error.status(), Some(500));
    assert_eq!(error.retry_advice(), RetryAdvice::Retry);
    assert!(error.report().to_string().contains("attempt 3 of 3"), "{}", error.report());
}

#[tokio::test(start_paused = true)]
async fn the_servers_delay_is_never_shortened() {
    for (answer, at_least, at_most) in [
        (error_body(429, "", "x").header("retry-after", "7"), 7_000, 7_001),
        (error_body(429, "", "x").header("retry-after-ms", "1500"), 1_500, 1_501),
        (error_body(429, "rate_limit_exceeded", "Please try again in 1.152s."), 1_152, 1_153),
        (error_body(503, "", "x"), 375, 500),
    ] {
        let (client, _) = client([answer, hello()]);
        let started = Instant::now();
        client.responses().create(&request()).await.unwrap();
        let waited = started.elapsed();
        assert!(
            waited >= Duration::from_millis(at_least) && waited <= Duration::from_millis(at_most),
            "{waited:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_delay_above_the_cap_comes_back_with_its_time() {
    let (client, transport) = client([error_body(429, "", "later").header("retry-after", "3600"), hello()]);
    let error = client.responses().create(&request()).await.unwrap_err();
    assert_eq!(transport.requests().len(), 1);
    assert_eq!(error.retry_advice(), RetryAdvice::RetryAfter(Duration::from_secs(3600)));
    assert!(error.to_string().contains("retry after 3600.0 s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_total_time_bounds_all_attempts() {
    let mut provider = Provider::new("test", BASE_URL).unwrap();
    provider.timeouts = Timeouts { total: Some(Duration::from_secs(5)), ..Timeouts::default() };
    provider.retry = RetryPolicy { max_retries: 50, ..RetryPolicy::default() };
    let (client, transport) = client_of(provider.clone(), (0..60).map(|_| FakeAnswer::status(500)));
    let started = Instant::now();
    let error = client.responses().create(&request()).await.unwrap_err();
    assert!(started.elapsed() <= Duration::from_secs(5));
    assert!((3..10).contains(&transport.requests().len()));
    assert_eq!(error.status(), Some(500), "the telling error is kept: {error}");

    let (client, _) = client_of(provider.clone(), [FakeAnswer::silence()]);
    let error = client.responses().create(&request()).await.unwrap_err();
    let ApiErrorKind::Transport(TransportError::Timeout { phase, limit }) = error.kind() else {
        panic!("{error}")
    };
    assert_eq!((phase.as_str(), *limit), ("total", Duration::from_secs(5)));

    let (client, _) = client_of(provider, [stream_of(&[stories::created()]).stall()]);
    let error = client.responses().create(&request()).await.unwrap_err();
    let ApiErrorKind::Transport(TransportError::Timeout { phase, limit }) = error.kind() else {
        panic!("{error}")
    };
    assert_eq!((phase.as_str(), *limit), ("total", Duration::from_secs(5)));
    assert_eq!(error.context().stream.as_ref().unwrap().events, 1);
}

#[tokio::test(start_paused = true)]
async fn no_answer_is_a_timeout_that_names_its_phase() {
    let mut provider = Provider::new("test", BASE_URL).unwrap();
    provider.retry = RetryPolicy::never();
    provider.timeouts.head = Some(Duration::from_secs(3));
    let (client, _) = client_of(provider, [FakeAnswer::silence()]);
    let error = client.responses().create(&request()).await.unwrap_err();
    let ApiErrorKind::Transport(TransportError::Timeout { phase, limit }) = error.kind() else {
        panic!("{error}")
    };
    assert_eq!((phase.as_str(), *limit), ("head", Duration::from_secs(3)));
}
