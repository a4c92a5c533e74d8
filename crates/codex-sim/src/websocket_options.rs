//! How the simulated service speaks WebSocket.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::milliseconds;

/// Default lifetime of a connection: 60 minutes, as the service's.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Default limit of a client's message, in bytes.
pub const DEFAULT_MESSAGE_LIMIT: usize = 64 * 1024 * 1024;

/// How the simulated service speaks WebSocket.
///
/// ```
/// use codex_sim::{Scenario, WebSocketOptions};
/// use std::time::Duration;
///
/// let short_lived = WebSocketOptions::new()
///     .header("x-codex-turn-state", "ts-1")
///     .lifetime(Duration::from_secs(2));
/// let scenario = Scenario::new().websocket(short_lived);
/// let http_only = Scenario::new().websocket(WebSocketOptions::disabled());
/// # let _ = (scenario, http_only);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct WebSocketOptions {
    /// Whether a handshake is accepted at all; if not, the answer is 426.
    pub enabled: bool,
    /// Headers of the answer to a handshake, such as `x-models-etag`.
    pub headers: BTreeMap<String, String>,
    /// Age from which a connection answers requests with `websocket_connection_limit_reached`.
    #[serde(rename = "lifetime_ms", deserialize_with = "milliseconds::duration")]
    pub lifetime: Duration,
    /// Whether permessage-deflate is agreed on when a client offers it.
    pub deflate: bool,
    /// Whether requests may name a lane (`stream_id`).
    pub lanes: bool,
    /// Largest message of a client, in bytes, once inflated; above it the connection closes with 1009.
    pub message_limit: usize,
    /// Pings the client this often.
    #[serde(rename = "ping_every_ms", deserialize_with = "milliseconds::optional")]
    pub ping_every: Option<Duration>,
}

impl Default for WebSocketOptions {
    fn default() -> Self {
        Self {
            enabled: true,
            headers: BTreeMap::new(),
            lifetime: DEFAULT_LIFETIME,
            deflate: true,
            lanes: true,
            message_limit: DEFAULT_MESSAGE_LIMIT,
            ping_every: None,
        }
    }
}

impl WebSocketOptions {
    /// The service's own ways.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No WebSocket at all: handshakes are answered with 426.
    #[must_use]
    pub fn disabled() -> Self {
        Self { enabled: false, ..Self::default() }
    }

    /// Adds a header to the answer to a handshake.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// Sets the age from which a connection takes no more requests.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Declines permessage-deflate.
    #[must_use]
    pub fn without_deflate(mut self) -> Self {
        self.deflate = false;
        self
    }

    /// Knows no lanes: one request at a time.
    #[must_use]
    pub fn without_lanes(mut self) -> Self {
        self.lanes = false;
        self
    }

    /// Sets the largest message of a client, in bytes.
    #[must_use]
    pub fn message_limit(mut self, bytes: usize) -> Self {
        self.message_limit = bytes;
        self
    }

    /// Pings the client this often.
    #[must_use]
    pub fn ping_every(mut self, interval: Duration) -> Self {
        self.ping_every = Some(interval);
        self
    }
}
