//! Simulator: what goes over the wire is recorded, and a simulator that plays the recording makes the client see the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(unreachable_pub, reason = "the parts of a test are no API")]

#[path = "recording/bench.rs"]
mod bench;
#[path = "recording/bounds.rs"]
mod bounds;
#[path = "recording/files.rs"]
mod files;
#[path = "recording/no_secrets.rs"]
mod no_secrets;
#[path = "recording/refused.rs"]
mod refused;
#[path = "recording/stories.rs"]
mod stories;
