//! A client's message, taken apart.

use serde_json::{Map, Value};

use super::lane::LaneName;
use crate::failure::Failure;

/// A `response.create` message.
#[derive(Debug)]
pub(crate) struct RequestFrame {
    /// The body as `POST /responses` takes it.
    pub(crate) body: Map<String, Value>,
    pub(crate) lane: LaneName,
    /// `generate: false`.
    pub(crate) warm_up: bool,
}

/// Fields that have a place over HTTP only. Clients are seen to send `stream`, and it is tolerated.
const HTTP_ONLY: &[&str] = &["background", "background_options"];

impl RequestFrame {
    /// Reads a text message; `lanes` says whether the server knows lanes.
    pub(crate) fn parse(text: &str, lanes: bool) -> Result<Self, Box<Failure>> {
        let mut body = match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => return Err(invalid("invalid_message", None, "A message must be a JSON object.")),
            Err(_) => {
                return Err(invalid("invalid_json", None, "We could not parse the JSON of your message."));
            }
        };
        match body.remove("type").as_ref().and_then(Value::as_str) {
            Some("response.create") => {}
            Some("response.steer") => {
                let message = "The simulated models do not support steering.";
                return Err(invalid("steering_not_supported", Some("type"), message));
            }
            kind => {
                let kind = kind.unwrap_or_default();
                let message = format!("Unknown type '{kind}'. Send 'response.create'.");
                return Err(invalid("invalid_value", Some("type"), &message));
            }
        }
        let lane = match body.remove("stream_id") {
            None => LaneName::Default,
            Some(name) => lane_name(&name, lanes)?,
        };
        let warm_up = match body.remove("generate") {
            None | Some(Value::Null | Value::Bool(true)) => false,
            Some(Value::Bool(false)) => true,
            Some(_) => {
                let message = "Invalid type for 'generate': expected a boolean.";
                return Err(invalid("invalid_type", Some("generate"), message));
            }
        };
        body.remove("stream");
        body.retain(|name, value| !(HTTP_ONLY.contains(&name.as_str()) && is_off(value)));
        if let Some(name) = HTTP_ONLY.iter().find(|name| body.contains_key(**name)) {
            let message = format!("'{name}' is not supported over WebSocket.");
            return Err(invalid("unsupported_parameter", Some(name), &message));
        }
        Ok(Self { body, lane, warm_up })
    }
}

fn is_off(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false))
}

fn lane_name(name: &Value, lanes: bool) -> Result<LaneName, Box<Failure>> {
    if !lanes {
        return Err(invalid("unknown_parameter", Some("stream_id"), "Unknown parameter: 'stream_id'."));
    }
    name.as_str().and_then(LaneName::named).ok_or_else(|| {
        let message = "Invalid 'stream_id': expected 1 to 256 letters, digits, '_', '.' or '-'.";
        invalid("invalid_stream_id", Some("stream_id"), message)
    })
}

fn invalid(code: &str, param: Option<&str>, message: &str) -> Box<Failure> {
    let failure = Failure::new(400).kind("invalid_request_error").code(code).message(message);
    Box::new(match param {
        Some(param) => failure.param(param),
        None => failure,
    })
}
