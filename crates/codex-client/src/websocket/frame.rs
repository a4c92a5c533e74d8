//! The header of a frame (RFC 6455, section 5.2).

use bytes::{BufMut, BytesMut};

use super::error::PeerMisbehaved;

/// Which side of a connection a codec plays. A client masks what it sends and refuses masked frames; a server
/// does the opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebSocketRole {
    /// The side that asked for the connection.
    Client,
    /// The side that was asked: for tests and simulators.
    Server,
}

/// The longest header: two bytes, eight of length, four of mask.
pub(super) const MAX_HEADER: usize = 14;
/// The most a ping, pong or close may carry.
pub(super) const MAX_CONTROL_PAYLOAD: usize = 125;

const FIN: u8 = 0b1000_0000;
const RSV1: u8 = 0b0100_0000;
const RSV2_AND_3: u8 = 0b0011_0000;
const OPCODE: u8 = 0b0000_1111;
const MASKED: u8 = 0b1000_0000;
const LENGTH_IN_16_BITS: u8 = 126;
const LENGTH_IN_64_BITS: u8 = 127;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    fn parse(bits: u8) -> Result<Self, PeerMisbehaved> {
        Ok(match bits {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            reserved => return Err(PeerMisbehaved::ReservedOpcode(reserved)),
        })
    }

    fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0,
            Self::Text => 1,
            Self::Binary => 2,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
        }
    }

    pub(super) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// A header as it was on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHeader {
    pub(super) opcode: Opcode,
    pub(super) fin: bool,
    /// RSV1: the message that begins here is compressed.
    pub(super) compressed: bool,
    pub(super) mask: Option<[u8; 4]>,
    pub(super) length: u64,
}

impl FrameHeader {
    /// Reads a header and how many bytes it takes; `None` when it is not whole yet. What the first two bytes
    /// do wrong is found before the rest is here.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, PeerMisbehaved> {
        let &[first, second, ref rest @ ..] = bytes else { return Ok(None) };
        if first & RSV2_AND_3 != 0 {
            return Err(PeerMisbehaved::ReservedBits);
        }
        let opcode = Opcode::parse(first & OPCODE)?;
        let fin = first & FIN != 0;
        let compressed = first & RSV1 != 0;
        let short = second & !MASKED;
        if opcode.is_control() {
            if !fin {
                return Err(PeerMisbehaved::FragmentedControlFrame);
            }
            if compressed {
                return Err(PeerMisbehaved::ReservedBits);
            }
            if usize::from(short) > MAX_CONTROL_PAYLOAD {
                return Err(PeerMisbehaved::LongControlFrame);
            }
        }
        let Some((length, rest)) = parse_length(short, rest)? else { return Ok(None) };
        let (mask, rest) = match (second & MASKED != 0, rest) {
            (false, rest) => (None, rest),
            (true, &[a, b, c, d, ref rest @ ..]) => (Some([a, b, c, d]), rest),
            (true, _) => return Ok(None),
        };
        Ok(Some((Self { opcode, fin, compressed, mask, length }, bytes.len() - rest.len())))
    }

    /// Writes the header in the shortest way.
    pub(super) fn write(self, out: &mut BytesMut) {
        let fin = if self.fin { FIN } else { 0 };
        let rsv1 = if self.compressed { RSV1 } else { 0 };
        let masked = if self.mask.is_some() { MASKED } else { 0 };
        out.put_u8(fin | rsv1 | self.opcode.bits());
        match (u8::try_from(self.length), u16::try_from(self.length)) {
            (Ok(length), _) if length < LENGTH_IN_16_BITS => out.put_u8(masked | length),
            (_, Ok(length)) => {
                out.put_u8(masked | LENGTH_IN_16_BITS);
                out.put_u16(length);
            }
            _ => {
                out.put_u8(masked | LENGTH_IN_64_BITS);
                out.put_u64(self.length);
            }
        }
        if let Some(mask) = self.mask {
            out.put_slice(&mask);
        }
    }
}

fn parse_length(short: u8, rest: &[u8]) -> Result<Option<(u64, &[u8])>, PeerMisbehaved> {
    let (length, shortest, rest) = match (short, rest) {
        (LENGTH_IN_16_BITS, &[a, b, ref rest @ ..]) => {
            (u64::from(u16::from_be_bytes([a, b])), u64::from(LENGTH_IN_16_BITS), rest)
        }
        (LENGTH_IN_64_BITS, &[a, b, c, d, e, f, g, h, ref rest @ ..]) => {
            (u64::from_be_bytes([a, b, c, d, e, f, g, h]), u64::from(u16::MAX) + 1, rest)
        }
        (LENGTH_IN_16_BITS | LENGTH_IN_64_BITS, _) => return Ok(None),
        (short, rest) => (u64::from(short), 0, rest),
    };
    if length < shortest {
        return Err(PeerMisbehaved::LengthNotMinimal);
    }
    // The most significant bit must be 0.
    if i64::try_from(length).is_err() {
        return Err(PeerMisbehaved::LengthTooGreat);
    }
    Ok(Some((length, rest)))
}
