//! From the text of an event to the event.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{COMPLETED, ErrorEvent, RATE_LIMITS, ResponseEvent, ResponseState, flat_delta};
use crate::lenient::describe;
use crate::rate_limit::WireRateLimits;
use crate::type_tag::{TypeTag, has_key, text_of_key, type_tag};

impl ResponseEvent {
    /// Decodes one event: the data of an SSE event, or a text frame of a WebSocket. Never fails; what does
    /// not fit is [`Unknown`](Self::Unknown) or [`Undecodable`](Self::Undecodable).
    ///
    /// The `type` inside the JSON counts; `name`, the name of the SSE event, only when there is none. Of a
    /// key that stands twice, the first `type` counts; other keys that stand twice make an event
    /// undecodable. Old names give the current variant.
    ///
    /// ```
    /// use codex_protocol::ResponseEvent;
    ///
    /// let json = r#"{"type":"response.output_text.delta","delta":"Hi"}"#;
    /// match ResponseEvent::decode(None, json) {
    ///     ResponseEvent::OutputTextDelta(event) => assert_eq!(event.delta, "Hi"),
    ///     other => panic!("{other:?}"),
    /// }
    /// ```
    pub fn decode(name: Option<&str>, json: &str) -> Self {
        let tag = type_tag(json);
        let kind = match &tag {
            TypeTag::Text(kind) => kind,
            TypeTag::Absent | TypeTag::NotText => name.unwrap_or_default(),
        };
        if let Some(delta) = flat_delta::decode(kind, json) {
            return delta;
        }
        if matches!(tag, TypeTag::Absent) && !json.trim_start().starts_with('{') {
            return unknown(kind, json);
        }
        match Self::decode_kind(kind, json) {
            Some(Ok(event)) => event,
            Some(Err(problem)) => undecodable(kind, json, &problem),
            None if matches!(tag, TypeTag::Absent) => untyped(kind, json),
            None => unknown(kind, json),
        }
    }

    /// The lane (`stream_id`) of a WebSocket frame; `None` for the default lane. Events do not keep it: a
    /// client that uses lanes reads it from the frame, to know whose event it is.
    ///
    /// ```
    /// use codex_protocol::ResponseEvent;
    ///
    /// assert_eq!(ResponseEvent::lane(r#"{"type":"keepalive","stream_id":"main"}"#).as_deref(), Some("main"));
    /// ```
    pub fn lane(json: &str) -> Option<Cow<'_, str>> {
        match text_of_key(json, "stream_id") {
            TypeTag::Text(lane) => Some(lane),
            TypeTag::Absent | TypeTag::NotText => None,
        }
    }

    fn decode_kind(kind: &str, json: &str) -> Option<Result<Self, serde_json::Error>> {
        match kind {
            COMPLETED | "response.done" => Some(serde_json::from_str(json).map(Self::completed)),
            RATE_LIMITS => {
                let snapshot = serde_json::from_str::<WireRateLimits>(json);
                Some(snapshot.map(|wire| Self::RateLimits(Box::new(wire.into()))))
            }
            _ => Self::decode_known(kind, json),
        }
    }

    fn completed(state: ResponseState) -> Self {
        Self::Completed {
            response_id: state.response.id.clone(),
            token_usage: state.response.usage,
            response: state.response,
            sequence_number: state.sequence_number,
        }
    }
}

/// An event that says nothing about its type. With an `error` in it, it is one: some servers and gateways send errors
/// so, and the official client takes them so (wire.md 4).
#[cold]
fn untyped(kind: &str, json: &str) -> ResponseEvent {
    let has_error = has_key(json, "error");
    match serde_json::from_str::<Box<ErrorEvent>>(json) {
        Ok(event) if has_error && (event.error.message.is_some() || event.error.code.is_some()) => {
            ResponseEvent::Error(event)
        }
        _ => unknown(kind, json),
    }
}

#[cold]
fn undecodable(kind: &str, json: &str, problem: &serde_json::Error) -> ResponseEvent {
    ResponseEvent::Undecodable { kind: kind.to_owned(), raw: json.to_owned(), problem: describe(problem) }
}

#[cold]
fn unknown(kind: &str, json: &str) -> ResponseEvent {
    match RawValue::from_string(json.to_owned()) {
        Ok(raw) => ResponseEvent::Unknown { kind: kind.to_owned(), raw },
        Err(problem) => undecodable(kind, json, &problem),
    }
}
