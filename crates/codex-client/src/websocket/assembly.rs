//! A message that comes in parts.

use bytes::Bytes;

use super::deflate::Inflater;
use super::error::WebSocketError;
use super::limits::{WebSocketLimit, WebSocketLimits};
use super::message::WebSocketMessage;
use super::utf8::Utf8Buffer;

/// Set aside at most for what a header announces: the rest is set aside as it comes, so that a header alone
/// costs nothing.
const MOST_RESERVED: usize = 64 * 1024;

/// The message under construction.
#[derive(Debug)]
pub(super) struct Assembly {
    content: Content,
    pub(super) compressed: bool,
}

#[derive(Debug)]
enum Content {
    Text(Utf8Buffer),
    Binary(Vec<u8>),
}

impl Assembly {
    pub(super) fn text(compressed: bool) -> Self {
        Self { content: Content::Text(Utf8Buffer::default()), compressed }
    }

    pub(super) fn binary(compressed: bool) -> Self {
        Self { content: Content::Binary(Vec::new()), compressed }
    }

    /// A frame of this length begins. What it announces is measured before any of it is taken.
    pub(super) fn announce(&mut self, length: u64, limits: &WebSocketLimits) -> Result<(), WebSocketError> {
        if self.compressed {
            return Ok(());
        }
        self.content.check_room(length, limits)?;
        let reserve = usize::try_from(length).unwrap_or(usize::MAX).min(MOST_RESERVED);
        match &mut self.content {
            Content::Text(text) => text.reserve(reserve),
            Content::Binary(bytes) => bytes.reserve(reserve),
        }
        Ok(())
    }

    /// Takes a part of a payload as it was on the wire.
    pub(super) fn push(
        &mut self,
        part: &[u8],
        inflater: Option<&mut Inflater>,
        limits: &WebSocketLimits,
    ) -> Result<(), WebSocketError> {
        match inflater {
            Some(inflater) if self.compressed => {
                inflater.inflate(part, |piece| self.content.push(piece, limits))
            }
            _ => self.content.push(part, limits),
        }
    }

    /// The last frame is over.
    pub(super) fn finish(
        mut self,
        inflater: Option<&mut Inflater>,
        limits: &WebSocketLimits,
    ) -> Result<WebSocketMessage, WebSocketError> {
        if let Some(inflater) = inflater.filter(|_| self.compressed) {
            inflater.finish(|piece| self.content.push(piece, limits))?;
        }
        Ok(match self.content {
            Content::Text(text) => WebSocketMessage::Text(text.finish()?.into()),
            Content::Binary(bytes) => WebSocketMessage::Binary(Bytes::from(bytes)),
        })
    }
}

impl Content {
    fn push(&mut self, part: &[u8], limits: &WebSocketLimits) -> Result<(), WebSocketError> {
        self.check_room(part.len() as u64, limits)?;
        match self {
            Self::Text(text) => text.push(part)?,
            Self::Binary(bytes) => bytes.extend_from_slice(part),
        }
        Ok(())
    }

    fn check_room(&self, more: u64, limits: &WebSocketLimits) -> Result<(), WebSocketError> {
        let held = match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        };
        let size = (held as u64).saturating_add(more);
        let limit = limits.max_message_bytes;
        if size > limit as u64 {
            return Err(WebSocketError::TooLarge { what: WebSocketLimit::Message, limit, size });
        }
        Ok(())
    }
}
