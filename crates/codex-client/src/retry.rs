//! Whether to try again, as data and a pure function.

mod judge;
mod policy;
mod server_delay;

pub use judge::{Failure, NoRetry, RetryDecision};
pub use policy::{Backoff, RetryPolicy, RetryPolicyError};
pub use server_delay::server_delay;
