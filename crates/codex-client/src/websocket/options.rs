//! How a connection is set up.

use std::time::Duration;

use super::extension::DeflateOffer;
use super::limits::WebSocketLimits;

/// How one WebSocket behaves. What a request says besides (URL, headers, how long connecting and the head may
/// take, how long silence may last) stands in [`Request`](crate::Request).
///
/// ```
/// use std::time::Duration;
/// use codex_client::{KeepAlive, WebSocketOptions};
///
/// let mut options = WebSocketOptions::default();
/// options.keep_alive = Some(KeepAlive::every(Duration::from_secs(30)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebSocketOptions {
    /// How large messages may be.
    pub limits: WebSocketLimits,
    /// What to offer about compression.
    pub deflate: DeflateOffer,
    /// Messages shorter than this, in bytes, are sent as they are even when compression is agreed on.
    pub compress_from: usize,
    /// Pings of our own during silence. Off by default: a server that answers none may still be at work.
    pub keep_alive: Option<KeepAlive>,
    /// Silence, in bytes, past which a read or a blocked write fails with
    /// [`TimeoutPhase::ByteIdle`](crate::TimeoutPhase::ByteIdle). Pings and pongs are bytes too.
    /// A transport sets it from [`Timeouts::byte_idle`](crate::Timeouts::byte_idle) of the request.
    pub byte_idle: Option<Duration>,
    /// How long the other side may take to answer our close.
    pub close_timeout: Duration,
}

impl WebSocketOptions {
    /// Default of [`compress_from`](Self::compress_from): 1 KiB. Shorter ones fit a packet anyway.
    pub const DEFAULT_COMPRESS_FROM: usize = 1024;
    /// Default of [`close_timeout`](Self::close_timeout): 5 s.
    pub const DEFAULT_CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
}

impl Default for WebSocketOptions {
    fn default() -> Self {
        Self {
            limits: WebSocketLimits::default(),
            deflate: DeflateOffer::default(),
            compress_from: Self::DEFAULT_COMPRESS_FROM,
            keep_alive: None,
            byte_idle: None,
            close_timeout: Self::DEFAULT_CLOSE_TIMEOUT,
        }
    }
}

/// Pings that find out whether a silent connection is still there, and that keep gateways on the way from
/// forgetting it. They are sent while the connection is read or [idle](super::WebSocketConnection::idle).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeepAlive {
    /// Silence after which a ping is sent.
    pub interval: Duration,
    /// Silence after a ping past which the connection is given up. Any byte counts as an answer.
    pub timeout: Duration,
}

impl KeepAlive {
    /// A ping after each `interval` of silence, with as much time again for the answer.
    pub fn every(interval: Duration) -> Self {
        Self { interval, timeout: interval }
    }
}
