//! Fake transport: the error text of telemetry: what is safe and useful, never a word of the service's.

use std::io;

use codex_api::{ApiKey, AttemptError, ClosedReason, ClosedStage, ConnectReason, Event, TransportError};
use codex_client::fake::{FakeAnswer, FakeHandshake};
use codex_observe::{Field, FieldValue};
use http::{HeaderName, HeaderValue};

use crate::bench::{BODY_WORD, Bench, request, serving, told};

/// The texts of the errors so far.
fn texts(bench: &Bench) -> Vec<String> {
    let mut texts = Vec::new();
    for event in &bench.events() {
        event.visit(&mut |field, value| {
            if let (Field::ErrorMessage, FieldValue::Text(text)) = (field, value) {
                texts.push(text.to_owned());
            }
        });
    }
    texts
}

fn source(text: &str) -> codex_client::BoxError {
    io::Error::other(text.to_owned()).into()
}

fn dns() -> TransportError {
    TransportError::Dns { host: "service.test".into(), source: source("dns lookup failed") }
}

fn closed() -> TransportError {
    let (stage, reason) = (ClosedStage::BeforeHead, ClosedReason::Reset);
    TransportError::Closed { stage, reason, source: source("socket closed") }
}

fn refused() -> TransportError {
    let reason = ConnectReason::Refused;
    TransportError::Connect { host: "service.test:443".into(), reason, source: source("connection refused") }
}

fn header() -> TransportError {
    let name = HeaderName::from_static("x-note");
    TransportError::Header { name, source: HeaderValue::from_str("a\nb").unwrap_err() }
}

#[test]
fn telemetry_error_messages_preserve_non_http_details() {
    for (error, expected) in [
        (AttemptError::http(401), "http 401"),
        (AttemptError::network("dns lookup failed"), "dns lookup failed"),
        (AttemptError::build("invalid header value"), "invalid header value"),
        (AttemptError::stream("socket closed"), "socket closed"),
        (AttemptError::timeout(), "timeout"),
        (AttemptError::retry_limit(), "retry limit reached"),
    ] {
        assert_eq!(error.to_string(), expected);
    }
}

/// The same through the pipeline: each failure of an attempt, over HTTP and in a handshake, and the text that telemetry
/// gets.
#[tokio::test(start_paused = true)]
async fn telemetry_error_messages_preserve_non_http_details_of_real_failures() {
    const DNS: &str = "cannot find the host service.test: check the name and the network: dns lookup failed";
    const REFUSED: &str =
        "cannot connect to service.test:443: refused, nothing listens there: connection refused";
    const CLOSED: &str = "the connection ended before the answer: reset: socket closed";
    const HEADER: &str = "the value of the header `x-note` is not allowed in HTTP: remove line breaks and other \
                          control characters: failed to parse header value";
    let check = async |failure: fn() -> TransportError, expected: &str| {
        let bench = Bench::with(ApiKey::new("sk-test"));
        (0..9).for_each(|_| bench.http.push(FakeAnswer::error(failure())));
        bench.api.models().list().await.unwrap_err();
        bench.connect([FakeHandshake::error(failure())]).await.unwrap_err();
        let texts = texts(&bench);
        assert!(texts.len() >= 2 && texts.iter().all(|text| text == expected), "{texts:?}");
    };
    check(dns, DNS).await;
    check(refused, REFUSED).await;
    check(closed, CLOSED).await;
    check(header, HEADER).await;
}

#[tokio::test(start_paused = true)]
async fn telemetry_error_messages_of_statuses_and_timeouts_never_hold_a_body() {
    let bench = Bench::with(ApiKey::new("sk-test"));
    bench.fetch([told(401, 1)]).await.unwrap_err();
    (0..9).for_each(|_| bench.http.push(told(503, 2)));
    bench.api.models().list().await.unwrap_err();
    let mut expected = vec!["http 401".to_owned()];
    expected.extend((0..5).map(|_| "http 503".to_owned()));
    assert_eq!(texts(&bench), expected, "the last of the retries keeps its own error");

    let bench = Bench::with(ApiKey::new("sk-test"));
    (0..9).for_each(|_| bench.http.push(FakeAnswer::silence()));
    bench.api.models().list().await.unwrap_err();
    assert!(texts(&bench).iter().all(|text| text == "timeout") && !texts(&bench).is_empty());
}

/// What the service says inside a stream goes to the caller, and its code at most to telemetry.
#[tokio::test]
async fn telemetry_error_messages_of_streams_never_hold_the_words_of_the_service() {
    const FAILED: &str = r#"{"type":"response.failed","response":{"id":"r","error":{"code":"rate_limit_exceeded","message":"body-word"}}}"#;
    const ERROR: &str = r#"{"type":"error","status":500,"error":{"code":"body-word","message":"body-word"}}"#;
    const GARBLED: &str = r#"{"type":"response.completed","response":"body-word"}"#;
    let cases: [(&'static [&'static str], &str); 3] =
        [(&[FAILED], "rate limit"), (&[ERROR], "http 500"), (&[GARBLED], "the answer cannot be decoded")];
    for (events, expected) in cases {
        let bench = Bench::with(ApiKey::new("sk-test"));
        let connection = bench.connect([serving(events)]).await.unwrap();
        let error = connection.stream(&request()).await.unwrap().collect().await.unwrap_err();
        assert_eq!(texts(&bench), [expected]);
        assert!(!format!("{:?}", bench.events()).contains(BODY_WORD), "{error}");
    }
}

/// A credential in a detail of this client's own is taken out all the same.
#[tokio::test]
async fn telemetry_error_messages_hold_no_credential() {
    let bench = Bench::with(ApiKey::new("sk-test"));
    let source = source("proxy said: Bearer abc123 and sk-abcdefgh12345678");
    let other = || TransportError::Other { source: source.to_string().into() };
    bench.fetch([FakeAnswer::error(other())]).await.unwrap_err();
    assert_eq!(texts(&bench), ["the request failed: proxy said: Bearer [REDACTED] and [REDACTED]"]);
    assert!(matches!(bench.events()[..], [Event::ApiRequest(_)]));
}
