//! An answer whose status is no success, kept for the caller to read.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

use crate::error::TransportError;
use crate::response::{HttpResponse, ResponseHead};
use crate::response_body::ResponseBody;
use crate::timeouts::TimeoutPhase;

/// A head with the beginning of its body.
///
/// Prints as the status alone; `Debug` shows how long the body is, not what it says: error bodies may echo
/// what was sent. Ask [`body`](Self::body) or [`text`](Self::text) for it.
#[derive(thiserror::Error)]
#[error("the server answered {}", .head.status)]
#[non_exhaustive]
pub struct StatusError {
    /// Status and headers.
    pub head: ResponseHead,
    /// The first bytes of the body, at most [`MAX_BODY`](Self::MAX_BODY).
    pub body: Bytes,
    /// Whether the body went on.
    pub truncated: bool,
    /// What ended the body early, if anything did.
    #[source]
    pub body_error: Option<Box<TransportError>>,
}

impl StatusError {
    /// At most this many bytes of a body are kept: 64 KiB. An error needs a few hundred; pages of HTML
    /// from a gateway are longer.
    pub const MAX_BODY: usize = 64 * 1024;
    /// How long reading the body may take: 10 s. The status is known already, so nobody should wait for it.
    pub const BODY_TIMEOUT: Duration = Duration::from_secs(10);

    /// Reads the body, within bounds. Never fails: the status is worth more than its body, and of a body that
    /// ends early what had come is kept.
    pub async fn read(response: HttpResponse) -> Self {
        let HttpResponse { head, mut body } = response;
        let mut kept = Vec::new();
        let end = tokio::time::timeout(Self::BODY_TIMEOUT, keep(&mut body, &mut kept)).await;
        let (truncated, error) = match end {
            Ok(Ok(truncated)) => (truncated, None),
            Ok(Err(error)) => (true, Some(error)),
            Err(_elapsed) => {
                let limit = Self::BODY_TIMEOUT;
                (true, Some(TransportError::Timeout { phase: TimeoutPhase::ByteIdle, limit }))
            }
        };
        Self { head, body: kept.into(), truncated, body_error: error.map(Box::new) }
    }

    /// An error from parts, for tests and for transports of other kinds.
    pub fn new(head: ResponseHead, body: impl Into<Bytes>) -> Self {
        let mut body = body.into();
        let truncated = body.len() > Self::MAX_BODY;
        body.truncate(Self::MAX_BODY);
        Self { head, body, truncated, body_error: None }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The body as text; bad UTF-8 becomes U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// Whether the body is an HTML page: written by a gateway for a browser, not by an API for a program.
    pub fn is_html(&self) -> bool {
        let declared = self.head.header("content-type").is_some_and(|kind| kind.contains("html"));
        declared || self.body.trim_ascii_start().first() == Some(&b'<')
    }

    /// Whether the status is one of those that pass by themselves: 408, 409, 429 and from 500 on.
    pub fn is_retryable(&self) -> bool {
        is_transient(self.head.status)
    }
}

impl fmt::Debug for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusError")
            .field("head", &self.head)
            .field("body_len", &self.body.len())
            .field("truncated", &self.truncated)
            .field("body_error", &self.body_error)
            .finish()
    }
}

/// Reads into `kept`, up to the limit; tells whether there was more.
async fn keep(body: &mut ResponseBody, kept: &mut Vec<u8>) -> Result<bool, TransportError> {
    while let Some(chunk) = body.chunk().await? {
        let room = StatusError::MAX_BODY - kept.len();
        kept.extend_from_slice(&chunk[..room.min(chunk.len())]);
        if chunk.len() > room {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Statuses that the service itself calls passing (official SDKs, `should_retry`).
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 409 | 429 | 500..)
}
