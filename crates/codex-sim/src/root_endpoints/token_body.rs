//! Bodies for the token authority: fields as JSON or as a form.

use http::HeaderMap;
use serde_json::{Map, Value, json};

use crate::answer_head::JSON;
use crate::failure::Failure;
use crate::request_body::content_type;

const FORM: &str = "application/x-www-form-urlencoded";

/// Fields that are credentials: what is remembered of a request has them without their values.
const SECRETS: &[&str] = &[
    "access_token",
    "client_secret",
    "code",
    "code_verifier",
    "device_auth_id",
    "id_token",
    "refresh_token",
    "subject_token",
    "token",
    "user_code",
];

/// The fields of a body.
pub(super) struct TokenBody(Map<String, Value>);

impl TokenBody {
    /// Reads JSON, which must be said to be JSON.
    pub(super) fn json(headers: &HeaderMap, bytes: &[u8]) -> Result<Self, Box<Failure>> {
        if content_type(headers) != JSON {
            return Err(refusal("invalid_request", "Send application/json."));
        }
        let fields = serde_json::from_slice(bytes);
        fields.map(Self).map_err(|_| refusal("invalid_request", "The body is no JSON object."))
    }

    /// Reads a form, which must be said to be a form.
    pub(super) fn form(headers: &HeaderMap, bytes: &[u8]) -> Result<Self, Box<Failure>> {
        if is_form(headers) {
            Ok(Self(form_fields(bytes)))
        } else {
            Err(refusal("invalid_request", "Send application/x-www-form-urlencoded."))
        }
    }

    /// The text of a field, if it has one that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// The text of a field that must be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, Box<Failure>> {
        self.text(name).ok_or_else(|| refusal("invalid_request", &format!("`{name}` is missing.")))
    }

    /// Refuses another client.
    pub(super) fn check_client(&self, client_id: &str) -> Result<(), Box<Failure>> {
        if self.required("client_id")? == client_id {
            Ok(())
        } else {
            Err(refusal("invalid_client", "The `client_id` is not known."))
        }
    }
}

/// An error as OAuth words it (RFC 6749, section 5.2).
pub(super) fn refusal(error: &str, description: &str) -> Box<Failure> {
    let body = json!({"error": error, "error_description": description});
    Box::new(Failure::new(400).raw_body(JSON, body.to_string()))
}

/// What is remembered of a body, without its secrets.
pub(super) fn recorded(headers: &HeaderMap, bytes: &[u8]) -> Option<Value> {
    let mut fields: Map<String, Value> =
        if is_form(headers) { form_fields(bytes) } else { serde_json::from_slice(bytes).ok()? };
    for (name, value) in &mut fields {
        if SECRETS.contains(&name.as_str()) {
            *value = Value::from("[REDACTED]");
        }
    }
    Some(Value::Object(fields))
}

pub(super) fn is_form(headers: &HeaderMap) -> bool {
    content_type(headers) == FORM
}

fn form_fields(bytes: &[u8]) -> Map<String, Value> {
    form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), Value::from(value))).collect()
}
