//! What can go wrong on a WebSocket, as facts.

use std::fmt;
use std::time::Duration;

use super::close::CloseCode;
use super::limits::WebSocketLimit;

/// Why a WebSocket cannot be opened, read or written on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebSocketError {
    /// The server agreed to a WebSocket (101), but not in the way it must.
    #[error("the answer to the WebSocket handshake is wrong: {0}")]
    Handshake(HandshakeFault),
    /// The other side broke the protocol. The connection was failed with
    /// [`close_code`](PeerMisbehaved::close_code).
    #[error("the other side broke the WebSocket protocol: {0}")]
    PeerMisbehaved(PeerMisbehaved),
    /// A message passed a limit.
    #[error("{what} has {size} bytes or more, the limit is {limit}; raise WebSocketLimits::{}", what.field())]
    TooLarge {
        /// Which limit.
        what: WebSocketLimit,
        /// Its value in bytes.
        limit: usize,
        /// How many bytes were announced or seen when it was passed. A compressed message may be longer still.
        size: u64,
    },
    /// Nothing can be sent any more: the connection is closed or closing.
    #[error("the WebSocket is closed")]
    Closed,
    /// A ping of [`KeepAlive`](super::KeepAlive) brought no sign of life.
    #[error("nothing came within {} ms of a ping", limit.as_millis())]
    PingUnanswered {
        /// How long it was waited.
        limit: Duration,
    },
    /// A ping, or the reason of a close, is longer than a control frame may be.
    #[error("a control frame carries at most {limit} bytes, not {size}; shorten it")]
    LongControlPayload {
        /// 125 for a ping, 123 for the reason of a close.
        limit: usize,
        /// What was asked for.
        size: usize,
    },
    /// The system gives no random bytes, without which nothing may be sent.
    #[error("the system gives no random bytes")]
    NoRandomness,
    /// The message could not be compressed.
    #[error("the message cannot be compressed")]
    Compress,
}

impl WebSocketError {
    /// Whether the same may well succeed on a new connection.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Closed | Self::PingUnanswered { .. } => true,
            Self::Handshake(_)
            | Self::PeerMisbehaved(_)
            | Self::TooLarge { .. }
            | Self::LongControlPayload { .. }
            | Self::NoRandomness
            | Self::Compress => false,
        }
    }

    /// The code to close with after this error; `None` when the connection is as good as before, or gone.
    pub(super) fn close_code(&self) -> Option<CloseCode> {
        match self {
            Self::PeerMisbehaved(fault) => Some(fault.close_code()),
            Self::TooLarge { what: WebSocketLimit::Frame | WebSocketLimit::Message, .. } => {
                Some(CloseCode::TOO_BIG)
            }
            _ => None,
        }
    }
}

impl From<PeerMisbehaved> for WebSocketError {
    fn from(fault: PeerMisbehaved) -> Self {
        Self::PeerMisbehaved(fault)
    }
}

impl From<HandshakeFault> for WebSocketError {
    fn from(fault: HandshakeFault) -> Self {
        Self::Handshake(fault)
    }
}

/// What the other side did that RFC 6455 or RFC 7692 forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PeerMisbehaved {
    /// A reserved bit is set that no agreed extension uses, or where it has no place (5.2).
    ReservedBits,
    /// A frame of a kind that does not exist: 3 to 7 or 11 to 15 (5.2).
    ReservedOpcode(u8),
    /// A ping, pong or close in more than one frame (5.5).
    FragmentedControlFrame,
    /// A ping, pong or close of more than 125 bytes (5.5).
    LongControlFrame,
    /// A length written in more bytes than it needs (5.2).
    LengthNotMinimal,
    /// A length of 2^63 or more (5.2).
    LengthTooGreat,
    /// A server masked a frame (5.1).
    MaskedFrame,
    /// A client did not mask a frame (5.1).
    UnmaskedFrame,
    /// A continuation where no message was begun (5.4).
    NothingToContinue,
    /// A new message within another (5.4).
    InterleavedMessage,
    /// A text message that is not UTF-8 (5.6).
    TextNotUtf8,
    /// A close frame with one byte, which is no code (5.5.1).
    CloseTooShort,
    /// A close code that must not be sent (7.4).
    CloseCodeForbidden(u16),
    /// A close whose reason is not UTF-8 (5.5.1).
    CloseReasonNotUtf8,
    /// Compressed data that cannot be decompressed (RFC 7692, 7.2.2).
    BadDeflate,
}

impl PeerMisbehaved {
    /// The code the connection is closed with: 1007 for text that is not UTF-8 and data that cannot be
    /// decompressed, else 1002.
    pub fn close_code(self) -> CloseCode {
        match self {
            Self::TextNotUtf8 | Self::CloseReasonNotUtf8 | Self::BadDeflate => CloseCode::INVALID_PAYLOAD,
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }
}

impl fmt::Display for PeerMisbehaved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReservedOpcode(opcode) => return write!(f, "the opcode {opcode} is reserved"),
            Self::CloseCodeForbidden(code) => return write!(f, "the close code {code} must not be sent"),
            Self::ReservedBits => "a reserved bit is set",
            Self::FragmentedControlFrame => "a control frame is fragmented",
            Self::LongControlFrame => "a control frame is longer than 125 bytes",
            Self::LengthNotMinimal => "a length is not written in the shortest way",
            Self::LengthTooGreat => "a length is 2^63 or more",
            Self::MaskedFrame => "a frame of the server is masked",
            Self::UnmaskedFrame => "a frame of the client is not masked",
            Self::NothingToContinue => "a continuation without a message",
            Self::InterleavedMessage => "a message begins within another",
            Self::TextNotUtf8 => "a text message is not UTF-8",
            Self::CloseTooShort => "a close frame holds half a code",
            Self::CloseReasonNotUtf8 => "the reason of a close is not UTF-8",
            Self::BadDeflate => "compressed data is broken",
        })
    }
}

/// What is wrong with a head of status 101.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HandshakeFault {
    /// No `upgrade: websocket`.
    NoUpgrade,
    /// No `connection: upgrade`.
    NoConnectionUpgrade,
    /// No `sec-websocket-accept`.
    NoAccept,
    /// `sec-websocket-accept` does not fit the key: another server, or a cache, answered.
    WrongAccept,
    /// An extension that was not offered, or one twice.
    ExtensionNotOffered,
    /// A parameter of permessage-deflate that does not exist, stands twice, or has a value it cannot have.
    BadDeflateParameter,
    /// A subprotocol that was not offered.
    ProtocolNotOffered,
}

impl fmt::Display for HandshakeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoUpgrade => "it has no `upgrade: websocket`",
            Self::NoConnectionUpgrade => "it has no `connection: upgrade`",
            Self::NoAccept => "it has no `sec-websocket-accept`",
            Self::WrongAccept => "its `sec-websocket-accept` does not fit the key that was sent",
            Self::ExtensionNotOffered => "it names an extension that was not offered",
            Self::BadDeflateParameter => "it has a bad parameter of permessage-deflate",
            Self::ProtocolNotOffered => "it names a subprotocol that was not offered",
        })
    }
}
