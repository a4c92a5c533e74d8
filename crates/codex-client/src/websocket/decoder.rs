//! Bytes in, messages out.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};
use bytestring::ByteString;

use super::assembly::Assembly;
use super::close::CloseFrame;
use super::deflate::Inflater;
use super::error::{PeerMisbehaved, WebSocketError};
use super::extension::DeflateParams;
use super::frame::{FrameHeader, MAX_HEADER, Opcode, WebSocketRole};
use super::limits::{WebSocketLimit, WebSocketLimits};
use super::mask;
use super::message::WebSocketMessage;
use crate::sse::SseText;

/// Unmasked at once.
const UNMASK_PIECE: usize = 4 * 1024;

/// What a decoder finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebSocketIncoming {
    /// A message, or the close of the other side.
    Message(WebSocketMessage),
    /// A ping: to be answered by a pong with the same bytes.
    Ping(Bytes),
    /// A pong: the other side lives.
    Pong(Bytes),
}

/// Decodes what the other side sends. Does no I/O and knows no runtime: [`push`](Self::push) what has arrived, then
/// take with [`next`](Self::next) until there is nothing.
///
/// What comes out does not depend on how the bytes were cut into chunks, and the work is linear in the bytes.
/// Text is checked as it comes: a byte that cannot be UTF-8 ends the connection before the frame is whole.
/// The first error is final.
///
/// ```
/// use codex_client::{WebSocketIncoming, WebSocketDecoder, WebSocketLimits, WebSocketMessage, WebSocketRole};
///
/// # fn main() -> Result<(), codex_client::WebSocketError> {
/// let mut decoder = WebSocketDecoder::new(WebSocketRole::Client, WebSocketLimits::default(), None);
/// decoder.push(b"\x81\x05Hel"[..].into());
/// assert!(decoder.next()?.is_none());
/// decoder.push(b"lo"[..].into());
/// assert_eq!(decoder.next()?, Some(WebSocketIncoming::Message(WebSocketMessage::Text("Hello".into()))));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct WebSocketDecoder {
    role: WebSocketRole,
    limits: WebSocketLimits,
    inflater: Option<Inflater>,
    /// What is left of the chunk being read.
    chunk: Bytes,
    /// Chunks that were pushed before the one above was used up.
    waiting: VecDeque<Bytes>,
    /// The beginning of a header, or of a control payload, whose rest has not come.
    partial: Vec<u8>,
    /// The frame whose payload is being read.
    frame: Option<Frame>,
    /// The message whose frames are being read.
    message: Option<Assembly>,
    failure: Option<WebSocketError>,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    header: FrameHeader,
    read: u64,
}

impl WebSocketDecoder {
    /// A decoder for the beginning of a connection, after the handshake.
    pub fn new(role: WebSocketRole, limits: WebSocketLimits, deflate: Option<DeflateParams>) -> Self {
        Self {
            role,
            limits,
            inflater: deflate.map(|params| Inflater::new(&params, role)),
            chunk: Bytes::new(),
            waiting: VecDeque::new(),
            partial: Vec::new(),
            frame: None,
            message: None,
            failure: None,
        }
    }

    /// Adds what has arrived.
    pub fn push(&mut self, chunk: Bytes) {
        if self.chunk.is_empty() {
            self.chunk = chunk;
        } else {
            self.waiting.push_back(chunk);
        }
    }

    /// The next message or control frame that is whole; `None` until more is pushed.
    ///
    /// # Errors
    /// [`WebSocketError::PeerMisbehaved`] and [`WebSocketError::TooLarge`], and the same again ever after.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator would end where this goes on after a push"
    )]
    pub fn next(&mut self) -> Result<Option<WebSocketIncoming>, WebSocketError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let next = self.advance();
        if let Err(failure) = &next {
            self.failure = Some(failure.clone());
            self.chunk.clear();
            self.waiting.clear();
            self.message = None;
        }
        next
    }

    /// Whether the other side stopped within a message.
    pub fn is_within_message(&self) -> bool {
        self.frame.is_some() || self.message.is_some() || !self.partial.is_empty()
    }

    fn advance(&mut self) -> Result<Option<WebSocketIncoming>, WebSocketError> {
        loop {
            if self.chunk.is_empty()
                && let Some(next) = self.waiting.pop_front()
            {
                self.chunk = next;
            }
            let frame = match self.frame {
                Some(frame) => frame,
                None => match self.read_header()? {
                    Some(header) => self.begin(header)?,
                    None if self.waiting.is_empty() => return Ok(None),
                    None => continue,
                },
            };
            let found = if frame.header.opcode.is_control() {
                self.read_control(frame)?
            } else {
                self.read_data(frame)?
            };
            if found.is_some() {
                return Ok(found);
            }
            // A frame that is not over has used up the chunk.
            if self.frame.is_some() && self.waiting.is_empty() {
                return Ok(None);
            }
        }
    }

    /// Takes a header off the chunk; `None` when the chunk ends within it.
    fn read_header(&mut self) -> Result<Option<FrameHeader>, WebSocketError> {
        if self.partial.is_empty() {
            if let Some((header, length)) = FrameHeader::parse(&self.chunk)? {
                self.chunk.advance(length);
                return Ok(Some(header));
            }
            self.partial.extend_from_slice(&self.chunk);
            self.chunk.clear();
            return Ok(None);
        }
        let before = self.partial.len();
        let most = self.chunk.len().min(MAX_HEADER.saturating_sub(before));
        self.partial.extend_from_slice(&self.chunk[..most]);
        if let Some((header, length)) = FrameHeader::parse(&self.partial)? {
            self.chunk.advance(length - before);
            self.partial.clear();
            return Ok(Some(header));
        }
        self.chunk.advance(most);
        Ok(None)
    }

    /// Checks what only the state of the connection can tell about a header.
    fn begin(&mut self, header: FrameHeader) -> Result<Frame, WebSocketError> {
        match (self.role, header.mask) {
            (WebSocketRole::Client, Some(_)) => return Err(PeerMisbehaved::MaskedFrame.into()),
            (WebSocketRole::Server, None) => return Err(PeerMisbehaved::UnmaskedFrame.into()),
            _ => {}
        }
        if !header.opcode.is_control() {
            self.begin_data(header)?;
        }
        let frame = Frame { header, read: 0 };
        self.frame = Some(frame);
        Ok(frame)
    }

    fn begin_data(&mut self, header: FrameHeader) -> Result<(), WebSocketError> {
        let limit = self.limits.max_frame_bytes;
        if header.length > limit as u64 {
            return Err(WebSocketError::TooLarge { what: WebSocketLimit::Frame, limit, size: header.length });
        }
        let begins = header.opcode != Opcode::Continuation;
        if header.compressed && (!begins || self.inflater.is_none()) {
            return Err(PeerMisbehaved::ReservedBits.into());
        }
        match (begins, &self.message) {
            (true, Some(_)) => return Err(PeerMisbehaved::InterleavedMessage.into()),
            (false, None) => return Err(PeerMisbehaved::NothingToContinue.into()),
            (true, None) if header.opcode == Opcode::Text => {
                self.message = Some(Assembly::text(header.compressed));
            }
            (true, None) => self.message = Some(Assembly::binary(header.compressed)),
            (false, Some(_)) => {}
        }
        let lies_whole = self.lies_whole(header);
        match &mut self.message {
            Some(message) if !lies_whole => message.announce(header.length, &self.limits),
            _ => Ok(()),
        }
    }

    /// Whether a frame is a whole message that can be handed out as a slice of the chunk.
    fn lies_whole(&self, header: FrameHeader) -> bool {
        header.fin
            && header.opcode != Opcode::Continuation
            && !header.compressed
            && header.mask.is_none()
            && header.length <= self.chunk.len() as u64
            && header.length <= self.limits.max_message_bytes as u64
    }

    fn read_data(&mut self, mut frame: Frame) -> Result<Option<WebSocketIncoming>, WebSocketError> {
        let header = frame.header;
        if frame.read == 0 && self.lies_whole(header) {
            (self.frame, self.message) = (None, None);
            let payload = self.chunk.split_to(header.length as usize);
            return Ok(Some(WebSocketIncoming::Message(whole_message(header.opcode, payload)?)));
        }
        let Some(message) = &mut self.message else {
            return Err(PeerMisbehaved::NothingToContinue.into());
        };
        let left = header.length - frame.read;
        let part = self.chunk.split_to(usize::try_from(left).unwrap_or(usize::MAX).min(self.chunk.len()));
        match header.mask {
            None => message.push(&part, self.inflater.as_mut(), &self.limits)?,
            Some(key) => {
                let mut offset = frame.read;
                for masked in part.chunks(UNMASK_PIECE) {
                    let mut piece = [0; UNMASK_PIECE];
                    let piece = &mut piece[..masked.len()];
                    piece.copy_from_slice(masked);
                    mask::apply(piece, key, offset);
                    message.push(piece, self.inflater.as_mut(), &self.limits)?;
                    offset += masked.len() as u64;
                }
            }
        }
        frame.read += part.len() as u64;
        if frame.read < header.length {
            self.frame = Some(frame);
            return Ok(None);
        }
        self.frame = None;
        let Some(message) = self.message.take_if(|_| header.fin) else { return Ok(None) };
        let message = message.finish(self.inflater.as_mut(), &self.limits)?;
        Ok(Some(WebSocketIncoming::Message(message)))
    }

    fn read_control(&mut self, frame: Frame) -> Result<Option<WebSocketIncoming>, WebSocketError> {
        // At most 125, as the header was checked for.
        let missing = frame.header.length as usize - self.partial.len();
        let part = self.chunk.split_to(missing.min(self.chunk.len()));
        self.partial.extend_from_slice(&part);
        if part.len() < missing {
            return Ok(None);
        }
        self.frame = None;
        let mut payload = std::mem::take(&mut self.partial);
        if let Some(key) = frame.header.mask {
            mask::apply(&mut payload, key, 0);
        }
        Ok(Some(match frame.header.opcode {
            Opcode::Ping => WebSocketIncoming::Ping(payload.into()),
            Opcode::Pong => WebSocketIncoming::Pong(payload.into()),
            _ => WebSocketIncoming::Message(WebSocketMessage::Close(CloseFrame::parse(&payload)?)),
        }))
    }
}

fn whole_message(opcode: Opcode, payload: Bytes) -> Result<WebSocketMessage, WebSocketError> {
    if opcode != Opcode::Text {
        return Ok(WebSocketMessage::Binary(payload));
    }
    let text = ByteString::try_from(payload).map_err(|_not_utf8| PeerMisbehaved::TextNotUtf8)?;
    Ok(WebSocketMessage::Text(SseText::from_shared(text)))
}
