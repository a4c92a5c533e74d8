//! Ladder: simulator. Realtime conversations and transcription.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codex_sim::{Drip, Faults, Position, RealtimeOptions, Reply, Scenario, Simulator};
use serde_json::{Value, json};

use crate::realtime_client::{
    MODEL, TRANSCRIPTION, append, joined, open, replies, session, silence, speech, until, user,
};
use crate::socket::kinds;

#[tokio::test]
async fn a_text_conversation() {
    let simulator = Simulator::start(replies(Reply::text("Good day."), Faults::new())).await.unwrap();
    let mut socket = session(&simulator).await;
    socket.send(&json!({"type": "session.update", "session": {"type": "realtime", "output_modalities": ["text"]}})).await;
    let updated = socket.next().await;
    assert_eq!(updated["session"]["output_modalities"], json!(["text"]));
    assert_eq!(updated["session"]["model"], "gpt-realtime", "what is left out stays");
    socket.send(&user("hello")).await;
    let added = until(&mut socket, "conversation.item.done").await;
    assert_eq!(kinds(&added), ["conversation.item.added", "conversation.item.done"]);
    socket.send(&json!({"type": "response.create"})).await;
    let events = until(&mut socket, "response.done").await;
    let expected = [
        "response.created",
        "rate_limits.updated",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ];
    assert_eq!(kinds(&events), expected);
    assert_eq!(joined(&events, "response.output_text.delta"), "Good day.");
    let done = &events[11]["response"];
    assert_eq!(
        (&done["status"], &done["output"][0]["content"][0]["text"]),
        (&json!("completed"), &json!("Good day."))
    );
    assert!(
        events.iter().all(|event| event["event_id"].is_string() && event.get("sequence_number").is_none())
    );
    assert_eq!(events[3]["previous_item_id"], added[0]["item"]["id"]);
}

#[tokio::test]
async fn an_answer_in_audio() {
    let simulator = Simulator::start(replies(Reply::text("Good day."), Faults::new())).await.unwrap();
    let mut socket = session(&simulator).await;
    let format = json!({"type": "audio/pcmu"});
    let update = json!({"type": "realtime", "audio": {"output": {"format": format, "voice": "alloy"}}});
    socket.send(&json!({"type": "session.update", "session": update})).await;
    socket.send(&json!({"type": "response.create", "response": {"metadata": {"a": "b"}}})).await;
    let events = until(&mut socket, "response.done").await;
    assert_eq!(joined(&events, "response.output_audio_transcript.delta"), "Good day.");
    let audio: Vec<u8> = events
        .iter()
        .filter(|event| event["type"] == "response.output_audio.delta")
        .flat_map(|event| STANDARD.decode(event["delta"].as_str().unwrap()).unwrap())
        .collect();
    assert_eq!(audio.len(), 2 * 20 * 8);
    let response = &events.last().unwrap()["response"];
    assert_eq!(response["audio"]["output"], json!({"format": {"type": "audio/pcmu"}, "voice": "alloy"}));
    assert_eq!(
        response["output"][0]["content"][0],
        json!({"type": "output_audio", "transcript": "Good day."})
    );
    assert_eq!(response["metadata"], json!({"a": "b"}));
}

#[tokio::test]
async fn tools_are_called_and_answered() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let mut socket = session(&simulator).await;
    let parameters =
        json!({"type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]});
    let tools = json!([{"type": "function", "name": "codex", "parameters": parameters}]);
    socket.send(&json!({"type": "session.update", "session": {"type": "realtime", "tools": tools}})).await;
    socket.send(&user("ask codex to tidy up")).await;
    socket.send(&json!({"type": "response.create"})).await;
    let events = until(&mut socket, "response.done").await;
    let done = events.iter().find(|event| event["type"] == "response.function_call_arguments.done").unwrap();
    assert_eq!(done["name"], "codex");
    assert_eq!(
        joined(&events, "response.function_call_arguments.delta"),
        done["arguments"].as_str().unwrap()
    );
    let item = events.iter().rfind(|event| event["type"] == "conversation.item.done").unwrap();
    assert_eq!(
        (&item["item"]["type"], &item["item"]["call_id"]),
        (&json!("function_call"), &done["call_id"])
    );

    let output = |call_id: &Value| {
        json!({"type": "conversation.item.create", "item": {
            "type": "function_call_output", "call_id": call_id, "output": "all tidy",
        }})
    };
    socket.send(&output(&json!("call_x"))).await;
    assert_eq!(until(&mut socket, "error").await.pop().unwrap()["error"]["code"], "invalid_tool_call_id");
    socket.send(&output(&done["call_id"])).await;
    socket.send(&json!({"type": "response.create"})).await;
    let events = until(&mut socket, "response.done").await;
    assert!(joined(&events, "response.output_audio_transcript.delta").contains("all tidy"));
}

#[tokio::test]
async fn speech_ends_with_silence_and_is_answered() {
    let options = RealtimeOptions::new().transcript("Turn on the light.");
    let simulator = Simulator::start(Scenario::new().realtime(options)).await.unwrap();
    let mut socket = session(&simulator).await;
    let input = json!({"transcription": {"model": "gpt-4o-transcribe"}});
    socket
        .send(&json!({"type": "session.update", "session": {"type": "realtime", "audio": {"input": input}}}))
        .await;
    socket.next().await;
    for audio in [silence(100), speech(300), silence(250)] {
        socket.send(&append(&audio)).await;
    }
    let events = until(&mut socket, "response.created").await;
    let expected = [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ];
    assert_eq!(kinds(&events)[..5], expected);
    assert_eq!((&events[0]["audio_start_ms"], &events[1]["audio_end_ms"]), (&json!(100), &json!(600)));
    for place in [0, 1, 2] {
        assert_eq!(events[place]["item_id"], events[3]["item"]["id"]);
    }
    let transcription = "conversation.item.input_audio_transcription";
    assert_eq!(joined(&events, &format!("{transcription}.delta")), "Turn on the light.");
    let completed =
        events.iter().find(|event| event["type"] == format!("{transcription}.completed")).unwrap();
    assert_eq!(
        (&completed["transcript"], &completed["usage"]["input_tokens"]),
        (&json!("Turn on the light."), &json!(3))
    );
    let events = until(&mut socket, "response.done").await;
    assert!(joined(&events, "response.output_audio_transcript.delta").contains("Turn on the light."));
}

#[tokio::test]
async fn transcription_sessions_write_down_what_they_hear() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    for path in [TRANSCRIPTION, MODEL] {
        let mut socket = open(&simulator, path).await;
        let created = socket.next().await;
        if path == TRANSCRIPTION {
            assert_eq!(created["session"]["type"], "transcription");
        }
        let input = json!({"format": {"type": "audio/pcm", "rate": 24_000}, "turn_detection": null});
        let update = json!({"type": "transcription", "audio": {"input": input}});
        socket.send(&json!({"type": "session.update", "session": update})).await;
        assert_eq!(socket.next().await["session"]["object"], "realtime.transcription_session");
        socket.send(&append(&silence(1_500))).await;
        socket.send(&json!({"type": "input_audio_buffer.commit"})).await;
        let events = until(&mut socket, "conversation.item.input_audio_transcription.completed").await;
        let transcript = &events.last().unwrap()["transcript"];
        assert_eq!(transcript, "This is simulated speech of 1.500 seconds.");
        socket.send(&json!({"type": "response.create"})).await;
        assert_eq!(socket.next().await["error"]["param"], "type");
    }
    let mut socket = open(&simulator, TRANSCRIPTION).await;
    socket.next().await;
    socket.send(&json!({"type": "session.update", "session": {"type": "realtime"}})).await;
    assert_eq!(socket.next().await["error"]["param"], "session.type");
}

#[tokio::test]
async fn items_are_kept_in_order() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let mut socket = session(&simulator).await;
    let mut create = user("one");
    create["item"]["id"] = json!("one");
    socket.send(&create).await;
    until(&mut socket, "conversation.item.done").await;
    socket.send(&create).await;
    assert_eq!(socket.next().await["error"]["param"], "item.id", "ids are not used twice");
    // Odd contents harm nobody.
    let odd = json!({"type": "function_call", "name": "f", "content": ["x", 1, null]});
    socket.send(&json!({"type": "conversation.item.create", "item": odd, "previous_item_id": "root"})).await;
    until(&mut socket, "conversation.item.done").await;
    socket.send(&json!({"type": "response.create"})).await;
    until(&mut socket, "response.done").await;
    create["item"]["id"] = json!("two");
    create["previous_item_id"] = json!("root");
    socket.send(&create).await;
    assert!(until(&mut socket, "conversation.item.done").await[0]["previous_item_id"].is_null());
    create["item"]["id"] = json!("three");
    create["previous_item_id"] = json!("one");
    socket.send(&create).await;
    assert_eq!(socket.next().await["previous_item_id"], "one");
    socket.next().await;
    socket.send(&json!({"type": "conversation.item.retrieve", "item_id": "two"})).await;
    assert_eq!(socket.next().await["item"]["status"], "completed");
    socket.send(&json!({"type": "conversation.item.truncate", "item_id": "two", "content_index": 0, "audio_end_ms": 1})).await;
    assert_eq!(socket.next().await["error"]["param"], "item_id");
    socket.send(&json!({"type": "conversation.item.delete", "item_id": "two"})).await;
    assert_eq!(socket.next().await["type"], "conversation.item.deleted");
    socket.send(&json!({"type": "input_audio_buffer.clear"})).await;
    assert_eq!(socket.next().await["type"], "input_audio_buffer.cleared");
}

#[tokio::test]
async fn a_cancelled_answer_leaves_no_half_message() {
    let drip = Faults::new().drip(Drip::Bytes { count: 200, ms: 1 });
    let simulator = Simulator::start(replies(Reply::text("one two three four"), drip)).await.unwrap();
    let mut socket = session(&simulator).await;
    for _ in 0..5 {
        socket.send(&json!({"type": "response.create"})).await;
        until(&mut socket, "response.created").await;
        // An event in the middle of a message waits for its end.
        socket.send(&json!({"type": "response.create"})).await;
        until(&mut socket, "error").await;
        socket.send(&json!({"type": "response.cancel"})).await;
        let events = until(&mut socket, "response.done").await;
        assert_eq!(events.last().unwrap()["response"]["status"], "cancelled");
    }
}

#[tokio::test]
async fn responses_are_cancelled_and_interrupted() {
    let stall = || Faults::new().stall(Position::Events(4));
    let simulator = Simulator::start(replies(Reply::text("never heard"), stall())).await.unwrap();
    let mut socket = session(&simulator).await;
    let create = json!({"type": "response.create"});
    socket.send(&create).await;
    until(&mut socket, "conversation.item.added").await;
    socket.send(&create).await;
    assert_eq!(socket.next().await["error"]["code"], "conversation_already_has_active_response");
    socket.send(&json!({"type": "response.cancel"})).await;
    assert_eq!(socket.next().await["response"]["status"], "cancelled");

    socket.send(&create).await;
    until(&mut socket, "conversation.item.added").await;
    socket.send(&append(&speech(20))).await;
    let events = until(&mut socket, "input_audio_buffer.speech_started").await;
    assert_eq!(events[0]["response"]["status"], "cancelled");
}
