//! A client's event, taken apart, and what may be wrong with it.

use serde_json::{Map, Value, json};

/// A client's event.
#[derive(Debug)]
pub(crate) struct ClientEvent {
    pub(crate) kind: String,
    pub(crate) fields: Map<String, Value>,
}

/// Why an event has no effect: the `error` event about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) param: Option<String>,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, param: None, message: message.into() }
    }

    /// Names the field that is wrong.
    pub(crate) fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    pub(crate) fn missing(param: &str) -> Self {
        Self::new("missing_required_parameter", format!("Missing required parameter: '{param}'."))
            .param(param)
    }

    pub(crate) fn invalid(param: &str, expected: &str) -> Self {
        Self::new("invalid_value", format!("Invalid value for '{param}': {expected}.")).param(param)
    }

    /// The `error` object; `cause` is the `event_id` of the client's event.
    pub(crate) fn object(&self, cause: Option<&str>) -> Value {
        json!({
            "type": "invalid_request_error",
            "code": self.code,
            "message": self.message,
            "param": self.param,
            "event_id": cause,
        })
    }
}

impl ClientEvent {
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let mut fields = match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => return Err(Problem::new("invalid_event", "An event must be a JSON object.")),
            Err(_) => return Err(Problem::new("invalid_json", "We could not parse the JSON of your event.")),
        };
        match fields.remove("type") {
            Some(Value::String(kind)) => Ok(Self { kind, fields }),
            Some(_) => Err(Problem::new("invalid_event", "The 'type' field must be a string.").param("type")),
            None => Err(Problem::new("invalid_event", "The 'type' field is missing.")),
        }
    }

    /// The `event_id` that the client gave.
    pub(crate) fn id(&self) -> Option<&str> {
        self.text("event_id")
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str)
    }

    /// A string that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Problem> {
        self.text(name).ok_or_else(|| Problem::missing(name))
    }

    /// An object that must be there.
    pub(crate) fn object(&self, name: &str) -> Result<&Map<String, Value>, Problem> {
        self.fields.get(name).and_then(Value::as_object).ok_or_else(|| Problem::missing(name))
    }
}
