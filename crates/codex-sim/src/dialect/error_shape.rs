//! How errors are written: bodies, events, frames.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Dialect;
use crate::failure::Failure;
use crate::faults::StreamFailure;

/// Shape of an `error` event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StreamErrorShape {
    /// `{"type":"error","code","message","param"}`.
    #[default]
    Flat,
    /// `{"type":"error","error":{"type","code","message","param"}}`.
    Nested,
}

/// Shape of an HTTP error body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HttpErrorShape {
    /// `{"error":{"message","type","param","code"}}`.
    #[default]
    Nested,
    /// `{"message","type","param","code"}`.
    Flat,
    /// `{"detail":"…"}`.
    Detail,
    /// `{"error":"…"}`.
    Text,
}

/// Shape of the `error` frame of a WebSocket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FrameErrorShape {
    /// `{"type":"error","status","error":{…,"headers"?}}`.
    #[default]
    Status,
    /// `{"type":"error","status_code","error":{…},"headers"?}`; whole numbers in headers are JSON numbers.
    StatusCode,
    /// `{"type":"error","error":{…}}`: neither status nor headers.
    Bare,
}

impl Dialect {
    pub(crate) fn error_body(&self, failure: &Failure) -> Value {
        let message = failure.message.as_deref().unwrap_or_default();
        let error = error_object(failure);
        match self.http_errors {
            HttpErrorShape::Nested => json!({"error": error}),
            HttpErrorShape::Flat => error,
            HttpErrorShape::Detail => json!({"detail": message}),
            HttpErrorShape::Text => json!({"error": message}),
        }
    }

    /// The fields of an `error` frame beside its type.
    pub(crate) fn error_frame(&self, failure: &Failure) -> Value {
        let mut error = error_object(failure);
        if let Some(fields) = error.as_object_mut().filter(|_| failure.kind.is_none()) {
            fields.remove("type");
        }
        let headers = &failure.headers;
        match self.frame_errors {
            FrameErrorShape::Status => {
                if let Some(fields) = error.as_object_mut().filter(|_| !headers.is_empty()) {
                    fields.insert("headers".to_owned(), json!(headers));
                }
                json!({"status": failure.status, "error": error})
            }
            FrameErrorShape::StatusCode if headers.is_empty() => {
                json!({"status_code": failure.status, "error": error})
            }
            FrameErrorShape::StatusCode => {
                let number = |value: &String| value.parse::<u64>().map_or_else(|_| json!(value), Value::from);
                let headers: Map<String, Value> =
                    headers.iter().map(|(name, value)| (name.clone(), number(value))).collect();
                json!({"status_code": failure.status, "error": error, "headers": headers})
            }
            FrameErrorShape::Bare => json!({"error": error}),
        }
    }

    /// The same for an error inside a stream.
    pub(crate) fn stream_error_frame(&self, failure: &StreamFailure) -> Value {
        let (code, message) = (&failure.code, &failure.message);
        let mut frame = json!({"error": {"type": code, "code": code, "message": message, "param": null}});
        let name = match self.frame_errors {
            FrameErrorShape::Status => "status",
            FrameErrorShape::StatusCode => "status_code",
            FrameErrorShape::Bare => return frame,
        };
        if let (Some(fields), Some(status)) = (frame.as_object_mut(), failure.status) {
            fields.insert(name.to_owned(), json!(status));
        }
        frame
    }

    pub(crate) fn error_event(&self, failure: &StreamFailure) -> Value {
        let (code, message) = (&failure.code, &failure.message);
        match self.stream_errors {
            StreamErrorShape::Flat => json!({"code": code, "message": message, "param": null}),
            StreamErrorShape::Nested => {
                json!({"error": {"type": code, "code": code, "message": message, "param": null}})
            }
        }
    }
}

fn error_object(failure: &Failure) -> Value {
    let mut error = json!({
        "message": failure.message.as_deref().unwrap_or_default(),
        "type": failure.kind,
        "param": failure.param,
        "code": failure.code,
    });
    if let Some(fields) = error.as_object_mut() {
        fields.extend(failure.extra.clone());
    }
    error
}
