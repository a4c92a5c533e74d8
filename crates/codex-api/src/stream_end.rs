//! The ways in which a stream can end that are no end.

use codex_observe::SafeText;
use thiserror::Error;

use crate::error::RetryAdvice;

/// How a stream ended without being at its end.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StreamEnd {
    /// The body ended properly, but no terminal event had come: the response may be cut.
    #[error("the stream ended without a terminal event, so the response may be cut short")]
    ClosedBeforeTerminal,
    /// The body ended before the first event.
    #[error("the stream ended before its first event")]
    Empty,
    /// The answer is something else than an event stream, such as an HTML page of a proxy.
    #[error("the server answered {content_type} instead of an event stream; check the base URL{}", quote(.summary))]
    NotAnEventStream {
        /// Its content type.
        content_type: SafeText,
        /// What it says, shortened.
        summary: Option<SafeText>,
    },
}

impl StreamEnd {
    pub(crate) fn retry_advice(&self) -> RetryAdvice {
        match self {
            Self::ClosedBeforeTerminal | Self::Empty => RetryAdvice::Retry,
            Self::NotAnEventStream { .. } => RetryAdvice::Never,
        }
    }
}

fn quote(summary: &Option<SafeText>) -> String {
    summary.as_ref().map_or_else(String::new, |summary| format!(" (it says: {summary})"))
}
