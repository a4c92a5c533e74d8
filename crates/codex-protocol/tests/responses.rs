//! Pure function: the response object and its usage.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use codex_protocol::{ErrorCode, IncompleteReason, Response, ResponseStatus, Timestamp, TokenUsage};
use serde_json::{Value, json};

fn decode(json: &Value) -> Response {
    serde_json::from_str(&json.to_string()).unwrap()
}

fn whole() -> Value {
    json!({
        "id":"resp_1","object":"response","created_at":1_793_000_000,"completed_at":1_793_000_002,"status":"completed",
        "background":false,"conversation":{"id":"conv_1"},"instructions":"Be brief.","max_output_tokens":100,
        "max_tool_calls":3,"metadata":{"a":"b"},"model":"gpt-5.4","parallel_tool_calls":true,
        "output":[
            {"type":"reasoning","id":"rs_1","summary":[]},
            {"type":"message","id":"msg_1","role":"assistant","status":"completed",
                "content":[{"type":"output_text","text":"Hi ","annotations":[]},{"type":"output_text","text":"there","annotations":[]}]},
            {"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{}"},
            {"type":"new_item","x":1}],
        "previous_response_id":"resp_0","prompt":{"id":"p","variables":{"a":"b"}},"prompt_cache_key":"k",
        "prompt_cache_options":{"ttl":"30m"},"prompt_cache_retention":"24h","reasoning":{"effort":"low","summary":"auto"},
        "safety_identifier":"s","service_tier":"default","store":true,"temperature":1.0,
        "text":{"format":{"type":"json_schema","name":"n","schema":{},"strict":true},"verbosity":"low"},
        "tool_choice":{"type":"function","name":"f"},"tools":[{"type":"function","name":"f"}],"top_logprobs":0,
        "top_p":0.5,"truncation":"disabled","user":"u",
        "usage":{"input_tokens":37,"input_tokens_details":{"cached_tokens":5,"cache_write_tokens":1},"output_tokens":11,
            "output_tokens_details":{"reasoning_tokens":7},"total_tokens":48},
        "access_programs":{"cyber":"x"},"moderation":{"a":1},"tool_usage":{"a":1},"image":{"a":1},
        "prompt_cache_diagnostics":{"type":"cache_hit"},"input_transformations":[{"type":"reasoning"}],
        "end_turn":true,"headers":{"openai-model":"gpt-5.4-real"},"frequency_penalty":0.0
    })
}

#[test]
fn a_whole_response_goes_both_ways() {
    let response = decode(&whole());
    assert_eq!(serde_json::to_value(&response).unwrap(), whole());
    assert_eq!(response.extra.len(), 1, "only frequency_penalty has no field: {:?}", response.extra);
    assert_eq!(response.output_text(), "Hi there");
    assert_eq!(response.function_calls().map(|call| call.name.as_str()).collect::<Vec<_>>(), ["f"]);
    assert_eq!((response.refusal(), response.server_model()), (None, Some("gpt-5.4-real")));
    assert_eq!(response.created_at.and_then(|at| at.unix_seconds()), Some(1_793_000_000.0));
}

#[test]
fn any_wrong_field_costs_that_field_only() {
    let expected = decode(&whole());
    for name in whole().as_object().unwrap().keys() {
        for wrong in [json!(7), json!("x"), json!([7]), json!({"a":7}), json!(true), json!(-1.5)] {
            let mut json = whole();
            json[name] = wrong.clone();
            let response = decode(&json);
            let same = |key: &str, same: bool| assert!(key == name || same, "{name} = {wrong} cost {key}");
            same("id", response.id == expected.id);
            same("status", response.status == expected.status);
            same("usage", response.usage == expected.usage);
            same("output", response.output == expected.output);
            same("model", response.model == expected.model);
            same("tools", response.tools == expected.tools);
        }
        let mut json = whole();
        json[name] = Value::Null;
        decode(&json);
        json.as_object_mut().unwrap().remove(name);
        decode(&json);
    }
}

#[test]
fn what_is_set_aside_is_kept() {
    let response = decode(&json!({"id":"r","temperature":"hot","usage":[1]}));
    assert_eq!((response.temperature, response.usage), (None, None));
    assert_eq!(response.extra.get("temperature"), Some(&json!("hot")));
    assert_eq!(serde_json::to_value(&response).unwrap()["usage"], json!([1]));
    let twice: Response = serde_json::from_str(r#"{"id":"a","id":"b","model":"m"}"#).unwrap();
    assert_eq!((twice.id.as_str(), twice.model.as_deref()), ("b", Some("m")));
    assert!(serde_json::from_str::<Response>("[]").is_err());
}

#[test]
fn times_come_as_numbers_and_as_dates() {
    let at = |json: Value| decode(&json!({"created_at": json})).created_at.unwrap();
    assert_eq!(at(json!(5)).unix_seconds(), Some(5.0));
    assert_eq!(at(json!(5.25)).unix_seconds(), Some(5.25));
    assert_eq!(at(json!("2026-01-01")), Timestamp::Text("2026-01-01".to_owned()));
    assert_eq!(at(json!("2026-01-01")).unix_seconds(), None);
}

#[test]
fn errors_and_reasons() {
    let failed =
        decode(&json!({"status":"failed","error":{"code":"rate_limit_exceeded","message":"m","param":null}}));
    assert_eq!(failed.status, Some(ResponseStatus::Failed));
    assert_eq!(failed.error.unwrap().code, Some(ErrorCode::RateLimitExceeded));
    for code in [json!(null), json!(3), json!("new")] {
        let error = decode(&json!({"error":{"code":code,"message":"m"}})).error.unwrap();
        assert_eq!((error.message.as_str(), error.code.is_none()), ("m", code.is_null()));
    }
    assert_eq!(decode(&json!({"error":{"message":"m"}})).error.unwrap().code, None);
    for (reason, expected) in [
        ("max_output_tokens", IncompleteReason::MaxOutputTokens),
        ("max_tokens", IncompleteReason::Other("max_tokens".to_owned())),
    ] {
        let response = decode(&json!({"incomplete_details":{"reason":reason}}));
        assert_eq!(response.incomplete_reason(), Some(&expected));
    }
    let refusal = json!({"output":[{"type":"message","role":"assistant","content":[{"type":"refusal","refusal":"No."}]}]});
    assert_eq!(decode(&refusal).refusal(), Some("No."));
}

#[test]
fn usage_is_read_leniently() {
    let usage = |input, cached, output, total| {
        let mut usage = TokenUsage::default();
        (usage.input_tokens, usage.cached_input_tokens) = (input, cached);
        (usage.output_tokens, usage.total_tokens) = (output, total);
        usage
    };
    let cases = [
        (json!({}), usage(0, 0, 0, 0)),
        (json!({"input_tokens":1,"output_tokens":2,"total_tokens":9}), usage(1, 0, 2, 9)),
        (json!({"input_tokens":1,"output_tokens":2,"input_tokens_details":null}), usage(1, 0, 2, 3)),
        (json!({"input_tokens":"1","output_tokens":2.0,"total_tokens":null}), usage(1, 0, 2, 3)),
        (json!({"input_tokens":-4,"output_tokens":[],"total_tokens":{}}), usage(0, 0, 0, 0)),
        (
            json!({"prompt_tokens":1,"prompt_tokens_details":{"cached_tokens":1},"completion_tokens":2}),
            usage(1, 1, 2, 3),
        ),
        (json!({"input_tokens":u64::MAX,"output_tokens":1e300}), usage(u64::MAX, 0, u64::MAX, u64::MAX)),
    ];
    for (json, expected) in cases {
        assert_eq!(serde_json::from_value::<TokenUsage>(json.clone()).unwrap(), expected, "{json}");
    }
    let sum = usage(1, 0, 2, 3) + usage(u64::MAX, 1, 2, 3);
    assert_eq!(sum, usage(u64::MAX, 1, 4, 6));
}
