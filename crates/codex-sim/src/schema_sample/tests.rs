// Ladder: pure function.
use super::*;

#[test]
fn samples_fit_their_schema() {
    let cases = [
        (json!({"type": "string"}), "", json!("value")),
        (json!({"type": "string"}), "Weather in Paris, please", json!("Paris")),
        (json!({"enum": ["b", "a"]}), "", json!("b")),
        (json!({"const": 3}), "", json!(3)),
        (json!({"type": "integer", "minimum": 5}), "", json!(5)),
        (json!({"type": "integer", "maximum": 5}), "give me 12", json!(5)),
        (json!({"type": "integer", "exclusiveMinimum": 1}), "", json!(2)),
        (json!({"type": "number", "multipleOf": 2.5}), "", json!(2.5)),
        (json!({"type": ["null", "boolean"]}), "", json!(true)),
        (json!({"type": "null"}), "", json!(null)),
        (json!({"type": "string", "format": "date"}), "", json!("2026-11-01")),
        (json!({"type": "string", "minLength": 7}), "", json!("valuexx")),
        (json!({"type": "string", "maxLength": 2}), "", json!("va")),
        (json!({"type": "array", "items": {"type": "string"}, "minItems": 2}), "", json!(["value", "value"])),
        (json!({"type": "array", "maxItems": 0}), "", json!([])),
        (json!({"anyOf": [{"type": "null"}, {"type": "integer"}]}), "", json!(1)),
        (
            json!({"properties": {"a": {"type": "integer"}}, "required": ["a", "b"]}),
            "",
            json!({"a": 1, "b": "b"}),
        ),
        (
            json!({"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}]}),
            "",
            json!({"a": 1, "b": 2}),
        ),
        (json!({"$ref": "#/$defs/x", "$defs": {"x": {"type": "boolean"}}}), "", json!(true)),
        (json!(true), "", json!("value")),
    ];
    for (schema, prompt, expected) in cases {
        assert_eq!(sample(&schema, prompt), expected, "{schema}");
    }
}

#[test]
fn recursive_schemas_end() {
    let tree = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}},
        "required": ["name", "children"],
    });
    let text = sample(&tree, "").to_string();
    assert!(text.starts_with(r#"{"children":[{"#), "{text}");
    assert!(text.len() < 2_000, "{} bytes", text.len());
}
