//! Fake transport: realtime sessions, from both sides and in both versions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod stories;

use codex_api::{
    ApiErrorKind, CloseCode, RealtimeSettings, StreamEnd,
    realtime::{RealtimeServerEvent, RealtimeVersion},
};
use codex_client::{WebSocketConnection, WebSocketMessage, fake::FakeHandshake};
use serde_json::{Value, json};
use stories::websocket_client;

async fn frame(server: &mut WebSocketConnection) -> Value {
    match server.next().await {
        Some(Ok(WebSocketMessage::Text(text))) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn say(server: &mut WebSocketConnection, event: Value) {
    server.send_text(&event.to_string()).await.unwrap();
}

#[tokio::test]
async fn a_session_opens_as_its_version_and_mode_say() {
    for (settings, kind, voice, query) in [
        (
            RealtimeSettings::conversation("be brief").version(RealtimeVersion::V1),
            "quicksilver",
            json!("fathom"),
            "intent=quicksilver",
        ),
        (RealtimeSettings::conversation("be brief").model("m"), "realtime", json!("alloy"), "model=m"),
        (RealtimeSettings::transcription(), "transcription", Value::Null, "intent=transcription"),
    ] {
        let (told, mut opening) = tokio::sync::mpsc::unbounded_channel();
        let (client, transport) = websocket_client([FakeHandshake::accepted(move |mut server| async move {
            told.send(frame(&mut server).await).unwrap();
        })]);
        let _session = client.realtime().connect(&settings.session_id("conv-1")).await.unwrap();
        let opening = opening.recv().await.unwrap();
        assert_eq!((&opening["type"], &opening["session"]["type"]), (&json!("session.update"), &json!(kind)));
        assert_eq!(opening["session"]["audio"]["output"]["voice"], voice);
        let asked = &transport.requests()[0];
        assert_eq!((asked.url.path(), asked.url.query()), ("/v1/realtime", Some(query)));
        assert_eq!(asked.headers["x-session-id"], "conv-1");
    }
}

#[tokio::test]
async fn reader_and_writer_work_in_different_tasks() {
    let (client, _) = websocket_client([FakeHandshake::accepted(|mut server| async move {
        frame(&mut server).await;
        assert_eq!(frame(&mut server).await["type"], "input_audio_buffer.append");
        assert_eq!(frame(&mut server).await["type"], "input_audio_buffer.commit");
        for piece in ["Hel", "lo"] {
            say(&mut server, json!({"type":"conversation.item.input_audio_transcription.delta","event_id":"e","item_id":"i","content_index":0,"delta":piece})).await;
        }
        say(&mut server, json!({"type":"conversation.item.input_audio_transcription.completed","event_id":"e","item_id":"i","content_index":0,"transcript":"Hello"})).await;
        say(&mut server, json!({"type":"conversation.item.done","event_id":"e","item":{"type":"function_call","name":"codex","call_id":"call_1","arguments":"{\"prompt\":\" fix it \"}"}})).await;
        let result = frame(&mut server).await;
        assert_eq!(
            (&result["item"]["type"], &result["item"]["call_id"]),
            (&json!("function_call_output"), &json!("call_1"))
        );
        server.send_binary(b"\x00").await.unwrap();
        server.close(CloseCode::NORMAL, "").await.unwrap();
    })]);
    let session = client.realtime().connect(&RealtimeSettings::conversation("")).await.unwrap();
    let (mut reader, writer) = session.into_split();
    let writing = tokio::spawn({
        let writer = writer.clone();
        async move {
            writer.append_sound(&[0; 480]).await.unwrap();
            writer.commit_sound().await.unwrap();
        }
    });
    let mut text = String::new();
    let handoff = loop {
        if let RealtimeServerEvent::InputAudioTranscriptionDelta(delta) =
            reader.next().await.unwrap().unwrap()
        {
            text.push_str(&delta.delta);
        }
        if let Some(handoff) = reader.handoff() {
            break handoff;
        }
    };
    writing.await.unwrap();
    assert_eq!(text, "Hello");
    // The completed text after its deltas is the same words, not more of them.
    assert_eq!((handoff.id.as_str(), handoff.text().as_str()), ("call_1", "user: Hello"));
    writer.hand_back(&handoff.id, "done").await.unwrap();
    let error = reader.next().await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ApiErrorKind::Stream(StreamEnd::BinaryFrame)));
    assert!(reader.next().await.is_none(), "the session went on to its end");
}

#[tokio::test]
async fn a_refused_session_keeps_status_and_evidence() {
    for status in [401, 403] {
        let (client, _) = websocket_client([FakeHandshake::refused(status)
            .header("x-request-id", "req-9")
            .body(r#"{"error":{"message":"no","code":"invalid_api_key"}}"#)]);
        let error = client.realtime().connect(&RealtimeSettings::transcription()).await.unwrap_err();
        assert_eq!((error.status(), error.request_id()), (Some(status), Some("req-9")));
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_error_once() {
    let (client, _) = websocket_client([FakeHandshake::accepted(|mut server| async move {
        frame(&mut server).await;
        say(
            &mut server,
            json!({"type":"error","event_id":"e","error":{"type":"invalid_request_error","message":"odd"}}),
        )
        .await;
    })]);
    let mut session = client.realtime().connect(&RealtimeSettings::conversation("")).await.unwrap();
    let event = session.reader().next().await.unwrap().unwrap();
    assert_eq!(event.kind(), "error");
    assert!(session.reader().next().await.unwrap().is_err());
    assert!(session.reader().next().await.is_none());
}
