//! Pure function: every realtime event of all four protocols decodes and is written again.

mod fixture;

use codex_protocol::realtime::{RealtimeClientEvent, RealtimeServerEvent};
use fixture::without_nulls;
use serde_json::{Value, json};

fn decode(json: &Value) -> RealtimeServerEvent {
    RealtimeServerEvent::decode(&json.to_string())
}

fn is_typed(event: &RealtimeServerEvent) -> bool {
    !matches!(event, RealtimeServerEvent::Unknown { .. } | RealtimeServerEvent::Undecodable { .. })
}

/// The name since the beta ended.
fn current_name(kind: &str) -> String {
    kind.replace("response.text.", "response.output_text.")
        .replace("response.audio.", "response.output_audio.")
        .replace("response.audio_transcript.", "response.output_audio_transcript.")
}

/// 60 and 60.0 are one number.
fn with_floats(value: &Value) -> Value {
    match value {
        Value::Array(entries) => entries.iter().map(with_floats).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), with_floats(value))).collect()
        }
        Value::Number(number) => json!(number.as_f64()),
        other => other.clone(),
    }
}

fn has_unknown(value: &impl std::fmt::Debug) -> bool {
    format!("{value:?}").contains("Unknown")
}

/// Every event with no more than it must have, as we know them: name and body.
fn events() -> Vec<Value> {
    let item = json!({"id":"i","type":"message","role":"user","content":[]});
    let text = json!({"type":"text","text":"a"});
    let with = |kinds: &[&str], body: Value| -> Vec<Value> {
        let event = |kind: &&str| {
            let mut event = body.clone();
            event["type"] = json!(kind);
            event
        };
        kinds.iter().map(event).collect()
    };
    [
        with(&["error"], json!({"error":{"message":"m"}})),
        with(&["session.created", "session.updated"], json!({"session":{"type":"realtime"}})),
        with(&["session.closed", "input_audio_buffer.cleared"], json!({})),
        with(&["transcription_session.updated"], json!({"session":{"modalities":["text"]}})),
        with(&["conversation.created"], json!({"conversation":{"id":"c"}})),
        with(
            &[
                "conversation.item.created",
                "conversation.item.added",
                "conversation.item.done",
                "conversation.item.retrieved",
                "response.output_item.added",
                "response.output_item.done",
            ],
            json!({"item":item}),
        ),
        with(
            &[
                "conversation.item.deleted",
                "conversation.item.truncated",
                "input_audio_buffer.committed",
                "input_audio_buffer.speech_started",
                "input_audio_buffer.speech_stopped",
                "input_audio_buffer.timeout_triggered",
                "mcp_list_tools.in_progress",
                "mcp_list_tools.completed",
                "mcp_list_tools.failed",
                "response.mcp_call.in_progress",
                "response.mcp_call.completed",
                "response.mcp_call.failed",
                "conversation.item.input_audio_transcription.delta",
                "conversation.item.input_audio_transcription.failed",
            ],
            json!({"item_id":"i"}),
        ),
        with(&["conversation.item.input_audio_transcription.completed"], json!({"transcript":"a"})),
        with(&["conversation.item.input_audio_transcription.segment"], json!({"text":"a"})),
        with(&["input_audio_buffer.dtmf_event_received"], json!({"event":"9"})),
        with(
            &["output_audio_buffer.started", "output_audio_buffer.stopped", "output_audio_buffer.cleared"],
            json!({"response_id":"r"}),
        ),
        with(&["response.created", "response.done", "response.cancelled"], json!({"response":{"id":"r"}})),
        with(&["response.content_part.added", "response.content_part.done"], json!({"part":text})),
        with(
            &[
                "response.output_text.delta",
                "response.output_audio.delta",
                "response.output_audio_transcript.delta",
                "response.text.delta",
                "response.audio.delta",
                "response.audio_transcript.delta",
                "response.function_call_arguments.delta",
                "response.mcp_call_arguments.delta",
                "conversation.output_audio.delta",
                "conversation.input_transcript.delta",
                "conversation.output_transcript.delta",
                "session.output_audio.delta",
                "session.input_transcript.delta",
                "session.output_transcript.delta",
            ],
            json!({"delta":"a"}),
        ),
        with(
            &[
                "response.output_text.done",
                "response.output_audio.done",
                "response.output_audio_transcript.done",
                "response.text.done",
                "response.audio.done",
                "response.audio_transcript.done",
            ],
            json!({"item_id":"i"}),
        ),
        with(
            &["response.function_call_arguments.done", "response.mcp_call_arguments.done"],
            json!({"arguments":"{}"}),
        ),
        with(&["rate_limits.updated"], json!({"rate_limits":[]})),
        with(&["conversation.handoff.requested"], json!({"handoff_id":"h"})),
    ]
    .concat()
}

#[test]
fn every_event_has_a_variant() {
    let events = events();
    for json in &events {
        let event = decode(json);
        assert!(is_typed(&event), "{event:?}");
        assert_eq!(event.kind(), current_name(json["type"].as_str().unwrap()));
        let mut named = json.clone();
        named["event_id"] = json!("event_1");
        assert_eq!(decode(&named).event_id(), Some("event_1"), "{json}");
        // Written and read again it is the same.
        let written = serde_json::to_value(decode(&named)).unwrap();
        assert_eq!(serde_json::to_value(decode(&written)).unwrap(), written);
    }
    assert_eq!(events.len(), 62);
}

#[test]
fn every_published_server_event_decodes() {
    let Some(text) = fixture::published("realtime_events.json") else { return };
    let table: Value = serde_json::from_str(&text).unwrap();
    let rows: Vec<_> =
        table.as_array().unwrap().iter().filter(|row| row["direction"] == "server").cloned().collect();
    let count = |api: &str| rows.iter().filter(|row| row["api"] == api).count();
    assert_eq!(["ga", "beta", "translation", "codex_v1_quicksilver"].map(count), [46, 34, 7, 8]);
    for row in &rows {
        let (kind, example) = (row["type"].as_str().unwrap(), &row["example"]);
        let event = decode(example);
        assert!(is_typed(&event) && !has_unknown(&event), "{}: {event:?}", row["api"]);
        assert_eq!(event.kind(), current_name(kind), "{}", row["api"]);
        assert_eq!(event.event_id(), example["event_id"].as_str(), "{kind}");
        // Beta sessions have old names inside.
        if row["api"] == "beta" && kind.contains("session") || kind == "error" {
            continue;
        }
        let written = with_floats(&without_nulls(&serde_json::to_value(&event).unwrap()));
        for (field, value) in with_floats(&without_nulls(example)).as_object().unwrap() {
            // One example has a `timestamp` that no type knows.
            // The `content` that items of the Codex service lack is written as an empty list.
            let filled = row["api"] == "codex_v1_quicksilver" && field == "item";
            if !filled && !["type", "timestamp"].contains(&field.as_str()) {
                assert_eq!(&written[field], value, "{kind}: {field}");
            }
        }
    }
}

#[test]
fn every_published_client_event_is_written_as_it_came() {
    let Some(text) = fixture::published("realtime_events.json") else { return };
    let table: Value = serde_json::from_str(&text).unwrap();
    let rows: Vec<_> =
        table.as_array().unwrap().iter().filter(|row| row["direction"] == "client").cloned().collect();
    assert_eq!(rows.len(), 11 + 12 + 3 + 4);
    for row in rows {
        let event: RealtimeClientEvent = serde_json::from_value(row["example"].clone()).unwrap();
        assert!(!has_unknown(&event), "{event:?}");
        assert_eq!(event.kind(), row["type"]);
        let mut example = row["example"].clone();
        // Null says "off" here, and must stay.
        let off = example.pointer("/session/audio/input/noise_reduction").cloned();
        let written = serde_json::to_value(&event).unwrap();
        assert_eq!(written.pointer("/session/audio/input/noise_reduction").cloned(), off);
        example = without_nulls(&example);
        assert_eq!(without_nulls(&written), example);
    }
}

#[test]
fn official_examples_decode_with_all_that_is_wrong_in_them() {
    let Some(text) = fixture::published("examples.jsonl") else { return };
    let rows: Vec<_> = fixture::lines(&text).into_iter().filter(|row| row["group"] == "realtime").collect();
    assert_eq!(rows.len(), 82);
    let mut events = 0;
    for row in rows {
        let Some(kind) = row["type"].as_str() else { continue };
        let (schema, example) = (row["schema"].as_str().unwrap(), &row["example"]);
        if schema.contains("ServerEvent") {
            let event = decode(example);
            assert!(is_typed(&event), "{schema}: {event:?}");
            assert_eq!(event.kind(), current_name(kind.trim()));
            events += 1;
        } else if schema.contains("ClientEvent") {
            let event: RealtimeClientEvent = serde_json::from_value(example.clone()).unwrap();
            assert!(!matches!(event, RealtimeClientEvent::Unknown(_)), "{schema}: {event:?}");
            assert_eq!(event.kind(), kind);
            events += 1;
        }
    }
    assert!(events > 60, "{events}");
}

#[test]
fn what_does_not_fit_is_kept() {
    let cases = [
        (r#"{"type":"new.event","a":1}"#, "new.event", false),
        (r#"{"a":1}"#, "", false),
        (r#"{"type":5}"#, "", false),
        ("[]", "", false),
        (r#"{"type":"response.output_text.delta","delta":{"a":1}}"#, "response.output_text.delta", true),
        (r#"{"type":"conversation.item.done"}"#, "conversation.item.done", true),
        (r#"{"type":"session.updated","session":{"#, "session.updated", true),
        ("", "", true),
        ("RIFF", "", true),
    ];
    for (text, kind, broken) in cases {
        let event = RealtimeServerEvent::decode(text);
        assert_eq!(event.kind(), kind, "{text}");
        match &event {
            RealtimeServerEvent::Unknown { raw, .. } => assert!(!broken && raw.get() == text, "{text}"),
            RealtimeServerEvent::Undecodable { raw, .. } => assert!(broken && raw == text, "{text}"),
            other => panic!("{other:?}"),
        }
    }
    let item = decode(&json!({"type":"conversation.item.done","item":null}));
    assert!(is_typed(&item), "{item:?}");
}

#[test]
fn events_are_small() {
    assert!(size_of::<RealtimeServerEvent>() <= 224, "{} bytes", size_of::<RealtimeServerEvent>());
}
