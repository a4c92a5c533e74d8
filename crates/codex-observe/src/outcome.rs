//! What came of an attempt.

use std::{fmt, time::Duration};

use crate::{AuthEvidence, SafeText};

/// The longest detail of an error that telemetry keeps, in characters.
pub const MAX_ERROR_DETAIL_CHARS: usize = 200;

/// What came of an attempt or a stream.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// From the start of the attempt to here.
    pub duration: Duration,
    /// HTTP status, where an answer came.
    pub status: Option<u16>,
    /// What failed; `None` is success.
    pub error: Option<AttemptError>,
    /// Facts of the answer's head.
    pub evidence: AuthEvidence,
}

impl Outcome {
    /// A success so far, after `duration`.
    pub fn after(duration: Duration) -> Self {
        Self { duration, ..Self::default() }
    }

    /// The status of an answer.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// A failure.
    #[must_use]
    pub fn error(mut self, error: AttemptError) -> Self {
        self.error = Some(error);
        self
    }

    /// Facts of the answer's head.
    #[must_use]
    pub fn evidence(mut self, evidence: AuthEvidence) -> Self {
        self.evidence = evidence;
        self
    }

    /// Whether nothing failed.
    pub fn is_success(&self) -> bool {
        self.error.is_none()
    }

    /// Whether the service refused the credentials.
    pub fn is_unauthorized(&self) -> bool {
        self.error.is_some() && self.final_status() == Some(401)
    }

    /// The status that counts: that of the failure, where it has one of its own. A stream whose head said 200 can report
    /// a 401 inside.
    pub fn final_status(&self) -> Option<u16> {
        self.error.as_ref().and_then(AttemptError::status).or(self.status)
    }
}

/// A failure in the words that telemetry may carry: never a word of the service's, never a body.
///
/// ```
/// use codex_observe::AttemptError;
///
/// assert_eq!(AttemptError::http(401).to_string(), "http 401");
/// assert_eq!(AttemptError::network("dns lookup failed").to_string(), "dns lookup failed");
/// assert_eq!(AttemptError::timeout().to_string(), "timeout");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptError {
    class: ErrorClass,
    status: Option<u16>,
    message: SafeText,
}

impl AttemptError {
    /// An answer with a status that is no success, or an error event with that status: `http 401`.
    pub fn http(status: u16) -> Self {
        Self { status: Some(status), ..Self::new(ErrorClass::Http, &format!("http {status}")) }
    }

    /// One of the timeouts.
    pub fn timeout() -> Self {
        Self::new(ErrorClass::Timeout, "timeout")
    }

    /// The budget of retries is spent.
    pub fn retry_limit() -> Self {
        Self::new(ErrorClass::RetryLimit, "retry limit reached")
    }

    /// The caller gave it up.
    pub fn cancelled() -> Self {
        Self::new(ErrorClass::Cancelled, "cancelled")
    }

    /// DNS, connect, TLS, proxy, or a connection that broke, in this client's own words.
    pub fn network(detail: &str) -> Self {
        Self::new(ErrorClass::Network, detail)
    }

    /// The request could not be built, in this client's own words.
    pub fn build(detail: &str) -> Self {
        Self::new(ErrorClass::Build, detail)
    }

    /// The stream broke or could not be decoded, in this client's own words.
    pub fn stream(detail: &str) -> Self {
        Self::new(ErrorClass::Stream, detail)
    }

    /// The service reported a failure inside the stream: its code, such as `rate_limit_exceeded`.
    pub fn response(code: &str) -> Self {
        Self { class: ErrorClass::Response, status: None, message: SafeText::new(code) }
    }

    /// Which kind of failure.
    pub fn class(&self) -> ErrorClass {
        self.class
    }

    /// The status of a failure that is one ([`http`](Self::http)).
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The text, as [`Display`](fmt::Display) shows it.
    pub fn message(&self) -> &SafeText {
        &self.message
    }

    fn new(class: ErrorClass, detail: &str) -> Self {
        Self { class, status: None, message: SafeText::prose(detail, MAX_ERROR_DETAIL_CHARS) }
    }
}

impl fmt::Display for AttemptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

/// The kinds of failure that telemetry tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// An answer with a status that is no success.
    Http,
    /// DNS, connect, TLS, proxy, or a connection that broke.
    Network,
    /// One of the timeouts.
    Timeout,
    /// The budget of retries is spent.
    RetryLimit,
    /// The request could not be built.
    Build,
    /// The stream ended without its terminal event, or could not be decoded.
    Stream,
    /// The service reported a failure inside the stream.
    Response,
    /// The caller gave it up.
    Cancelled,
}

impl ErrorClass {
    /// The value of `error.type` in telemetry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::RetryLimit => "retry_limit",
            Self::Build => "build",
            Self::Stream => "stream",
            Self::Response => "response",
            Self::Cancelled => "cancelled",
        }
    }
}
