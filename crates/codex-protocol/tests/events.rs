//! Pure function: every event of the service, the old names, and what servers make of them.

mod fixture;

use codex_protocol::{ErrorCode, ResponseEvent, ResponseItem};
use fixture::{EVENTS, STREAMS, lines, without_nulls};
use serde_json::{Value, json};

fn decode(json: &Value) -> ResponseEvent {
    ResponseEvent::decode(None, &json.to_string())
}

fn is_typed(event: &ResponseEvent) -> bool {
    !matches!(event, ResponseEvent::Unknown { .. } | ResponseEvent::Undecodable { .. })
}

#[test]
fn every_event_decodes_to_its_variant() {
    let rows = lines(EVENTS);
    assert_eq!(rows.len(), 69);
    for row in rows {
        let event = decode(&row);
        assert!(is_typed(&event), "{event:?}");
        let kind = row["type"].as_str().unwrap();
        assert_eq!(event.kind(), if kind == "response.done" { "response.completed" } else { kind });
        assert_eq!(event.sequence_number(), row["sequence_number"].as_u64(), "{kind}");

        let variant = format!("{event:?}").split(['(', ' ', '{']).next().unwrap().to_lowercase();
        let name = kind.trim_start_matches("response.").replace(['.', '_'], "");
        let special = ["done", "codexratelimits", "codexresponsemetadata", "responsesapiwebsockettiming"];
        assert!(variant == name || special.contains(&name.as_str()), "{variant} for {kind}");
    }
}

#[test]
fn every_event_is_written_as_it_came() {
    for row in lines(EVENTS) {
        let kind = row["type"].as_str().unwrap();
        // These are read into another form: ids, windows and errors are brought to one shape.
        if ["error", "response.done", "codex.rate_limits"].contains(&kind) {
            continue;
        }
        let written = without_nulls(&serde_json::to_value(decode(&row)).unwrap());
        for (name, value) in without_nulls(&row).as_object().unwrap() {
            assert_eq!(&written[name], value, "{kind}: {name}");
        }
    }
}

#[test]
fn the_delta_has_all_its_fields() {
    let json = json!({"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1","output_index":1,
        "content_index":2,"delta":"Hi \"é\" \u{1f600}\n","obfuscation":"xyz",
        "logprobs":[{"token":"Hi","logprob":-0.5,"top_logprobs":[{"token":"Ho","logprob":-1.0}]}]});
    let ResponseEvent::OutputTextDelta(event) = decode(&json) else { panic!("no delta") };
    assert_eq!(event.delta, "Hi \"é\" \u{1f600}\n");
    assert_eq!(
        (event.item_id.as_deref(), event.output_index, event.content_index),
        (Some("msg_1"), Some(1), Some(2))
    );
    assert_eq!((event.sequence_number, event.obfuscation.as_deref()), (Some(4), Some("xyz")));
    let likely = &event.logprobs[0].top_logprobs.as_ref().unwrap()[0];
    assert_eq!((event.logprobs[0].logprob, likely.token.as_str()), (Some(-0.5), "Ho"));
}

#[test]
fn only_the_type_and_the_point_of_an_event_are_needed() {
    let cases = [
        json!({"type":"response.output_text.delta","delta":"a"}),
        json!({"type":"response.output_text.delta","delta":"a","logprobs":null,"item_id":null,"sequence_number":null}),
        json!({"type":"response.function_call_arguments.done","arguments":"{}","name":"f"}),
        json!({"type":"response.output_item.done","item":{"type":"message","role":"assistant"}}),
        json!({"type":"response.output_item.done","item":null}),
        json!({"type":"response.output_item.done","item":{"type":"new_item"}}),
        json!({"type":"response.content_part.added","part":{"type":"new_part"}}),
        json!({"type":"response.web_search_call.searching"}),
        json!({"type":"response.output_text.annotation.added","annotation":null}),
        json!({"type":"response.completed","response":{}}),
        json!({"type":"response.queued","response":{"id":"r","created_at":"2026-01-01T00:00:00Z"}}),
        json!({"type":"response.shell_call_output_content.delta","delta":{"stderr":"x"}}),
        json!({"type":"response.audio.delta","delta":"x","response_id":"resp_1"}),
        json!({"type":"error"}),
        json!({"type":"codex.rate_limits"}),
        json!({"type":"response.metadata"}),
        json!({"type":"keepalive"}),
    ];
    for json in cases {
        let event = decode(&json);
        assert!(is_typed(&event), "{event:?}");
    }
}

#[test]
fn old_names_give_the_current_variant() {
    let cases = [
        ("response.code_interpreter_call.code.delta", "delta", "response.code_interpreter_call_code.delta"),
        ("response.code_interpreter_call.code.done", "code", "response.code_interpreter_call_code.done"),
        ("response.mcp_call.arguments_delta", "delta", "response.mcp_call_arguments.delta"),
        ("response.mcp_call.arguments_done", "arguments", "response.mcp_call_arguments.done"),
        ("response.reasoning.delta", "delta", "response.reasoning_text.delta"),
        ("response.reasoning.done", "text", "response.reasoning_text.done"),
        ("response.reasoning_summary.delta", "delta", "response.reasoning_summary_text.delta"),
        ("response.reasoning_summary.done", "text", "response.reasoning_summary_text.done"),
        ("response.output_text_annotation.added", "x", "response.output_text.annotation.added"),
    ];
    for (old, field, current) in cases {
        let event = decode(&json!({"type": old, field: "x", "output_index": 0}));
        assert!(is_typed(&event), "{event:?}");
        assert_eq!(event.kind(), current);
    }
}

#[test]
fn the_type_is_found_wherever_it_stands() {
    let name = Some("response.refusal.delta");
    let text = "response.output_text.delta";
    let cases = [
        (name, r#"{"type":"response.output_text.delta","delta":"a"}"#, text),
        (name, r#"{"delta":"a","logprobs":[{"token":"type"}],"type":"response.output_text.delta"}"#, text),
        (name, " {\n \"type\" : \"response.output_text.delta\", \"delta\": \"a\" } ", text),
        (name, r#"{"type":"response.output_text\u002edelta","delta":"a"}"#, text),
        (name, r#"{"type":"response.output_text.delta","delta":"a","type":"response.refusal.delta"}"#, text),
        (name, r#"{"delta":"a"}"#, "response.refusal.delta"),
        (name, r#"{"type":null,"delta":"a"}"#, "response.refusal.delta"),
        (name, r#"{"type":5,"delta":"a"}"#, "response.refusal.delta"),
    ];
    for (name, json, kind) in cases {
        let event = ResponseEvent::decode(name, json);
        assert!(is_typed(&event), "{event:?}");
        assert_eq!(event.kind(), kind, "{json}");
    }
}

#[test]
fn nothing_is_dropped() {
    let unknown = [
        (None, r#"{"type":"response.brand_new","a":[1, 2]}"#, "response.brand_new"),
        (None, r#"{"type":"","a":1}"#, ""),
        (None, "{}", ""),
        (Some("named"), r#"{"a":1}"#, "named"),
        (Some("message"), "[1]", "message"),
        (None, "null", ""),
    ];
    for (name, json, expected) in unknown {
        match ResponseEvent::decode(name, json) {
            ResponseEvent::Unknown { kind, raw } => assert_eq!((kind.as_str(), raw.get()), (expected, json)),
            other => panic!("{json} gave {other:?}"),
        }
    }
    let undecodable = [
        (None, r#"{"type":"response.output_text.delta"}"#, "response.output_text.delta"),
        (None, r#"{"type":"response.output_text.delta","delta":{"a":1}}"#, "response.output_text.delta"),
        (
            None,
            r#"{"type":"response.output_text.delta","delta":"a","delta":"b"}"#,
            "response.output_text.delta",
        ),
        (None, r#"{"type":"response.output_text.delta","delta":"a"#, "response.output_text.delta"),
        (None, r#"{"type":"response.output_text.delta","delta":"a"} trailing"#, "response.output_text.delta"),
        (None, r#"{"type":"response.output_text.delta","delta":"\ud800"}"#, "response.output_text.delta"),
        (None, r#"{"type":"response.completed","response":null}"#, "response.completed"),
        (Some("keepalive"), "", "keepalive"),
        (None, "[DONE]", ""),
        (None, r#"{"type":"response.brand_new","#, "response.brand_new"),
    ];
    for (name, json, expected) in undecodable {
        let event = ResponseEvent::decode(name, json);
        assert_eq!(event.is_terminal(), expected == "response.completed", "{json}");
        match event {
            ResponseEvent::Undecodable { kind, raw, problem } => {
                assert_eq!((kind.as_str(), raw.as_str()), (expected, json));
                assert!(!problem.is_empty());
            }
            other => panic!("{json} gave {other:?}"),
        }
    }
}

#[test]
fn completed_and_done_give_the_same() {
    let response =
        json!({"id":"resp_1","status":"completed","output":[],"usage":{"input_tokens":1,"output_tokens":2}});
    for kind in ["response.completed", "response.done"] {
        match decode(&json!({"type":kind,"sequence_number":9,"response":response})) {
            ResponseEvent::Completed { response_id, token_usage, response, sequence_number } => {
                assert_eq!((response_id.as_str(), response.id.as_str()), ("resp_1", "resp_1"));
                assert_eq!(token_usage.unwrap().total_tokens, 3);
                assert_eq!(sequence_number, Some(9));
            }
            other => panic!("{kind} gave {other:?}"),
        }
    }
}

#[test]
fn an_error_has_one_shape() {
    let nested = json!({"type":"invalid_request_error","code":"previous_response_not_found","message":"m","param":"p"});
    let cases = [
        json!({"type":"error","sequence_number":2,"code":"previous_response_not_found","message":"m","param":"p"}),
        json!({"type":"error","sequence_number":2,"status":400,"error":nested}),
        json!({"type":"error","sequence_number":2,"status_code":400,"error":nested,"headers":{"Retry-After":7}}),
        json!({"type":"error","sequence_number":2,"error":
            {"code":"previous_response_not_found","message":"m","param":"p","headers":{"retry-after":["7","8"]}}}),
    ];
    for json in cases {
        let ResponseEvent::Error(event) = decode(&json) else { panic!("{json}") };
        assert_eq!(event.error.code, Some(ErrorCode::PreviousResponseNotFound), "{json}");
        assert_eq!((event.error.message.as_deref(), event.error.param.as_deref()), (Some("m"), Some("p")));
        assert_eq!(event.sequence_number, Some(2));
        let has_status = json.get("status").or(json.get("status_code")).is_some();
        assert_eq!(event.error.status, has_status.then_some(400), "{json}");
        let has_headers = json.to_string().to_lowercase().contains("retry-after");
        assert_eq!(event.error.headers.get("Retry-After"), has_headers.then_some("7"), "{json}");
    }
    for code in [json!(1300), json!("1300")] {
        let ResponseEvent::Error(event) = decode(&json!({"type":"error","code":code})) else { panic!() };
        assert_eq!(event.error.code, Some(ErrorCode::Other("1300".to_owned())));
    }
}

#[test]
fn rate_limits_inside_a_stream() {
    let json = json!({"type":"codex.rate_limits","plan_type":"plus","metered_limit_name":"Codex-Other",
        "rate_limits":{"primary":{"used_percent":61,"window_minutes":300,"reset_at":5},"secondary":null},
        "credits":{"has_credits":true,"unlimited":false,"balance":"12.40"}});
    let ResponseEvent::RateLimits(limits) = decode(&json) else { panic!() };
    assert_eq!(limits.limit_id.as_deref(), Some("codex_other"));
    let primary = limits.primary.as_ref().unwrap();
    assert_eq!((primary.used_percent, primary.window_minutes, primary.resets_at), (61.0, Some(300), Some(5)));
    assert_eq!(limits.credits.as_ref().unwrap().balance.as_deref(), Some("12.40"));
    assert!(limits.secondary.is_none());
}

#[test]
fn terminal_and_output() {
    let output = |kind: &str| {
        let field = if kind.ends_with("delta") { "delta" } else { "text" };
        decode(&json!({"type":kind,field:"x","part":{"type":"x"},"item":{"type":"x"}})).is_output()
    };
    for kind in [
        "response.output_text.delta",
        "response.refusal.delta",
        "response.reasoning_text.delta",
        "response.reasoning_summary_text.done",
        "response.function_call_arguments.delta",
        "response.custom_tool_call_input.delta",
        "response.output_item.done",
    ] {
        assert!(output(kind), "{kind}");
    }
    for kind in ["response.output_item.added", "response.content_part.added", "keepalive", "response.new"] {
        assert!(!output(kind), "{kind}");
    }
    let terminal = ["response.completed", "response.done", "response.failed", "response.incomplete", "error"];
    for row in lines(EVENTS) {
        let event = decode(&row);
        assert_eq!(event.is_terminal(), terminal.contains(&row["type"].as_str().unwrap()), "{row}");
        assert!(!(event.is_terminal() && event.is_output()), "{row}");
    }
}

#[test]
fn facts_of_the_head_have_a_kind_and_a_form() {
    let cases = [
        (ResponseEvent::ServerModel("m".to_owned()), r#"{"type":"openai-model","value":"m"}"#),
        (ResponseEvent::ModelsEtag("e".to_owned()), r#"{"type":"x-models-etag","value":"e"}"#),
        (ResponseEvent::ServerReasoningIncluded(true), r#"{"type":"x-reasoning-included","value":true}"#),
    ];
    for (event, json) in cases {
        assert!(json.contains(event.kind()));
        assert_eq!(serde_json::to_string(&event).unwrap(), json);
    }
}

#[test]
fn whole_streams() {
    let streams: Value = serde_json::from_str(STREAMS).unwrap();
    for stream in streams.as_array().unwrap() {
        let events: Vec<_> = stream["events"].as_array().unwrap().iter().map(decode).collect();
        let last = events.iter().rfind(|event| event.is_terminal()).map(ResponseEvent::kind);
        assert_eq!(last, stream["terminal"].as_str(), "{}", stream["name"]);
        for event in &events {
            assert!(!matches!(event, ResponseEvent::Undecodable { .. }), "{event:?}");
        }
        let finished = |event: &ResponseEvent| match event {
            ResponseEvent::OutputItemDone(done) => Some(done.item.clone()),
            _ => None,
        };
        let Some(response) = events.iter().rev().find_map(ResponseEvent::final_response) else { continue };
        let items: Vec<ResponseItem> = events.iter().filter_map(finished).map(|item| *item).collect();
        if !stream["name"].as_str().unwrap().contains("lanes") {
            assert_eq!(items, response.output, "{}", stream["name"]);
        }
    }
}

#[test]
fn a_huge_event_and_a_deep_one() {
    let text = "x".repeat(8 << 20);
    let event = decode(&json!({"type":"response.output_text.delta","delta":text}));
    assert!(matches!(event, ResponseEvent::OutputTextDelta(delta) if delta.delta.len() == text.len()));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let event = ResponseEvent::decode(None, &format!(r#"{{"deep":{deep},"type":"keepalive"}}"#));
    assert_eq!(event.kind(), "keepalive");
    let event = ResponseEvent::decode(None, &format!(r#"{{"type":"response.new","deep":{deep}}}"#));
    assert!(matches!(event, ResponseEvent::Unknown { .. }));
    let event = ResponseEvent::decode(
        None,
        &format!(r#"{{"type":"response.created","response":{{"id":"r","deep":{deep}}}}}"#),
    );
    assert!(matches!(&event, ResponseEvent::Created(state) if state.response.id == "r"), "{}", event.kind());
}

#[test]
fn events_are_small() {
    assert!(size_of::<ResponseEvent>() <= 144, "{} bytes", size_of::<ResponseEvent>());
}
