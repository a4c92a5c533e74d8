//! Messages in, bytes out.

use bytes::BytesMut;

use super::close::CloseFrame;
use super::deflate::Deflater;
use super::error::WebSocketError;
use super::extension::DeflateParams;
use super::frame::{FrameHeader, MAX_CONTROL_PAYLOAD, MAX_HEADER, Opcode, WebSocketRole};
use super::limits::{WebSocketLimit, WebSocketLimits};
use super::mask::{self, MaskKeys};

/// Encodes what is sent. Does no I/O: bytes are added to a buffer of the caller's. Each message is one frame.
///
/// ```
/// use bytes::BytesMut;
/// use codex_client::{WebSocketEncoder, WebSocketLimits, WebSocketRole};
///
/// # fn main() -> Result<(), codex_client::WebSocketError> {
/// let mut encoder = WebSocketEncoder::new(WebSocketRole::Server, WebSocketLimits::default());
/// let mut out = BytesMut::new();
/// encoder.text("Hello", &mut out)?;
/// assert_eq!(out, &b"\x81\x05Hello"[..]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct WebSocketEncoder {
    limits: WebSocketLimits,
    deflater: Option<Deflater>,
    compress_from: usize,
    /// A client's; servers do not mask.
    keys: Option<MaskKeys>,
}

impl WebSocketEncoder {
    /// An encoder that does not compress.
    pub fn new(role: WebSocketRole, limits: WebSocketLimits) -> Self {
        let keys = (role == WebSocketRole::Client).then(MaskKeys::new);
        Self { limits, deflater: None, compress_from: 0, keys }
    }

    /// An encoder that compresses messages of at least `compress_from` bytes, as was agreed.
    pub fn with_deflate(
        role: WebSocketRole,
        limits: WebSocketLimits,
        deflate: DeflateParams,
        compress_from: usize,
    ) -> Self {
        Self { deflater: Deflater::new(&deflate, role), compress_from, ..Self::new(role, limits) }
    }

    /// Adds a text message.
    ///
    /// # Errors
    /// [`WebSocketError::TooLarge`], with nothing added; [`WebSocketError::NoRandomness`].
    pub fn text(&mut self, text: &str, out: &mut BytesMut) -> Result<(), WebSocketError> {
        self.message(Opcode::Text, text.as_bytes(), out)
    }

    /// Adds a binary message.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn binary(&mut self, bytes: &[u8], out: &mut BytesMut) -> Result<(), WebSocketError> {
        self.message(Opcode::Binary, bytes, out)
    }

    /// Adds a ping of at most 125 bytes.
    ///
    /// # Errors
    /// [`WebSocketError::LongControlPayload`], [`WebSocketError::NoRandomness`].
    pub fn ping(&mut self, payload: &[u8], out: &mut BytesMut) -> Result<(), WebSocketError> {
        self.control(Opcode::Ping, payload, out)
    }

    /// Adds a pong of at most 125 bytes.
    ///
    /// # Errors
    /// As [`ping`](Self::ping).
    pub fn pong(&mut self, payload: &[u8], out: &mut BytesMut) -> Result<(), WebSocketError> {
        self.control(Opcode::Pong, payload, out)
    }

    /// Adds a close. A code that must not be sent, such as 1005, is left out, and the reason with it.
    ///
    /// # Errors
    /// [`WebSocketError::LongControlPayload`] for a reason of more than
    /// [`MAX_REASON`](CloseFrame::MAX_REASON) bytes, [`WebSocketError::NoRandomness`].
    pub fn close(&mut self, frame: &CloseFrame, out: &mut BytesMut) -> Result<(), WebSocketError> {
        if !frame.code.is_sendable() {
            return self.control(Opcode::Close, &[], out);
        }
        let size = frame.reason.len();
        if size > CloseFrame::MAX_REASON {
            return Err(WebSocketError::LongControlPayload { limit: CloseFrame::MAX_REASON, size });
        }
        let mut payload = Vec::with_capacity(MAX_CONTROL_PAYLOAD);
        payload.extend_from_slice(&frame.code.as_u16().to_be_bytes());
        payload.extend_from_slice(frame.reason.as_bytes());
        self.control(Opcode::Close, &payload, out)
    }

    fn control(&mut self, opcode: Opcode, payload: &[u8], out: &mut BytesMut) -> Result<(), WebSocketError> {
        if payload.len() > MAX_CONTROL_PAYLOAD {
            let limit = MAX_CONTROL_PAYLOAD;
            return Err(WebSocketError::LongControlPayload { limit, size: payload.len() });
        }
        let mask = self.next_mask()?;
        write_frame(opcode, Payload { bytes: payload, compressed: false, mask }, out);
        Ok(())
    }

    fn message(&mut self, opcode: Opcode, bytes: &[u8], out: &mut BytesMut) -> Result<(), WebSocketError> {
        let limit = self.limits.max_send_bytes;
        if bytes.len() > limit {
            let size = bytes.len() as u64;
            return Err(WebSocketError::TooLarge { what: WebSocketLimit::Send, limit, size });
        }
        let mask = self.next_mask()?;
        match &mut self.deflater {
            Some(deflater) if !bytes.is_empty() && bytes.len() >= self.compress_from => {
                deflater.compress(bytes, |packed| {
                    write_frame(opcode, Payload { bytes: packed, compressed: true, mask }, out);
                })
            }
            _ => {
                write_frame(opcode, Payload { bytes, compressed: false, mask }, out);
                Ok(())
            }
        }
    }

    fn next_mask(&mut self) -> Result<Option<[u8; 4]>, WebSocketError> {
        self.keys.as_mut().map(MaskKeys::next).transpose()
    }
}

#[derive(Clone, Copy)]
struct Payload<'a> {
    bytes: &'a [u8],
    compressed: bool,
    mask: Option<[u8; 4]>,
}

fn write_frame(opcode: Opcode, payload: Payload<'_>, out: &mut BytesMut) {
    let Payload { bytes, compressed, mask } = payload;
    out.reserve(MAX_HEADER + bytes.len());
    FrameHeader { opcode, fin: true, compressed, mask, length: bytes.len() as u64 }.write(out);
    let start = out.len();
    out.extend_from_slice(bytes);
    if let Some(key) = mask {
        mask::apply(&mut out[start..], key, 0);
    }
}
