//! One event of a stream, before it has a sequence number.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

/// An event: its type, and its other fields as JSON text.
///
/// Numbers are given when the stream is rendered, because faults may insert events in between.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) kind: Cow<'static, str>,
    /// Whether it uses up a sequence number.
    pub(crate) numbered: bool,
    /// A JSON object without `type` and `sequence_number`.
    fields: String,
}

/// Which optional fields a dialect writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape<'a> {
    pub(crate) sequence_number: Option<u64>,
    /// The lane of a WebSocket that the event belongs to.
    pub(crate) stream_id: Option<&'a str>,
    /// `output_index`, `content_index` and `summary_index`.
    pub(crate) indexes: bool,
    /// All fields of the `response` object.
    pub(crate) whole_responses: bool,
}

impl Event {
    pub(crate) fn new(kind: &'static str, fields: &impl Serialize) -> Self {
        // Only maps with keys that are no strings fail to serialize; no event has one.
        let fields = serde_json::to_string(fields).unwrap_or_else(|_| "{}".to_owned());
        Self { kind: Cow::Borrowed(kind), numbered: true, fields }
    }

    /// An event of those that have no sequence number.
    pub(crate) fn unnumbered(kind: &'static str, fields: &impl Serialize) -> Self {
        Self { numbered: false, ..Self::new(kind, fields) }
    }

    /// An event whose other fields are already a JSON object.
    pub(crate) fn from_json(kind: &'static str, fields: String) -> Self {
        Self { kind: Cow::Borrowed(kind), numbered: true, fields }
    }

    /// Bytes of the event, about.
    pub(crate) fn size(&self) -> usize {
        self.kind.len() + self.fields.len()
    }

    /// The same event without one of its fields.
    pub(crate) fn without(&self, field: &str) -> Self {
        let mut event = self.clone();
        if let Ok(mut fields) = serde_json::from_str::<Map<String, Value>>(&self.fields)
            && fields.remove(field).is_some()
        {
            event.fields = Value::Object(fields).to_string();
        }
        event
    }

    /// An event given as JSON; its own `sequence_number` is replaced.
    pub(crate) fn given(fields: &Map<String, Value>) -> Self {
        let kind = fields.get("type").and_then(Value::as_str).unwrap_or("message").to_owned();
        let rest: Map<String, Value> = fields
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "type" | "sequence_number"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Self { kind: Cow::Owned(kind), numbered: true, fields: Value::Object(rest).to_string() }
    }

    /// Writes the event as one line of JSON.
    pub(crate) fn write_json(&self, shape: Shape<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"type\":");
        out.extend_from_slice(Value::from(self.kind.as_ref()).to_string().as_bytes());
        if let Some(number) = shape.sequence_number {
            out.extend_from_slice(b",\"sequence_number\":");
            out.extend_from_slice(number.to_string().as_bytes());
        }
        if let Some(lane) = shape.stream_id {
            out.extend_from_slice(b",\"stream_id\":");
            out.extend_from_slice(Value::from(lane).to_string().as_bytes());
        }
        let fields = if shape.indexes && shape.whole_responses {
            Cow::Borrowed(&self.fields)
        } else {
            Cow::Owned(self.reduced(shape))
        };
        let inner = fields.strip_prefix('{').unwrap_or(&fields);
        if inner != "}" {
            out.push(b',');
        }
        out.extend_from_slice(inner.as_bytes());
    }

    fn reduced(&self, shape: Shape<'_>) -> String {
        let Ok(mut fields) = serde_json::from_str::<Map<String, Value>>(&self.fields) else {
            return self.fields.clone();
        };
        if !shape.indexes {
            for index in ["output_index", "content_index", "summary_index"] {
                fields.remove(index);
            }
        }
        if let Some(response) = fields.get_mut("response").and_then(Value::as_object_mut)
            && !shape.whole_responses
        {
            reduce_response(response);
        }
        Value::Object(fields).to_string()
    }
}

/// Leaves out what small servers leave out: most of a response that has begun, details of the usage.
fn reduce_response(response: &mut Map<String, Value>) {
    if response.get("status").and_then(Value::as_str) == Some("in_progress") {
        response.retain(|name, _| matches!(name.as_str(), "id" | "object" | "status"));
    }
    if let Some(usage) = response.get_mut("usage").and_then(Value::as_object_mut) {
        usage.retain(|name, _| !name.ends_with("_details"));
    }
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;
    use serde_json::json;

    fn written(event: &Event, shape: Shape<'_>) -> String {
        let mut out = Vec::new();
        event.write_json(shape, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fields_come_after_type_and_number() {
        let all = Shape { sequence_number: Some(3), stream_id: None, indexes: true, whole_responses: true };
        let bare = Shape { sequence_number: None, stream_id: None, indexes: false, whole_responses: true };
        let event = Event::new("a.b", &json!({"output_index": 1, "x": "y"}));
        assert_eq!(written(&event, all), r#"{"type":"a.b","sequence_number":3,"output_index":1,"x":"y"}"#);
        assert_eq!(written(&event, bare), r#"{"type":"a.b","x":"y"}"#);
        let begun = json!({"response": {"id": "r", "status": "in_progress", "tools": []}});
        let sparse = Shape { whole_responses: false, ..bare };
        let begun = written(&Event::new("response.created", &begun), sparse);
        assert_eq!(begun, r#"{"type":"response.created","response":{"id":"r","status":"in_progress"}}"#);
        let empty = Event::new("keepalive", &json!({}));
        assert_eq!(written(&empty, all), r#"{"type":"keepalive","sequence_number":3}"#);
    }
}
