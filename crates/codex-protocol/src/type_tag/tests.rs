//! Pure function.

use super::{TypeTag, has_key, type_tag};

fn text(kind: &str) -> TypeTag<'_> {
    TypeTag::Text(kind.into())
}

#[test]
fn finds_the_first_top_level_type() {
    let cases = [
        (r#"{"type":"a"}"#, text("a")),
        (r#" { "type" : "a" , "b":1}"#, text("a")),
        (r#"{"b":"type","c":{"type":"x"},"d":[{"type":"y"},"\"type\":"],"type":"a"}"#, text("a")),
        (r#"{"b":-1.5e3,"c":true,"d":null,"type":"a"}"#, text("a")),
        (r#"{"b":"\\","type":"a"}"#, text("a")),
        (r#"{"b":"\"","type":"a"}"#, text("a")),
        (r#"{"type":"a","type":"b"}"#, text("a")),
        (r#"{"type":"é"}"#, text("é")),
        (r#"{"type":"\u0061\n"}"#, text("a\n")),
        (r#"{"type":""}"#, text("")),
        (r#"{"type":null}"#, TypeTag::Absent),
        (r#"{"type":5}"#, TypeTag::NotText),
        (r#"{"type":{"type":"a"}}"#, TypeTag::NotText),
        (r#"{"type":"\ud800"}"#, TypeTag::NotText),
        (r#"{"type":"a"#, TypeTag::NotText),
        (r#"{"type":"#, TypeTag::NotText),
        (r#"{"type"}"#, TypeTag::Absent),
        (r#"{"typ":"a"}"#, TypeTag::Absent),
        ("{}", TypeTag::Absent),
        ("[]", TypeTag::Absent),
        (r#"["type","a"]"#, TypeTag::Absent),
        ("", TypeTag::Absent),
        ("{", TypeTag::Absent),
        (r#"{"b":"#, TypeTag::Absent),
        (r#"{"b":"\"#, TypeTag::Absent),
        (r#"{"b":[[[["#, TypeTag::Absent),
        (r#"{"b":}"#, TypeTag::Absent),
        ("null", TypeTag::Absent),
    ];
    for (json, expected) in cases {
        assert_eq!(type_tag(json), expected, "{json}");
    }
}

#[test]
fn deep_nesting_before_the_type_is_skipped_without_recursion() {
    let depth = 100_000;
    let json = format!(r#"{{"deep":{}{},"type":"a"}}"#, "[".repeat(depth), "]".repeat(depth));
    assert_eq!(type_tag(&json), text("a"));
}

#[test]
fn tells_whether_a_key_is_there() {
    assert!(has_key(r#"{"a":[{"b":1}],"role":null}"#, "role"));
    assert!(!has_key(r#"{"a":{"role":1}}"#, "role"));
}
