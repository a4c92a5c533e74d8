//! Fake transport and simulator: secrets are planted wherever something comes in, and are looked for wherever something
//! goes out: logs of all crates at trace level, errors, events, operations, tags, diagnoses, OpenTelemetry, reports,
//! histories, files. `control.rs` proves that the search would find them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(unreachable_pub, reason = "the parts of a test are no API")]

#[path = "canary/answers.rs"]
mod answers;
#[path = "canary/control.rs"]
mod control;
#[path = "canary/inputs.rs"]
mod inputs;
#[path = "canary/listener.rs"]
mod listener;
#[path = "canary/planted.rs"]
mod planted;
#[path = "canary/simulated.rs"]
mod simulated;
#[path = "canary/sinks.rs"]
mod sinks;
