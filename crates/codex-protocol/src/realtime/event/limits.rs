//! Limits of the account.

use std::time::Duration;

use crate::rate_limit::{ApiRateLimit, ApiRateLimits, RateLimitSnapshot};

realtime_event_struct! {
    /// How much of the limits is left; sent as a response begins, its tokens already taken off.
    pub struct RateLimitsUpdated {
        /// The limits.
        list rate_limits: RealtimeRateLimit,
    }
}

wire_struct! {
    /// One limit.
    pub struct RealtimeRateLimit {
        /// `requests` or `tokens`.
        filled name: String,
        /// How much is allowed.
        optional limit: u64,
        /// How much is left.
        optional remaining: u64,
        /// Until all of it is there again, seconds.
        optional reset_seconds: f64,
    }
}

impl RateLimitsUpdated {
    /// The limits in the form that headers and other events have.
    pub fn snapshot(&self) -> RateLimitSnapshot {
        let one = |name: &str| {
            let Some(limit) = self.rate_limits.iter().find(|limit| limit.name == name) else {
                return ApiRateLimit::default();
            };
            let seconds = |seconds| Duration::try_from_secs_f64(seconds).ok();
            ApiRateLimit {
                limit: limit.limit,
                remaining: limit.remaining,
                reset: limit.reset_seconds.and_then(seconds),
            }
        };
        ApiRateLimits { requests: one("requests"), tokens: one("tokens"), ..ApiRateLimits::default() }.into()
    }
}
