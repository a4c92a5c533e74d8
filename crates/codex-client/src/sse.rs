//! Server-sent events, without any I/O.
//!
//! [`SseDecoder`] follows the WHATWG rules ("Interpreting an event stream", HTML standard 9.2.6) exactly;
//! [`SseStream`](crate::SseStream) puts it onto a response body.

mod decoder;
mod fields;
mod frame;
mod limits;

pub use decoder::SseDecoder;
pub use frame::{SseFrame, SseText};
pub use limits::{SseError, SseLimit, SseLimits};
