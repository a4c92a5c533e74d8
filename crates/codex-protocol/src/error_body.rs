//! Errors as servers write them.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::duration::retry_hint;
use crate::error_code::{ErrorCode, RetryClass};
use crate::lenient;
use crate::wire_headers::WireHeaders;

/// Most characters kept of a message.
pub const MAX_ERROR_MESSAGE_CHARS: usize = 2_000;
/// Most characters kept of a body that is not JSON.
pub const MAX_ERROR_SUMMARY_CHARS: usize = 200;

/// What a server says about an error, whatever the form: OpenAI's `{"error":{…}}`, the Codex service's
/// `{"detail":"…"}`, `{"error":"…"}` or `{"error":{…},"status":401}`, the flat bodies of other servers, a page
/// of HTML, or nothing.
///
/// ```
/// use codex_protocol::{ErrorBody, ErrorCode};
///
/// let body = ErrorBody::parse(br#"{"error":{"message":"No such model.","code":"model_not_found"}}"#);
/// assert_eq!(body.message.as_deref(), Some("No such model."));
/// assert_eq!(body.effective_code(), Some(ErrorCode::ModelNotFound));
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct ErrorBody {
    /// For the reader, at most [`MAX_ERROR_MESSAGE_CHARS`]. May hold text of the request: show it to the
    /// caller, keep it out of telemetry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What kind of error (`type`).
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Which error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// Which parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// The status named inside the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The plan of the user, at a usage limit of the Codex service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_type: Option<String>,
    /// When the usage limit is lifted, Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resets_at: Option<i64>,
    /// Seconds until the usage limit is lifted, from servers that count so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resets_in_seconds: Option<i64>,
    /// Headers inside the body.
    #[serde(skip_serializing_if = "WireHeaders::is_empty")]
    pub headers: WireHeaders,
    /// What the body was, when it was no JSON object.
    #[serde(skip)]
    pub form: ErrorForm,
}

/// What an error body was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ErrorForm {
    /// A JSON object.
    Json,
    /// A page of HTML; `message` is its title.
    Html,
    /// Other text; `message` is its start.
    Text,
    /// Nothing.
    #[default]
    Empty,
}

#[derive(Deserialize, Default)]
struct WireError {
    #[serde(default)]
    message: Option<Value>,
    #[serde(default, rename = "type")]
    kind: Option<Value>,
    #[serde(default, deserialize_with = "lenient::error_code")]
    code: Option<ErrorCode>,
    #[serde(default)]
    param: Option<Value>,
    #[serde(default)]
    plan_type: Option<Value>,
    #[serde(default, deserialize_with = "lenient::integer")]
    resets_at: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer")]
    resets_in_seconds: Option<i64>,
    #[serde(default, deserialize_with = "lenient::integer", alias = "status_code")]
    status: Option<i64>,
    #[serde(default)]
    headers: Option<Box<RawValue>>,
    #[serde(default)]
    detail: Option<Value>,
    #[serde(default)]
    error: Option<Box<RawValue>>,
}

impl ErrorBody {
    /// Reads the body of an HTTP error. Never fails: what is no JSON is summed up.
    pub fn parse(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim();
        if let Some(parsed) = Self::from_json(text) {
            return parsed;
        }
        if text.is_empty() {
            return Self::default();
        }
        let lower = text.get(..512.min(text.len())).unwrap_or(text).to_ascii_lowercase();
        let html = text.starts_with('<') && (lower.contains("<html") || lower.contains("<!doctype"));
        let (form, message) = if html {
            (ErrorForm::Html, html_title(text))
        } else {
            (ErrorForm::Text, Some(bounded(text, MAX_ERROR_SUMMARY_CHARS)))
        };
        Self { message, form, ..Self::default() }
    }

    /// Reads an object that holds an error, nested or flat; `None` when the text is no JSON object.
    pub(crate) fn from_json(json: &str) -> Option<Self> {
        let outer = lenient::salvage(json, |json| serde_json::from_str::<WireError>(json)).ok()?.object;
        let nested = outer.error.as_deref().map(RawValue::get).filter(|error| *error != "null");
        let mut body = match nested {
            None => Self::from_wire(&outer),
            Some(error) => match lenient::salvage(error, |json| serde_json::from_str::<WireError>(json)) {
                Ok(inner) => Self::from_wire(&inner.object),
                Err(_) => Self { message: scalar_text(error), ..Self::default() },
            },
        };
        let outer = Self::from_wire(&outer);
        body.message = body.message.or(outer.message);
        body.code = body.code.or(outer.code);
        body.param = body.param.or(outer.param);
        body.status = body.status.or(outer.status);
        body.plan_type = body.plan_type.or(outer.plan_type);
        body.resets_at = body.resets_at.or(outer.resets_at);
        body.resets_in_seconds = body.resets_in_seconds.or(outer.resets_in_seconds);
        if nested.is_some() && !outer.headers.is_empty() {
            body.headers = outer.headers.iter().chain(body.headers.iter()).collect();
        }
        Some(body)
    }

    fn from_wire(wire: &WireError) -> Self {
        let headers = wire.headers.as_deref().and_then(|raw| serde_json::from_str(raw.get()).ok());
        let message = text(wire.message.as_ref()).or_else(|| detail_text(wire.detail.as_ref()));
        Self {
            message: message.map(|message| bounded(&message, MAX_ERROR_MESSAGE_CHARS)),
            kind: text(wire.kind.as_ref()),
            code: wire.code.clone(),
            param: text(wire.param.as_ref()),
            status: wire.status.and_then(|status| u16::try_from(status).ok()),
            plan_type: text(wire.plan_type.as_ref()),
            resets_at: wire.resets_at,
            resets_in_seconds: wire.resets_in_seconds,
            headers: headers.unwrap_or_default(),
            form: ErrorForm::Json,
        }
    }

    /// The code, or the `type` where that is the code (`usage_limit_reached` and its like stand there).
    pub fn effective_code(&self) -> Option<ErrorCode> {
        let kind = || self.kind.as_deref().map(ErrorCode::from).filter(ErrorCode::is_known);
        match &self.code {
            Some(code) if code.is_known() => Some(code.clone()),
            code => kind().or_else(|| code.clone()),
        }
    }

    /// What to do about it, by its code alone; [`RetryClass::Unknown`] leaves it to the HTTP status.
    pub fn class(&self) -> RetryClass {
        self.effective_code().map_or(RetryClass::Unknown, |code| code.class())
    }

    /// The delay the message asks for.
    pub fn retry_hint(&self) -> Option<std::time::Duration> {
        self.message.as_deref().and_then(retry_hint)
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// `detail` is a string, or a list of `{loc, msg}` from servers on FastAPI.
fn detail_text(detail: Option<&Value>) -> Option<String> {
    let message = |entry: &Map<String, Value>| text(entry.get("msg").or_else(|| entry.get("message")));
    match detail? {
        Value::Object(entry) => message(entry).or_else(|| text(detail)),
        Value::Array(entries) => {
            let messages: Vec<_> = entries.iter().filter_map(Value::as_object).filter_map(message).collect();
            if messages.is_empty() { text(detail) } else { Some(messages.join("; ")) }
        }
        _ => text(detail),
    }
}

fn scalar_text(json: &str) -> Option<String> {
    let value = serde_json::from_str::<Value>(json).ok()?;
    text(Some(&value)).map(|text| bounded(&text, MAX_ERROR_MESSAGE_CHARS))
}

fn html_title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let open = start + lower.get(start..)?.find('>')? + 1;
    let close = open + lower.get(open..)?.find("</title")?;
    let title = page.get(open..close)?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!title.is_empty()).then(|| bounded(&title, MAX_ERROR_SUMMARY_CHARS))
}

/// The start of a text, with a mark when something was cut.
pub(crate) fn bounded(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
