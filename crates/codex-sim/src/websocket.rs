//! The server's side of a WebSocket (RFC 6455) with permessage-deflate (RFC 7692).
//!
//! It is written here because a simulator must also do what no well-behaved crate lets it do: stop in the
//! middle of a frame, send text that is no UTF-8, close with any code, fragment as asked. `soketto` comes
//! closest (its frame codec is public) but its deflate keeps no context, so that the second compressed
//! message of a usual client breaks, has no bound, and brings C code; `yawc` is under the MPL;
//! `tokio-tungstenite`, `tokio-websockets` and `fastwebsockets` have no permessage-deflate.

mod deflate;
mod frame;
mod frame_script;
mod frame_writer;
mod handshake;
mod message_reader;
mod outbound;
mod socket_playback;

pub(crate) use frame_script::{FrameScript, SocketPiece};
pub(crate) use frame_writer::FrameWriter;
pub(crate) use handshake::{Handshake, is_upgrade};
pub(crate) use message_reader::{Incoming, MessageReader};
pub(crate) use outbound::Outbound;
pub(crate) use socket_playback::{Broken, play};
