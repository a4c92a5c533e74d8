//! The byte stream below, and what its errors mean.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::error::{ClosedReason, ClosedStage, TransportError};

/// Any byte stream.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// The other side ended the stream without a close frame, which RFC 6455 calls 1006.
pub(super) fn ended(within_message: bool) -> TransportError {
    let found = if within_message { "the stream ended within a message" } else { "there was no close frame" };
    let source = Box::new(io::Error::new(io::ErrorKind::UnexpectedEof, found));
    TransportError::Closed { stage: ClosedStage::InBody, reason: ClosedReason::Early, source }
}

pub(super) fn failed(stage: ClosedStage, error: io::Error) -> TransportError {
    let reason = match error.kind() {
        io::ErrorKind::UnexpectedEof => ClosedReason::Early,
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => ClosedReason::Reset,
        _ => ClosedReason::Other,
    };
    TransportError::Closed { stage, reason, source: Box::new(error) }
}
