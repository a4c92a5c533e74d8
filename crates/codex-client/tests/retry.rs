//! Pure functions: the judgement of the retry policy, as tables.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::{Duration, SystemTime};

use codex_client::{
    Backoff, ClosedReason, ClosedStage, Failure, NoRetry, ResponseHead, RetryDecision, RetryPolicy,
    StatusError, TimeoutPhase, TlsReason, TransportError,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// 2026-01-01 00:00:00 UTC.
const NOW_SECS: u64 = 1_767_225_600;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW_SECS)
}

fn head(status: u16, headers: &[(&str, &str)]) -> ResponseHead {
    let pair = |&(name, value): &(&str, &str)| {
        (HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap())
    };
    let headers: HeaderMap = headers.iter().map(pair).collect();
    ResponseHead::new(StatusCode::from_u16(status).unwrap(), headers, "http://host/".parse().unwrap())
}

fn judge_head(policy: &RetryPolicy, status: u16, headers: &[(&str, &str)]) -> RetryDecision {
    policy.judge(1, &Failure::Status { head: &head(status, headers), hint: None }, 0.0, now())
}

fn after(millis: u64, server: bool) -> RetryDecision {
    RetryDecision::After { delay: Duration::from_millis(millis), server }
}

fn too_long(secs: u64) -> RetryDecision {
    RetryDecision::Never(NoRetry::DelayTooLong { delay: Duration::from_secs(secs) })
}

#[test]
fn statuses() {
    for status in 300..600 {
        let expected = match status {
            408 | 409 | 429 | 500.. => after(500, false),
            _ => RetryDecision::Never(NoRetry::Status { status: StatusCode::from_u16(status).unwrap() }),
        };
        assert_eq!(judge_head(&RetryPolicy::default(), status, &[]), expected, "{status}");
    }
}

#[test]
fn server_delays() {
    let backoff = after(500, false);
    let table: &[(&[(&str, &str)], RetryDecision)] = &[
        (&[("retry-after", "3")], after(3_000, true)),
        (&[("retry-after", "0.25")], after(250, true)),
        (&[("retry-after", " 7 ")], after(7_000, true)),
        (&[("retry-after-ms", "1500")], after(1_500, true)),
        (
            &[("retry-after-ms", "0.5"), ("retry-after", "9")],
            RetryDecision::After { delay: Duration::from_micros(500), server: true },
        ),
        (&[("retry-after-ms", "junk"), ("retry-after", "2")], after(2_000, true)),
        (&[("retry-after", "Thu, 01 Jan 2026 00:00:30 GMT")], after(30_000, true)),
        (&[("retry-after", "Thu, 01 Jan 2026 00:02:00 GMT")], after(120_000, true)),
        (&[("retry-after", "Thu, 01 Jan 2026 00:02:01 GMT")], too_long(121)),
        (&[("retry-after", "Wed, 31 Dec 2025 23:59:59 GMT")], backoff),
        (&[("retry-after", "120")], after(120_000, true)),
        (&[("retry-after", "121")], too_long(121)),
        (&[("retry-after-ms", "3600000")], too_long(3_600)),
        (&[("retry-after", "1e300")], RetryDecision::Never(NoRetry::DelayTooLong { delay: Duration::MAX })),
        (&[("retry-after", "inf")], RetryDecision::Never(NoRetry::DelayTooLong { delay: Duration::MAX })),
        (&[("retry-after", "0")], backoff),
        (&[("retry-after", "-1")], backoff),
        (&[("retry-after", "NaN")], backoff),
        (&[("retry-after", "soon")], backoff),
        (&[("retry-after", "")], backoff),
    ];
    for (headers, expected) in table {
        assert_eq!(&judge_head(&RetryPolicy::default(), 429, headers), expected, "{headers:?}");
    }
}

#[test]
fn hints_from_the_body_count_after_headers() {
    let policy = RetryPolicy::default();
    let judge = |headers: &[(&str, &str)], hint: u64| {
        let failure = Failure::Status { head: &head(429, headers), hint: Some(Duration::from_secs(hint)) };
        policy.judge(1, &failure, 0.0, now())
    };
    assert_eq!(judge(&[], 2), after(2_000, true));
    assert_eq!(judge(&[("retry-after", "5")], 2), after(5_000, true));
    assert_eq!(judge(&[], 121), too_long(121));
    assert_eq!(judge(&[], 0), after(500, false));
}

#[test]
fn the_server_overrides_the_status_but_not_the_policy() {
    let yes = &[("x-should-retry", "true")];
    let no = &[("x-should-retry", "false")];
    let default = RetryPolicy::default();
    assert_eq!(judge_head(&default, 400, yes), after(500, false));
    assert_eq!(judge_head(&default, 503, no), RetryDecision::Never(NoRetry::ServerRefused));
    assert_eq!(judge_head(&default, 503, &[("x-should-retry", "maybe")]), after(500, false));
    for status in [401, 403, 413] {
        let status = StatusCode::from_u16(status).unwrap();
        let expected = RetryDecision::Never(NoRetry::Status { status });
        assert_eq!(judge_head(&default, status.as_u16(), yes), expected);
    }
    let off = RetryPolicy { retry_429: false, retry_5xx: false, ..RetryPolicy::default() };
    for status in [429, 500, 503] {
        assert_eq!(judge_head(&off, status, yes), RetryDecision::Never(NoRetry::PolicyOff));
    }
    assert_eq!(judge_head(&off, 408, &[]), after(500, false));
}

#[test]
fn n_retries_are_n_plus_one_attempts() {
    for max_retries in 0..4 {
        let policy = RetryPolicy { max_retries, ..RetryPolicy::default() };
        let head = head(500, &[]);
        let failure = Failure::Status { head: &head, hint: None };
        let stopped =
            |attempt: &u32| matches!(policy.judge(*attempt, &failure, 0.0, now()), RetryDecision::Never(_));
        assert_eq!((1..).find(stopped), Some(max_retries + 1));
        let exhausted = RetryDecision::Never(NoRetry::Exhausted { attempts: max_retries + 1 });
        assert_eq!(policy.judge(max_retries + 1, &failure, 0.0, now()), exhausted);
    }
}

#[test]
fn failures_without_an_answer() {
    let source = || Box::new(std::io::Error::other("x"));
    let timeout = |phase| TransportError::Timeout { phase, limit: Duration::ZERO };
    let tls = |reason| TransportError::Tls { host: "h".into(), reason, source: source() };
    let closed =
        TransportError::Closed { stage: ClosedStage::InBody, reason: ClosedReason::Early, source: source() };
    let status = |status| TransportError::from(StatusError::new(head(status, &[]), "body"));
    let table = [
        (timeout(TimeoutPhase::Connect), true),
        (timeout(TimeoutPhase::Head), true),
        (timeout(TimeoutPhase::ByteIdle), true),
        (timeout(TimeoutPhase::EventIdle), true),
        (timeout(TimeoutPhase::Total), false),
        (tls(TlsReason::UnknownIssuer), false),
        (tls(TlsReason::Interrupted), true),
        (TransportError::Dns { host: "h".into(), source: source() }, true),
        (TransportError::Other { source: source() }, false),
        (closed, true),
        (status(503), true),
        (status(401), false),
    ];
    for (error, retried) in table {
        let judge = |policy: &RetryPolicy| policy.judge(1, &Failure::Transport(&error), 0.0, now());
        assert_eq!(error.is_retryable(), retried, "{error:?}");
        let expected = if retried { Some(after(500, false)) } else { None };
        let decision = judge(&RetryPolicy::default());
        assert_eq!(
            Some(decision).filter(|d| matches!(d, RetryDecision::After { .. })),
            expected,
            "{error:?}"
        );
        if retried && !matches!(error, TransportError::Status(_)) {
            let off = RetryPolicy { retry_transport: false, ..RetryPolicy::default() };
            assert_eq!(judge(&off), RetryDecision::Never(NoRetry::PolicyOff));
        }
    }
}

#[test]
fn backoff_doubles_up_to_the_cap_and_jitter_only_shortens() {
    let backoff = Backoff::default();
    let full: Vec<u128> = (1..=7).map(|retry| backoff.delay(retry, 0.0).as_millis()).collect();
    assert_eq!(full, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    assert_eq!(backoff.delay(1, 1.0), Duration::from_millis(375));
    assert_eq!(backoff.delay(2, 0.5), Duration::from_millis(875));
    for random in [f64::NAN, -3.0, 7.0, f64::INFINITY] {
        for retry in [0, 1, 40, u32::MAX] {
            let delay = backoff.delay(retry, random);
            assert!(
                delay >= Duration::from_millis(375) && delay <= backoff.cap,
                "{random} {retry} {delay:?}"
            );
        }
    }
    let wild = Backoff { base: Duration::MAX, cap: Duration::MAX, jitter: f64::NAN };
    assert_eq!(wild.delay(u32::MAX, 0.5), Duration::MAX);
}

#[test]
fn policies_are_checked_when_read() {
    let table = [
        (r#"{"max_retries":101}"#, "max_retries is 101, but at most 100 are allowed"),
        (r#"{"backoff":{"jitter":-0.1}}"#, "jitter is -0.1, but it must be from 0 to 1"),
        (
            r#"{"backoff":{"base_ms":9000}}"#,
            "base_ms is 9000 but cap_ms is 8000: the base must not be above the cap",
        ),
        (r#"{"retries":1}"#, "unknown field `retries`"),
        (r#"{"backoff":{"base":1}}"#, "unknown field `base`"),
    ];
    for (json, expected) in table {
        let error = serde_json::from_str::<RetryPolicy>(json).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let default = serde_json::from_str::<RetryPolicy>("{}").unwrap();
    assert_eq!(default, RetryPolicy::default());
    let written = serde_json::to_string(&default).unwrap();
    assert!(written.contains(r#""max_server_delay_ms":120000"#), "{written}");
    assert_eq!(serde_json::from_str::<RetryPolicy>(&written).unwrap(), default);
}
