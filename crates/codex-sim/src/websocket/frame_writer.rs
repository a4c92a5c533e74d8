//! Writes the server's frames.

use std::io;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::deflate::Deflater;
use super::frame::{FrameKind, Opcode, write_head};

/// Shorter messages are not compressed: they would only grow.
const COMPRESS_FROM: usize = 64;

/// How a message becomes frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// One frame, compressed when that was agreed on.
    Usual,
    /// One frame, never compressed.
    Plain,
    /// Frames of so many bytes.
    Fragments(usize),
}

/// One side of the connection, and its compression.
pub(crate) struct FrameWriter {
    io: Box<dyn AsyncWrite + Send + Unpin>,
    deflater: Option<Deflater>,
    /// Bytes that were handed over and not yet sent. Whoever stops in between leaves them here, so that
    /// no frame stays unfinished when another follows.
    pending: BytesMut,
    /// A close frame went out: nothing may follow.
    closed: bool,
}

impl FrameWriter {
    pub(crate) fn new(io: Box<dyn AsyncWrite + Send + Unpin>, deflater: Option<Deflater>) -> Self {
        Self { io, deflater, pending: BytesMut::new(), closed: false }
    }

    /// A message as bytes.
    pub(crate) fn encode(&mut self, opcode: Opcode, message: &[u8], framing: Framing) -> Vec<u8> {
        let wanted = framing != Framing::Plain && !opcode.is_control() && message.len() >= COMPRESS_FROM;
        let deflated = match &mut self.deflater {
            Some(deflater) if wanted => deflater.payload(message),
            _ => None,
        };
        let compressed = deflated.is_some();
        let payload = deflated.as_deref().unwrap_or(message);
        let size = match framing {
            Framing::Fragments(size) if !opcode.is_control() => size.max(1),
            _ => payload.len().max(1),
        };
        let mut out = Vec::with_capacity(payload.len() + 16);
        let mut rest = payload;
        let mut first = true;
        while first || !rest.is_empty() {
            let (fragment, after) = rest.split_at(size.min(rest.len()));
            let kind = FrameKind {
                opcode: if first { opcode } else { Opcode::Continuation },
                last: after.is_empty(),
                compressed: first && compressed,
            };
            write_head(kind, fragment.len(), &mut out);
            out.extend_from_slice(fragment);
            (rest, first) = (after, false);
        }
        out
    }

    /// Writes bytes of frames, unless a close frame went out before.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.queue(bytes);
        self.send(self.pending.len()).await
    }

    /// Takes bytes of frames that [`Self::send`] sends, unless a close frame went out before.
    pub(crate) fn queue(&mut self, bytes: &[u8]) {
        if !self.closed {
            self.pending.extend_from_slice(bytes);
        }
    }

    /// How many bytes wait.
    pub(crate) fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// Sends so many of the bytes that wait. What was sent is known also when the future is dropped.
    pub(crate) async fn send(&mut self, count: usize) -> io::Result<()> {
        let left = self.pending.len().saturating_sub(count);
        while self.pending.len() > left {
            let most = self.pending.len() - left;
            let sent = self.io.write(self.pending.get(..most).unwrap_or_default()).await?;
            if sent == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.pending.advance(sent);
        }
        self.io.flush().await
    }

    /// Sends a close frame; without a code it is empty.
    pub(crate) async fn close(&mut self, code: Option<u16>, reason: &str) -> io::Result<()> {
        let mut payload = Vec::new();
        if let Some(code) = code {
            payload.extend_from_slice(&code.to_be_bytes());
            payload.extend_from_slice(reason.as_bytes());
        }
        let frame = self.encode(Opcode::Close, &payload, Framing::Plain);
        let sent = self.write(&frame).await;
        self.closed = true;
        sent
    }

    /// Ends the connection's sending half.
    pub(crate) async fn shutdown(&mut self) {
        if let Err(error) = self.io.shutdown().await {
            tracing::debug!(%error, "a WebSocket was gone before it was shut down");
        }
    }
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;
    use crate::websocket::deflate::DeflateParameters;

    fn encoded(deflate: bool, message: &[u8], framing: Framing) -> Vec<u8> {
        let agreed = DeflateParameters::negotiate("permessage-deflate").unwrap();
        let mut writer = FrameWriter::new(Box::new(tokio::io::sink()), deflate.then(|| agreed.deflater()));
        writer.encode(Opcode::Text, message, framing)
    }

    #[test]
    fn messages_become_frames() {
        assert_eq!(encoded(false, b"", Framing::Usual), [0x81, 0]);
        assert_eq!(encoded(false, b"abc", Framing::Usual), b"\x81\x03abc");
        assert_eq!(encoded(false, b"abc", Framing::Fragments(2)), b"\x01\x02ab\x80\x01c");
        let long = [b'a'; 200];
        assert_eq!(encoded(true, b"abc", Framing::Usual), b"\x81\x03abc");
        let compressed = encoded(true, &long, Framing::Usual);
        assert!(compressed[0] == 0xC1 && compressed.len() < 20);
        assert_eq!(encoded(true, &long, Framing::Plain)[0], 0x81);
        let fragments = encoded(true, &long, Framing::Fragments(3));
        assert_eq!(fragments[..2], [0x41, 3], "only the first fragment says that it is compressed");
        assert_eq!(fragments[5] & 0x7F, 0);
    }
}
