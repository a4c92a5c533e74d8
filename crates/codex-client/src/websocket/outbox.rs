//! What waits to be written.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};

use super::close::CloseFrame;
use super::encoder::WebSocketEncoder;
use super::error::WebSocketError;
use super::io::Io;

/// Encoded frames on their way out. Holds at most one message besides control frames.
#[derive(Debug)]
pub(super) struct Outbox {
    encoder: WebSocketEncoder,
    buffer: BytesMut,
    /// The latest ping that was not answered because too much was waiting.
    late_ping: Option<Bytes>,
    /// Whether the stream was given bytes that it may hold back.
    unflushed: bool,
    /// A close frame is in the buffer, or was sent, or cannot be: nothing may follow.
    closed: bool,
}

impl Outbox {
    /// Pongs are added as long as less than this waits: 16 KiB. Past it only the latest ping is answered (RFC 6455,
    /// 5.5.3), so that a flood of pings costs no memory.
    const MOST_BEFORE_PONG: usize = 16 * 1024;
    /// What one great message needed beyond this is given back.
    const KEPT: usize = 64 * 1024;

    pub(super) fn new(encoder: WebSocketEncoder) -> Self {
        Self { encoder, buffer: BytesMut::new(), late_ping: None, unflushed: false, closed: false }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Nothing can be written any more.
    pub(super) fn abandon(&mut self) {
        self.closed = true;
        self.unflushed = false;
        self.buffer = BytesMut::new();
    }

    pub(super) fn text(&mut self, text: &str) -> Result<(), WebSocketError> {
        self.check_open()?;
        self.encoder.text(text, &mut self.buffer)
    }

    pub(super) fn binary(&mut self, bytes: &[u8]) -> Result<(), WebSocketError> {
        self.check_open()?;
        self.encoder.binary(bytes, &mut self.buffer)
    }

    pub(super) fn ping(&mut self, payload: &[u8]) -> Result<(), WebSocketError> {
        self.check_open()?;
        self.encoder.ping(payload, &mut self.buffer)
    }

    /// Answers a ping, now or later.
    pub(super) fn pong(&mut self, payload: Bytes) -> Result<(), WebSocketError> {
        if self.closed {
            return Ok(());
        }
        if self.buffer.len() >= Self::MOST_BEFORE_PONG {
            self.late_ping = Some(payload);
            return Ok(());
        }
        self.encoder.pong(&payload, &mut self.buffer)
    }

    /// Adds a close frame; the second and later ones are not sent.
    pub(super) fn close(&mut self, frame: &CloseFrame) -> Result<(), WebSocketError> {
        if self.closed {
            return Ok(());
        }
        self.encoder.close(frame, &mut self.buffer)?;
        self.closed = true;
        Ok(())
    }

    /// Writes until nothing waits.
    pub(super) fn poll_flush(
        &mut self,
        io: &mut dyn Io,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), OutboxError>> {
        loop {
            while !self.buffer.is_empty() {
                let written = ready!(Pin::new(&mut *io).poll_write(cx, &self.buffer))?;
                if written == 0 {
                    return Poll::Ready(Err(io::Error::from(io::ErrorKind::WriteZero).into()));
                }
                self.buffer.advance(written);
                self.unflushed = true;
            }
            match self.late_ping.take() {
                Some(payload) => self.pong(payload)?,
                None => break,
            }
        }
        if self.buffer.capacity() > Self::KEPT {
            self.buffer = BytesMut::new();
        }
        if self.unflushed {
            ready!(Pin::new(io).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// How many bytes wait: less than before means that the other side takes some.
    pub(super) fn waiting(&self) -> usize {
        self.buffer.len()
    }

    fn check_open(&self) -> Result<(), WebSocketError> {
        if self.closed { Err(WebSocketError::Closed) } else { Ok(()) }
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum OutboxError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    WebSocket(#[from] WebSocketError),
}
