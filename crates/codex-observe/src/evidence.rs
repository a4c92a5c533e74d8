//! The facts of an unauthorized answer. The header names of the 401 story stand in this file and nowhere else.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use crate::SafeText;

const REQUEST_ID: &str = "x-request-id";
const REQUEST_ID_FALLBACK: &str = "x-oai-request-id";
const EDGE_TRACE: &str = "cf-ray";
const AUTH_ERROR: &str = "x-openai-authorization-error";

/// The headers that [`AuthEvidence`] is read from, in lower case.
pub const EVIDENCE_HEADERS: [&str; 5] =
    [REQUEST_ID, REQUEST_ID_FALLBACK, EDGE_TRACE, AUTH_ERROR, ERROR_JSON_HEADER];

/// The header whose value is base64 of JSON: whoever shows headers has to decode it to see what it holds.
pub const ERROR_JSON_HEADER: &str = "x-error-json";

/// The largest `x-error-json` header that is decoded, in bytes; a larger one is an absent fact.
pub const MAX_ERROR_JSON_BYTES: usize = 16 * 1024;

/// What an answer's head says about who failed and why. Only these four facts ever leave the client.
///
/// A header that is not UTF-8, or base64 or JSON that does not decode, is an absent fact, not an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthEvidence {
    /// The id to quote to the service: `x-request-id`, else `x-oai-request-id`.
    pub request_id: Option<SafeText>,
    /// The trace id of the edge: `cf-ray`.
    pub cf_ray: Option<SafeText>,
    /// What the upstream thought of the credentials, such as `missing_authorization_header`.
    pub auth_error: Option<SafeText>,
    /// The code inside the base64 JSON of `x-error-json`, such as `token_expired`.
    pub auth_error_code: Option<SafeText>,
}

impl AuthEvidence {
    /// Reads the facts from a response head. `header` gives the bytes of the header with that lower-case name.
    pub fn from_headers<'h>(header: impl Fn(&'static str) -> Option<&'h [u8]>) -> Self {
        let text = |name| {
            header(name).and_then(|bytes| std::str::from_utf8(bytes).ok()).filter(|text| !text.is_empty())
        };
        let safe = |name| text(name).map(SafeText::new);
        Self {
            request_id: safe(REQUEST_ID).or_else(|| safe(REQUEST_ID_FALLBACK)),
            cf_ray: safe(EDGE_TRACE),
            auth_error: safe(AUTH_ERROR),
            auth_error_code: text(ERROR_JSON_HEADER).and_then(error_code),
        }
    }

    /// Whether the head told nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn error_code(encoded: &str) -> Option<SafeText> {
    #[derive(Deserialize)]
    struct Body {
        error: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        code: String,
    }
    if encoded.len() > MAX_ERROR_JSON_BYTES {
        return None;
    }
    let json = STANDARD.decode(encoded.trim()).ok()?;
    let body: Body = serde_json::from_slice(&json).ok()?;
    (!body.error.code.is_empty()).then(|| SafeText::new(&body.error.code))
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    fn read(headers: &[(&str, &[u8])]) -> AuthEvidence {
        AuthEvidence::from_headers(|name| headers.iter().find(|(n, _)| *n == name).map(|(_, value)| *value))
    }

    #[test]
    fn all_four_facts_are_read() {
        let json = STANDARD.encode(br#"{"error":{"code":"token_expired"}}"#);
        let evidence = read(&[
            (REQUEST_ID_FALLBACK, b"req-9"),
            (EDGE_TRACE, b"ray-1"),
            (AUTH_ERROR, b"missing_authorization_header"),
            (ERROR_JSON_HEADER, json.as_bytes()),
        ]);
        assert_eq!(evidence.request_id.as_deref(), Some("req-9"));
        assert_eq!(evidence.cf_ray.as_deref(), Some("ray-1"));
        assert_eq!(evidence.auth_error.as_deref(), Some("missing_authorization_header"));
        assert_eq!(evidence.auth_error_code.as_deref(), Some("token_expired"));
    }

    #[test]
    fn the_first_request_id_wins() {
        let evidence = read(&[(REQUEST_ID, b"req-1"), (REQUEST_ID_FALLBACK, b"req-2")]);
        assert_eq!(evidence.request_id.as_deref(), Some("req-1"));
    }

    #[test]
    fn what_does_not_decode_is_absent() {
        let no_code = STANDARD.encode(br#"{"error":{}}"#);
        let empty = STANDARD.encode(br#"{"error":{"code":""}}"#);
        let huge = STANDARD.encode(vec![b' '; MAX_ERROR_JSON_BYTES]);
        for value in [&b"%%%"[..], b"", b"\xff\xfe", no_code.as_bytes(), empty.as_bytes(), huge.as_bytes()] {
            assert_eq!(read(&[(ERROR_JSON_HEADER, value)]).auth_error_code, None);
        }
        assert!(read(&[(REQUEST_ID, b"\xff")]).is_empty());
    }

    #[test]
    fn an_echoed_secret_is_replaced() {
        let evidence = read(&[(AUTH_ERROR, b"Bearer abcdef")]);
        assert_eq!(evidence.auth_error.as_deref(), Some("[removed: looks like a credential]"));
    }
}
