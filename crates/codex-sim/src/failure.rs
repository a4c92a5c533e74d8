//! An HTTP error, as the service or anything in front of it words it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

/// An answer with an error status.
///
/// ```
/// use codex_sim::Failure;
/// use std::time::Duration;
///
/// let overloaded = Failure::new(503).code("server_is_overloaded").header("retry-after", "1");
/// let limited = Failure::rate_limit(Duration::from_secs(2));
/// let proxy = Failure::new(502).raw_body("text/html", "<html>Bad gateway</html>");
/// # let _ = (overloaded, limited, proxy);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Failure {
    /// HTTP status, 200 to 599.
    pub status: u16,
    /// `error.code`.
    #[serde(default)]
    pub code: Option<String>,
    /// `error.type`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// `error.message`.
    #[serde(default)]
    pub message: Option<String>,
    /// `error.param`.
    #[serde(default)]
    pub param: Option<String>,
    /// Further fields of `error`, such as `resets_at`.
    #[serde(default)]
    pub extra: Map<String, Value>,
    /// Headers of the answer; one given here replaces the simulator's own.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The whole body, instead of one made from the fields above.
    #[serde(default)]
    pub body: Option<String>,
    /// Its content type; `application/json` without one.
    #[serde(default)]
    pub content_type: Option<String>,
}

impl Failure {
    /// An error with this status and nothing else.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// 429 `rate_limit_exceeded` with `retry-after` in whole seconds, rounded up.
    #[must_use]
    pub fn rate_limit(retry_after: Duration) -> Self {
        let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
        Self::new(429)
            .code("rate_limit_exceeded")
            .kind("rate_limit_error")
            .message(format!("Rate limit reached. Please try again in {seconds}s."))
            .header("retry-after", seconds.to_string())
    }

    /// 429 `usage_limit_reached`: the limit of a plan, until a time in Unix seconds.
    #[must_use]
    pub fn usage_limit(plan_type: impl Into<String>, resets_at: u64) -> Self {
        Self::new(429)
            .kind("usage_limit_reached")
            .message("The usage limit has been reached")
            .extra("plan_type", plan_type.into())
            .extra("resets_at", resets_at)
    }

    /// 400 `invalid_request_error` about one parameter.
    pub fn invalid_request(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(400).kind("invalid_request_error").param(param).message(message)
    }

    /// Sets `error.code`.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Sets `error.type`.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Sets `error.message`.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Sets `error.param`.
    #[must_use]
    pub fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// Adds a field to `error`.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// Sends this body instead of a JSON error.
    #[must_use]
    pub fn raw_body(mut self, content_type: impl Into<String>, body: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self.body = Some(body.into());
        self
    }
}
