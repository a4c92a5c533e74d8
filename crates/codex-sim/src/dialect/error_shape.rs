//! How errors are written: bodies, events, frames.

use std::collections::BTreeMap;

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
    /// `{"type":"error","code","message","param","status"?,"headers"?}`.
    #[default]
    Flat,
    /// `{"type":"error","status"?,"error":{"type","code","message","param","headers"?}}`.
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
                json!({"status_code": failure.status, "error": error, "headers": typed_headers(headers)})
            }
            FrameErrorShape::Bare => json!({"error": error}),
        }
    }

    /// The same for an error inside a stream.
    pub(crate) fn stream_error_frame(&self, failure: &StreamFailure) -> Value {
        let mut error = stream_error_object(failure);
        let mut frame = Map::new();
        match self.frame_errors {
            FrameErrorShape::Status => {
                insert_status(&mut frame, "status", failure);
                insert_headers(&mut error, &failure.headers);
            }
            FrameErrorShape::StatusCode => {
                insert_status(&mut frame, "status_code", failure);
                if !failure.headers.is_empty() {
                    frame.insert("headers".to_owned(), typed_headers(&failure.headers));
                }
            }
            FrameErrorShape::Bare => {}
        }
        frame.insert("error".to_owned(), Value::Object(error));
        Value::Object(frame)
    }

    /// The fields of an `error` event beside its type.
    pub(crate) fn error_event(&self, failure: &StreamFailure) -> Value {
        let mut event = Map::new();
        insert_status(&mut event, "status", failure);
        let mut error = stream_error_object(failure);
        insert_headers(&mut error, &failure.headers);
        match self.stream_errors {
            StreamErrorShape::Flat => {
                // The type of the event stands in its place.
                error.remove("type");
                event.extend(error);
            }
            StreamErrorShape::Nested => {
                event.insert("error".to_owned(), Value::Object(error));
            }
        }
        Value::Object(event)
    }
}

fn stream_error_object(failure: &StreamFailure) -> Map<String, Value> {
    let fields = [("type", json!(failure.code)), ("code", json!(failure.code))];
    let texts = [("message", json!(failure.message)), ("param", Value::Null)];
    fields.into_iter().chain(texts).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn insert_status(fields: &mut Map<String, Value>, name: &str, failure: &StreamFailure) {
    if let Some(status) = failure.status {
        fields.insert(name.to_owned(), json!(status));
    }
}

fn insert_headers(fields: &mut Map<String, Value>, headers: &BTreeMap<String, String>) {
    if !headers.is_empty() {
        fields.insert("headers".to_owned(), json!(headers));
    }
}

/// Headers as JSON in which whole numbers are numbers.
fn typed_headers(headers: &BTreeMap<String, String>) -> Value {
    let number = |value: &String| value.parse::<u64>().map_or_else(|_| json!(value), Value::from);
    headers.iter().map(|(name, value)| (name.clone(), number(value))).collect()
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
