//! Frames as bytes: their heads, and what is wrong with a client's.

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

/// Longest payload of a control frame, in bytes (RFC 6455, 5.5).
pub(crate) const MAX_CONTROL_PAYLOAD: usize = 125;

/// What a client did that the protocol forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    #[error("a reserved bit is set")]
    ReservedBit,
    #[error("a reserved opcode")]
    ReservedOpcode,
    #[error("a fragmented or overlong control frame")]
    BadControlFrame,
    #[error("a frame without a mask")]
    Unmasked,
    #[error("a continuation of nothing")]
    UnexpectedContinuation,
    #[error("a new message inside another")]
    UnfinishedMessage,
    #[error("a close frame with a bad code")]
    BadClose,
    #[error("compressed data that cannot be inflated")]
    BadCompression,
    #[error("text that is not UTF-8")]
    NotUtf8,
    #[error("a message above the limit")]
    TooLarge,
}

impl Violation {
    /// The close code for it (RFC 6455, 7.4.1).
    pub(crate) fn close_code(self) -> u16 {
        match self {
            Self::NotUtf8 => 1007,
            Self::TooLarge => 1009,
            _ => 1002,
        }
    }
}

impl Opcode {
    pub(crate) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }

    fn number(self) -> u8 {
        match self {
            Self::Continuation => 0,
            Self::Text => 1,
            Self::Binary => 2,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
        }
    }

    fn of(number: u8) -> Option<Self> {
        [Self::Continuation, Self::Text, Self::Binary, Self::Close, Self::Ping, Self::Pong]
            .into_iter()
            .find(|opcode| opcode.number() == number)
    }
}

/// The head of a client's frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameHead {
    pub(crate) opcode: Opcode,
    pub(crate) last: bool,
    pub(crate) compressed: bool,
    pub(crate) mask: [u8; 4],
    /// Bytes of the head itself.
    pub(crate) size: usize,
    /// Bytes of the payload.
    pub(crate) length: u64,
}

impl FrameHead {
    /// Reads a head from the front of `bytes`; none when more bytes are needed.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>, Violation> {
        let [first, second, ..] = *bytes else { return Ok(None) };
        if first & 0x30 != 0 {
            return Err(Violation::ReservedBit);
        }
        let opcode = Opcode::of(first & 0x0F).ok_or(Violation::ReservedOpcode)?;
        let (last, compressed) = (first & 0x80 != 0, first & 0x40 != 0);
        if second & 0x80 == 0 {
            return Err(Violation::Unmasked);
        }
        let short = second & 0x7F;
        if opcode.is_control() && (!last || compressed || usize::from(short) > MAX_CONTROL_PAYLOAD) {
            return Err(Violation::BadControlFrame);
        }
        let extended = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let Some(length) = bytes.get(2..2 + extended) else { return Ok(None) };
        let length = match extended {
            0 => u64::from(short),
            _ => length.iter().fold(0, |length, byte| (length << 8) | u64::from(*byte)),
        };
        let size = 2 + extended + 4;
        let Some(mask) = bytes.get(size - 4..size).and_then(|mask| mask.try_into().ok()) else {
            return Ok(None);
        };
        Ok(Some(Self { opcode, last, compressed, mask, size, length }))
    }
}

/// Undoes a client's mask.
pub(crate) fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    for (byte, key) in payload.iter_mut().zip(mask.into_iter().cycle()) {
        *byte ^= key;
    }
}

/// What a frame of the server's is like, beside its payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameKind {
    pub(crate) opcode: Opcode,
    pub(crate) last: bool,
    pub(crate) compressed: bool,
}

/// Writes the head of an unmasked frame with a payload of `length` bytes.
pub(crate) fn write_head(kind: FrameKind, length: usize, out: &mut Vec<u8>) {
    let flags = (u8::from(kind.last) << 7) | (u8::from(kind.compressed) << 6);
    out.push(flags | kind.opcode.number());
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..=125), _) => out.push(length),
        (_, Ok(length)) => {
            out.push(126);
            out.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests;
