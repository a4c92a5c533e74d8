//! Fake transport: clocks under paused time, and connections that nobody reads for a while.

use std::time::Duration;

use codex_client::fake::websocket_pair;
use codex_client::{
    CloseCode, KeepAlive, TimeoutPhase, TransportError, WebSocketConnection, WebSocketError,
    WebSocketMessage, WebSocketOptions,
};
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep, timeout};

use crate::connection::read_masked;
use crate::wire::{CLOSE, FIN, PING, PONG, TEXT, frame, head};

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn options(byte_idle: Option<u64>, keep_alive: Option<KeepAlive>) -> WebSocketOptions {
    let mut options = WebSocketOptions::default();
    options.byte_idle = byte_idle.map(secs);
    options.keep_alive = keep_alive;
    options
}

fn raw(options: &WebSocketOptions) -> (WebSocketConnection, DuplexStream) {
    let (ours, theirs) = duplex(1024);
    (WebSocketConnection::from_io(ours, head(), options).unwrap(), theirs)
}

fn is_byte_idle(error: &TransportError, limit: Duration) -> bool {
    matches!(error, TransportError::Timeout { phase: TimeoutPhase::ByteIdle, limit: l } if *l == limit)
}

#[tokio::test(start_paused = true)]
async fn a_half_open_connection_is_given_up() {
    let (mut client, server) = raw(&options(Some(30), None));
    let started = Instant::now();
    let error = client.next().await.unwrap().unwrap_err();
    assert!(is_byte_idle(&error, secs(30)), "{error:?}");
    assert!(error.is_retryable());
    assert_eq!(started.elapsed(), secs(30));
    assert!(client.next().await.is_none());
    drop(server);
}

#[tokio::test(start_paused = true)]
async fn pings_of_the_server_end_the_silence() {
    let (mut client, mut server) = raw(&options(Some(30), None));
    tokio::spawn(async move {
        for _ in 0..10 {
            sleep(secs(20)).await;
            server.write_all(&frame(FIN | PING, b"")).await.unwrap();
        }
        sleep(secs(3600)).await;
    });
    let started = Instant::now();
    let error = client.next().await.unwrap().unwrap_err();
    assert!(is_byte_idle(&error, secs(30)), "{error:?}");
    assert_eq!(started.elapsed(), secs(230));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_nobody_takes_is_given_up() {
    let (mut client, server) = raw(&options(Some(30), None));
    let error = client.send_text(&"x".repeat(5000)).await.unwrap_err();
    assert!(is_byte_idle(&error, secs(30)), "{error:?}");
    let error = client.send_text("again").await.unwrap_err();
    assert!(matches!(error, TransportError::WebSocket(WebSocketError::Closed)), "{error:?}");
    drop(server);
}

#[tokio::test(start_paused = true)]
async fn keep_alive_pings_and_gives_up_without_an_answer() {
    let keep_alive = KeepAlive { interval: secs(20), timeout: secs(5) };
    let (mut client, mut server) = raw(&options(None, Some(keep_alive)));
    let server = tokio::spawn(async move {
        // Any byte is an answer.
        assert_eq!(read_masked(&mut server).await, (FIN | PING, vec![]));
        server.write_all(&frame(FIN | PONG, b"")).await.unwrap();
        assert_eq!(read_masked(&mut server).await, (FIN | PING, vec![]));
        server.write_all(&frame(FIN | TEXT, b"text")).await.unwrap();
        assert_eq!(read_masked(&mut server).await, (FIN | PING, vec![]));
        server
    });
    let started = Instant::now();
    assert!(matches!(client.next().await.unwrap().unwrap(), WebSocketMessage::Text(_)));
    assert_eq!(started.elapsed(), secs(40));
    let error = client.next().await.unwrap().unwrap_err();
    assert!(
        matches!(error, TransportError::WebSocket(WebSocketError::PingUnanswered { limit }) if limit == secs(5)),
        "{error:?}"
    );
    assert_eq!(started.elapsed(), secs(65));
    drop(server.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn silence_between_requests_is_no_error_and_pings_are_answered() {
    let (mut client, mut server) = raw(&options(Some(30), None));
    let server = tokio::spawn(async move {
        sleep(secs(1000)).await;
        server.write_all(&frame(FIN | PING, b"there?")).await.unwrap();
        assert_eq!(read_masked(&mut server).await, (FIN | PONG, b"there?".to_vec()));
        sleep(secs(1000)).await;
        server.write_all(&frame(FIN | CLOSE, b"\x03\xE9")).await.unwrap();
        server
    });
    // Waiting may be given up and begun again.
    assert!(timeout(secs(1500), client.idle()).await.is_err());
    assert!(client.is_open());
    client.idle().await;
    client.idle().await;
    assert!(!client.is_open());
    let WebSocketMessage::Close(close) = client.next().await.unwrap().unwrap() else { panic!("no close") };
    assert_eq!(close.code, CloseCode::GOING_AWAY);
    assert!(client.next().await.is_none());
    drop(server.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn silence_before_a_request_does_not_count_against_its_answer() {
    let (mut client, mut server) = raw(&options(Some(30), None));
    // A wait that was given up, and long nothing.
    assert!(timeout(secs(20), client.next()).await.is_err());
    sleep(secs(1000)).await;
    client.send_text("question").await.unwrap();
    let answering = tokio::spawn(async move {
        sleep(secs(25)).await;
        server.write_all(&frame(FIN | TEXT, b"answer")).await.unwrap();
        server
    });
    assert_eq!(client.next().await.unwrap().unwrap(), WebSocketMessage::Text("answer".into()));
    drop(answering.await.unwrap());
}

#[tokio::test]
async fn a_connection_that_the_server_left_is_not_open() {
    let (mut client, server) = websocket_pair(head(), &WebSocketOptions::default());
    assert!(client.is_open());
    drop(server);
    assert!(!client.is_open());
    assert!(client.next().await.unwrap().is_err(), "the reason is kept for the reader");
    assert!(client.next().await.is_none());
    assert!(!client.is_open());
}

#[tokio::test]
async fn a_message_that_nobody_asked_for_is_kept() {
    let (mut client, mut server) = websocket_pair(head(), &WebSocketOptions::default());
    server.send_text("unasked").await.unwrap();
    assert!(!client.is_open());
    client.idle().await;
    assert_eq!(client.next().await.unwrap().unwrap(), WebSocketMessage::Text("unasked".into()));
    assert!(client.is_open());
}

#[tokio::test(start_paused = true)]
async fn a_close_is_answered_in_time_or_given_up() {
    let (mut client, mut server) = raw(&options(None, None));
    tokio::spawn(async move {
        // Goes on talking, but never answers.
        loop {
            server.write_all(&frame(FIN | TEXT, b"chatter")).await.unwrap();
            sleep(secs(1)).await;
        }
    });
    let started = Instant::now();
    let error = client.close(CloseCode::NORMAL, "").await.unwrap_err();
    assert!(is_byte_idle(&error, WebSocketOptions::DEFAULT_CLOSE_TIMEOUT), "{error:?}");
    assert_eq!(started.elapsed(), WebSocketOptions::DEFAULT_CLOSE_TIMEOUT);
    assert!(client.next().await.is_none());
}
