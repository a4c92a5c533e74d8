//! Fake transport: one suite of stories over server-sent events and over a WebSocket, with the same events and errors.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod stories;

use std::time::Duration;

use codex_api::{ApiError, ApiErrorKind, ResponseEvent};
use serde_json::{Value, json};
use stories::{Ending, completed, created, delta, failed, message_done, over_both};

/// What a story must come to, over either transport.
struct Expected {
    kinds: Vec<&'static str>,
    error: Option<fn(&ApiError) -> bool>,
}

fn texts(events: &[Value]) -> Vec<String> {
    events.iter().map(Value::to_string).collect()
}

async fn tell(name: &str, texts: Vec<String>, ending: Ending, expected: Expected) {
    let told = over_both(&texts, ending).await;
    for (transport, (events, error)) in ["sse", "websocket"].into_iter().zip(&told) {
        let kinds: Vec<_> = events.iter().map(ResponseEvent::kind).collect();
        assert_eq!(kinds, expected.kinds, "{name} over {transport}: {error:?}");
        match (error, expected.error) {
            (None, None) => {}
            (Some(error), Some(check)) => assert!(check(error), "{name} over {transport}: {error:?}"),
            _ => panic!("{name} over {transport}: {error:?}"),
        }
    }
    let [(sse, sse_error), (websocket, websocket_error)] = &told;
    assert_eq!(format!("{sse:?}"), format!("{websocket:?}"), "{name}");
    // How a connection ends is the transport's own; what the service says inside the stream is not.
    let advice = |error: &Option<ApiError>| {
        error.as_ref().map(|error| {
            (
                error.output_started(),
                error.context().stream.as_ref().map(|stream| (stream.events, stream.finished_items.len())),
            )
        })
    };
    assert_eq!(advice(sse_error), advice(websocket_error), "{name}");
}

#[tokio::test(start_paused = true)]
async fn whole_responses() {
    let reasoning = json!({"type":"response.reasoning_summary_text.delta","item_id":"rs","output_index":0,"summary_index":0,"delta":"hm"});
    let call = json!({"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}});
    let arguments =
        json!({"type":"response.function_call_arguments.delta","item_id":"fc","output_index":0,"delta":"{}"});
    let done = json!({"type":"response.done","response":{"id":"resp_1","output":[]}});
    let incomplete = json!({"type":"response.incomplete","response":{"id":"resp_1","status":"incomplete","incomplete_details":{"reason":"content_filter"}}});
    let stories: [(&str, Vec<Value>); 5] = [
        ("text", vec![created(), delta("Hel"), delta("lo"), message_done("Hello"), completed("Hello")]),
        ("reasoning", vec![created(), reasoning, delta("x"), completed("x")]),
        ("tools", vec![created(), arguments, call, completed("")]),
        ("old name of the end", vec![created(), delta("x"), done]),
        ("incomplete", vec![created(), delta("x"), incomplete]),
    ];
    for (name, events) in stories {
        let kinds = events.iter().map(|event| match event["type"].as_str().unwrap() {
            "response.done" => "response.completed",
            kind => Box::leak(kind.to_owned().into_boxed_str()),
        });
        let expected = Expected { kinds: kinds.collect(), error: None };
        // The terminal event ends the stream, whatever the connection does.
        tell(name, texts(&events), Ending::Silence, expected).await;
    }
}

#[tokio::test(start_paused = true)]
async fn failures_inside_the_stream() {
    let nested = json!({"type":"error","status":429,"error":{"type":"requests","code":"rate_limit_exceeded","message":"try again in 2s"}});
    let flat = json!({"type":"error","code":"server_error","message":"broke"});
    let unauthorized = json!({"type":"error","status":401,"error":{"message":"expired","code":"token_expired"},"headers":{"x-request-id":"req-in-stream"}});
    type Check = fn(&ApiError) -> bool;
    let stories: [(&str, Value, Check); 7] = [
        ("failed", failed("server_error", "x"), |e| matches!(e.kind(), ApiErrorKind::Retryable { .. })),
        ("context", failed("context_length_exceeded", "x"), |e| {
            matches!(e.kind(), ApiErrorKind::ContextWindowExceeded { .. })
        }),
        ("quota", failed("insufficient_quota", "x"), |e| {
            matches!(e.kind(), ApiErrorKind::QuotaExceeded { .. })
        }),
        (
            "rate limit",
            nested,
            |e| matches!(e.kind(), ApiErrorKind::RateLimit { delay: Some(delay), .. } if delay.as_secs() == 2),
        ),
        ("flat error", flat, |e| matches!(e.kind(), ApiErrorKind::Retryable { .. })),
        (
            "only a type",
            json!({"type":"error","error":{"type":"invalid_request_error","message":"no"}}),
            |e| matches!(e.kind(), ApiErrorKind::InvalidRequest { .. }),
        ),
        ("unauthorized", unauthorized, |e| {
            e.status() == Some(401) && e.request_id() == Some("req-in-stream")
        }),
    ];
    for (name, last, check) in stories {
        let expected = Expected { kinds: vec!["response.created"], error: Some(check) };
        tell(name, texts(&[created(), last]), Ending::Silence, expected).await;
    }
}

#[tokio::test(start_paused = true)]
async fn ends_that_are_none() {
    let events = texts(&[created(), delta("Hel"), message_done("Hel")]);
    let kinds = || vec!["response.created", "response.output_text.delta", "response.output_item.done"];
    tell(
        "ended early",
        events.clone(),
        Ending::Proper,
        Expected { kinds: kinds(), error: Some(|e| matches!(e.kind(), ApiErrorKind::Stream(_))) },
    )
    .await;
    tell(
        "cut",
        events.clone(),
        Ending::Cut,
        Expected {
            kinds: kinds(),
            error: Some(|e| {
                e.output_started() && e.context().stream.as_ref().unwrap().finished_items.len() == 1
            }),
        },
    )
    .await;
    let started = tokio::time::Instant::now();
    tell(
        "silent",
        events,
        Ending::Silence,
        Expected { kinds: kinds(), error: Some(|e| e.to_string().contains("300000 ms")) },
    )
    .await;
    assert_eq!(started.elapsed(), Duration::from_secs(600), "one idle timeout for each transport");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_understood_goes_on() {
    let mut events = texts(&[
        created(),
        json!({"type":"response.invented","x":[1,2]}),
        json!({"type":"response.output_text.delta","delta":7}),
        json!({"type":"keepalive","sequence_number":9}),
        json!({"no":"type"}),
    ]);
    events.push("{not json".to_owned());
    events.extend(texts(&[delta("x"), completed("x")]));
    let kinds = vec![
        "response.created",
        "response.invented",
        "response.output_text.delta",
        "keepalive",
        "",
        "",
        "response.output_text.delta",
        "response.completed",
    ];
    tell("odd events", events, Ending::Silence, Expected { kinds, error: None }).await;
}

#[tokio::test(start_paused = true)]
async fn one_huge_event() {
    let text = "long ".repeat(1_000_000);
    let events = texts(&[created(), delta(&text), completed("x")]);
    let kinds = vec!["response.created", "response.output_text.delta", "response.completed"];
    tell("huge", events, Ending::Silence, Expected { kinds, error: None }).await;
}
