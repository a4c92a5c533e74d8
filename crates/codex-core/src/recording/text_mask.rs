//! Masks what people and models wrote, and keeps the rest: `{"type":"message","text":"Hi"}` becomes
//! `{"type":"message","text":"xx"}`.

use std::ops::Range;

/// Fields whose text is a name of the protocol's, not of the user's. All others are masked: a list of what is private
/// would forget the next field.
const KEPT_FIELDS: [&str; 62] = [
    "account_plan",
    "background",
    "call_id",
    "client_id",
    "code",
    "compaction_id",
    "conversation_id",
    "created_at",
    "detail",
    "effort",
    "error",
    "etag",
    "event",
    "event_id",
    "execution",
    "format",
    "grant_type",
    "id",
    "image_detail",
    "include",
    "intent",
    "item_id",
    "kind",
    "last_response_id",
    "limit_name",
    "memory_mode",
    "mime_type",
    "mode",
    "modalities",
    "model",
    "name",
    "namespace",
    "object",
    "output_modalities",
    "param",
    "phase",
    "plan_type",
    "previous_item_id",
    "previous_response_id",
    "prompt_cache_key",
    "reason",
    "request_id",
    "required",
    "resets_at",
    "response_id",
    "role",
    "rounding",
    "scope",
    "service_tier",
    "session_id",
    "size",
    "slug",
    "status",
    "stream_id",
    "summary_mode",
    "tool_choice",
    "token_type",
    "truncation",
    "type",
    "verbosity",
    "version",
    "voice",
];

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// JSON, or anything else.
    Plainly,
    /// Server-sent events.
    InEvents,
}

/// The parts of a text to be masked.
pub(super) fn private_parts(text: &str, written: Written) -> Vec<Range<usize>> {
    match written {
        Written::Plainly => of_value(text, 0),
        Written::InEvents => {
            let mut start = 0;
            let mut parts = Vec::new();
            for line in text.split_inclusive(['\n', '\r']) {
                parts.extend(of_line(line.trim_end_matches(['\n', '\r']), start));
                start += line.len();
            }
            parts
        }
    }
}

/// A line of an event stream that begins at `start`.
fn of_line(line: &str, start: usize) -> Vec<Range<usize>> {
    match line.split_once(':') {
        Some(("event" | "id" | "retry", _)) => Vec::new(),
        Some((field, value)) => {
            let at = start + field.len() + 1 + (value.len() - value.trim_start().len());
            match value.trim() {
                "[DONE]" => Vec::new(),
                value => of_value(value, at),
            }
        }
        None => of_value(line, start),
    }
}

/// JSON, or a text that is private as a whole. It begins at `start`.
fn of_value(text: &str, start: usize) -> Vec<Range<usize>> {
    let blanks = text.len() - text.trim_start().len();
    if !text.trim_start().starts_with(['{', '[', '"']) {
        let whole = start + blanks..start + text.len();
        return if whole.is_empty() { Vec::new() } else { vec![whole] };
    }
    let mut scan = JsonScan { text, at: 0, start, fields: Vec::new(), parts: Vec::new() };
    while scan.step() {}
    scan.parts
}

/// Walks over JSON without building it. What is no proper JSON is walked over just the same.
struct JsonScan<'a> {
    text: &'a str,
    at: usize,
    start: usize,
    /// The fields around, from the outermost: whether their text is kept.
    fields: Vec<bool>,
    parts: Vec<Range<usize>>,
}

impl JsonScan<'_> {
    fn step(&mut self) -> bool {
        let Some(byte) = self.text.as_bytes().get(self.at) else { return false };
        match byte {
            b'{' => {
                self.fields.push(false);
                self.at += 1;
            }
            // The elements of a list belong to the field of the list.
            b'[' => {
                self.fields.push(self.fields.last().copied().unwrap_or(false));
                self.at += 1;
            }
            b'}' | b']' => {
                self.fields.pop();
                self.at += 1;
            }
            b'"' => self.string(),
            _ => self.at += 1,
        }
        true
    }

    fn string(&mut self) {
        let bytes = self.text.as_bytes();
        let first = self.at + 1;
        let mut end = first;
        while let Some(byte) = bytes.get(end).filter(|byte| **byte != b'"') {
            end += if *byte == b'\\' { 2 } else { 1 };
        }
        let end = end.min(bytes.len());
        self.at = end + 1;
        let rest = bytes.get(self.at..).unwrap_or_default();
        let is_name = rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
        let kept = self.text.get(first..end).is_some_and(|name| KEPT_FIELDS.contains(&name));
        match self.fields.last_mut() {
            Some(field) if is_name => *field = kept,
            Some(true) => {}
            _ if end > first => self.parts.push(self.start + first..self.start + end),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    //! Pure function: which parts of a text are masked.
    use super::*;

    fn masked(text: &str, written: Written) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for part in private_parts(text, written) {
            bytes[part].fill(b'x');
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn names_stay_and_texts_go() {
        let cases = [
            (r#"{"type":"message","text":"Hi","n":12}"#, r#"{"type":"message","text":"xx","n":12}"#),
            (r#"{"input":["a",{"role":"user"}],"id":"r"}"#, r#"{"input":["x",{"role":"user"}],"id":"r"}"#),
            (
                r#"{"include":["a.b"],"content":[{"text":"é\""}]}"#,
                r#"{"include":["a.b"],"content":[{"text":"xxxx"}]}"#,
            ),
            (r#"{"arguments":"{\"type\":1}"}"#, r#"{"arguments":"xxxxxxxxxxxx"}"#),
            ("<html>secret</html>", "xxxxxxxxxxxxxxxxxxx"),
            (r#"{"text":"cut of"#, r#"{"text":"xxxxxx"#),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(masked(text, Written::Plainly), expected, "{text}");
        }
    }

    #[test]
    fn events_are_masked_line_by_line() {
        let text = "event: response.created\nid: 7\r\ndata: {\"type\":\"a\",\"delta\":\"Hi\"}\n: private\ndata: [DONE]\n\nx";
        let expected = "event: response.created\nid: 7\r\ndata: {\"type\":\"a\",\"delta\":\"xx\"}\n: xxxxxxx\ndata: [DONE]\n\nx";
        assert_eq!(masked(text, Written::InEvents), expected);
    }

    #[test]
    fn masked_json_is_json() {
        for cut in 0..200 {
            let json =
                serde_json::json!({"text": "é\\\n".repeat(cut), "list": [["a"], "b", {"c": "d"}], "e": null});
            let masked = masked(&json.to_string(), Written::Plainly);
            let parsed: serde_json::Value = serde_json::from_str(&masked).unwrap();
            assert_eq!(parsed["list"], serde_json::json!([["x"], "x", {"c": "x"}]));
        }
    }
}
