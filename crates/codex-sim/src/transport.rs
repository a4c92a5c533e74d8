//! What carried a request.

use serde::Deserialize;

/// What carried a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Transport {
    /// An HTTP request that got a body.
    #[default]
    Http,
    /// The opening handshake of a WebSocket.
    Handshake,
    /// A message on a WebSocket.
    Websocket,
}
