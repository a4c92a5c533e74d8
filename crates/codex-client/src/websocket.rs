//! WebSocket (RFC 6455) with permessage-deflate (RFC 7692): a codec that does no I/O, and a connection that its
//! owner pulls.
//!
//! ```text
//! connect.rs      Request -> upgrade through the HTTP client -> WebSocketConnection, or the evidence of a refusal
//! handshake.rs    the key, and what an answer must say            extension.rs   permessage-deflate: offer, answer
//! connection.rs   socket <-> codec: pings, close   silence.rs clocks   outbox.rs writes   split.rs two tasks
//! decoder.rs      bytes -> messages      frame.rs header   assembly.rs fragments   utf8.rs   deflate.rs
//! encoder.rs      messages -> bytes      mask.rs
//! ```

mod assembly;
mod close;
mod connect;
mod connection;
mod decoder;
mod deflate;
mod encoder;
mod error;
mod extension;
#[cfg(feature = "fake")]
pub(crate) mod fake;
mod frame;
mod handshake;
mod io;
mod limits;
mod mask;
mod message;
mod options;
mod outbox;
mod silence;
mod split;
mod utf8;

pub use close::{CloseAdvice, CloseCode, CloseFrame};
pub use connect::{ReqwestWebSocketTransport, WebSocketTransport};
pub use connection::WebSocketConnection;
pub use decoder::{WebSocketDecoder, WebSocketIncoming};
pub use encoder::WebSocketEncoder;
pub use error::{HandshakeFault, PeerMisbehaved, WebSocketError};
pub use extension::{DeflateOffer, DeflateParams, WindowBits};
pub use frame::WebSocketRole;
pub use limits::{WebSocketLimit, WebSocketLimits};
pub use message::WebSocketMessage;
pub use options::{KeepAlive, WebSocketOptions};
pub use split::{WebSocketReader, WebSocketWriter};
