//! What the crate promises, from its tags to the tracker's yes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod canary;
mod delivery;
mod dsn;
mod envelope;
mod report;
mod run_history;
mod spool;
mod support;
mod tags;
