//! The `error` event.

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error_body::{ErrorBody, MAX_ERROR_MESSAGE_CHARS, bounded};
use crate::lenient::{self, if_it_fits};
use crate::raw_text::RawText;

/// An `error` event, in any of its forms: nested, flat (the first version of the Codex service), or `error`
/// as a string.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct RealtimeError {
    /// Id of the event.
    pub event_id: Option<String>,
    /// What went wrong. Its message is `message`, else `error.message`, else `error` as JSON.
    pub error: ErrorBody,
    /// The event of the client it is about, when that had an id (`error.event_id`).
    pub client_event_id: Option<String>,
}

#[derive(Deserialize, Default)]
struct Outer {
    #[serde(default, deserialize_with = "if_it_fits")]
    event_id: Option<String>,
    #[serde(default, deserialize_with = "if_it_fits")]
    message: Option<String>,
    #[serde(default)]
    error: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(default)]
    event_id: Option<String>,
}

impl<'de> Deserialize<'de> for RealtimeError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawText::deserialize(deserializer)?;
        let mut error = ErrorBody::from_json(&raw)
            .ok_or_else(|| serde::de::Error::custom("an error event is an object"))?;
        let outer = lenient::salvage(&raw, |json| serde_json::from_str::<Outer>(json));
        let Outer { event_id, message, error: inner } = outer.unwrap_or_default().object;
        let client_event_id =
            inner.as_deref().and_then(|inner| serde_json::from_str::<Inner>(inner.get()).ok()?.event_id);
        let whole = || inner.as_deref().map(|inner| inner.get().to_owned());
        let message = message.filter(|message| !message.is_empty()).or_else(|| error.message.take());
        error.message = message.or_else(whole).map(|message| bounded(&message, MAX_ERROR_MESSAGE_CHARS));
        Ok(Self { event_id, error, client_event_id })
    }
}

impl Serialize for RealtimeError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Nested<'a> {
            #[serde(flatten)]
            error: &'a ErrorBody,
            #[serde(skip_serializing_if = "Option::is_none")]
            event_id: Option<&'a str>,
        }
        let mut map = serializer.serialize_map(None)?;
        if let Some(event_id) = &self.event_id {
            map.serialize_entry("event_id", event_id)?;
        }
        let nested = Nested { error: &self.error, event_id: self.client_event_id.as_deref() };
        map.serialize_entry("error", &nested)?;
        map.end()
    }
}
