//! Why a connection is closed, and what to do then.

use std::fmt;

use bytes::Bytes;
use bytestring::ByteString;

use super::error::PeerMisbehaved;
use crate::sse::SseText;

/// A close code (RFC 6455, section 7.4, and IANA's registry).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: the work is done.
    pub const NORMAL: Self = Self(1000);
    /// 1001: the server goes down, or the page is left.
    pub const GOING_AWAY: Self = Self(1001);
    /// 1002: the other side broke the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// 1003: data of a kind that is not taken, such as binary.
    pub const UNSUPPORTED: Self = Self(1003);
    /// 1005: never sent; stands for a close without a code.
    pub const NO_STATUS: Self = Self(1005);
    /// 1006: never sent; stands for a connection that ended without a close.
    pub const ABNORMAL: Self = Self(1006);
    /// 1007: data that does not fit its kind, such as text that is not UTF-8.
    pub const INVALID_PAYLOAD: Self = Self(1007);
    /// 1008: against a rule of the server.
    pub const POLICY: Self = Self(1008);
    /// 1009: a message was too big.
    pub const TOO_BIG: Self = Self(1009);
    /// 1010: the client misses an extension.
    pub const MANDATORY_EXTENSION: Self = Self(1010);
    /// 1011: the server failed.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// 1012: the server restarts.
    pub const SERVICE_RESTART: Self = Self(1012);
    /// 1013: the server is overloaded.
    pub const TRY_AGAIN_LATER: Self = Self(1013);
    /// 1014: a gateway got no good answer.
    pub const BAD_GATEWAY: Self = Self(1014);
    /// 1015: never sent; stands for a failed TLS handshake.
    pub const TLS: Self = Self(1015);

    /// A code that may be sent: 1000 to 1003, 1007 to 1014, 3000 to 4999. `None` for any other.
    pub fn new(code: u16) -> Option<Self> {
        matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999).then_some(Self(code))
    }

    /// The number.
    pub fn as_u16(self) -> u16 {
        self.0
    }

    /// Whether the code may stand in a close frame.
    pub fn is_sendable(self) -> bool {
        Self::new(self.0).is_some()
    }

    /// What a client does best when it is told this while it waits for something.
    pub fn advice(self) -> CloseAdvice {
        match self.0 {
            1000 => CloseAdvice::Finished,
            1001 | 1005 | 1006 | 1011..=1015 => CloseAdvice::Reconnect,
            1008 => CloseAdvice::UseHttp,
            1009 => CloseAdvice::TooBig,
            3000..=4999 => CloseAdvice::AskService,
            _ => CloseAdvice::Fault,
        }
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What to do after a close that came too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseAdvice {
    /// 1000: the other side has nothing more to say.
    Finished,
    /// 1001, 1005, 1006, 1011 to 1015: passing; a new connection may well work.
    Reconnect,
    /// 1008: a rule forbids this here; the same may be allowed over HTTP.
    UseHttp,
    /// 1009: the message will not fit a second time either.
    TooBig,
    /// 3000 to 4999: the meaning is the service's own.
    AskService,
    /// 1002, 1003, 1007, 1010 and unknown ones: one of the two sides is at fault, and will be again.
    Fault,
}

/// What a close frame said.
#[derive(Clone, PartialEq, Eq)]
pub struct CloseFrame {
    /// The code; [`CloseCode::NO_STATUS`] when there was none.
    pub code: CloseCode,
    /// The reason, which may be empty: at most 123 bytes of the other side's words, not for telemetry.
    pub reason: SseText,
}

impl CloseFrame {
    /// The longest reason, in bytes.
    pub const MAX_REASON: usize = 123;

    /// [`CloseCode::advice`] of the code.
    pub fn advice(&self) -> CloseAdvice {
        self.code.advice()
    }

    /// A frame without code and reason.
    pub(super) fn empty() -> Self {
        Self { code: CloseCode::NO_STATUS, reason: SseText::default() }
    }

    pub(super) fn parse(payload: &[u8]) -> Result<Self, PeerMisbehaved> {
        let (code, reason) = match payload {
            [] => return Ok(Self::empty()),
            [_] => return Err(PeerMisbehaved::CloseTooShort),
            &[high, low, ref reason @ ..] => (u16::from_be_bytes([high, low]), reason),
        };
        let code = CloseCode::new(code).ok_or(PeerMisbehaved::CloseCodeForbidden(code))?;
        // A copy: 123 bytes at most, which must not hold a whole chunk.
        let reason = ByteString::try_from(Bytes::copy_from_slice(reason))
            .map_err(|_not_utf8| PeerMisbehaved::CloseReasonNotUtf8)?;
        Ok(Self { code, reason: SseText::from_shared(reason) })
    }
}

/// `Debug` shows how long the reason is, not what it says: it is the server's text.
impl fmt::Debug for CloseFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloseFrame")
            .field("code", &self.code.0)
            .field("reason_len", &self.reason.len())
            .finish()
    }
}
