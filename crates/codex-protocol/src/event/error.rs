//! The `error` event.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::error_body::ErrorBody;
use crate::lenient;

/// An `error` event, in any of its forms: flat over SSE, nested over WebSocket and from other servers, with
/// `status`, `status_code` or neither, headers inside or outside.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ErrorEvent {
    /// What went wrong; `status` and `headers` stand there too.
    pub error: ErrorBody,
    /// The lane of the WebSocket. Without it, the error is about the default lane, or about the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<String>,
    /// Position in the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence_number: Option<u64>,
}

#[derive(Deserialize, Default)]
struct Place {
    #[serde(default)]
    stream_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::integer")]
    sequence_number: Option<i64>,
}

impl<'de> Deserialize<'de> for ErrorEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let error = ErrorBody::from_json(raw.get())
            .ok_or_else(|| serde::de::Error::custom("an error event is an object"))?;
        let place = lenient::salvage(raw.get(), |json| serde_json::from_str::<Place>(json))
            .unwrap_or_default()
            .object;
        let sequence_number = place.sequence_number.and_then(|number| u64::try_from(number).ok());
        Ok(Self { error, stream_id: place.stream_id, sequence_number })
    }
}
