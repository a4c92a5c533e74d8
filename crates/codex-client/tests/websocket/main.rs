//! The WebSocket, from pure functions to servers on loopback; each file says which rung it is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod close;
mod connection;
mod decoder;
mod deflate;
mod encoder;
mod extension;
mod fake;
mod handshake;
mod peers;
mod properties;
mod silence;
mod split;
mod tap;
mod wire;
