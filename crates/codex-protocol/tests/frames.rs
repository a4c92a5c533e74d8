//! Pure function: frames a client sends over a WebSocket, and what of a request is new.
#![allow(clippy::unwrap_used, reason = "broken JSON of these tests should panic")]

mod fixture;

use std::collections::{BTreeMap, BTreeSet};

use codex_protocol::{
    ContentPart, Input, RequestProblem, ResponseCreateFrame, ResponseItem, ResponseSteerFrame,
    ResponsesApiRequest, extension,
};
use serde_json::{Value, json};

fn request(json: Value) -> ResponsesApiRequest {
    serde_json::from_value(json).unwrap()
}

fn items(json: Value) -> Vec<ResponseItem> {
    serde_json::from_value(json).unwrap()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_frame_carries_all_that_a_websocket_takes() {
    let Some(text) = fixture::published("request_fields.json") else { return };
    let table: Value = serde_json::from_str(&text).unwrap();
    let rows = table["create"].as_array().unwrap();
    let mut full = json!({"new_field":1,"client_metadata":{"a":"b"}});
    for row in rows {
        let (name, kind) = (row["name"].as_str().unwrap(), row["json_type"].as_str().unwrap());
        full[name] = match kind {
            _ if kind.starts_with("boolean") => json!(true),
            _ if kind.starts_with("integer") => json!(1),
            _ if kind.starts_with("number") => json!(1.0),
            _ if kind.starts_with("string") || kind.starts_with("enum") => json!("x"),
            _ if kind.starts_with("array") => json!([]),
            _ if kind.starts_with("const") => json!("response.create"),
            _ if name == "tool_choice" => json!("auto"),
            _ => json!({"id":"x"}),
        };
    }
    let mut expected = full.clone();
    for row in rows.iter().filter(|row| row["ws_note"].is_string()) {
        expected.as_object_mut().unwrap().remove(row["name"].as_str().unwrap());
    }
    expected.as_object_mut().unwrap().remove("stream_options");
    let request = request(full);
    assert_eq!(serde_json::to_value(ResponseCreateFrame::new(&request)).unwrap(), expected);
    let text = serde_json::to_string(&ResponseCreateFrame::new(&request)).unwrap();
    assert!(text.starts_with(r#"{"type":"response.create","#));
    let names: BTreeSet<&str> = expected.as_object().unwrap().keys().map(String::as_str).collect();
    for name in names {
        assert_eq!(text.matches(&format!("\"{name}\":")).count(), 1, "{name} in {text}");
    }
}

#[test]
fn what_the_frame_sets_replaces_what_the_request_has() {
    let request = request(json!({"model":"m","input":"whole","previous_response_id":"old","generate":true,
        "stream_id":"a","client_metadata":{"kept":"1","both":"1"},"stream":true,"background":false}));
    let rest = [ResponseItem::user("b")];
    let metadata = map(&[("both", "2"), ("new", "3")]);
    let frame = ResponseCreateFrame::new(&request)
        .continuing("resp_1", &rest)
        .generate(false)
        .stream_id("b")
        .client_metadata(&metadata);
    assert_eq!(frame.validate(), Ok(()));
    assert_eq!(
        serde_json::to_value(frame).unwrap(),
        json!({"type":"response.create","model":"m","previous_response_id":"resp_1",
            "input":[{"type":"message","role":"user","content":"b"}],"generate":false,"stream_id":"b",
            "client_metadata":{"kept":"1","both":"2","new":"3"}})
    );
    let empty = ResponsesApiRequest::default();
    let frame = ResponseCreateFrame::new(&empty).continuing("r", &[]);
    assert_eq!(
        serde_json::to_string(&frame).unwrap(),
        r#"{"type":"response.create","previous_response_id":"r","input":[]}"#
    );
}

#[test]
fn properties_without_a_field_cannot_bring_back_what_is_left_out() {
    let mut request = ResponsesApiRequest::new("m");
    for name in ["stream", "background", "type", "input", "new"] {
        request.extra.insert(name, true);
    }
    assert_eq!(
        serde_json::to_string(&ResponseCreateFrame::new(&request)).unwrap(),
        r#"{"type":"response.create","model":"m","new":true}"#
    );
}

#[test]
fn a_frame_that_cannot_be() {
    let lane = "x".repeat(257);
    for lane in ["", "a b", "é", &lane] {
        let problem = ResponseCreateFrame::new(&ResponsesApiRequest::new("m")).stream_id(lane).validate();
        assert_eq!(problem, Err(RequestProblem::Characters { field: "stream_id" }), "{lane}");
    }
    for (json, field) in [
        (json!({"background":true}), Some("background")),
        (json!({"background_options":{"completion_window":"2h"}}), Some("background_options")),
        (json!({"background":false,"stream":true,"stream_options":{}}), None),
    ] {
        let request = request(json);
        assert_eq!(request.http_only(), field);
        let expected = field.map_or(Ok(()), |field| Err(RequestProblem::HttpOnly { field }));
        assert_eq!(ResponseCreateFrame::new(&request).validate(), expected);
    }
    let request = ResponsesApiRequest::new("m").conversation("c");
    let problem = ResponseCreateFrame::new(&request).continuing("r", &[]).validate();
    assert!(matches!(problem, Err(RequestProblem::Exclusive { .. })));
}

#[test]
fn steering() {
    let input = Input::from([ResponseItem::user(vec![ContentPart::input_text("a")])]);
    let frame = ResponseSteerFrame { previous_response_id: "r", input: &input };
    assert_eq!(
        serde_json::to_value(frame).unwrap(),
        json!({"type":"response.steer","previous_response_id":"r",
            "input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"a"}]}]})
    );
}

/// The output of a response: reasoning, a message and a call, with ids and states.
fn output() -> Value {
    json!([
        {"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"hm"}],
         "encrypted_content":"e"},
        {"type":"message","id":"msg_1","role":"assistant","status":"completed",
         "content":[{"type":"output_text","text":"b","annotations":[]}]},
        {"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":"{}","status":"completed"},
    ])
}

fn with_input(input: impl Into<Value>) -> ResponsesApiRequest {
    request(json!({"model":"m","input":input.into(),"store":false}))
}

/// The input `a`, these items, then an output of the function.
fn next(echoed: &Value) -> ResponsesApiRequest {
    let mut input = vec![json!({"role":"user","content":"a"})];
    input.extend(echoed.as_array().unwrap().iter().cloned());
    input.push(json!({"type":"function_call_output","call_id":"c","output":"1"}));
    with_input(json!(input))
}

#[test]
fn the_rest_of_an_extended_input() {
    let came = items(output());
    let rest = items(json!([{"type":"function_call_output","call_id":"c","output":"1"}]));
    let mut stripped = output();
    for item in stripped.as_array_mut().unwrap() {
        for name in ["id", "status"] {
            item.as_object_mut().unwrap().remove(name);
        }
    }
    let mut secretive = stripped.clone();
    secretive[0].as_object_mut().unwrap().remove("content");
    for last in [json!("a"), json!([{"role":"user","content":"a"}])] {
        for echoed in [output(), stripped.clone(), secretive.clone()] {
            assert_eq!(
                extension(&with_input(last.clone()), &came, &next(&echoed)),
                Some(&rest[..]),
                "{echoed}"
            );
        }
    }
}

#[test]
fn an_echo_that_was_changed_is_no_extension() {
    let last = with_input(json!("a"));
    let change = |index: usize, name: &str, value: Value| {
        let mut echoed = output();
        echoed[index][name] = value;
        extension(&last, &items(output()), &next(&echoed)).is_some()
    };
    assert!(change(1, "id", json!("msg_1")));
    for (index, name, value) in [
        (0, "id", json!("rs_2")),
        (0, "encrypted_content", json!("f")),
        (1, "status", json!("incomplete")),
        (1, "content", json!("b")),
        (1, "role", json!("user")),
        (1, "new", json!(1)),
        (2, "arguments", json!("{\"a\":1}")),
        (2, "type", json!("custom_tool_call")),
    ] {
        assert!(!change(index, name, value), "{index} {name}");
    }
    // Only the content of reasoning may be left out.
    let mut echoed = output();
    echoed[1].as_object_mut().unwrap().remove("content");
    assert_eq!(extension(&last, &items(output()), &next(&echoed)), None);
}

#[test]
fn inputs_that_do_not_extend() {
    let came = items(output());
    let cases = [
        ("text", with_input(json!("a"))),
        ("no input", request(json!({"model":"m","store":false}))),
        ("shorter", with_input(json!([{"role":"user","content":"a"}]))),
        (
            "other start",
            with_input(json!([{"role":"user","content":"x"}, output()[0], output()[1], output()[2]])),
        ),
        (
            "other order",
            with_input(json!([{"role":"user","content":"a"}, output()[1], output()[0], output()[2]])),
        ),
    ];
    for (name, next) in cases {
        assert_eq!(extension(&with_input(json!("a")), &came, &next), None, "{name}");
    }
    // After a warm-up nothing need be new.
    let same = with_input(json!([{"role":"user","content":"a"}]));
    assert_eq!(extension(&same, &[], &same), Some(&[][..]));
    assert_eq!(extension(&request(json!({"model":"m","store":false})), &[], &same).map(<[_]>::len), Some(1));
}

#[test]
fn settings_decide() {
    let base = json!({"model":"m","input":[{"role":"user","content":"a"}],"tools":[{"type":"local_shell"}]});
    let extends = |name: &str, value: Value| {
        let mut changed = base.clone();
        changed[name] = value;
        extension(&request(base.clone()), &[], &request(changed)).is_some()
    };
    for (name, value) in [
        ("stream", json!(true)),
        ("stream_options", json!({"include_obfuscation":false})),
        ("background", json!(false)),
        ("generate", json!(false)),
        ("stream_id", json!("main")),
        ("client_metadata", json!({"turn":"2"})),
        ("instructions", Value::Null),
    ] {
        assert!(extends(name, value), "{name}");
    }
    for (name, value) in [
        ("model", json!("n")),
        ("instructions", json!("i")),
        ("tools", json!([])),
        ("tool_choice", json!("none")),
        ("parallel_tool_calls", json!(true)),
        ("reasoning", json!({"effort":"low"})),
        ("text", json!({"verbosity":"low"})),
        ("store", json!(true)),
        ("include", json!([])),
        ("service_tier", json!("flex")),
        ("prompt_cache_key", json!("k")),
        ("previous_response_id", json!("r")),
        ("metadata", json!({"a":"b"})),
        ("new_field", json!(1)),
    ] {
        assert!(!extends(name, value), "{name}");
    }
    let conversation = request(json!({"conversation":"c","input":[]}));
    assert_eq!(extension(&conversation, &[], &conversation), None);
    let chained = request(json!({"previous_response_id":"r","input":[]}));
    assert_eq!(extension(&chained, &[], &chained), Some(&[][..]));
}
