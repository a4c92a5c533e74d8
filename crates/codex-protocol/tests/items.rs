//! Pure function: items decode to their variant and encode to what they came from.

mod fixture;

use codex_protocol::{Content, ContentPart, FunctionCall, ResponseItem, Role};
use fixture::{ITEMS, lines, without_nulls};
use serde_json::{Value, json};

#[test]
fn every_item_decodes_to_its_variant_and_goes_back_whole() {
    let rows = lines(ITEMS);
    assert_eq!(rows.len(), 61);
    for row in rows {
        let text = row["item"].to_string();
        let item: ResponseItem = serde_json::from_str(&text).unwrap();
        assert!(!matches!(item, ResponseItem::Unknown(_)), "{item:?}");
        assert_eq!(item.kind(), row["type"], "{text}");
        assert_eq!(item.id(), row["item"]["id"].as_str(), "{text}");

        let mut expected = without_nulls(&row["item"]);
        // An input message may lack its type; it gets one.
        expected["type"] = row["type"].clone();
        let written = serde_json::to_value(&item).unwrap();
        assert_eq!(without_nulls(&written), expected);
        assert_eq!(serde_json::from_value::<ResponseItem>(written).unwrap(), item, "from a value");
    }
}

#[test]
fn unknown_properties_and_items_go_back() {
    let cases = [
        r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"a","new":[1]}],"new":{"a":null}}"#,
        r#"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"a","new":true}],"new":1.5}"#,
        r#"{"type":"shell_call","call_id":"c","action":{"commands":["ls"],"new":1}}"#,
    ];
    for json in cases {
        let item: ResponseItem = serde_json::from_str(json).unwrap();
        assert!(!matches!(item, ResponseItem::Unknown(_)), "{json}");
        let expected: Value = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_value(&item).unwrap(), expected);
    }
}

#[test]
fn what_does_not_fit_goes_back_byte_for_byte() {
    let cases = [
        (r#"{ "type" : "ghost_snapshot", "b":1.50, "a" : [ ] }"#, "ghost_snapshot", false),
        (r#"{"type":"function_call","name":7}"#, "function_call", true),
        (r#"{"type":"message"}"#, "message", true),
        (r#"{"type":"reasoning","summary":[],"summary":[]}"#, "reasoning", true),
        (r#"{"type":"brand\u005fnew"}"#, "brand_new", false),
        (r#"{"type":5}"#, "", false),
        (r"{}", "", false),
        ("null", "", false),
        (r#""text""#, "", false),
        ("[1, 2]", "", false),
    ];
    for (json, kind, has_problem) in cases {
        let item: ResponseItem = serde_json::from_str(json).unwrap();
        let ResponseItem::Unknown(unknown) = &item else { panic!("{json} gave {item:?}") };
        assert_eq!((unknown.kind.as_str(), unknown.problem.is_some()), (kind, has_problem), "{json}");
        assert_eq!(serde_json::to_string(&item).unwrap(), json);
        assert_eq!(serde_json::to_string(&vec![item.clone()]).unwrap(), format!("[{json}]"));
    }
}

#[test]
fn a_problem_names_the_field_and_keeps_values_to_itself() {
    let json = r#"{"type":"function_call","call_id":"c","name":"f","async":"sk-secret \" }"}"#;
    let ResponseItem::Unknown(unknown) = serde_json::from_str(json).unwrap() else { panic!("decoded") };
    let problem = unknown.problem.unwrap();
    assert!(problem.contains("boolean") && !problem.contains("secret"), "{problem}");

    let json = r#"{"type":"function_call","name":"f"}"#;
    let ResponseItem::Unknown(unknown) = serde_json::from_str(json).unwrap() else { panic!("decoded") };
    assert!(unknown.problem.unwrap().contains("call_id"));
}

#[test]
fn one_bad_part_costs_that_part_only() {
    let json = r#"{"type":"message","role":"assistant","content":[
        {"type":"output_text","text":"a"},{"type":"output_text"},{"type":"hologram","x":1},{"type":"output_text","text":"b"}]}"#;
    let ResponseItem::Message(message) = serde_json::from_str(json).unwrap() else { panic!("no message") };
    assert_eq!(message.text(), "ab");
    let kinds: Vec<_> = message.content.parts().iter().map(ContentPart::kind).collect();
    assert_eq!(kinds, ["output_text", "output_text", "hologram", "output_text"]);
}

#[test]
fn lenient_forms() {
    let same = |json: &str, expected: ResponseItem| {
        assert_eq!(serde_json::from_str::<ResponseItem>(json).unwrap(), expected, "{json}");
    };
    same(r#"{"role":"user","content":"a"}"#, ResponseItem::user("a"));
    same(r#"{"type":null,"role":"user","content":"a"}"#, ResponseItem::user("a"));
    same(r#"{"id":"msg_1"}"#, ResponseItem::reference("msg_1"));
    same(r#"{"id":"msg_1","type":null}"#, ResponseItem::reference("msg_1"));
    same(r#"{"type":"message","role":"user","content":null}"#, ResponseItem::user(Vec::new()));

    let json = r#"{"type":"function_call","call_id":"c","name":"f","arguments":{"a": 1}}"#;
    let ResponseItem::FunctionCall(call) = serde_json::from_str(json).unwrap() else { panic!("no call") };
    assert_eq!(call.arguments, r#"{"a": 1}"#);
    assert_eq!(call.parse_arguments::<Value>().unwrap(), json!({"a": 1}));

    let compaction: ResponseItem =
        serde_json::from_str(r#"{"type":"compaction_summary","encrypted_content":"x"}"#).unwrap();
    assert_eq!(compaction.kind(), "compaction");
}

#[test]
fn constructors_write_what_the_service_takes() {
    let cases = [
        (ResponseItem::user("a"), json!({"type":"message","role":"user","content":"a"})),
        (ResponseItem::assistant("a"), json!({"type":"message","role":"assistant","content":"a"})),
        (ResponseItem::developer("a"), json!({"type":"message","role":"developer","content":"a"})),
        (ResponseItem::system("a"), json!({"type":"message","role":"system","content":"a"})),
        (
            ResponseItem::function_call_output("c", "18C"),
            json!({"type":"function_call_output","call_id":"c","output":"18C"}),
        ),
        (
            ResponseItem::custom_tool_call_output("c", vec![ContentPart::input_text("ok")]),
            json!({"type":"custom_tool_call_output","call_id":"c","output":[{"type":"input_text","text":"ok"}]}),
        ),
        (
            ResponseItem::user(vec![
                ContentPart::image_file("file_1"),
                ContentPart::file_url("https://example.com/a.pdf"),
                ContentPart::file("file_2"),
                ContentPart::file_bytes("a.pdf", "application/pdf", b"%PDF"),
            ]),
            json!({"type":"message","role":"user","content":[
                {"type":"input_image","file_id":"file_1"},
                {"type":"input_file","file_url":"https://example.com/a.pdf"},
                {"type":"input_file","file_id":"file_2"},
                {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERg=="},
            ]}),
        ),
    ];
    for (item, expected) in cases {
        assert_eq!(serde_json::to_value(&item).unwrap(), expected);
    }
}

#[test]
fn enums_are_open() {
    for (json, known) in [(r#""user""#, true), (r#""narrator""#, false)] {
        let role: Role = serde_json::from_str(json).unwrap();
        assert_eq!(!matches!(role, Role::Other(_)), known);
        assert_eq!(serde_json::to_string(&role).unwrap(), json);
        assert_eq!(format!("\"{role}\""), json);
        assert_eq!(Role::from(role.as_str()), role);
    }
}

#[test]
fn text_of_content() {
    let parts =
        |texts: &[&str]| Content::Parts(texts.iter().map(|text| ContentPart::output_text(*text)).collect());
    for (content, expected) in
        [(Content::from("a"), "a"), (parts(&[]), ""), (parts(&["a"]), "a"), (parts(&["a", "b"]), "ab")]
    {
        assert_eq!(content.text(), expected);
    }
}

#[test]
fn nesting_as_deep_as_a_bomb_is_no_panic() {
    for depth in [64, 127, 128, 10_000, 200_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let bomb = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let json = format!(r#"{{"type":"function_call","call_id":"c","name":"f","new":{bomb}}}"#);
            let item: ResponseItem = serde_json::from_str(&json).unwrap();
            assert_eq!(item.kind(), "function_call");
        }
    }
    let mut call = FunctionCall::default();
    call.extra.insert("type", "ignored");
    assert!(call.extra.is_empty());
}
