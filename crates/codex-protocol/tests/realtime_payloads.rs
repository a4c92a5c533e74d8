//! Pure function: sound, errors, responses and limits of realtime sessions.

mod fixture;

use codex_protocol::realtime::{
    RealtimeItem, RealtimeResponseStatus, RealtimeServerEvent, TranscriptionUsage,
};
use codex_protocol::{ErrorCode, TokenUsage};
use fixture::without_nulls;
use serde_json::{Value, json};

fn decode(json: &Value) -> RealtimeServerEvent {
    RealtimeServerEvent::decode(&json.to_string())
}

#[test]
fn sound_in_three_forms() {
    let cases = [
        (json!({"type":"response.output_audio.delta","delta":"AAEC"}), 24_000, 1),
        (json!({"type":"response.audio.delta","delta":"AAEC","sample_rate":16000}), 16_000, 1),
        (
            json!({"type":"conversation.output_audio.delta","delta":"AAEC","sample_rate":48000,"channels":2}),
            48_000,
            2,
        ),
        (
            json!({"type":"conversation.output_audio.delta","data":"AAEC","sample_rate":8000,"num_channels":2}),
            8_000,
            2,
        ),
        (
            json!({"type":"session.output_audio.delta","delta":"AAEC","format":"pcm16","elapsed_ms":null}),
            24_000,
            1,
        ),
    ];
    for (json, rate, channels) in cases {
        let event = decode(&json);
        let sound = event.sound().unwrap_or_else(|| panic!("{event:?}"));
        assert_eq!((sound.sample_rate(), sound.channels()), (rate, channels), "{json}");
        assert_eq!(sound.bytes().unwrap(), [0, 1, 2]);
    }
    let event = decode(&json!({"type":"response.output_audio.delta","delta":"?"}));
    assert!(event.sound().unwrap().bytes().is_err());
    assert!(decode(&json!({"type":"response.output_text.delta","delta":"AAEC"})).sound().is_none());
}

#[test]
fn errors_in_all_their_forms() {
    let cases = [
        (json!({"message":"m"}), "m"),
        (json!({"error":{"message":"m"}}), "m"),
        (json!({"message":"m","error":{"message":"n"}}), "m"),
        (json!({"error":"m"}), "m"),
        (json!({"error":{"reason":1}}), r#"{"reason":1}"#),
        (json!({"message":5,"error":{"message":"m"}}), "m"),
    ];
    for (mut json, message) in cases {
        json["type"] = json!("error");
        let RealtimeServerEvent::Error(event) = decode(&json) else { panic!("{json}") };
        assert_eq!(event.error.message.as_deref(), Some(message), "{json}");
    }
    let json = json!({"type":"error","event_id":"e","error":{"type":"invalid_request_error",
        "code":"invalid_event","message":"m","param":null,"event_id":"mine"}});
    let RealtimeServerEvent::Error(event) = decode(&json) else { panic!() };
    assert_eq!((event.event_id.as_deref(), event.client_event_id.as_deref()), (Some("e"), Some("mine")));
    assert_eq!(event.error.code, Some(ErrorCode::from("invalid_event")));
    assert_eq!(serde_json::to_value(decode(&json)).unwrap(), without_nulls(&json));
    let long = "é".repeat(10_000);
    let RealtimeServerEvent::Error(event) = decode(&json!({"type":"error","error":{"reason":long}})) else {
        panic!()
    };
    assert!(event.error.message.unwrap().chars().count() <= codex_protocol::MAX_ERROR_MESSAGE_CHARS + 1);
}

#[test]
fn a_response_and_what_it_cost() {
    let json = json!({"type":"response.done","response":{"id":"r","status":"cancelled","metadata":7,
        "status_details":{"type":"cancelled","reason":"turn_detected"},
        "output":[{"type":"function_call","name":"f","arguments":{"a":1}},{"type":"new_item"}],
        "usage":{"total_tokens":5,"input_tokens":3,"output_tokens":2,
            "input_token_details":{"cached_tokens":1,"audio_tokens":2}}}});
    let RealtimeServerEvent::ResponseDone(event) = decode(&json) else { panic!() };
    let response = &event.response;
    assert_eq!(response.status, Some(RealtimeResponseStatus::Cancelled));
    assert_eq!((response.metadata.as_ref(), response.extra.get("metadata")), (None, Some(&json!(7))));
    assert!(
        matches!(&response.output[0], RealtimeItem::FunctionCall(call) if call.arguments == r#"{"a":1}"#)
    );
    assert!(matches!(&response.output[1], RealtimeItem::Unknown(_)));
    let usage = TokenUsage::from(response.usage.as_ref().unwrap());
    assert_eq!((usage.input_tokens, usage.cached_input_tokens, usage.total_tokens), (3, 1, 5));

    let json = json!({"type":"conversation.item.input_audio_transcription.completed","transcript":"a",
        "usage":{"type":"duration","seconds":1.5}});
    let RealtimeServerEvent::InputAudioTranscriptionCompleted(event) = decode(&json) else { panic!() };
    assert!(matches!(event.usage, Some(TranscriptionUsage::Duration(usage)) if usage.seconds == 1.5));
}

#[test]
fn limits_have_the_form_of_headers() {
    let json = json!({"type":"rate_limits.updated","rate_limits":[
        {"name":"requests","limit":1000,"remaining":999,"reset_seconds":60},
        {"name":"tokens","remaining":5,"reset_seconds":-1},{"name":"new"}]});
    let RealtimeServerEvent::RateLimitsUpdated(event) = decode(&json) else { panic!() };
    let limits = event.snapshot().api.unwrap();
    assert_eq!((limits.requests.limit, limits.requests.remaining), (Some(1000), Some(999)));
    assert_eq!(limits.requests.reset, Some(std::time::Duration::from_secs(60)));
    assert_eq!((limits.tokens.remaining, limits.tokens.reset), (Some(5), None));
}
