//! Ladder: simulator. Realtime sessions: what is refused, rules and faults, the first protocol of Codex.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codex_sim::{
    Cut, Failure, Faults, Insert, Position, RealtimeOptions, Reply, Rule, Scenario, Simulator, StreamFailure,
    Transport, WebSocketOptions, When,
};
use serde_json::{Value, json};

use crate::realtime_client::{
    MODEL, QUICKSILVER, append, joined, open, session, silence, speech, until, user,
};
use crate::socket::{Ended, Socket};

#[tokio::test]
async fn wrong_events_get_errors_and_the_session_stays() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let mut socket = session(&simulator).await;
    let update = |session: Value| json!({"type": "session.update", "session": session});
    let format = |format: Value| update(json!({"type": "realtime", "audio": {"input": {"format": format}}}));
    let message = |role: &str, kind: &str| {
        let content = json!([{"type": kind, "text": "x"}]);
        json!({"type": "conversation.item.create", "item": {"type": "message", "role": role, "content": content}})
    };
    let cases = [
        (json!({}), "invalid_event", Value::Null),
        (json!([]), "invalid_event", Value::Null),
        (json!({"type": "session.close"}), "invalid_value", json!("type")),
        (json!({"type": "output_audio_buffer.clear"}), "invalid_event", json!("type")),
        (json!({"type": "session.update"}), "missing_required_parameter", json!("session")),
        (update(json!({})), "missing_required_parameter", json!("session.type")),
        (update(json!({"type": "quicksilver"})), "invalid_value", json!("session.type")),
        (update(json!({"type": "realtime", "wat": 1})), "unknown_parameter", json!("session.wat")),
        (format(json!({"type": "audio/mp3"})), "invalid_value", json!("session.audio.input.format.type")),
        (
            format(json!({"type": "audio/pcm", "rate": 8_000})),
            "invalid_value",
            json!("session.audio.input.format.rate"),
        ),
        (json!({"type": "input_audio_buffer.append"}), "missing_required_parameter", json!("audio")),
        (json!({"type": "input_audio_buffer.append", "audio": "?"}), "invalid_value", json!("audio")),
        (append(&[1, 2, 3]), "invalid_value", json!("audio")),
        (json!({"type": "input_audio_buffer.commit"}), "input_audio_buffer_commit_empty", Value::Null),
        (json!({"type": "conversation.item.create"}), "missing_required_parameter", json!("item")),
        (
            json!({"type": "conversation.item.create", "item": {"type": "wat"}}),
            "invalid_value",
            json!("item.type"),
        ),
        (message("robot", "input_text"), "invalid_value", json!("item.role")),
        (message("user", "text"), "invalid_value", json!("item.content[0].type")),
        (json!({"type": "conversation.item.retrieve", "item_id": "x"}), "item_not_found", json!("item_id")),
        (json!({"type": "conversation.item.delete"}), "missing_required_parameter", json!("item_id")),
        (json!({"type": "response.cancel"}), "response_cancel_not_active", Value::Null),
        (json!({"type": "response.create", "response": 1}), "invalid_value", json!("response")),
    ];
    for (mut event, code, param) in cases {
        if let Some(fields) = event.as_object_mut() {
            fields.insert("event_id".to_owned(), json!("mine"));
        }
        socket.send(&event).await;
        let error = socket.next().await;
        assert_eq!(error["type"], "error", "{event}");
        assert_eq!((&error["error"]["code"], &error["error"]["param"]), (&json!(code), &param), "{event}");
        if code != "invalid_event" {
            assert_eq!(error["error"]["event_id"], "mine");
        }
    }
    socket.send_text("{").await;
    assert_eq!(socket.next().await["error"]["code"], "invalid_json");
    socket.send_binary(&[0]).await;
    assert_eq!(socket.next().await["error"]["code"], "invalid_event");
    socket.send(&user("still there?")).await;
    assert_eq!(socket.next().await["type"], "conversation.item.added");
}

#[tokio::test]
async fn rules_and_faults_hold_for_sessions() {
    let when = || When::new().path("/realtime");
    let scenario = Scenario::new()
        .rule(Rule::fail(Failure::new(500).code("server_error").message("Broken.")).when(when()).once())
        .rule(
            Rule::sensible()
                .faults(Faults::new().fail(StreamFailure::new(1, "server_error", "x")))
                .when(when())
                .once(),
        )
        .rule(Rule::reply(Reply::text("cut").incomplete("max_output_tokens")).when(when()).once())
        .rule(
            Rule::sensible()
                .faults(
                    Faults::new()
                        .insert(Insert::BadJson { at: 1 })
                        .cut(Position::Events(2), Cut::Close(1011)),
                )
                .when(when()),
        )
        .rule(Rule::fail(Failure::new(403)).when(when().transport(Transport::Handshake).nth(2)));
    let simulator = Simulator::start(scenario).await.unwrap();
    let mut socket = session(&simulator).await;
    let create = json!({"type": "response.create"});
    socket.send(&create).await;
    let error = socket.next().await;
    assert_eq!(
        (&error["error"]["code"], &error["error"]["message"]),
        (&json!("server_error"), &json!("Broken."))
    );
    socket.send(&create).await;
    let failed = until(&mut socket, "response.done").await;
    assert_eq!(failed[1]["response"]["status_details"]["error"]["code"], "server_error");
    socket.send(&create).await;
    let incomplete = until(&mut socket, "response.done").await.pop().unwrap();
    assert_eq!(incomplete["response"]["status_details"]["reason"], "max_output_tokens");
    socket.send(&create).await;
    assert_eq!(until(&mut socket, "response.created").await.last().unwrap()["type"], "response.created");
    assert!(socket.message().await.unwrap().unwrap().into_text().unwrap().ends_with("\"delta\":"));
    assert_eq!(socket.ended().await, Ended::Closed(Some(1011)));
    let Err(refused) = Socket::open(&simulator, MODEL, &[("authorization", "Bearer x")]).await else {
        panic!()
    };
    assert_eq!(refused.status(), 403);
}

#[tokio::test]
async fn handshakes_are_checked() {
    let options = WebSocketOptions::new().lifetime(std::time::Duration::ZERO);
    let scenario = Scenario::new().websocket(options).require_token("sk-browser");
    let simulator = Simulator::start(scenario).await.unwrap();
    let Err(refused) = Socket::open(&simulator, MODEL, &[("authorization", "Bearer no")]).await else {
        panic!()
    };
    assert_eq!(refused.status(), 401);
    let key = ("sec-websocket-protocol", "realtime, openai-insecure-api-key.sk-browser");
    let Err(refused) = Socket::open(&simulator, "/v1/realtime", &[key]).await else { panic!() };
    assert_eq!(refused.status(), 400);
    let mut socket = Socket::open(&simulator, MODEL, &[key]).await.unwrap();
    socket.next().await;
    socket.send(&user("too late")).await;
    assert_eq!(socket.next().await["error"]["code"], "session_expired");
    assert_eq!(socket.ended().await, Ended::Closed(Some(1000)));
}

#[tokio::test]
async fn the_first_protocol_hands_over() {
    let options = RealtimeOptions::new().transcript("ask codex to tidy up");
    let simulator = Simulator::start(Scenario::new().realtime(options)).await.unwrap();
    let mut socket = open(&simulator, QUICKSILVER).await;
    socket.send(&append(&silence(10))).await;
    assert_eq!(socket.next().await["message"], "Send 'session.update' first.");
    let format = json!({"type": "audio/pcm", "rate": 24_000});
    let session = json!({
        "type": "quicksilver", "instructions": "be brief",
        "audio": {"input": {"format": format}, "output": {"voice": "fathom"}},
    });
    socket.send(&json!({"type": "session.update", "session": session})).await;
    let updated = socket.next().await;
    assert_eq!(
        (&updated["type"], &updated["session"]["instructions"]),
        (&json!("session.updated"), &json!("be brief"))
    );
    assert!(updated["session"]["id"].is_string() && updated.get("event_id").is_none());

    socket.send(&append(&[speech(100), silence(200)].concat())).await;
    let events = until(&mut socket, "conversation.handoff.requested").await;
    assert_eq!(joined(&events, "conversation.input_transcript.delta"), "ask codex to tidy up");
    let handoff = events.last().unwrap();
    assert_eq!(handoff["input_transcript"], "ask codex to tidy up");
    let result = |id: &Value| json!({"type": "conversation.handoff.append", "handoff_id": id, "output_text": "It is tidy."});
    socket.send(&result(&json!("other"))).await;
    assert_eq!(socket.next().await["type"], "error");
    socket.send(&result(&handoff["handoff_id"])).await;
    let spoken = until(&mut socket, "conversation.item.done").await;
    assert_eq!(joined(&spoken, "conversation.output_transcript.delta"), "It is tidy.");

    let content = json!([{"type": "text", "text": "good night"}]);
    socket.send(&json!({"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": content}})).await;
    until(&mut socket, "conversation.item.done").await;
    let spoken = until(&mut socket, "conversation.item.done").await;
    let audio = spoken.iter().find(|event| event["type"] == "conversation.output_audio.delta").unwrap();
    assert_eq!(
        (&audio["sample_rate"], &audio["channels"], &audio["samples_per_channel"]),
        (&json!(24_000), &json!(1), &json!(480))
    );
    assert_eq!(STANDARD.decode(audio["delta"].as_str().unwrap()).unwrap().len(), 960);
    assert!(joined(&spoken, "conversation.output_transcript.delta").contains("good night"));

    let wrong = [
        json!({"type": "session.update", "session": {"type": "realtime"}}),
        json!({"type": "response.create"}),
        json!({"type": "input_audio_buffer.append", "audio": "A"}),
        json!({"type": "conversation.item.create", "item": {"content": [{"type": "input_text", "text": "x"}]}}),
    ];
    for event in wrong {
        socket.send(&event).await;
        assert_eq!(socket.next().await["type"], "error", "{event}");
    }
}

/// Fields of the published events, where that list is at hand.
#[tokio::test]
async fn events_have_the_published_fields() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/realtime_events.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: realtime_events.json is not there");
        return;
    };
    let published: Vec<Value> = serde_json::from_str(&text).unwrap();
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let mut socket = open(&simulator, MODEL).await;
    let mut events = vec![socket.next().await];
    let input = json!({"transcription": {"model": "gpt-4o-transcribe"}});
    socket.send(&json!({"type": "session.update", "session": {"type": "realtime", "audio": {"input": input}, "tools": [{"type": "function", "name": "lookup", "parameters": {}}]}})).await;
    socket.send(&append(&[speech(100), silence(250)].concat())).await;
    events.extend(until(&mut socket, "response.done").await);
    socket.send(&json!({"type": "response.create", "response": {"output_modalities": ["text"]}})).await;
    events.extend(until(&mut socket, "response.done").await);
    socket.send(&user("use lookup")).await;
    socket.send(&json!({"type": "response.create"})).await;
    events.extend(until(&mut socket, "response.done").await);
    socket.send(&json!({"type": "wat"})).await;
    events.push(socket.next().await);
    let mut compared = std::collections::BTreeSet::new();
    for event in &events {
        let same = |known: &&Value| {
            known["api"] == "ga" && known["direction"] == "server" && known["type"] == event["type"]
        };
        let known = published.iter().find(same).unwrap_or_else(|| panic!("{event} is no published event"));
        for field in known["required"].as_array().unwrap() {
            assert!(event.get(field["name"].as_str().unwrap()).is_some(), "{field} of {event}");
        }
        compared.insert(event["type"].as_str().unwrap());
    }
    assert!(compared.len() >= 25, "{compared:?}");
}
