//! Fake transport: bodies and event streams under paused time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use bytes::Bytes;
use codex_client::fake::{FakeAnswer, FakeTransport};
use codex_client::{
    HttpTransport, Request, ResponseBody, SseError, SseLimit, SseLimits, SseStream, StatusError,
    TimeoutPhase, Timeouts, TransportError,
};
use futures_util::stream;
use http::Method;
use tokio::time::Instant;

fn request(timeouts: Timeouts) -> Request {
    Request { timeouts, ..Request::new(Method::POST, "https://service.example/".parse().unwrap()) }
}

/// A body that sends `text` every `pause`, for ever.
fn ticking(pause: Duration, text: &'static str) -> ResponseBody {
    ResponseBody::from_stream(stream::unfold((), move |()| async move {
        tokio::time::sleep(pause).await;
        Some((Ok(Bytes::from_static(text.as_bytes())), ()))
    }))
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn phase(error: &TransportError) -> (TimeoutPhase, Duration) {
    match error {
        TransportError::Timeout { phase, limit } => (*phase, *limit),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn comments_reset_the_byte_clock_but_not_the_event_clock() {
    let timeouts = Timeouts { byte_idle: Some(secs(15)), event_idle: Some(secs(60)), ..Timeouts::default() };
    let body = ticking(secs(10), ": keep-alive\n\n");
    let started = Instant::now();
    let mut stream = SseStream::new(body, SseLimits::default(), &timeouts);
    let error = stream.next().await.unwrap_err();
    assert_eq!(phase(&error), (TimeoutPhase::EventIdle, secs(60)));
    assert_eq!(error.to_string(), "no event within 60000 ms");
    // The clock starts when the reader first waits, and the sixth comment comes as it runs out.
    assert_eq!(started.elapsed(), secs(60));
    assert!(stream.next().await.unwrap().is_none(), "over after an error");
}

#[tokio::test(start_paused = true)]
async fn without_an_event_clock_comments_keep_a_stream_alive() {
    let timeouts = Timeouts { byte_idle: Some(secs(15)), ..Timeouts::default() };
    let mut stream = SseStream::new(ticking(secs(10), ":\n"), SseLimits::default(), &timeouts);
    assert!(tokio::time::timeout(secs(7_200), stream.next()).await.is_err(), "still waiting after two hours");
    assert_eq!(stream.progress().elapsed, secs(7_200));
    assert!(stream.progress().bytes >= 2 * 719);
}

#[tokio::test(start_paused = true)]
async fn silence_trips_the_byte_clock() {
    let timeouts = Timeouts { byte_idle: Some(secs(15)), event_idle: Some(secs(60)), ..Timeouts::default() };
    let transport = FakeTransport::new([FakeAnswer::ok().chunks(["data: 1\n\nda"]).stall()]);
    let body = transport.send(request(timeouts.clone())).await.unwrap().body;
    let mut stream = SseStream::new(body, SseLimits::default(), &timeouts);
    assert_eq!(stream.next().await.unwrap().unwrap().data, "1");
    let waited = Instant::now();
    assert_eq!(phase(&stream.next().await.unwrap_err()), (TimeoutPhase::ByteIdle, secs(15)));
    assert_eq!(waited.elapsed(), secs(15));
    assert_eq!((stream.progress().bytes, stream.progress().frames), (11, 1));
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_trips_no_clock() {
    let timeouts = Timeouts { byte_idle: Some(secs(15)), event_idle: Some(secs(15)), ..Timeouts::default() };
    let mut stream = SseStream::new(ticking(secs(10), "data: x\n\n"), SseLimits::default(), &timeouts);
    for _ in 0..3 {
        assert_eq!(stream.next().await.unwrap().unwrap().data, "x");
        tokio::time::advance(secs(3_600)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn frames_reset_the_event_clock() {
    let timeouts = Timeouts { event_idle: Some(secs(15)), ..Timeouts::default() };
    let mut stream = SseStream::new(ticking(secs(10), "data: x\n\n"), SseLimits::default(), &timeouts);
    for _ in 0..50 {
        assert!(stream.next().await.unwrap().is_some());
    }
    assert_eq!(stream.progress().elapsed, secs(500));
}

#[tokio::test(start_paused = true)]
async fn a_limit_past_the_end_of_time_never_elapses() {
    let timeouts = Timeouts { byte_idle: Some(Duration::MAX), ..Timeouts::default() };
    let mut stream = SseStream::new(ticking(secs(10), "data: x\n\n"), SseLimits::default(), &timeouts);
    assert!(stream.next().await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn cuts_and_limits_end_a_stream_after_its_frames() {
    let transport = FakeTransport::new([FakeAnswer::ok().chunks(["data: 1\n\nda", "ta: 2\n\n"]).cut()]);
    let body = transport.send(request(Timeouts::default())).await.unwrap().body;
    let mut stream = SseStream::new(body, SseLimits::default(), &Timeouts::default());
    assert_eq!(stream.next().await.unwrap().unwrap().data, "1");
    assert_eq!(stream.next().await.unwrap().unwrap().data, "2");
    assert!(matches!(stream.next().await.unwrap_err(), TransportError::Closed { .. }));
    assert!(stream.next().await.unwrap().is_none());

    let limits = SseLimits { max_line_bytes: 8, ..SseLimits::default() };
    let body = ResponseBody::from_chunks(["id: 4\ndata: 1\n\n", "data: 23\ndata: 245678"]);
    let mut stream = SseStream::new(body, limits, &Timeouts::default());
    assert_eq!(stream.next().await.unwrap().unwrap().data, "1");
    let error = stream.next().await.unwrap_err();
    assert!(matches!(error, TransportError::Sse(SseError::TooLarge { what: SseLimit::Line, limit: 8 })));
    assert_eq!(stream.last_event_id(), "4");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_trips_the_head_clock() {
    let transport = FakeTransport::new([FakeAnswer::silence()]);
    let timeouts = Timeouts { head: Some(secs(20)), ..Timeouts::default() };
    let error = transport.send(request(timeouts)).await.unwrap_err();
    assert_eq!(phase(&error), (TimeoutPhase::Head, secs(20)));
}

#[tokio::test(start_paused = true)]
async fn an_error_body_that_stalls_costs_little_time() {
    let transport = FakeTransport::new([FakeAnswer::status(500).body("so far").stall()]);
    let started = Instant::now();
    let error = StatusError::read(transport.send(request(Timeouts::default())).await.unwrap()).await;
    assert_eq!(started.elapsed(), StatusError::BODY_TIMEOUT);
    assert_eq!(error.status(), 500);
    assert!(error.body_error.is_some() && error.truncated);
    assert_eq!(error.text(), "so far");
}

#[tokio::test]
async fn collect_is_bounded() {
    let table: [(&[&'static str], usize, &str, bool); 8] = [
        (&[], 4, "", false),
        (&["ab"], 4, "ab", false),
        (&["abcd"], 4, "abcd", false),
        (&["abcde"], 4, "abcd", true),
        (&["ab", "cd"], 4, "abcd", false),
        (&["ab", "", "cd", "e"], 4, "abcd", true),
        (&["ab", "cdefg"], 4, "abcd", true),
        (&["a"], 0, "", true),
    ];
    for (chunks, limit, expected, truncated) in table {
        let body = ResponseBody::from_chunks(chunks.iter().copied());
        let collected = body.collect(limit).await.unwrap();
        assert_eq!(
            (&collected.bytes[..], collected.truncated),
            (expected.as_bytes(), truncated),
            "{chunks:?}"
        );
    }
}

#[tokio::test]
async fn a_script_that_ends_says_so() {
    let transport = FakeTransport::default();
    let error = transport.send(request(Timeouts::default())).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the script of the fake transport has no answer left");
    assert_eq!((transport.requests().len(), transport.unused()), (1, 0));
}
