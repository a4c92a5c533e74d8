//! From the text of an event to the event.

use serde_json::value::RawValue;

use super::RealtimeServerEvent;
use crate::lenient::describe;
use crate::type_tag::type_tag;

impl RealtimeServerEvent {
    /// Decodes one text frame. Never fails; what does not fit is [`Unknown`](Self::Unknown) or
    /// [`Undecodable`](Self::Undecodable). Names of the beta give the current variant.
    ///
    /// ```
    /// use codex_protocol::realtime::RealtimeServerEvent;
    ///
    /// let event = RealtimeServerEvent::decode(r#"{"type":"response.text.delta","delta":"Hi"}"#);
    /// assert_eq!(event.kind(), "response.output_text.delta");
    /// ```
    pub fn decode(json: &str) -> Self {
        let tag = type_tag(json);
        // An official example has a blank before the name.
        match Self::decode_known(tag.kind().trim(), json) {
            Some(Ok(event)) => event,
            Some(Err(problem)) => undecodable(tag.into_kind(), json, &problem),
            None => match RawValue::from_string(json.to_owned()) {
                Ok(raw) => Self::Unknown { kind: tag.into_kind(), raw },
                Err(problem) => undecodable(tag.into_kind(), json, &problem),
            },
        }
    }
}

#[cold]
fn undecodable(kind: String, json: &str, problem: &serde_json::Error) -> RealtimeServerEvent {
    RealtimeServerEvent::Undecodable { kind, raw: json.to_owned(), problem: describe(problem) }
}
