//! Fake transport: a connection over a stream in memory.

use codex_client::fake::websocket_pair;
use codex_client::{
    CloseAdvice, CloseCode, ClosedReason, ConnectionUse, DeflateOffer, PeerMisbehaved, TransportError,
    WebSocketConnection, WebSocketError, WebSocketLimit, WebSocketMessage, WebSocketOptions,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use crate::wire::{BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, TEXT, frame, head};

/// A client, and the raw other end of its stream, which holds `pipe` bytes.
fn raw(pipe: usize, options: &WebSocketOptions) -> (WebSocketConnection, DuplexStream) {
    let (ours, theirs) = duplex(pipe);
    (WebSocketConnection::from_io(ours, head(), options).unwrap(), theirs)
}

fn options() -> WebSocketOptions {
    WebSocketOptions::default()
}

/// Reads one masked frame of at most 125 bytes: its first byte and its payload.
pub(crate) async fn read_masked(stream: &mut DuplexStream) -> (u8, Vec<u8>) {
    let mut head = [0; 6];
    stream.read_exact(&mut head).await.unwrap();
    let mut payload = vec![0; usize::from(head[1] & 0x7F)];
    stream.read_exact(&mut payload).await.unwrap();
    for (byte, key) in payload.iter_mut().zip(head[2..].iter().cycle()) {
        *byte ^= key;
    }
    (head[0], payload)
}

fn message(text: &str) -> WebSocketMessage {
    WebSocketMessage::Text(text.to_owned().into())
}

#[tokio::test]
async fn messages_of_all_kinds_both_ways() {
    let (mut client, mut server) = websocket_pair(head(), &options());
    assert_eq!(client.connection_use(), ConnectionUse::Fresh);
    client.send_text("question").await.unwrap();
    client.send_binary(&[1, 2, 3]).await.unwrap();
    assert_eq!(server.next().await.unwrap().unwrap(), message("question"));
    assert_eq!(server.next().await.unwrap().unwrap(), WebSocketMessage::Binary(vec![1, 2, 3].into()));
    server.send_text(&"answer ".repeat(1000)).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), message(&"answer ".repeat(1000)));
    assert_eq!((client.sent(), client.received()), (2, 1));
    assert_eq!(client.connection_use(), ConnectionUse::Reused);
    assert!(client.deflate().is_some());
    assert!(!format!("{client:?}").contains("answer"));
}

#[tokio::test]
async fn pings_are_answered_in_order_while_the_connection_is_read() {
    let (mut client, mut server) = raw(4096, &options());
    for payload in [&b"one"[..], b"", b"three"] {
        server.write_all(&frame(FIN | PING, payload)).await.unwrap();
    }
    server.write_all(&frame(FIN | PONG, b"nobody asked")).await.unwrap();
    server.write_all(&frame(FIN | TEXT, b"text")).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), message("text"));
    for payload in [&b"one"[..], b"", b"three"] {
        assert_eq!(read_masked(&mut server).await, (FIN | PONG, payload.to_vec()));
    }
}

#[tokio::test]
async fn a_ping_flood_costs_no_memory_and_the_last_one_is_answered() {
    let (mut client, mut server) = raw(256, &options());
    // A server that sends 10,000 pings of 100 bytes and reads no answer until it is done.
    let flood = tokio::spawn(async move {
        for at in 0..10_000_u32 {
            let mut payload = [0; 100];
            payload[..4].copy_from_slice(&at.to_be_bytes());
            server.write_all(&frame(FIN | PING, &payload)).await.unwrap();
        }
        server.write_all(&frame(FIN | TEXT, b"done")).await.unwrap();
        let mut last = (0, Vec::new());
        let mut pongs = 0;
        while last.1.get(..4) != Some(&9_999_u32.to_be_bytes()[..]) {
            last = read_masked(&mut server).await;
            pongs += 1;
        }
        assert!(pongs < 1_000, "{pongs} pongs had been kept");
        server.write_all(&frame(FIN | TEXT, b"thanks")).await.unwrap();
    });
    assert_eq!(client.next().await.unwrap().unwrap(), message("done"));
    assert_eq!(client.next().await.unwrap().unwrap(), message("thanks"));
    flood.await.unwrap();
}

#[tokio::test]
async fn a_close_of_the_server_is_answered_by_its_code() {
    for (payload, code, answer) in
        [(&b"\x03\xE9bye"[..], CloseCode::GOING_AWAY, &b"\x03\xE9"[..]), (b"", CloseCode::NO_STATUS, b"")]
    {
        let (mut client, mut server) = raw(4096, &options());
        server.write_all(&frame(FIN | CLOSE, payload)).await.unwrap();
        server.write_all(&frame(FIN | TEXT, b"after the close")).await.unwrap();
        let WebSocketMessage::Close(close) = client.next().await.unwrap().unwrap() else {
            panic!("no close")
        };
        assert_eq!(close.code, code);
        assert_eq!(read_masked(&mut server).await, (FIN | CLOSE, answer.to_vec()));
        assert!(client.next().await.is_none());
        assert!(client.next().await.is_none());
        let error = client.send_text("late").await.unwrap_err();
        assert!(matches!(error, TransportError::WebSocket(WebSocketError::Closed)), "{error:?}");
        assert!(error.is_retryable(), "on a new connection");
        // The stream is shut down too.
        assert_eq!(server.read(&mut [0; 10]).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn closing_waits_for_the_answer_and_drops_what_comes_before_it() {
    let (mut client, mut server) = raw(4096, &options());
    let closing = tokio::spawn(async move {
        client.close(CloseCode::NORMAL, "thanks").await.unwrap();
        client
    });
    assert_eq!(read_masked(&mut server).await, (FIN | CLOSE, b"\x03\xE8thanks".to_vec()));
    server.write_all(&frame(FIN | TEXT, b"on the way")).await.unwrap();
    server.write_all(&frame(FIN | CLOSE, b"\x03\xE8")).await.unwrap();
    let mut client = closing.await.unwrap();
    assert!(client.next().await.is_none());
    client.close(CloseCode::NORMAL, "").await.unwrap();
}

#[tokio::test]
async fn an_end_without_a_close_is_an_error() {
    for (bytes, found) in [
        (frame(FIN | TEXT, b"whole"), "there was no close frame"),
        ([frame(FIN | TEXT, b"whole"), vec![FIN | TEXT]].concat(), "the stream ended within a message"),
        ([frame(FIN | TEXT, b"whole"), frame(TEXT, b"part")].concat(), "the stream ended within a message"),
    ] {
        let (mut client, mut server) = raw(4096, &options());
        server.write_all(&bytes).await.unwrap();
        drop(server);
        assert_eq!(client.next().await.unwrap().unwrap(), message("whole"));
        let error = client.next().await.unwrap().unwrap_err();
        let TransportError::Closed { reason: ClosedReason::Early, source, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(source.to_string(), found);
        assert!(error.is_retryable());
        assert!(client.next().await.is_none());
    }
}

#[tokio::test]
async fn a_fault_of_the_server_closes_with_its_code() {
    let limited = {
        let mut options = options();
        options.limits.max_message_bytes = 10;
        options
    };
    for (bytes, options, code, expected) in [
        (
            frame(FIN | CONTINUATION, b""),
            options(),
            CloseCode::PROTOCOL_ERROR,
            WebSocketError::PeerMisbehaved(PeerMisbehaved::NothingToContinue),
        ),
        (
            frame(FIN | TEXT, b"\xFF"),
            options(),
            CloseCode::INVALID_PAYLOAD,
            WebSocketError::PeerMisbehaved(PeerMisbehaved::TextNotUtf8),
        ),
        (
            frame(FIN | BINARY, b"eleven bytes"),
            limited,
            CloseCode::TOO_BIG,
            WebSocketError::TooLarge { what: WebSocketLimit::Message, limit: 10, size: 12 },
        ),
    ] {
        let (mut client, mut server) = raw(4096, &options);
        server.write_all(&bytes).await.unwrap();
        let error = client.next().await.unwrap().unwrap_err();
        assert!(matches!(&error, TransportError::WebSocket(found) if *found == expected), "{error:?}");
        assert!(!error.is_retryable());
        let answer = code.as_u16().to_be_bytes().to_vec();
        assert_eq!(read_masked(&mut server).await, (FIN | CLOSE, answer));
        assert!(client.next().await.is_none());
    }
}

#[tokio::test]
async fn what_the_server_said_before_it_left_is_read_though_nothing_can_be_written() {
    let (mut client, mut server) = raw(4096, &options());
    server.write_all(&frame(FIN | PING, b"")).await.unwrap();
    server.write_all(&frame(FIN | CLOSE, b"\x03\xF0no")).await.unwrap();
    drop(server);
    let WebSocketMessage::Close(close) = client.next().await.unwrap().unwrap() else { panic!("no close") };
    assert_eq!(close.code, CloseCode::POLICY);
}

#[tokio::test]
async fn a_message_longer_than_the_limit_is_refused_and_the_connection_goes_on() {
    let mut options = options();
    options.limits.max_send_bytes = 10;
    let (mut client, mut server) = websocket_pair(head(), &options);
    let error = client.send_text("eleven bytes").await.unwrap_err();
    assert!(
        matches!(
            error,
            TransportError::WebSocket(WebSocketError::TooLarge {
                what: WebSocketLimit::Send,
                limit: 10,
                size: 12
            })
        ),
        "{error:?}"
    );
    client.send_text("short").await.unwrap();
    assert_eq!(server.next().await.unwrap().unwrap(), message("short"));
}

#[tokio::test]
async fn a_send_that_was_dropped_half_way_is_still_sent_whole() {
    let (mut client, mut server) = raw(64, &options());
    let long = "x".repeat(100);
    tokio::select! {
        biased;
        _ = client.send_text(&long) => panic!("the pipe is too small for that"),
        () = std::future::ready(()) => {}
    }
    let reading = tokio::spawn(async move {
        let first = read_masked(&mut server).await;
        (first, read_masked(&mut server).await)
    });
    client.send_text("next").await.unwrap();
    let expected = ((FIN | TEXT, long.into_bytes()), (FIN | TEXT, b"next".to_vec()));
    assert_eq!(reading.await.unwrap(), expected);
}

#[tokio::test]
async fn a_huge_message_goes_through_a_small_pipe() {
    let mut options = options();
    options.deflate = DeflateOffer::Off;
    let (ours, theirs) = duplex(1000);
    let mut client = WebSocketConnection::from_io(ours, head(), &options).unwrap();
    let huge = "0123456789abcdef".repeat(64 * 1024);
    let expected = huge.clone();
    let server = tokio::spawn(async move {
        let mut theirs = theirs;
        let mut bytes = vec![0; 14 + huge.len()];
        theirs.read_exact(&mut bytes).await.unwrap();
        theirs.write_all(&frame(FIN | TEXT, huge.as_bytes())).await.unwrap();
        theirs
    });
    client.send_text(&expected).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), message(&expected));
    drop(server.await.unwrap());
}

#[tokio::test]
async fn the_reason_is_there_to_read_when_a_send_fails() {
    let (mut client, mut server) = raw(64, &options());
    server.write_all(&frame(FIN | CLOSE, b"\x03\xF1too big")).await.unwrap();
    drop(server);
    let error = client.send_text(&"x".repeat(1000)).await.unwrap_err();
    assert!(matches!(error, TransportError::Closed { .. }), "{error:?}");
    let WebSocketMessage::Close(close) = client.next().await.unwrap().unwrap() else { panic!("no close") };
    assert_eq!((close.code, close.advice()), (CloseCode::TOO_BIG, CloseAdvice::TooBig));
}
