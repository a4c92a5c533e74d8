//! One request, ready to be sent as often as needed.

use std::fmt;

use http::{HeaderMap, Method};
use url::Url;

use crate::body::RequestBody;
use crate::redact;
use crate::timeouts::Timeouts;

/// A request. Cloning is cheap (the body is shared), so that every attempt gets its own copy.
///
/// `Debug` shows no values of query parameters or unknown headers, and nothing of the body.
///
/// ```
/// use codex_client::{Request, RequestBody};
/// use http::{HeaderValue, Method, header};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut request = Request::new(Method::POST, "https://service.example/v1/answers".parse()?);
/// request.body = Some(RequestBody::json(&["question"])?);
/// let mut key = HeaderValue::from_static("Bearer secret-1");
/// key.set_sensitive(true);
/// request.headers.insert(header::AUTHORIZATION, key);
/// assert!(!format!("{request:?}").contains("secret-1"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to: `http` or `https`, with a host, without user name and password.
    pub url: Url,
    /// Headers to send. `content-type` and `content-encoding` are added from the body unless they stand here.
    pub headers: HeaderMap,
    /// The body, if any.
    pub body: Option<RequestBody>,
    /// How long each phase may take.
    pub timeouts: Timeouts,
}

impl Request {
    /// A request without headers and body, with the default timeouts.
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None, timeouts: Timeouts::default() }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &redact::ShownUrl(&self.url))
            .field("headers", &redact::Headers(&self.headers))
            .field("body", &self.body)
            .field("timeouts", &self.timeouts)
            .finish()
    }
}
