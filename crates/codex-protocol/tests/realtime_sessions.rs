//! Pure function: realtime sessions, and what a client says in them.

use codex_protocol::realtime::{
    RealtimeClientEvent, RealtimeServerEvent, RealtimeVersion, Session, Setting, TokenLimit, TurnDetection,
    session_update_transcription, session_update_v1, session_update_v2,
};
use serde_json::{Value, json};

fn decode(json: &Value) -> RealtimeServerEvent {
    RealtimeServerEvent::decode(&json.to_string())
}

#[test]
fn sessions_that_codex_opens() {
    let format = json!({"type":"audio/pcm","rate":24000});
    assert_eq!(
        serde_json::to_value(session_update_v1("Be brief.")).unwrap(),
        json!({"type":"session.update","session":{"type":"quicksilver","instructions":"Be brief.",
            "audio":{"input":{"format":format},"output":{"voice":"fathom"}}}})
    );
    let mut v2 = serde_json::to_value(session_update_v2("Be brief.")).unwrap();
    let tools = v2["session"].as_object_mut().unwrap().remove("tools").unwrap();
    assert_eq!(
        v2,
        json!({"type":"session.update","session":{"type":"realtime","instructions":"Be brief.",
            "audio":{"input":{"format":format},"output":{"voice":"alloy"}}}})
    );
    assert_eq!(tools.as_array().unwrap().len(), 1);
    assert_eq!((&tools[0]["type"], &tools[0]["name"]), (&json!("function"), &json!("codex")));
    let parameters = &tools[0]["parameters"];
    assert_eq!((&parameters["type"], &parameters["required"]), (&json!("object"), &json!(["prompt"])));
    assert_eq!(parameters["properties"]["prompt"]["type"], "string");
    assert_eq!(parameters["additionalProperties"], false);
    assert_eq!(
        serde_json::to_value(session_update_transcription()).unwrap(),
        json!({"type":"session.update","session":{"type":"transcription",
            "audio":{"input":{"format":format}}}})
    );
}

#[test]
fn what_a_client_says_in_either_version() {
    use RealtimeVersion::{V1, V2};
    let user = |part: &str| {
        json!({"type":"conversation.item.create",
            "item":{"type":"message","role":"user","content":[{"type":part,"text":"hi"}]}})
    };
    let cases = [
        (RealtimeClientEvent::user_text(V1, "hi"), user("text")),
        (RealtimeClientEvent::user_text(V2, "hi"), user("input_text")),
        (
            RealtimeClientEvent::handoff_result(V1, "h", "done"),
            json!({"type":"conversation.handoff.append","handoff_id":"h","output_text":"done"}),
        ),
        (
            RealtimeClientEvent::handoff_result(V2, "call_1", "done"),
            json!({"type":"conversation.item.create",
                "item":{"type":"function_call_output","call_id":"call_1","output":"done"}}),
        ),
        (
            RealtimeClientEvent::append_sound(b"\xff\x00"),
            json!({"type":"input_audio_buffer.append","audio":"/wA="}),
        ),
        (RealtimeClientEvent::commit_sound(), json!({"type":"input_audio_buffer.commit"})),
        (RealtimeClientEvent::create_response(), json!({"type":"response.create"})),
        (RealtimeClientEvent::cancel_response(), json!({"type":"response.cancel"})),
    ];
    for (event, json) in cases {
        assert_eq!(serde_json::to_value(&event).unwrap(), json);
        assert_eq!(serde_json::from_value::<RealtimeClientEvent>(json).unwrap(), event);
    }
    let new = json!({"type":"new.event","a":[1]});
    let event: RealtimeClientEvent = serde_json::from_value(new.clone()).unwrap();
    assert!(matches!(event, RealtimeClientEvent::Unknown(_)));
    assert_eq!(serde_json::to_value(event).unwrap(), new);
}

#[test]
fn a_session_as_the_service_tells_it() {
    let json = json!({"type":"session.updated","session":{"type":"realtime","id":"sess_1","new":1,
        "max_output_tokens":"inf","audio":{"input":{"turn_detection":null,"noise_reduction":{"type":"far_field"}},
        "output":{"voice":{"id":"voice_1"},"speed":1.5}}}});
    let RealtimeServerEvent::SessionUpdated(event) = decode(&json) else { panic!() };
    assert_eq!(event.session.id(), Some("sess_1"));
    let session = event.session.conversational().unwrap();
    assert_eq!((session.max_output_tokens, session.extra.len()), (Some(TokenLimit::Unlimited), 1));
    let input = session.audio.as_ref().unwrap().input.as_ref().unwrap();
    assert_eq!((&input.turn_detection, &input.transcription), (&Some(Setting::Off), &None));
    assert_eq!(serde_json::to_value(&event.session).unwrap(), json["session"]);

    let vad = json!({"session":{"type":"realtime","audio":{"input":{"turn_detection":
        {"type":"semantic_vad","eagerness":"low"}}}},"type":"session.created"});
    let RealtimeServerEvent::SessionCreated(event) = decode(&vad) else { panic!() };
    let audio = event.session.conversational().unwrap().audio.as_ref().unwrap();
    let detection = audio.input.as_ref().unwrap().turn_detection.as_ref().unwrap().value();
    assert!(matches!(detection, Some(TurnDetection::SemanticVad(_))));

    for (kind, wanted) in [
        ("realtime", "Realtime"),
        ("transcription", "Transcription"),
        ("translation", "Translation"),
        ("quicksilver", "Quicksilver"),
        ("new", "Unknown"),
    ] {
        let session: Session = serde_json::from_value(json!({"type":kind})).unwrap();
        assert!(format!("{session:?}").starts_with(wanted));
        assert_eq!(serde_json::to_value(session).unwrap(), json!({"type":kind}));
    }
    let untyped = json!({"id":"sess_1","voice":"alloy","input_audio_format":"pcm16"});
    let session: Session = serde_json::from_value(untyped.clone()).unwrap();
    assert!(matches!(&session, Session::Untyped(session) if session.id.as_deref() == Some("sess_1")));
    assert_eq!(serde_json::to_value(session).unwrap(), untyped);
}
