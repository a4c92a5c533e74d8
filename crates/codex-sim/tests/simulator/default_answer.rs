//! Ladder: simulator. Answers without any rule.

use codex_sim::{Scenario, Simulator};
use serde_json::{Value, json};

use crate::http::Request;

async fn output(fields: Value) -> Value {
    let simulator = Simulator::start(Scenario::default()).await.unwrap();
    let mut body = json!({"model": "m"});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    Request::post(&body).send(&simulator).await.json()
}

fn text(response: &Value) -> &str {
    let message = response["output"].as_array().unwrap().last().unwrap();
    message["content"][0]["text"].as_str().unwrap()
}

#[tokio::test]
async fn text_mentions_the_prompt() {
    let cases = [
        (json!({"input": "Say hello"}), "Hello! You said “Say hello”."),
        (json!({"input": "Why?"}), "You said “Why?”."),
        (json!({}), "Hello! I am a simulated model."),
        (
            json!({"input": [
                {"role": "user", "content": [{"type": "input_text", "text": "One"}]},
                {"role": "assistant", "content": "Two"},
                {"role": "user", "content": "Three"},
            ]}),
            "You said “Three”.",
        ),
    ];
    for (fields, beginning) in cases {
        let response = output(fields).await;
        assert!(text(&response).starts_with(beginning), "{response}");
        assert_eq!(response["status"], "completed");
    }
}

#[tokio::test]
async fn reasoning_comes_when_asked_for() {
    let cases = [
        (json!({}), false, 0),
        (json!({"reasoning": null}), false, 0),
        (json!({"reasoning": {"effort": "none"}}), false, 0),
        (json!({"reasoning": {"effort": "low"}}), true, 0),
        (json!({"reasoning": {"summary": "auto"}}), true, 1),
    ];
    for (fields, reasons, summaries) in cases {
        let first = output(fields.clone()).await["output"][0].clone();
        assert_eq!(first["type"] == "reasoning", reasons, "{fields}");
        assert_eq!(first["summary"].as_array().map_or(0, Vec::len), summaries);
        assert!(first.get("encrypted_content").is_none());
    }
    let asked = json!({"reasoning": {"effort": "low"}, "include": ["reasoning.encrypted_content"]});
    let reasoning = output(asked).await["output"][0].clone();
    assert!(reasoning["encrypted_content"].as_str().unwrap().starts_with("gAAAAAB"));
}

#[tokio::test]
async fn tools_are_called_when_asked_for() {
    let weather = json!({"type": "function", "name": "get_weather", "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}});
    let clock = json!({"type": "function", "name": "clock"});
    let patch = json!({"type": "custom", "name": "apply_patch"});
    let hosted = json!({"type": "web_search"});
    let tools = json!([hosted, weather, clock, patch]);
    let allowed = |mode: &str| json!({"type": "allowed_tools", "mode": mode, "tools": [{"type": "function", "name": "clock"}]});
    let cases = [
        ("hi there", json!("auto"), None),
        ("What is the weather in Oslo?", json!("auto"), Some(("get_weather", r#"{"city":"Oslo"}"#))),
        ("What is the weather in Oslo?", json!("none"), None),
        ("Please use a tool", json!("auto"), Some(("get_weather", r#"{"city":"city"}"#))),
        ("hi there", json!("required"), Some(("get_weather", r#"{"city":"city"}"#))),
        ("hi there", json!({"type": "function", "name": "clock"}), Some(("clock", "{}"))),
        ("hi there", allowed("required"), Some(("clock", "{}"))),
        ("the weather?", allowed("auto"), None),
        ("patch it", json!("auto"), Some(("apply_patch", "patch it"))),
    ];
    for (prompt, choice, expected) in cases {
        let response = output(json!({"input": prompt, "tools": tools, "tool_choice": choice})).await;
        let item = &response["output"][0];
        let arguments = item["arguments"].as_str().or(item["input"].as_str());
        let called = item["name"].as_str().zip(arguments);
        assert_eq!(called, expected, "{prompt} {choice}");
    }
    assert_eq!(output(json!({"tools": [clock]})).await["tools"][0]["strict"], true);
}

#[tokio::test]
async fn structured_output_fits_its_schema() {
    let schema = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "tags": {"type": "array", "items": {"enum": ["a", "b"]}}},
        "required": ["name", "tags"],
        "additionalProperties": false,
    });
    let format = json!({"type": "json_schema", "name": "city", "schema": schema});
    let response = output(json!({"input": "Tell me about Rome", "text": {"format": format}})).await;
    assert_eq!(text(&response), r#"{"name":"Rome","tags":["a"]}"#);
    assert_eq!(response["text"]["verbosity"], "medium");
    let response = output(json!({"input": "hi", "text": {"format": {"type": "json_object"}}})).await;
    assert!(serde_json::from_str::<Value>(text(&response)).unwrap()["answer"].is_string());
}

#[tokio::test]
async fn the_token_limit_cuts_the_text() {
    let response = output(json!({"input": "A".repeat(300), "max_output_tokens": 16})).await;
    assert_eq!(response["status"], "incomplete");
    assert_eq!(response["incomplete_details"], json!({"reason": "max_output_tokens"}));
    assert_eq!(response["output"][0]["status"], "incomplete");
    assert_eq!(response["usage"]["output_tokens"], 16);
}
