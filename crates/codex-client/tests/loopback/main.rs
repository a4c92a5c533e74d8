//! Simulator, the smallest kind: servers of a few lines on loopback, one behaviour each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod bodies;
mod environment;
mod http2;
mod proxies;
mod requests;
mod server;
mod tls;
