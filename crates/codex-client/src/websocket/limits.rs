//! How large messages may be.

use std::fmt;

/// How much one frame and one message may hold, in bytes. Past a limit there is an error that names it; nothing
/// is cut or dropped.
///
/// ```
/// use codex_client::WebSocketLimits;
///
/// let limits = WebSocketLimits { max_message_bytes: 1024 * 1024, ..WebSocketLimits::default() };
/// assert_eq!(limits.max_send_bytes, WebSocketLimits::DEFAULT_MAX_BYTES);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WebSocketLimits {
    /// Longest payload of one received frame, as it is on the wire: compressed, if it is.
    pub max_frame_bytes: usize,
    /// Longest received message, over all its frames and after decompression: a small frame that would inflate to
    /// gigabytes is stopped here.
    pub max_message_bytes: usize,
    /// Longest message to send, before compression.
    pub max_send_bytes: usize,
}

impl WebSocketLimits {
    /// Default of all: 64 MiB. Generated images come as one line of base64 and may hold tens of megabytes.
    pub const DEFAULT_MAX_BYTES: usize = 64 * 1024 * 1024;
}

impl Default for WebSocketLimits {
    fn default() -> Self {
        Self {
            max_frame_bytes: Self::DEFAULT_MAX_BYTES,
            max_message_bytes: Self::DEFAULT_MAX_BYTES,
            max_send_bytes: Self::DEFAULT_MAX_BYTES,
        }
    }
}

/// Which of [`WebSocketLimits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebSocketLimit {
    /// [`WebSocketLimits::max_frame_bytes`].
    Frame,
    /// [`WebSocketLimits::max_message_bytes`].
    Message,
    /// [`WebSocketLimits::max_send_bytes`].
    Send,
}

impl WebSocketLimit {
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Frame => "max_frame_bytes",
            Self::Message => "max_message_bytes",
            Self::Send => "max_send_bytes",
        }
    }
}

impl fmt::Display for WebSocketLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Frame => "a received WebSocket frame",
            Self::Message => "a received WebSocket message",
            Self::Send => "the WebSocket message to send",
        })
    }
}
