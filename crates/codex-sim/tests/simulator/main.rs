//! Ladder: simulator, asked over real sockets by a client of a few lines.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod access;
mod default_answer;
mod faults;
mod http;
mod many_clients;
mod requests;
mod rules;
mod scenario_files;
mod socket;
mod stream_shape;
mod websocket;
mod websocket_faults;
mod writing;
