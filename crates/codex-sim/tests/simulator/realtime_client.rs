//! What the tests of realtime sessions share: sessions, sounds, events.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codex_sim::{Faults, Reply, Rule, Scenario, Simulator, When};
use serde_json::{Value, json};

use crate::socket::Socket;

pub(crate) const MODEL: &str = "/v1/realtime?model=gpt-realtime";
pub(crate) const TRANSCRIPTION: &str = "/v1/realtime?intent=transcription";
pub(crate) const QUICKSILVER: &str = "/v1/realtime?intent=quicksilver";

pub(crate) async fn open(simulator: &Simulator, path: &str) -> Socket {
    Socket::open(simulator, path, &[("authorization", "Bearer sk-test")]).await.unwrap()
}

/// A connection that has said what it is.
pub(crate) async fn session(simulator: &Simulator) -> Socket {
    let mut socket = open(simulator, MODEL).await;
    assert_eq!(socket.next().await["type"], "session.created");
    socket
}

pub(crate) fn replies(reply: Reply, faults: Faults) -> Scenario {
    Scenario::new().rule(Rule::reply(reply).faults(faults).when(When::new().path("/realtime")))
}

/// So many milliseconds of a loud square wave.
pub(crate) fn speech(ms: usize) -> Vec<u8> {
    (0..ms * 24)
        .flat_map(|sample| if sample / 60 % 2 == 0 { 4_000_i16 } else { -4_000 }.to_le_bytes())
        .collect()
}

pub(crate) fn silence(ms: usize) -> Vec<u8> {
    vec![0; ms * 48]
}

pub(crate) fn append(audio: &[u8]) -> Value {
    json!({"type": "input_audio_buffer.append", "audio": STANDARD.encode(audio)})
}

pub(crate) fn user(text: &str) -> Value {
    json!({"type": "conversation.item.create", "item": {
        "type": "message", "role": "user", "content": [{"type": "input_text", "text": text}],
    }})
}

/// Events up to one of this type.
pub(crate) async fn until(socket: &mut Socket, kind: &str) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let event = socket.next().await;
        let found = event["type"] == kind;
        events.push(event);
        if found {
            return events;
        }
    }
}

pub(crate) fn joined(events: &[Value], kind: &str) -> String {
    let of_kind = events.iter().filter(|event| event["type"] == kind);
    of_kind.map(|event| event["delta"].as_str().unwrap()).collect()
}
