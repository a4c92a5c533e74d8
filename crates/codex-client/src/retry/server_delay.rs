//! What a server says about trying again.

use std::time::{Duration, SystemTime};

use crate::response::ResponseHead;

/// Milliseconds; sent by the service besides the standard header (official SDKs, `_base_client`).
const RETRY_AFTER_MS: &str = "retry-after-ms";
/// Seconds or an HTTP date (RFC 9110, 10.2.3); the SDKs also take fractions of seconds.
const RETRY_AFTER: &str = "retry-after";
/// `true` or `false`; overrides what the status suggests (official SDKs).
const SHOULD_RETRY: &str = "x-should-retry";

/// The pause that the headers of an answer ask for: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date.
/// Zero, negative and unreadable values, and dates that have passed, are none.
pub fn server_delay(head: &ResponseHead, now: SystemTime) -> Option<Duration> {
    let in_millis = || number(head.header(RETRY_AFTER_MS)?, 1000.0);
    let in_seconds = || number(head.header(RETRY_AFTER)?, 1.0);
    let until_date = || {
        let date = httpdate::parse_http_date(head.header(RETRY_AFTER)?.trim()).ok()?;
        date.duration_since(now).ok().filter(|delay| !delay.is_zero())
    };
    in_millis().or_else(in_seconds).or_else(until_date)
}

/// What the server says outright, if it does.
pub(super) fn should_retry(head: &ResponseHead) -> Option<bool> {
    match head.header(SHOULD_RETRY)?.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn number(text: &str, per_second: f64) -> Option<Duration> {
    let value: f64 = text.trim().parse().ok()?;
    if value.is_nan() || value <= 0.0 {
        return None;
    }
    // Not shortened, however long: what no duration can hold is forever.
    Some(Duration::try_from_secs_f64(value / per_second).unwrap_or(Duration::MAX))
}
