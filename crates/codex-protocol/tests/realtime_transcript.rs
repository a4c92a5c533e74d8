//! Pure function: what was said, and the hand-off to the agent.

use codex_protocol::realtime::{
    Handoff, MAX_OPEN_ITEMS, MAX_TRANSCRIPT_BYTES, RealtimeServerEvent, RunningTranscript,
};
use proptest::prelude::{ProptestConfig, any, prop, proptest};
use serde_json::{Value, json};

fn observe(transcript: &mut RunningTranscript, json: &Value) -> Option<Handoff> {
    transcript.observe(&RealtimeServerEvent::decode(&json.to_string()))
}

fn heard(delta: &str, item: &str) -> Value {
    json!({"type":"conversation.item.input_audio_transcription.delta","item_id":item,"content_index":0,
        "delta":delta})
}

fn completed(text: &str, item: &str) -> Value {
    json!({"type":"conversation.item.input_audio_transcription.completed","item_id":item,"content_index":0,
        "transcript":text})
}

fn said(delta: &str) -> Value {
    json!({"type":"response.output_audio_transcript.delta","item_id":"a","delta":delta})
}

fn text_after(events: &[Value]) -> String {
    let mut transcript = RunningTranscript::default();
    for event in events {
        assert_eq!(observe(&mut transcript, event), None);
    }
    transcript.text()
}

#[test]
fn deltas_of_one_speaker_are_one_entry() {
    let v1 = |speaker: &str, delta: &str| json!({"type":format!("conversation.{speaker}_transcript.delta"),"delta":delta});
    let cases = [
        (
            vec![heard("a", "i"), heard("b", "i"), said("c"), said("d"), heard("e", "j")],
            "user: ab\nassistant: cd\nuser: e",
        ),
        (vec![v1("input", "a"), v1("input", " b"), v1("output", "c")], "user: a b\nassistant: c"),
        (
            vec![
                json!({"type":"response.output_text.delta","delta":"a"}),
                json!({"type":"response.text.delta","delta":"b"}),
            ],
            "assistant: ab",
        ),
        (vec![heard("", "i"), said("")], ""),
        (vec![json!({"type":"response.output_audio.delta","delta":"AAAA"}), json!({"type":"new"})], ""),
    ];
    for (events, text) in cases {
        assert_eq!(text_after(&events), text);
    }
}

#[test]
fn the_end_of_a_transcription_doubles_nothing() {
    let cases = [
        (vec![heard("a", "i"), heard("b", "i"), completed("ab", "i")], "user: ab"),
        (vec![completed("ab", "i")], "user: ab"),
        (vec![heard("", "i"), completed("ab", "i")], "user: ab"),
        // The end of one item after deltas of another.
        (vec![heard("a", "i"), heard("b", "j"), completed("a", "i"), completed("b", "j")], "user: ab"),
        (vec![heard("a", "i"), said("x"), completed("a", "i")], "user: a\nassistant: x"),
        // Items without deltas are entries of their own, also twice.
        (vec![completed("a", "i"), completed("b", "j"), completed("", "k")], "user: a\nuser: b"),
        // Servers that give no item.
        (
            vec![
                json!({"type":"conversation.item.input_audio_transcription.delta","delta":"a"}),
                json!({"type":"conversation.item.input_audio_transcription.completed","transcript":"a"}),
            ],
            "user: a",
        ),
    ];
    for (events, text) in cases {
        assert_eq!(text_after(&events), text, "{events:?}");
    }
}

#[test]
fn a_handoff_takes_what_was_said() {
    let mut transcript = RunningTranscript::default();
    let request = json!({"type":"conversation.handoff.requested","handoff_id":"h","item_id":"i",
        "input_transcript":"fix it"});
    observe(&mut transcript, &heard("Fix the ", "i"));
    observe(&mut transcript, &heard("test.", "i"));
    observe(&mut transcript, &said("On it."));
    let handoff = observe(&mut transcript, &request).unwrap();
    assert_eq!((handoff.id.as_str(), handoff.item_id.as_deref()), ("h", Some("i")));
    assert_eq!(handoff.input_transcript, "fix it");
    assert_eq!(handoff.messages.len(), 2);
    assert_eq!(handoff.text(), "user: Fix the test.\nassistant: On it.");
    // What was handed over does not come again with its end.
    observe(&mut transcript, &completed("Fix the test.", "i"));
    assert!(transcript.entries().is_empty());
    assert_eq!(observe(&mut transcript, &request).unwrap().text(), "fix it");
}

#[test]
fn the_request_inside_a_call() {
    let call = |arguments: &str| {
        let json = json!({"type":"conversation.item.done","item":{"type":"function_call","id":"item_1",
            "call_id":"call_1","name":"codex","arguments":arguments}});
        RealtimeServerEvent::decode(&json.to_string()).handoff().unwrap().input_transcript
    };
    let cases = [
        (r#"{"prompt":" do it "}"#, "do it"),
        (r#"{"query":"q","prompt":"p","text":"t","input":"i","input_transcript":"it"}"#, "it"),
        (r#"{"query":"q","prompt":"p","text":"t","input":"i"}"#, "i"),
        (r#"{"query":"q","prompt":"p","text":"t"}"#, "t"),
        (r#"{"query":"q","prompt":"p"}"#, "p"),
        (r#"{"query":"q","prompt":"  "}"#, "q"),
        (r#"{"prompt":5,"query":"q"}"#, "q"),
        (r#"{"other":"x"}"#, r#"{"other":"x"}"#),
        (r#"["x"]"#, r#"["x"]"#),
        ("fix it", "fix it"),
        ("", ""),
    ];
    for (arguments, request) in cases {
        assert_eq!(call(arguments), request, "{arguments}");
    }
}

#[test]
fn which_events_hand_over() {
    let ids = |json: Value| {
        let handoff = RealtimeServerEvent::decode(&json.to_string()).handoff()?;
        Some((handoff.id, handoff.item_id))
    };
    let call = |item: Value| ids(json!({"type":"conversation.item.done","item":item}));
    let found = |id: &str, item: &str| Some((id.to_owned(), Some(item.to_owned())));
    assert_eq!(
        call(json!({"type":"function_call","id":"i","call_id":"c","name":"codex","arguments":"{}"})),
        found("c", "i")
    );
    assert_eq!(call(json!({"type":"function_call","id":"i","name":"codex"})), found("i", "i"));
    assert_eq!(call(json!({"type":"function_call","name":"codex"})), None);
    assert_eq!(call(json!({"type":"function_call","id":"i","name":"weather"})), None);
    assert_eq!(call(json!({"type":"message","role":"user"})), None);
    let added = json!({"type":"conversation.item.added",
        "item":{"type":"function_call","id":"i","name":"codex","arguments":"{}"}});
    assert_eq!(ids(added), None);
    assert_eq!(
        ids(json!({"type":"conversation.handoff.requested","handoff_id":"h"})),
        Some(("h".to_owned(), None))
    );
}

#[test]
fn a_long_conversation_is_bounded() {
    let mut transcript = RunningTranscript::default();
    let part = "é".repeat(MAX_TRANSCRIPT_BYTES / 20);
    let size = |transcript: &RunningTranscript| -> usize {
        transcript.entries().iter().map(|entry| entry.text.len()).sum()
    };
    for round in 0..40 {
        observe(&mut transcript, &if round % 2 == 0 { heard(&part, "i") } else { said(&part) });
        assert!(size(&transcript) <= MAX_TRANSCRIPT_BYTES);
    }
    assert_eq!(transcript.entries().len(), 10);
    observe(&mut transcript, &said("the end"));
    for _ in 0..40 {
        observe(&mut transcript, &said(&part));
        assert!(size(&transcript) <= MAX_TRANSCRIPT_BYTES);
    }
    assert_eq!(transcript.entries().len(), 1);
    assert!(size(&transcript) >= MAX_TRANSCRIPT_BYTES / 2, "{}", size(&transcript));
}

#[test]
fn items_without_an_end_are_bounded() {
    let mut transcript = RunningTranscript::default();
    for item in 0..=MAX_OPEN_ITEMS {
        observe(&mut transcript, &heard("a", &item.to_string()));
    }
    let before = transcript.text();
    observe(&mut transcript, &completed("a", &MAX_OPEN_ITEMS.to_string()));
    assert_eq!(transcript.text(), before);
    // The oldest was forgotten: better twice than lost.
    observe(&mut transcript, &completed("a", "0"));
    assert_eq!(transcript.text(), format!("{before}\nuser: a"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_it(frames in prop::collection::vec(any::<String>(), 0..20)) {
        let mut transcript = RunningTranscript::default();
        for frame in &frames {
            transcript.observe(&RealtimeServerEvent::decode(frame));
            observe(&mut transcript, &heard(frame, "i"));
            let json = json!({"type":"conversation.item.done","item":{"type":"function_call","id":"i",
                "name":"codex","arguments":frame}});
            assert!(observe(&mut transcript, &json).is_some());
        }
    }
}
