//! Fake transport: how streams end, and what their errors carry.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod stories;

use std::time::Duration;

use codex_api::{ApiErrorKind, Provider, ResponseEvent, RetryAdvice, RetryPolicy, StreamEnd, TransportError};
use codex_client::fake::FakeAnswer;
use serde_json::json;
use stories::{
    BASE_URL, client, client_of, completed, created, delta, drain, failed, message_done, request, sse,
    stream_of,
};

#[tokio::test(start_paused = true)]
async fn a_terminal_event_ends_the_stream_at_once() {
    // The server keeps the socket open: waiting for its end would cost the idle timeout.
    for last in [completed("Hello"), json!({"type":"response.done","response":{"id":"resp_1","output":[]}})] {
        let (client, _) = client([stream_of(&[created(), delta("Hello"), last]).stall()]);
        let started = tokio::time::Instant::now();
        let (events, error) = drain(client.responses().stream(&request()).await.unwrap()).await;
        assert!(error.is_none());
        assert!(
            matches!(events.last(), Some(ResponseEvent::Completed { response_id, .. }) if response_id == "resp_1")
        );
        // The moment in which the body may end too, so that its connection can be used again.
        assert!(started.elapsed() <= Duration::from_millis(5), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn an_end_without_a_terminal_event_is_an_error() {
    for done_marker in [false, true] {
        let mut answer = stream_of(&[created(), delta("Hel"), message_done("Hel")]);
        if done_marker {
            answer = answer.chunks(["data: [DONE]\n\n"]);
        }
        let (client, _) = client([answer.header("x-request-id", "req-1")]);
        let (events, error) = drain(client.responses().stream(&request()).await.unwrap()).await;
        let error = error.expect("the response may be cut");
        assert_eq!(events.len(), 3);
        assert!(matches!(error.kind(), ApiErrorKind::Stream(StreamEnd::ClosedBeforeTerminal)), "{error:?}");
        assert_eq!(error.retry_advice(), RetryAdvice::Retry);
        assert!(error.output_started());
        assert_eq!(error.request_id(), Some("req-1"));
        let progress = error.context().stream.as_ref().unwrap();
        assert_eq!((progress.events, progress.finished_items.len()), (3, 1));
        assert_eq!(progress.last_event.as_deref(), Some("response.output_item.done"));
        assert!(progress.bytes > 100);
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_body_keeps_its_cause_and_the_progress() {
    let (client, _) = client([stream_of(&[created(), delta("Hel")]).cut()]);
    let (events, error) = drain(client.responses().stream(&request()).await.unwrap()).await;
    let error = error.unwrap();
    assert_eq!(events.len(), 2);
    assert!(matches!(error.kind(), ApiErrorKind::Transport(TransportError::Closed { .. })), "{error:?}");
    let report = error.report().to_string();
    for part in [
        "/responses",
        "status 200",
        "attempt 1 of 5",
        "2 events",
        "response.output_text.delta",
        "output had begun",
    ] {
        assert!(report.contains(part), "{report} / {part}");
    }

    let mut provider = Provider::new("test", BASE_URL).unwrap();
    provider.timeouts.byte_idle = Some(Duration::from_secs(9));
    let (client, _) = client_of(provider, [stream_of(&[created()]).stall()]);
    let (_, error) = drain(client.responses().stream(&request()).await.unwrap()).await;
    let error = error.unwrap();
    assert!(
        matches!(error.kind(), ApiErrorKind::Transport(TransportError::Timeout { phase, limit })
            if phase.as_str() == "byte_idle" && *limit == Duration::from_secs(9)),
        "{error:?}"
    );
    assert!(!error.output_started());
}

#[tokio::test]
async fn unknown_and_undecodable_events_do_not_end_a_stream() {
    let odd = [
        created(),
        json!({"type":"response.invented","x":1}),
        json!({"type":"keepalive","sequence_number":4}),
        json!({"type":"response.output_text.delta","delta":{"not":"text"}}),
    ];
    let answer = stream_of(&odd).chunks(["data: {not json\n\n".to_owned(), sse(&completed("Hello"))]);
    let (client, _) = client([answer]);
    let (events, error) = drain(client.responses().stream(&request()).await.unwrap()).await;
    assert!(error.is_none(), "{error:?}");
    let kinds: Vec<_> = events.iter().map(ResponseEvent::kind).collect();
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    assert!(
        matches!(&events[1], ResponseEvent::Unknown { kind, raw } if kind == "response.invented" && raw.get().contains("\"x\":1"))
    );
    assert!(
        matches!(&events[3], ResponseEvent::Undecodable { kind, .. } if kind == "response.output_text.delta")
    );
    assert!(matches!(&events[4], ResponseEvent::Undecodable { .. }));
}

#[tokio::test]
async fn failures_inside_a_stream_are_typed() {
    type Check = fn(&ApiErrorKind) -> bool;
    let table: [(serde_json::Value, Check, RetryAdvice); 8] = [
        (
            failed("rate_limit_exceeded", "try again in 1.5s"),
            |kind| matches!(kind, ApiErrorKind::RateLimit { .. }),
            RetryAdvice::RetryAfter(Duration::from_millis(1500)),
        ),
        (
            failed("context_length_exceeded", "x"),
            |kind| matches!(kind, ApiErrorKind::ContextWindowExceeded { .. }),
            RetryAdvice::Never,
        ),
        (
            failed("insufficient_quota", "x"),
            |kind| matches!(kind, ApiErrorKind::QuotaExceeded { .. }),
            RetryAdvice::Never,
        ),
        (
            failed("server_error", "x"),
            |kind| matches!(kind, ApiErrorKind::Retryable { .. }),
            RetryAdvice::Retry,
        ),
        (
            failed("brand_new_code", "x"),
            |kind| matches!(kind, ApiErrorKind::Retryable { .. }),
            RetryAdvice::Retry,
        ),
        (
            json!({"type":"error","code":"server_error","message":"flat","param":null}),
            |kind| matches!(kind, ApiErrorKind::Retryable { .. }),
            RetryAdvice::Retry,
        ),
        (
            json!({"type":"error","error":{"type":"invalid_request_error","code":"invalid_prompt","message":"nested"}}),
            |kind| matches!(kind, ApiErrorKind::InvalidRequest { .. }),
            RetryAdvice::Never,
        ),
        (
            json!({"type":"error","status":401,"error":{"code":"token_expired","message":"m"}}),
            |kind| matches!(kind, ApiErrorKind::Api { status: Some(401), .. }),
            RetryAdvice::FixCredentials,
        ),
    ];
    for (event, check, advice) in table {
        let (client, _) = client([stream_of(&[created(), event.clone()])]);
        let mut stream = client.responses().stream(&request()).await.unwrap();
        assert!(stream.next().await.unwrap().is_ok());
        let error = stream.next().await.unwrap().unwrap_err();
        assert!(check(error.kind()), "{event}: {error:?}");
        assert_eq!(error.retry_advice(), advice, "{event}");
        assert_eq!(stream.last_raw(), Some(event.to_string().as_str()));
    }
}

#[tokio::test]
async fn a_last_event_that_cannot_be_read_is_neither_success_nor_a_cut() {
    for kind in ["response.completed", "response.failed"] {
        let (client, _) = client([stream_of(&[created(), json!({"type": kind, "response": null})])]);
        let error = client.responses().create(&request()).await.unwrap_err();
        assert!(matches!(error.kind(), ApiErrorKind::Decode(_)), "{error:?}");
        assert!(error.report().to_string().contains(kind), "{}", error.report());
    }
}

#[tokio::test]
async fn incomplete_is_a_result() {
    let last = json!({"type":"response.incomplete","response":{"id":"resp_1","status":"incomplete","output":[],
                      "incomplete_details":{"reason":"max_output_tokens"}}});
    let answer = || stream_of(&[created(), delta("Hel"), last.clone()]);
    let (client, _) = client([answer(), answer()]);
    let response = client.responses().create(&request()).await.unwrap();
    assert_eq!(
        response.output_text(),
        "Hel",
        "the text that came stands in for the output that the event left out"
    );
    let error = client.responses().stream(&request()).await.unwrap().text().await.unwrap_err();
    assert_eq!(error.to_string(), "the response is incomplete: max_output_tokens");
}

#[tokio::test]
async fn an_answer_that_is_no_stream_says_what_it_is() {
    let mut provider = Provider::new("test", BASE_URL).unwrap();
    provider.retry = RetryPolicy::never();
    let html =
        FakeAnswer::ok().header("content-type", "text/html").body("<html><title>Sign in</title></html>");
    let error_in_disguise = FakeAnswer::ok()
        .header("content-type", "application/json")
        .body(r#"{"error":{"message":"no credit","code":"insufficient_quota"}}"#);
    let (client, _) = client_of(provider, [html, error_in_disguise]);
    let error = client.responses().create(&request()).await.unwrap_err();
    assert!(matches!(error.kind(), ApiErrorKind::Stream(StreamEnd::NotAnEventStream { .. })), "{error:?}");
    assert!(error.to_string().contains("text/html"), "{error}");
    let error = client.responses().create(&request()).await.unwrap_err();
    assert!(matches!(error.kind(), ApiErrorKind::QuotaExceeded { .. }), "{error:?}");
}

#[tokio::test]
async fn answers_that_say_nothing_of_their_kind_are_looked_at() {
    let mut provider = Provider::new("test", BASE_URL).unwrap();
    provider.retry = RetryPolicy::never();
    for (answer, part) in [
        (FakeAnswer::ok().body("<html><title>Sign in</title></html>"), "Sign in"),
        (
            FakeAnswer::ok().header("content-type", "text/event-stream").body("<!doctype html><html>x"),
            "text/event-stream",
        ),
        (
            FakeAnswer::ok().header("content-type", "text/plain").body("upstream connect error"),
            "upstream connect error",
        ),
        (FakeAnswer::ok().header("content-encoding", "gzip").body("\u{1f}x"), "content-encoding gzip"),
    ] {
        let (client, _) = client_of(provider.clone(), [answer]);
        let error = client.responses().create(&request()).await.unwrap_err();
        assert!(
            matches!(error.kind(), ApiErrorKind::Stream(StreamEnd::NotAnEventStream { .. })),
            "{error:?}"
        );
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(error.retry_advice(), RetryAdvice::Never);
    }
}

#[tokio::test]
async fn a_status_inside_the_last_event_counts() {
    let failed =
        json!({"id":"r","status":"failed","error":{"code":"server_error","message":"boom"},"output":[]});
    for (kind, response) in [
        ("response.done", failed.clone()),
        ("response.completed", failed),
        ("response.completed", json!({"id":"r","status":"cancelled","output":[]})),
        ("response.failed", json!({"id":"r","status":"failed","error":"boom","output":[]})),
    ] {
        let (client, _) = client([stream_of(&[created(), json!({"type": kind, "response": response})])]);
        let error = client.responses().create(&request()).await.unwrap_err();
        assert!(
            error.to_string().contains("boom") || error.to_string().contains("cancelled"),
            "{kind}: {error}"
        );
    }
    let (client, _) = client([stream_of(&[json!({"type":"response.incomplete","response":{"id":"r"}})])]);
    let error = client.responses().stream(&request()).await.unwrap().text().await.unwrap_err();
    assert!(matches!(error.kind(), ApiErrorKind::Incomplete { .. }), "{error:?}");
}

#[tokio::test]
async fn an_error_without_a_type_is_one() {
    for text in ["{\"error\":{\"message\":\"mid-stream cause\"}}", "{\"error\":\"mid-stream cause\"}"] {
        let answer = stream_of(&[created()]).chunks([format!("data: {text}\n\n")]);
        let (client, _) = client([answer]);
        let error = client.responses().create(&request()).await.unwrap_err();
        assert!(error.to_string().contains("mid-stream cause"), "{error}");
    }
}

#[tokio::test]
async fn a_key_that_a_server_echoes_is_hidden() {
    let body = json!({"error":{"message":"Key plain-canary-0123 is not known"}}).to_string();
    let refused = FakeAnswer::status(400).header("content-type", "application/json").body(body);
    let inside = stream_of(&[created(), failed("invalid_prompt", "you sent plain-canary-0123")]);
    let (client, _) = client([refused, inside]);
    let client = client.auth(codex_api::ApiKey::new("plain-canary-0123"));
    for _ in 0..2 {
        let error = client.responses().create(&request()).await.unwrap_err();
        let shown = format!("{error} {error:?} {}", error.report());
        assert!(shown.contains("[REDACTED]") && !shown.contains("canary"), "{shown}");
    }
}

#[tokio::test]
async fn facts_of_the_head_come_first() {
    let answer = stream_of(&[created(), completed("Hello")])
        .header("openai-model", "gpt-real")
        .header("x-models-etag", "\"e1\"")
        .header("x-reasoning-included", "true");
    let (client, _) = client([answer]);
    let (events, _) = drain(client.responses().stream(&request()).await.unwrap()).await;
    assert!(matches!(&events[0], ResponseEvent::ServerModel(model) if model == "gpt-real"));
    assert!(matches!(&events[1], ResponseEvent::ModelsEtag(etag) if etag == "\"e1\""));
    assert!(matches!(&events[2], ResponseEvent::ServerReasoningIncluded(true)));
}
