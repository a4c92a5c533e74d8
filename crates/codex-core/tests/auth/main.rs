//! Logins: pure functions, files, a fake transport, and the simulator; each module says which.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod at_the_edge;
mod auth_file;
mod authority;
mod claims;
mod external;
#[cfg(unix)]
mod file_store;
mod logging_in;
mod manager;
#[cfg(unix)]
mod processes;
mod ready;
mod recovery;
mod secrecy;
mod simulator;
mod support;
