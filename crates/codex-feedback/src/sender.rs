//! How an envelope gets to the tracker.

use std::{error::Error, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use url::Url;

/// A future in a box, as [`Sender::send`] returns it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why there was no answer, with its causes.
pub type SendError = Box<dyn Error + Send + Sync>;

/// There was no answer in time. A [`Sender`] that gives up returns it as its [`SendError`], so that the user is told this and
/// not that the tracker could not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer within {} s", within.as_secs())]
#[non_exhaustive]
pub struct NoAnswer {
    /// How long it was waited for.
    pub within: Duration,
}

impl NoAnswer {
    /// It was waited for so long.
    pub fn within(within: Duration) -> Self {
        Self { within }
    }
}

/// How much of an answer's body is of use, in bytes; a sender may cut the rest off.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Posts an envelope. This crate knows no transport: whoever has one hands it in.
///
/// An implementation bounds the time (ten seconds beside the upload is what users accept; see [`NoAnswer`]), follows no redirect, and does not
/// send twice on its own: a report that did not arrive is kept and sent again later.
pub trait Sender: Send + Sync {
    /// Sends one request. Any status is `Ok`.
    ///
    /// # Errors
    /// When there is no answer; [`NoAnswer`] when there was none in time.
    fn send(&self, request: EnvelopeRequest) -> BoxFuture<'_, Result<TrackerAnswer, SendError>>;
}

impl<T: Sender + ?Sized> Sender for Arc<T> {
    fn send(&self, request: EnvelopeRequest) -> BoxFuture<'_, Result<TrackerAnswer, SendError>> {
        T::send(self, request)
    }
}

/// A `POST` to a tracker.
#[derive(Clone)]
#[non_exhaustive]
pub struct EnvelopeRequest {
    /// Where to.
    pub url: Url,
    /// With these headers, in lower case. `x-sentry-auth` is sensitive.
    pub headers: Vec<(&'static str, String)>,
    /// The envelope.
    pub body: Bytes,
}

impl fmt::Debug for EnvelopeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnvelopeRequest({}, {} bytes)", self.url, self.body.len())
    }
}

/// The answer of a tracker, or of what stands in its place.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TrackerAnswer {
    /// HTTP status.
    pub status: u16,
    /// Its headers; names in any case.
    pub headers: Vec<(String, String)>,
    /// Its body, or the first [`MAX_ANSWER_BYTES`] of it.
    pub body: Bytes,
}

impl TrackerAnswer {
    /// An answer.
    pub fn new(status: u16, headers: Vec<(String, String)>, body: Bytes) -> Self {
        Self { status, headers, body }
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }
}
