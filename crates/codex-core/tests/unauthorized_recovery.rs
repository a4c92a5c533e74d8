//! Simulator: every story of a 401, over HTTP and over a WebSocket. Each asserts what the caller got, the complete
//! sequence of events with all their fields, the complete set of bug-report tags, and the diagnosis.
//!
//! How to read a story: `req-2` and `ray-2` are the ids that the simulator's second answer carried, as a witness on the
//! wire noted them; `#` stands for a duration or a number of bytes. That credentials were attached is held against what
//! the simulator got, the tags of the report against those of `codex-observe`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(unreachable_pub, reason = "the parts of a test are no API")]

#[path = "unauthorized_recovery/every_401.rs"]
mod every_401;
#[path = "unauthorized_recovery/external.rs"]
mod external;
#[path = "unauthorized_recovery/in_stream.rs"]
mod in_stream;
#[path = "unauthorized_recovery/in_time.rs"]
mod in_time;
#[path = "unauthorized_recovery/managed.rs"]
mod managed;
#[path = "unauthorized_recovery/no_recovery.rs"]
mod no_recovery;
#[path = "unauthorized_recovery/other_endpoints.rs"]
mod other_endpoints;
#[path = "unauthorized_recovery/refresh_failures.rs"]
mod refresh_failures;
#[path = "unauthorized_recovery/story.rs"]
mod story;
#[path = "unauthorized_recovery/wire.rs"]
mod wire;
