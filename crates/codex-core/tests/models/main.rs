//! Fake transport: the model catalogue, its cache on disk, and how it is made newer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod available;
mod cache;
mod damaged_cache;
mod endpoint;
mod etags;
mod lookup;
mod recovery;
mod refresh;
mod support;
