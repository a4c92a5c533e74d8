//! Pure function.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{MAX_WAIT, Waits, waits};
use crate::TrackerAnswer;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(784_111_777)
}

fn check(status: u16, headers: &[(&str, &str)], reports: Option<u64>, attachments: Option<u64>) {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let answer = TrackerAnswer::new(status, headers, bytes::Bytes::new());
    let expected = Waits {
        reports: reports.map(Duration::from_secs),
        attachments: attachments.map(Duration::from_secs),
    };
    assert_eq!(waits(&answer, now()), expected, "{answer:?}");
}

#[test]
fn only_limits_that_concern_a_report_count() {
    for (value, reports, attachments) in [
        ("60:transaction;replay:key", None, None),
        ("60:error:key", Some(60), None),
        ("60::organization", Some(60), None),
        ("60", Some(60), None),
        ("30:attachment:org, 2700:default;security:organization", Some(2_700), Some(30)),
        ("10:error, 20:error, 5:error", Some(20), None),
        ("1.2:error", Some(2), None),
        ("soon:error, , :error", None, None),
        ("-5:error", Some(0), None),
        ("1e300:error", Some(MAX_WAIT.as_secs()), None),
        ("NaN:error", Some(0), None),
    ] {
        check(200, &[("X-Sentry-Rate-Limits", value)], reports, attachments);
    }
}

#[test]
fn retry_after_counts_on_a_429_without_limits() {
    check(429, &[("Retry-After", "7")], Some(7), None);
    check(429, &[("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT")], Some(10), None);
    check(429, &[("retry-after", "tomorrow")], Some(60), None);
    check(429, &[], Some(60), None);
    check(429, &[("retry-after", "9"), ("x-sentry-rate-limits", "60:transaction")], None, None);
    check(200, &[("retry-after", "7")], None, None);
}
