//! Reads a client's messages.

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::deflate::Inflater;
use super::frame::{FrameHead, Opcode, Violation, unmask};

/// Room that is made before each read, in bytes.
const READ_AHEAD: usize = 16 * 1024;

/// What came from the client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    Text(String),
    Binary,
    Ping(Vec<u8>),
    Pong,
    /// A close frame and its code.
    Close(Option<u16>),
    /// The connection ended without one.
    End,
}

/// Reads messages from a connection.
pub(crate) struct MessageReader {
    io: Box<dyn AsyncRead + Send + Unpin>,
    buffer: BytesMut,
    /// The message that has begun and not ended.
    partial: Option<Partial>,
    inflater: Option<Inflater>,
    /// Largest message, in bytes.
    limit: usize,
}

struct Partial {
    opcode: Opcode,
    compressed: bool,
    payload: Vec<u8>,
}

impl MessageReader {
    pub(crate) fn new(
        io: Box<dyn AsyncRead + Send + Unpin>,
        inflater: Option<Inflater>,
        limit: usize,
    ) -> Self {
        Self { io, buffer: BytesMut::new(), partial: None, inflater, limit }
    }

    /// The next message. Nothing is lost when the future is dropped.
    pub(crate) async fn next(&mut self) -> Result<Incoming, Violation> {
        loop {
            if let Some(incoming) = self.buffered()? {
                return Ok(incoming);
            }
            self.buffer.reserve(READ_AHEAD);
            match self.io.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return Ok(Incoming::End),
                Ok(_) => {}
            }
        }
    }

    /// A message from the bytes that are already here.
    fn buffered(&mut self) -> Result<Option<Incoming>, Violation> {
        while let Some(head) = FrameHead::parse(&self.buffer)? {
            self.check(head)?;
            let length = usize::try_from(head.length).map_err(|_| Violation::TooLarge)?;
            if self.buffer.len() < head.size + length {
                return Ok(None);
            }
            self.buffer.advance(head.size);
            let mut payload = self.buffer.split_to(length);
            unmask(&mut payload, head.mask);
            if let Some(incoming) = self.frame(head, &payload)? {
                return Ok(Some(incoming));
            }
        }
        Ok(None)
    }

    /// What can be said before the payload is here.
    fn check(&self, head: FrameHead) -> Result<(), Violation> {
        if head.compressed && (self.inflater.is_none() || head.opcode == Opcode::Continuation) {
            return Err(Violation::ReservedBit);
        }
        let before = self.partial.as_ref().map_or(0, |partial| partial.payload.len());
        if !head.opcode.is_control() && head.length > self.limit.saturating_sub(before) as u64 {
            return Err(Violation::TooLarge);
        }
        match (head.opcode, &self.partial) {
            (Opcode::Continuation, None) => Err(Violation::UnexpectedContinuation),
            (Opcode::Text | Opcode::Binary, Some(_)) => Err(Violation::UnfinishedMessage),
            _ => Ok(()),
        }
    }

    fn frame(&mut self, head: FrameHead, payload: &[u8]) -> Result<Option<Incoming>, Violation> {
        match head.opcode {
            Opcode::Ping => return Ok(Some(Incoming::Ping(payload.to_vec()))),
            Opcode::Pong => return Ok(Some(Incoming::Pong)),
            Opcode::Close => return close(payload).map(Some),
            Opcode::Text | Opcode::Binary | Opcode::Continuation => {}
        }
        let mut partial = self.partial.take().unwrap_or(Partial {
            opcode: head.opcode,
            compressed: head.compressed,
            payload: Vec::new(),
        });
        partial.payload.extend_from_slice(payload);
        if !head.last {
            self.partial = Some(partial);
            return Ok(None);
        }
        let payload = match &mut self.inflater {
            Some(inflater) if partial.compressed => inflater.message(&partial.payload, self.limit)?,
            _ => partial.payload,
        };
        if partial.opcode == Opcode::Binary {
            return Ok(Some(Incoming::Binary));
        }
        String::from_utf8(payload).map(|text| Some(Incoming::Text(text))).map_err(|_| Violation::NotUtf8)
    }
}

fn close(payload: &[u8]) -> Result<Incoming, Violation> {
    match *payload {
        [] => Ok(Incoming::Close(None)),
        [high, low, ref reason @ ..] => {
            let code = u16::from_be_bytes([high, low]);
            let allowed = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
            if !allowed {
                return Err(Violation::BadClose);
            }
            std::str::from_utf8(reason).map_err(|_| Violation::NotUtf8)?;
            Ok(Incoming::Close(Some(code)))
        }
        [_] => Err(Violation::BadClose),
    }
}

#[cfg(test)]
mod tests;
