//! The ways in which a stream can end that are no end.

use codex_client::{CloseAdvice, CloseCode, CloseFrame};
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
    /// The server closed the WebSocket before the terminal event.
    #[error("the server closed the WebSocket (code {code}) before a terminal event, so the response may be cut short{}", quote(.reason))]
    Closed {
        /// Its code; 1005 when it gave none, 1006 when the connection ended without a close.
        code: CloseCode,
        /// The server's words.
        reason: Option<SafeText>,
    },
    /// The server sent a binary message, which this protocol has no place for.
    #[error("the server sent a binary message where only text has a meaning")]
    BinaryFrame,
    /// The server sent an event for a response that nobody asked for on this connection.
    #[error("the server sent an event of a response that was not asked for on this connection")]
    ForeignLane,
    /// The server sent an event of another response than the one that was asked for.
    #[error("the server sent an event of another response on this connection")]
    ForeignResponse,
    /// Another response of the same connection is not read by its owner.
    #[error(
        "another response on this connection has more than {limit} bytes waiting to be read; read it, or drop it"
    )]
    UnreadLane {
        /// [`MAX_WAITING_BYTES`](crate::MAX_WAITING_BYTES).
        limit: usize,
    },
    /// The response before this one on the connection was dropped before its end, so that its events could not be told
    /// from this one's.
    #[error("the connection was given up with a response that was dropped before its end; connect again")]
    Abandoned,
    /// A response is in flight on this connection, or on this lane of it.
    #[error(
        "a response is in flight on this connection; wait for its end, name another lane, or connect again"
    )]
    Busy,
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
    /// The error without a word of the server's.
    pub(crate) fn own_words(&self) -> String {
        match self {
            Self::Closed { code, .. } => format!("the server closed the WebSocket (code {code})"),
            Self::NotAnEventStream { .. } => "the answer is no event stream".to_owned(),
            end => end.to_string(),
        }
    }

    /// The end that a close frame means.
    pub(crate) fn closed_by(frame: &CloseFrame) -> Self {
        let reason = Some(&*frame.reason).filter(|reason| !reason.is_empty());
        Self::Closed {
            code: frame.code,
            reason: reason.map(|text| SafeText::prose(text, CloseFrame::MAX_REASON)),
        }
    }

    /// A connection that ended without a close frame.
    pub(crate) fn vanished() -> Self {
        Self::Closed { code: CloseCode::ABNORMAL, reason: None }
    }

    pub(crate) fn retry_advice(&self) -> RetryAdvice {
        match self {
            Self::ClosedBeforeTerminal | Self::Empty => RetryAdvice::Retry,
            Self::Closed { code, .. } => match code.advice() {
                CloseAdvice::Reconnect | CloseAdvice::Finished => RetryAdvice::NewConnection,
                CloseAdvice::UseHttp => RetryAdvice::UseHttp,
                _ => RetryAdvice::Never,
            },
            Self::ForeignLane | Self::ForeignResponse | Self::UnreadLane { .. } | Self::Abandoned => {
                RetryAdvice::NewConnection
            }
            Self::NotAnEventStream { .. } | Self::BinaryFrame | Self::Busy => RetryAdvice::Never,
        }
    }
}

fn quote(summary: &Option<SafeText>) -> String {
    summary.as_ref().map_or_else(String::new, |summary| format!(" (it says: {summary})"))
}
