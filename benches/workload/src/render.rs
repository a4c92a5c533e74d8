//! A scenario as the bytes of a `text/event-stream` body, with the tally a complete reader comes to.

use std::ops::Range;

use crate::{Body, Chunking, Scenario, Tally};

const ITEM_ID: &str = "msg_0a1b2c3d4e5f60718293a4b5c6d7e8f9a0b1c2d3e4f50718";
const RESPONSE_ID: &str = "resp_0a1b2c3d4e5f60718293a4b5c6d7e8f9a0b1c2d3e4f50718";
/// The text of the closing events, so that they weigh little beside what is measured.
const CLOSING_TEXT: &str = "The closing events carry a short text.";
/// Text as it comes, a token at a time, already escaped as JSON. One in sixteen has an escape, one is
/// not ASCII. None is longer than a record leaves room for.
const TOKENS: [(&str, &str); 16] = [
    (" the", " the"),
    (" stream", " stream"),
    (" of", " of"),
    (" events", " events"),
    (",", ","),
    (" which", " which"),
    (" caf\u{e9}", " caf\u{e9}"),
    (" is", " is"),
    (" a", " a"),
    (".\\n\\n", ".\n\n"),
    (" measured", " measured"),
    (" token", " token"),
    (" by", " by"),
    (" token", " token"),
    (" and", " and"),
    (" counted", " counted"),
];
/// Begins the second line of a record.
const DATA: &str = "data: ";
const PADDING: &str = "Wd6S45xQ7SyQLTb0aZp3Rk9fVn2hMc8uJq5eG1tY4wXo7sDi";

/// A scenario's body.
#[derive(Debug)]
pub struct Rendered {
    /// The whole body, without HTTP chunk framing.
    pub body: Vec<u8>,
    /// What a reader that loses nothing counts.
    pub expected: Tally,
    records: Vec<Range<usize>>,
    chunking: Chunking,
}

impl Rendered {
    /// Renders a scenario.
    pub fn new(scenario: &Scenario) -> Self {
        let mut writer = Writer::default();
        writer.opening();
        match scenario.body {
            Body::Deltas(count) => writer.deltas(count),
            Body::LargeDelta(bytes) => writer.large_delta(bytes),
            Body::LargeItem(_) => {}
        }
        match scenario.body {
            Body::LargeItem(bytes) => writer.closing(&filler(bytes)),
            Body::Deltas(_) | Body::LargeDelta(_) => writer.closing(CLOSING_TEXT),
        }
        let mut expected = writer.tally;
        expected.bytes(writer.body.len());
        Self { body: writer.body, expected, records: writer.records, chunking: scenario.chunking }
    }

    /// The body, cut as the scenario says.
    pub fn chunks(&self) -> Vec<&[u8]> {
        match self.chunking {
            Chunking::Bytes(size) => self.body.chunks(size).collect(),
            Chunking::Event => self.records.iter().map(|range| &self.body[range.clone()]).collect(),
        }
    }

    /// The events as JSON, without the lines of SSE: what a WebSocket carries.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.records.iter().map(|range| {
            let record = &self.body[range.clone()];
            let data = record.iter().position(|&byte| byte == b'\n').map_or(0, |end| end + 1 + DATA.len());
            record[data..].trim_ascii_end()
        })
    }
}

/// `count` delta records alone.
pub fn deltas(count: u32) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.deltas(count);
    writer.body
}

#[derive(Default)]
struct Writer {
    body: Vec<u8>,
    records: Vec<Range<usize>>,
    sequence: u32,
    tally: Tally,
}

impl Writer {
    /// One record; `fields` is JSON without its braces, `type` and `sequence_number` come first.
    fn record(&mut self, kind: &str, fields: &str) {
        let start = self.body.len();
        let sequence = self.sequence;
        for part in [
            &format!("event: {kind}\n{DATA}{{\"type\":\"{kind}\",\"sequence_number\":{sequence},"),
            fields,
            "}\n\n",
        ] {
            self.body.extend_from_slice(part.as_bytes());
        }
        self.records.push(start..self.body.len());
        self.sequence += 1;
    }

    fn opening(&mut self) {
        let response = response("in_progress", "", "null");
        self.record("response.created", &format!(r#""response":{response}"#));
        self.record("response.in_progress", &format!(r#""response":{response}"#));
        let item = item("in_progress", "");
        self.record("response.output_item.added", &format!(r#""output_index":0,"item":{item}"#));
        let part = part("");
        self.record("response.content_part.added", &in_part(&format!(r#""part":{part}"#)));
    }

    fn deltas(&mut self, count: u32) {
        for index in 0..count {
            let (escaped, text) = TOKENS[index as usize % TOKENS.len()];
            let before = self.body.len();
            self.delta(escaped, "");
            let padding = Body::DELTA_RECORD - (self.body.len() - before);
            self.body.truncate(before);
            self.records.pop();
            self.sequence -= 1;
            self.delta(escaped, &PADDING[..padding]);
            self.tally.delta(text);
        }
    }

    fn delta(&mut self, escaped: &str, padding: &str) {
        let fields = format!(r#""delta":"{escaped}","logprobs":[],"obfuscation":"{padding}""#);
        self.record("response.output_text.delta", &in_part(&fields));
    }

    fn large_delta(&mut self, bytes: usize) {
        let text = filler(bytes);
        self.delta(&text, "");
        self.tally.delta(&text);
    }

    fn closing(&mut self, text: &str) {
        let short = CLOSING_TEXT;
        self.record("response.output_text.done", &in_part(&format!(r#""text":"{short}","logprobs":[]"#)));
        let part = part(short);
        self.record("response.content_part.done", &in_part(&format!(r#""part":{part}"#)));
        let item_done = item("completed", text);
        self.record("response.output_item.done", &format!(r#""output_index":0,"item":{item_done}"#));
        self.tally.item(text);
        let usage = r#"{"input_tokens":12,"input_tokens_details":{"cached_tokens":0},"output_tokens":200000,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":200012}"#;
        let response = response("completed", &item("completed", short), usage);
        self.record("response.completed", &format!(r#""response":{response}"#));
    }
}

/// Plain text of `bytes` bytes that needs no escape.
fn filler(bytes: usize) -> String {
    "The quick brown fox jumps over the lazy dog. ".chars().cycle().take(bytes).collect()
}

fn in_part(fields: &str) -> String {
    format!(r#""item_id":"{ITEM_ID}","output_index":0,"content_index":0,{fields}"#)
}

fn part(text: &str) -> String {
    format!(r#"{{"type":"output_text","annotations":[],"logprobs":[],"text":"{text}"}}"#)
}

fn item(status: &str, text: &str) -> String {
    let content = if text.is_empty() { String::new() } else { part(text) };
    format!(
        r#"{{"id":"{ITEM_ID}","type":"message","status":"{status}","content":[{content}],"role":"assistant"}}"#
    )
}

fn response(status: &str, output: &str, usage: &str) -> String {
    let completed_at = if status == "completed" { "1764000009" } else { "null" };
    format!(
        r#"{{"id":"{RESPONSE_ID}","object":"response","created_at":1764000000,"status":"{status}","background":false,"completed_at":{completed_at},"error":null,"incomplete_details":null,"instructions":null,"max_output_tokens":null,"max_tool_calls":null,"model":"gpt-5.4","output":[{output}],"parallel_tool_calls":true,"previous_response_id":null,"prompt_cache_key":null,"reasoning":{{"effort":"medium","summary":null}},"safety_identifier":null,"service_tier":"default","store":true,"temperature":1.0,"text":{{"format":{{"type":"text"}},"verbosity":"medium"}},"tool_choice":"auto","tools":[],"top_logprobs":0,"top_p":1.0,"truncation":"disabled","usage":{usage},"user":null,"metadata":{{}}}}"#
    )
}
