//! Pure function: tools and tool choices, both ways.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use codex_protocol::{
    CodeContainer, FunctionTool, McpTool, Tool, ToolChoice, ToolChoiceMode, WireSecret, schemars,
};
use serde_json::{Value, json};

fn round_trip<T: serde::de::DeserializeOwned + serde::Serialize>(json: &Value) -> T {
    let decoded: T = serde_json::from_str(&json.to_string()).unwrap();
    assert_eq!(&serde_json::to_value(&decoded).unwrap(), json);
    decoded
}

#[test]
fn every_tool_decodes_to_its_variant_and_goes_back_whole() {
    let tools = [
        json!({"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true,
            "output_schema":{"type":"string"},"async":true,"defer_loading":true,"allowed_callers":["direct","new"]}),
        json!({"type":"custom","name":"c","format":{"type":"grammar","syntax":"lark","definition":"start: A"}}),
        json!({"type":"custom","name":"c","format":{"type":"text"}}),
        json!({"type":"namespace","name":"n","description":"d","tools":[{"type":"function","name":"f"},{"type":"new"}]}),
        json!({"type":"file_search","vector_store_ids":["vs_1"],"max_num_results":3,
            "filters":{"type":"and","filters":[{"type":"eq","key":"a","value":1}]},
            "ranking_options":{"ranker":"auto","score_threshold":0.5,"hybrid_search":{"embedding_weight":0.5}}}),
        json!({"type":"file_search","vector_store_ids":[],"filters":{"type":"nin","key":"a","value":["x"]}}),
        json!({"type":"web_search","search_context_size":"low","filters":{"allowed_domains":["example.com"]},
            "user_location":{"type":"approximate","country":"FR"},"external_web_access":false}),
        json!({"type":"web_search_2025_08_26"}),
        json!({"type":"web_search_preview","search_content_types":["text"]}),
        json!({"type":"web_search_preview_2025_03_11"}),
        json!({"type":"computer"}),
        json!({"type":"computer_use_preview","display_width":1,"display_height":2,"environment":"linux"}),
        json!({"type":"mcp","server_label":"s","server_url":"https://example.com","authorization":"t",
            "headers":{"x-key":"v"},"allowed_tools":["a"],"require_approval":{"always":{"read_only":true}}}),
        json!({"type":"code_interpreter","container":{"type":"auto","file_ids":["f"],"memory_limit":"1g",
            "network_policy":{"type":"allowlist","allowed_domains":["example.com"],
                "domain_secrets":[{"domain":"example.com","name":"K","value":"v"}]}}}),
        json!({"type":"code_interpreter","container":"cntr_1"}),
        json!({"type":"programmatic_tool_calling"}),
        json!({"type":"image_generation","model":"m","size":"auto","partial_images":2,"svg":{"reasoning":{"effort":"low"}}}),
        json!({"type":"local_shell"}),
        json!({"type":"shell","environment":{"type":"container_auto","skills":[
            {"type":"skill_reference","skill_id":"s","version":"1"},
            {"type":"inline","name":"n","description":"d",
                "source":{"type":"base64","media_type":"application/zip","data":"UEs="}}]}}),
        json!({"type":"shell","environment":{"type":"local","skills":[{"name":"n","description":"d","path":"/s"}]}}),
        json!({"type":"shell","environment":{"type":"container_reference","container_id":"c"}}),
        json!({"type":"tool_search","execution":"client","parameters":{"type":"object"}}),
        json!({"type":"apply_patch","allowed_callers":["programmatic"]}),
    ];
    for json in tools {
        let tool: Tool = round_trip(&json);
        assert!(!matches!(tool, Tool::Unknown(_)), "{tool:?}");
        assert_eq!(tool.kind(), json["type"]);
    }
    assert!(matches!(round_trip(&json!({"type":"time_machine","year":1})), Tool::Unknown(_)));
}

#[test]
fn a_container_may_be_named() {
    let json = serde_json::to_string(&CodeContainer::existing("cntr_\"1")).unwrap();
    assert_eq!(json, r#""cntr_\"1""#);
}

#[test]
fn every_tool_choice_goes_both_ways() {
    for mode in ["none", "auto", "required", "new"] {
        let choice: ToolChoice = round_trip(&json!(mode));
        assert_eq!(choice, ToolChoice::Mode(ToolChoiceMode::from(mode)));
    }
    let kinds = [
        "file_search",
        "web_search_preview",
        "web_search_preview_2025_03_11",
        "computer",
        "computer_use",
        "computer_use_preview",
        "image_generation",
        "code_interpreter",
        "programmatic_tool_calling",
        "apply_patch",
        "shell",
    ];
    let named = [
        json!({"type":"function","name":"f"}),
        json!({"type":"custom","name":"c"}),
        json!({"type":"mcp","server_label":"s","name":"t"}),
        json!({"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]}),
    ];
    for json in kinds.map(|kind| json!({ "type": kind })).into_iter().chain(named) {
        let ToolChoice::Tool(target) = round_trip(&json) else { panic!("{json} is no target") };
        assert_eq!(target.kind(), json["type"]);
        assert!(!format!("{target:?}").contains("Unknown"), "{json}");
    }
    assert_eq!(
        serde_json::to_value(ToolChoice::function("f")).unwrap(),
        json!({"type":"function","name":"f"})
    );
}

#[test]
fn secrets_are_not_shown() {
    let mut tool = McpTool::new("s", "https://example.com");
    tool.authorization = Some(WireSecret::from("sk-1"));
    tool.headers = Some([("x-key".to_owned(), WireSecret::from("sk-2".to_owned()))].into());
    tool.extra.insert("future_key", "sk-3");
    let shown = format!("{:?}", Tool::from(tool));
    assert!(shown.contains("x-key") && !shown.contains("sk-"), "{shown}");
}

#[test]
fn a_function_from_a_type() {
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Arguments {
        /// The city.
        city: String,
        days: Option<u8>,
    }
    let tool = FunctionTool::from_type::<Arguments>("weather", "The weather.");
    let json = serde_json::to_value(Tool::from(tool)).unwrap();
    assert_eq!(
        json,
        json!({"type":"function","name":"weather","description":"The weather.","strict":true,"parameters":{
        "title":"Arguments","type":"object","additionalProperties":false,"required":["city","days"],
        "properties":{
            "city":{"type":"string","description":"The city."},
            "days":{"type":["integer","null"],"minimum":0,"maximum":255},
        }}})
    );
}
