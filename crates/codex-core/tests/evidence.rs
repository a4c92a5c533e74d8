//! Fake transport: what an attempt leaves as evidence, in the tags of a bug report, in telemetry, and in the error that
//! the caller gets. The stories of whole recoveries are in `unauthorized_recovery.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(unreachable_pub, reason = "the parts of a test are no API")]

#[path = "evidence/bench.rs"]
mod bench;
#[path = "evidence/error_text.rs"]
mod error_text;
#[path = "evidence/one_source.rs"]
mod one_source;
#[path = "evidence/recovery_tags.rs"]
mod recovery_tags;
#[path = "evidence/request_tags.rs"]
mod request_tags;
#[path = "evidence/telemetry_context.rs"]
mod telemetry_context;
#[path = "evidence/telemetry_text.rs"]
mod telemetry_text;
