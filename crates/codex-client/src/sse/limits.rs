//! How much of a stream the decoder holds at once.

use std::fmt;

/// How much one line and one event may hold. Past a limit the decoder fails; it never drops data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SseLimits {
    /// Longest line in bytes, without its end.
    pub max_line_bytes: usize,
    /// Most data of one event in bytes, over all its `data` lines.
    pub max_event_bytes: usize,
}

impl SseLimits {
    /// Default of both: 64 MiB. Generated images come as one line of base64 and may hold tens of megabytes.
    pub const DEFAULT_MAX_BYTES: usize = 64 * 1024 * 1024;
}

impl Default for SseLimits {
    fn default() -> Self {
        Self { max_line_bytes: Self::DEFAULT_MAX_BYTES, max_event_bytes: Self::DEFAULT_MAX_BYTES }
    }
}

/// Which of [`SseLimits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SseLimit {
    /// [`SseLimits::max_line_bytes`].
    Line,
    /// [`SseLimits::max_event_bytes`].
    Event,
}

impl fmt::Display for SseLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Line => "a line",
            Self::Event => "an event",
        })
    }
}

impl SseLimit {
    fn field(self) -> &'static str {
        match self {
            Self::Line => "max_line_bytes",
            Self::Event => "max_event_bytes",
        }
    }
}

/// Why an event stream cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SseError {
    /// A limit is passed.
    #[error("{what} of the stream is longer than {limit} bytes; raise SseLimits::{}", what.field())]
    TooLarge {
        /// Which limit.
        what: SseLimit,
        /// Its value in bytes.
        limit: usize,
    },
}
