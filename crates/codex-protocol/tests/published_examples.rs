//! Pure function: official examples, with all that is wrong in them, never cost the stream.

mod fixture;

use codex_protocol::ResponseEvent;
use serde_json::Value;

#[test]
fn every_official_example_decodes() {
    let Some(text) = fixture::published("examples.jsonl") else { return };
    let rows = fixture::lines(&text);
    let rows: Vec<_> = rows.iter().filter(|row| row["group"] == "responses").collect();
    assert_eq!(rows.len(), 73);
    for row in rows {
        let example = row["example"].to_string();
        let event = ResponseEvent::decode(None, &example);
        let kind = row["type"].as_str().unwrap_or_default();
        let client_event = kind == "response.create";
        assert!(!matches!(event, ResponseEvent::Undecodable { .. }), "{event:?}");
        assert_eq!(matches!(event, ResponseEvent::Unknown { .. }), client_event, "{event:?}");
        assert_eq!(event.kind(), kind);
    }
}

#[test]
fn every_published_event_of_open_responses_has_a_variant() {
    let Some(text) = fixture::published("openresponses_openapi_2026-04-24.json") else { return };
    let document: Value = serde_json::from_str(&text).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut events = 0;
    for (name, schema) in schemas.iter().filter(|(name, _)| name.ends_with("StreamingEvent")) {
        let kind = schema["properties"]["type"]["enum"][0].as_str();
        let Some(kind) = kind.or(schema["properties"]["type"]["default"].as_str()) else { continue };
        events += 1;
        let json = serde_json::json!({"type":kind,"delta":"","text":"","refusal":"","arguments":"",
            "part":{"type":"x"},"item":null,"response":{},"error":{}})
        .to_string();
        let event = ResponseEvent::decode(None, &json);
        let typed = !matches!(event, ResponseEvent::Unknown { .. } | ResponseEvent::Undecodable { .. });
        assert!(typed, "{name}: {event:?}");
    }
    assert_eq!(events, 24);
}
