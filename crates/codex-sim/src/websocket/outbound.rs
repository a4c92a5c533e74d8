//! The sending half of a WebSocket, shared by everything that answers on it.

use std::fmt;
use std::io;

use tokio::sync::{Mutex, MutexGuard};

use super::frame::{MAX_CONTROL_PAYLOAD, Opcode};
use super::frame_writer::{FrameWriter, Framing};

/// Whole messages of several answers may alternate; the frames of one message never do.
pub(crate) struct Outbound {
    writer: Mutex<FrameWriter>,
}

impl Outbound {
    pub(crate) fn new(writer: FrameWriter) -> Self {
        Self { writer: Mutex::new(writer) }
    }

    /// Keeps all others from writing.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, FrameWriter> {
        self.writer.lock().await
    }

    /// Sends a text message.
    pub(crate) async fn text(&self, message: &[u8]) -> io::Result<()> {
        let mut writer = self.lock().await;
        let frames = writer.encode(Opcode::Text, message, Framing::Usual);
        writer.write(&frames).await
    }

    /// Sends a binary message.
    pub(crate) async fn binary(&self, message: &[u8]) -> io::Result<()> {
        let mut writer = self.lock().await;
        let frames = writer.encode(Opcode::Binary, message, Framing::Usual);
        writer.write(&frames).await
    }

    pub(crate) async fn ping(&self) -> io::Result<()> {
        self.control(Opcode::Ping, b"ping").await
    }

    pub(crate) async fn pong(&self, payload: &[u8]) -> io::Result<()> {
        self.control(Opcode::Pong, payload).await
    }

    /// Sends a close frame; without a code it is empty.
    pub(crate) async fn close(&self, code: Option<u16>, reason: &str) -> io::Result<()> {
        self.lock().await.close(code, reason).await
    }

    pub(crate) async fn shutdown(&self) {
        self.lock().await.shutdown().await;
    }

    async fn control(&self, opcode: Opcode, payload: &[u8]) -> io::Result<()> {
        let payload = payload.get(..MAX_CONTROL_PAYLOAD).unwrap_or(payload);
        let mut writer = self.lock().await;
        let frame = writer.encode(opcode, payload, Framing::Plain);
        writer.write(&frame).await
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Outbound").finish_non_exhaustive()
    }
}
