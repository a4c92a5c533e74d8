//! Pure function.

use proptest::prelude::*;

use super::{decode, string_stop};
use crate::event::ResponseEvent;

const KINDS: [&str; 5] = [
    "response.output_text.delta",
    "response.function_call_arguments.delta",
    "response.reasoning_summary_text.delta",
    "response.reasoning_text.delta",
    "response.custom_tool_call_input.delta",
];

/// The short cut gives what the general decoder gives, or nothing. Says whether it gave something.
fn agrees(kind: &str, json: &str) -> bool {
    let Some(short) = decode(kind, json) else { return false };
    match ResponseEvent::decode_known(kind, json) {
        Some(Ok(general)) => assert_eq!(format!("{short:?}"), format!("{general:?}"), "{json}"),
        other => panic!("the general decoder gave {other:?} for {json}"),
    }
    true
}

#[test]
fn ordinary_deltas_take_the_short_cut() {
    let bodies = [
        r#"{"delta":"a"}"#,
        r#" { "type" : "x" , "delta" : "a" } "#,
        r#"{"type":"x","sequence_number":4,"item_id":"msg_1","output_index":0,"content_index":12,"summary_index":3,"delta":"Hi \"é\" \u00e9 \n 😀","logprobs":[],"obfuscation":"Wd6S45xQ7SyQLT"}"#,
        r#"{"delta":"","logprobs":[ ]}"#,
        r#"{"delta":"0123456\u0037","sequence_number":18446744073709551615}"#,
    ];
    for kind in KINDS {
        for body in bodies {
            assert!(agrees(kind, body), "{kind}: {body}");
        }
    }
}

#[test]
fn what_is_out_of_the_ordinary_does_not() {
    let bodies = [
        r"{}",
        r#"{"delta":null}"#,
        r#"{"delta":{"a":1}}"#,
        r#"{"delta":"a","new":1}"#,
        r#"{"delta":"a","delta":"b"}"#,
        r#"{"delta":"a","logprobs":[{"token":"a"}]}"#,
        r#"{"delta":"a","logprobs":[],"logprobs":[]}"#,
        r#"{"delta":"a","output_index":-1}"#,
        r#"{"delta":"a","output_index":1.0}"#,
        r#"{"delta":"a","output_index":1e0}"#,
        r#"{"delta":"a","output_index":01}"#,
        r#"{"delta":"a","output_index":4294967296}"#,
        r#"{"delta":"a","sequence_number":18446744073709551616}"#,
        r#"{"delta":"\ud800"}"#,
        r#"{"delta":"\x"}"#,
        "{\"delta\":\"a\nb\"}",
        r#"{"delta":"a"} x"#,
        r#"{"delta":"a",}"#,
        r#"{"delta":"a""#,
        r#"{"delta":"a"#,
        r#"{"delta""#,
        r#"{"del\u0074a":"a"}"#,
        r#"["delta"]"#,
        "",
    ];
    for body in bodies {
        assert!(!agrees(KINDS[0], body), "{body}");
    }
    assert!(decode("response.refusal.delta", r#"{"delta":"a"}"#).is_none());
}

#[test]
fn a_string_stops_where_it_must() {
    for byte in 0..=u8::MAX {
        for place in 0..20 {
            let mut text = vec![0xff_u8; 20];
            text[place] = byte;
            let expected = if matches!(byte, b'"' | b'\\' | 0..0x20) { place } else { text.len() };
            assert_eq!(string_stop(&text, 0), expected, "{byte} at {place}");
            assert_eq!(string_stop(&text, place + 1), text.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_change_of_a_delta(
        kind in prop::sample::select(&KINDS[..]),
        text in "[a-z\"\\\\\\n\\u{1}é😀]{0,24}",
        at in any::<prop::sample::Index>(),
        put in prop::sample::select(vec!["", "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "1", "-", ".", "e", "null", " ", "\n", "\\u00e9", "\"delta\":\"x\",", "\"summary_index\":\"x\","]),
    ) {
        let quoted = serde_json::to_string(&text).unwrap();
        let json = format!(r#"{{"type":"{kind}","sequence_number":10,"item_id":"msg_1","output_index":0,"content_index":0,"delta":{quoted},"logprobs":[],"obfuscation":"x"}}"#);
        prop_assert!(agrees(kind, &json));
        let at = (0..=at.index(json.len())).rev().find(|at| json.is_char_boundary(*at)).unwrap();
        agrees(kind, &format!("{}{put}{}", &json[..at], &json[at..]));
        agrees(kind, &format!("{}{put}", &json[..at]));
    }
}
