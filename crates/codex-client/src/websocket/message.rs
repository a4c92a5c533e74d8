//! What a connection hands out.

use std::fmt;

use bytes::Bytes;

use super::close::CloseFrame;
use crate::sse::SseText;

/// One whole message, or the end of the connection. Pings and pongs are dealt with below.
#[derive(Clone, PartialEq, Eq)]
pub enum WebSocketMessage {
    /// A text message. One that came uncompressed, in one frame and one read is a slice of what was read:
    /// [`SseText`] says what that keeps alive.
    Text(SseText),
    /// A binary message.
    Binary(Bytes),
    /// The other side closed. Nothing follows.
    Close(CloseFrame),
}

/// `Debug` shows how long a message is, not what it says.
impl fmt::Debug for WebSocketMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Binary(bytes) => write!(f, "Binary({} bytes)", bytes.len()),
            Self::Close(frame) => f.debug_tuple("Close").field(frame).finish(),
        }
    }
}
