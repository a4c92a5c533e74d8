//! Pure function: the request body, its builder and its limits.

mod fixture;

use codex_protocol::{
    ContentPart, ContextManagement, ConversationReference, Include, Input, ReasoningEffort, ResponseItem,
    ResponsesApiRequest, ServiceTier, StreamOptions, ToolChoiceMode, schemars,
};
use serde_json::{Value, json};

fn request() -> ResponsesApiRequest {
    ResponsesApiRequest::new("m")
}

fn body(request: &ResponsesApiRequest) -> Value {
    serde_json::to_value(request).unwrap_or_default()
}

#[test]
fn the_builder_writes_what_the_service_takes() {
    let cases = [
        (request(), json!({"model":"m"})),
        (request().input("a"), json!({"model":"m","input":"a"})),
        (
            request().input("a").user(vec![ContentPart::input_text("b")]),
            json!({"model":"m","input":[
                {"type":"message","role":"user","content":"a"},
                {"type":"message","role":"user","content":[{"type":"input_text","text":"b"}]}]}),
        ),
        (
            request().input([ResponseItem::reference("msg_1")]),
            json!({"model":"m","input":[{"type":"item_reference","id":"msg_1"}]}),
        ),
        (
            request().instructions("i").previous_response_id("resp_1").conversation("conv_1"),
            json!({"model":"m","instructions":"i","previous_response_id":"resp_1","conversation":"conv_1"}),
        ),
        (
            request().reasoning_effort(ReasoningEffort::XHigh).reasoning_summary("auto").verbosity("low"),
            json!({"model":"m","reasoning":{"effort":"xhigh","summary":"auto"},"text":{"verbosity":"low"}}),
        ),
        (
            request().tool_choice(ToolChoiceMode::Required).parallel_tool_calls(false).store(false),
            json!({"model":"m","tool_choice":"required","parallel_tool_calls":false,"store":false}),
        ),
        (
            request().include(Include::ReasoningEncryptedContent).include("reasoning.encrypted_content"),
            json!({"model":"m","include":["reasoning.encrypted_content"]}),
        ),
        (
            request().metadata("a", "b").max_output_tokens(16).temperature(0.5).top_p(1.0),
            json!({"model":"m","metadata":{"a":"b"},"max_output_tokens":16,"temperature":0.5,"top_p":1.0}),
        ),
        (
            request().service_tier(ServiceTier::Priority).prompt_cache_key("k"),
            json!({"model":"m","service_tier":"priority","prompt_cache_key":"k"}),
        ),
        (
            request().schema("my answer", json!({"type":"object"})),
            json!({"model":"m","text":{"format":
                {"type":"json_schema","name":"my_answer","schema":{"type":"object"},"strict":true}}}),
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(body(&request), expected);
        assert_eq!(serde_json::from_value::<ResponsesApiRequest>(expected).unwrap(), request);
    }
}

#[test]
fn a_schema_from_a_type() {
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Person {
        name: String,
    }
    let format = &body(&request().verbosity("low").json_schema::<Person>())["text"]["format"];
    assert_eq!(
        (&format["type"], &format["name"], &format["strict"]),
        (&json!("json_schema"), &json!("Person"), &json!(true))
    );
}

#[test]
fn every_documented_field_has_one_of_its_own() {
    let Some(text) = fixture::published("request_fields.json") else { return };
    let fields: Value = serde_json::from_str(&text).unwrap();
    for field in fields["create"].as_array().unwrap() {
        let name = field["name"].as_str().unwrap();
        if name == "type" {
            continue;
        }
        let known: ResponsesApiRequest = serde_json::from_value(json!({ name: null })).unwrap();
        assert!(known.extra.is_empty(), "{name} has no field");
    }
    for field in fields["response_object"].as_array().unwrap() {
        let name = field["name"].as_str().unwrap();
        let known: codex_protocol::Response = serde_json::from_value(json!({ name: null })).unwrap();
        assert!(known.extra.is_empty(), "{name} has no field");
    }
}

#[test]
fn rare_fields_go_both_ways() {
    let json = json!({"conversation":{"id":"conv_1"},"stream_options":{"include_obfuscation":false},"background":true,
        "background_options":{"completion_window":"2h"},"context_management":[{"type":"compaction","compact_threshold":1000}],
        "prompt_cache_options":{"prewarm":true},"access_programs":{"cyber":1},"image":{"context_compression":1},
        "generate":false,"stream_id":"main","client_metadata":{"a":"b"},"moderation":{"a":1},"new_field":[1]});
    let request: ResponsesApiRequest = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(body(&request), json);
    assert_eq!(request.conversation.as_ref().map(ConversationReference::id), Some("conv_1"));
    assert_eq!(request.extra.get("new_field"), Some(&json!([1])));
    assert_eq!(StreamOptions::default().include_obfuscation, None);
    assert_eq!(Input::from("a").into_items(), [ResponseItem::user("a")]);
}

#[test]
fn limits_are_checked_at_their_edges() {
    let with = |change: fn(&mut ResponsesApiRequest)| {
        let mut request = request();
        change(&mut request);
        request.validate().map_err(|problem| problem.to_string()).err()
    };
    let fine: [fn(&mut ResponsesApiRequest); 8] = [
        |request| request.max_output_tokens = Some(16),
        |request| request.temperature = Some(2.0),
        |request| request.top_p = Some(0.0),
        |request| request.top_logprobs = Some(20),
        |request| request.metadata = Some((0..16).map(|n| (n.to_string(), "é".repeat(512))).collect()),
        |request| request.context_management = Some(vec![ContextManagement::compaction(1_000)]),
        |request| request.stream_id = Some("a.B_1-".to_owned()),
        |request| request.safety_identifier = Some("é".repeat(128)),
    ];
    for change in fine {
        assert_eq!(with(change), None);
    }
    let breaks = |change: fn(&mut ResponsesApiRequest), expected: &str| {
        assert_eq!(with(change).as_deref(), Some(expected));
    };
    breaks(
        |request| request.max_output_tokens = Some(15),
        "`max_output_tokens` is 15, it must be at least 16",
    );
    breaks(|request| request.temperature = Some(2.1), "`temperature` is 2.1, it must be from 0 to 2");
    breaks(|request| request.temperature = Some(f64::NAN), "`temperature` is NaN, it must be from 0 to 2");
    breaks(|request| request.top_p = Some(-0.1), "`top_p` is -0.1, it must be from 0 to 1");
    breaks(|request| request.top_logprobs = Some(21), "`top_logprobs` is 21, it must be at most 20");
    breaks(
        |request| request.metadata = Some((0..17).map(|n| (n.to_string(), String::new())).collect()),
        "`metadata` has 17 entries, at most 16 are allowed",
    );
    breaks(
        |request| request.metadata = Some([("k".repeat(65), String::new())].into()),
        "the key of `metadata` that begins with \"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\" has 65 characters, at most 64 are allowed",
    );
    breaks(
        |request| request.metadata = Some([("k".to_owned(), "v".repeat(513))].into()),
        "the value of \"k\" in `metadata` has 513 characters, at most 512 are allowed",
    );
    breaks(
        |request| request.context_management = Some(vec![ContextManagement::compaction(999)]),
        "`context_management.compact_threshold` is 999, it must be at least 1000",
    );
    breaks(
        |request| *request = request.clone().previous_response_id("r").conversation("c"),
        "`previous_response_id` and `conversation` exclude each other, set one of them",
    );
    breaks(
        |request| request.safety_identifier = Some("s".repeat(129)),
        "`safety_identifier` has 129 characters, at most 128 are allowed",
    );
    breaks(|request| request.stream_id = Some(String::new()), LANE);
    breaks(|request| request.stream_id = Some("a b".to_owned()), LANE);
    breaks(|request| request.stream_id = Some("é".to_owned()), LANE);
    breaks(|request| request.stream_id = Some("a".repeat(257)), LANE);
}

const LANE: &str = "`stream_id` must consist of 1 to 256 of the characters A-Z a-z 0-9 _ . -";
