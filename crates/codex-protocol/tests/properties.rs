//! Pure function: whatever comes, decoding neither panics nor loses it.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod fixture;

use codex_protocol::realtime::{RealtimeClientEvent, RealtimeServerEvent};
use codex_protocol::{
    ErrorBody, ModelCatalogue, RateLimitSnapshot, Response, ResponseEvent, ResponseItem, ResponsesApiRequest,
    Tool, WireHeaders, extension,
};
use fixture::{EVENTS, ITEMS, lines};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z_.\"\\\\é]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..5).prop_map(|pairs| Value::from(Map::from_iter(pairs))),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "type", "id", "role", "delta", "item", "response", "content", "output", "usage", "error"
        ])
        .prop_map(str::to_owned),
        "[a-z]{0,5}",
    ]
}

/// A fixture, the path of one of its values, and what to put there.
fn mutated_fixture() -> impl Strategy<Value = Value> {
    let mut fixtures = lines(EVENTS);
    fixtures.extend(
        lines(ITEMS).into_iter().map(|row| json!({"type":"response.output_item.done","item":row["item"]})),
    );
    (prop::sample::select(fixtures), any::<prop::sample::Index>(), any_json()).prop_map(
        |(mut value, at, put)| {
            let mut paths = Vec::new();
            collect_paths(&value, String::new(), &mut paths);
            let path = &paths[at.index(paths.len())];
            *value.pointer_mut(path).unwrap() = put;
            value
        },
    )
}

fn collect_paths(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                collect_paths(entry, format!("{path}/{index}"), paths);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                collect_paths(field, format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), paths);
            }
        }
        _ => {}
    }
    paths.push(path);
}

/// Valid JSON is never lost: what has no type is kept as text.
fn assert_kept(event: &ResponseEvent, json: &str) {
    match event {
        ResponseEvent::Unknown { raw, .. } => assert_eq!(raw.get(), json),
        ResponseEvent::Undecodable { raw, problem, .. } => {
            assert_eq!(raw, json);
            assert!(!problem.is_empty());
        }
        typed => assert!(!typed.kind().is_empty()),
    }
    let written = serde_json::to_string(event).unwrap();
    serde_json::from_str::<Value>(&written).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC{0,64}", name in prop::option::of("[a-z.]{0,12}")) {
        let event = ResponseEvent::decode(name.as_deref(), &text);
        assert_kept(&event, &text);
        ErrorBody::parse(text.as_bytes());
        codex_protocol::retry_hint(&text);
        codex_protocol::parse_reset_duration(&text);
        ResponseEvent::lane(&text);
    }

    #[test]
    fn any_object(value in any_json()) {
        let json = value.to_string();
        assert_kept(&ResponseEvent::decode(None, &json), &json);
        let item: ResponseItem = serde_json::from_str(&json).unwrap();
        if let ResponseItem::Unknown(_) = item {
            assert_eq!(serde_json::to_string(&item).unwrap(), json);
        }
        let _: Tool = serde_json::from_str(&json).unwrap();
        let _ = serde_json::from_str::<ResponsesApiRequest>(&json);
        let _ = serde_json::from_str::<ModelCatalogue>(&json);
        assert_eq!(serde_json::from_str::<Response>(&json).is_ok(), value.is_object());
        ErrorBody::parse(json.as_bytes());
    }

    #[test]
    fn any_change_of_an_event(value in mutated_fixture()) {
        let json = value.to_string();
        assert_kept(&ResponseEvent::decode(None, &json), &json);
    }

    #[test]
    fn any_cut_of_an_event(value in mutated_fixture(), at in any::<prop::sample::Index>()) {
        let json = value.to_string();
        let at = (0..=at.index(json.len())).rev().find(|at| json.is_char_boundary(*at)).unwrap();
        let event = ResponseEvent::decode(Some("keepalive"), &json[..at]);
        assert_kept(&event, &json[..at]);
    }

    #[test]
    fn a_response_keeps_what_matters(name in "[a-z_]{1,12}", value in any_json()) {
        let mut json = json!({"id":"resp_1","status":"completed","output":[{"type":"x"}],"usage":{"input_tokens":3}});
        prop_assume!(json.get(&name).is_none());
        json[&name] = value;
        let response: Response = serde_json::from_str(&json.to_string()).unwrap();
        assert_eq!((response.id.as_str(), response.output.len()), ("resp_1", 1));
        assert_eq!(response.usage.unwrap().input_tokens, 3);
    }

    #[test]
    fn any_realtime_event(kind in realtime_kind(), mut value in any_json()) {
        if value.is_object() {
            value["type"] = json!(kind);
        }
        let json = value.to_string();
        let event = RealtimeServerEvent::decode(&json);
        match &event {
            RealtimeServerEvent::Unknown { raw, .. } => assert_eq!(raw.get(), json),
            RealtimeServerEvent::Undecodable { raw, .. } => assert_eq!(raw, &json),
            typed => assert_eq!(typed.kind(), kind),
        }
        serde_json::from_str::<Value>(&serde_json::to_string(&event).unwrap()).unwrap();
        event.handoff();
        if let RealtimeClientEvent::Unknown(event) = serde_json::from_str(&json).unwrap() {
            assert_eq!(event.raw.get(), json);
        }
    }

    #[test]
    fn any_limit_header(names in prop::collection::vec(limit_header(), 0..6)) {
        let headers: WireHeaders = names.into_iter().collect();
        let limits = RateLimitSnapshot::from_headers(&headers);
        assert_eq!(limits[0].limit_id.as_deref(), Some("codex"));
        assert!(limits[1..].iter().all(|limit| !limit.is_empty()));
        let percents = limits.iter().filter_map(|limit| limit.primary.as_ref());
        assert!(percents.into_iter().all(|window| window.used_percent.is_finite()));
        RateLimitSnapshot::active(&headers);
    }

    #[test]
    fn what_extends_is_the_rest(input in any_items(), output in any_items(), rest in any_items()) {
        let whole = [input.clone(), output.clone(), rest.clone()].concat();
        let last = ResponsesApiRequest::new("m").input(input);
        let next = ResponsesApiRequest::new("m").input(whole);
        assert_eq!(extension(&last, &output, &next), Some(&rest[..]));
    }
}

fn realtime_kind() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "error",
        "session.updated",
        "session.update",
        "conversation.item.done",
        "conversation.item.create",
        "response.done",
        "response.create",
        "response.output_audio.delta",
        "rate_limits.updated",
        "conversation.handoff.requested",
        "conversation.item.input_audio_transcription.completed",
    ])
}

fn limit_header() -> impl Strategy<Value = (String, String)> {
    let name = "x-(codex|codex-other|ratelimit)?-(primary-used-percent|primary-reset-at|limit-requests\
        |reset-tokens|secondary-window-minutes|limit-name|active-limit|credits-unlimited)";
    (name, "([0-9]{1,20}|-?[0-9.e]{1,6}|inf|NaN|true|6m0s|\\PC{0,4})")
}

fn any_items() -> impl Strategy<Value = Vec<ResponseItem>> {
    let item = any_json().prop_map(|value| serde_json::from_value(value).unwrap());
    prop::collection::vec(item, 0..3)
}
