//! Fake transport: one connection read and written by two tasks.

use codex_client::fake::websocket_pair;
use codex_client::{
    CloseCode, DeflateOffer, TransportError, WebSocketError, WebSocketMessage, WebSocketOptions,
};
use std::time::Duration;

use crate::wire::head;

fn text(message: WebSocketMessage) -> String {
    match message {
        WebSocketMessage::Text(text) => text.into_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn both_directions_at_once_through_a_pipe_that_is_full() {
    let mut options = WebSocketOptions::default();
    options.deflate = DeflateOffer::Off;
    let (client, server) = websocket_pair(head(), &options);
    // Each side sends 1 MB before it is done, far more than the stream holds: whoever did not read while it
    // writes would wait for ever.
    let both = [client, server].map(|connection| {
        let (mut reader, mut writer) = connection.into_split();
        let sending = tokio::spawn(async move {
            for at in 0..1000 {
                writer.send_text(&format!("{at}{}", "x".repeat(1000))).await.unwrap();
            }
            writer
        });
        let receiving = tokio::spawn(async move {
            for at in 0..1000 {
                let message = text(reader.next().await.unwrap().unwrap());
                assert!(message.starts_with(&format!("{at}x")));
            }
            reader
        });
        (sending, receiving)
    });
    for (sending, receiving) in both {
        sending.await.unwrap();
        receiving.await.unwrap();
    }
}

#[tokio::test]
async fn the_reader_answers_pings_while_the_writer_waits_for_work() {
    let (client, mut server) = websocket_pair(head(), &WebSocketOptions::default());
    let (mut reader, mut writer) = client.into_split();
    let reading = tokio::spawn(async move { reader.next().await });
    server.ping(b"there?").await.unwrap();
    assert!(server.is_open());
    writer.send_text("still here").await.unwrap();
    assert_eq!(text(server.next().await.unwrap().unwrap()), "still here");
    server.send_text("good").await.unwrap();
    assert_eq!(text(reading.await.unwrap().unwrap().unwrap()), "good");
}

#[tokio::test]
async fn either_side_closes() {
    let (client, mut server) = websocket_pair(head(), &WebSocketOptions::default());
    let (mut reader, mut writer) = client.into_split();
    writer.close(CloseCode::NORMAL, "done").await.unwrap();
    let error = writer.send_text("late").await.unwrap_err();
    assert!(matches!(error, TransportError::WebSocket(WebSocketError::Closed)), "{error:?}");
    let WebSocketMessage::Close(close) = server.next().await.unwrap().unwrap() else { panic!("no close") };
    assert_eq!((close.code, close.reason.as_str()), (CloseCode::NORMAL, "done"));
    assert!(matches!(reader.next().await.unwrap().unwrap(), WebSocketMessage::Close(_)));
    assert!(reader.next().await.is_none());

    let (client, mut server) = websocket_pair(head(), &WebSocketOptions::default());
    let (mut reader, mut writer) = client.into_split();
    let closing = tokio::spawn(async move { server.close(CloseCode::GOING_AWAY, "").await });
    assert!(matches!(reader.next().await.unwrap().unwrap(), WebSocketMessage::Close(_)));
    closing.await.unwrap().unwrap();
    assert!(writer.send_text("late").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_already_waits_learns_that_the_close_is_not_answered() {
    let (client, server) = websocket_pair(head(), &WebSocketOptions::default());
    let (mut reader, mut writer) = client.into_split();
    let reading = tokio::spawn(async move { reader.next().await });
    tokio::time::sleep(Duration::from_secs(60)).await;
    writer.close(CloseCode::NORMAL, "").await.unwrap();
    let error = reading.await.unwrap().unwrap().unwrap_err();
    assert!(matches!(error, TransportError::Timeout { .. }), "{error:?}");
    drop(server);
}

#[tokio::test(start_paused = true)]
async fn what_the_writer_sends_does_not_hide_that_nothing_comes_back() {
    let mut options = WebSocketOptions::default();
    options.byte_idle = Some(Duration::from_secs(30));
    let (client, server) = websocket_pair(head(), &options);
    let (mut reader, mut writer) = client.into_split();
    let writing = tokio::spawn(async move {
        for _ in 0..10 {
            writer.send_binary(b"audio").await.unwrap();
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
    });
    let started = tokio::time::Instant::now();
    let error = reader.next().await.unwrap().unwrap_err();
    assert!(matches!(error, TransportError::Timeout { .. }), "{error:?}");
    assert_eq!(started.elapsed(), Duration::from_secs(30));
    writing.abort();
    drop(server);
}
