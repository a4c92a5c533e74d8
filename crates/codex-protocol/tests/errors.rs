//! Pure function: error bodies of every shape, codes and delays.

mod fixture;

use std::time::Duration;

use codex_protocol::{
    ErrorBody, ErrorCode, ErrorForm, MAX_ERROR_MESSAGE_CHARS, MAX_ERROR_SUMMARY_CHARS, RetryClass,
    parse_reset_duration, retry_hint,
};
use serde_json::Value;

fn parse(body: &str) -> ErrorBody {
    ErrorBody::parse(body.as_bytes())
}

#[test]
fn every_shape_has_a_message() {
    let cases = [
        (r#"{"error":{"message":"m","type":"t","param":"p","code":"invalid_api_key"}}"#, Some("m")),
        (r#"{"error":{"message":"m"},"status":401}"#, Some("m")),
        (r#"{"error":"m"}"#, Some("m")),
        (r#"{"detail":"m"}"#, Some("m")),
        (r#"{"detail":[{"loc":["body","model"],"msg":"a"},{"msg":"b"}]}"#, Some("a; b")),
        (r#"{"detail":{"message":"m"}}"#, Some("m")),
        (r#"{"object":"error","message":"m","type":"t","param":null,"code":"1300"}"#, Some("m")),
        (r#"{"error":null,"message":"m"}"#, Some("m")),
        (r#"{"error":{"code":"server_is_overloaded"}}"#, None),
        (r#"{"error":{"message":{"text":"m"}}}"#, Some(r#"{"text":"m"}"#)),
        (r#"{"error":{"message":"m","resets_at":[],"headers":7}}"#, Some("m")),
        (r#"{"error":{"message":""}}"#, None),
        (r#"{"error":5}"#, Some("5")),
        ("\u{feff}{\"error\":\"m\"}", Some("m")),
        ("{}", None),
        ("<html><head><TITLE>502\n Bad Gateway</TITLE></head>", Some("502 Bad Gateway")),
        ("<!DOCTYPE html><body>x", None),
        ("upstream  connect error", Some("upstream  connect error")),
        (r#"["a"]"#, Some(r#"["a"]"#)),
        ("", None),
        ("  \n", None),
    ];
    for (body, message) in cases {
        assert_eq!(parse(body).message.as_deref(), message, "{body}");
    }
    for (body, form) in [
        ("{}", ErrorForm::Json),
        ("<html>", ErrorForm::Html),
        ("<b>no page</b>", ErrorForm::Text),
        ("", ErrorForm::Empty),
    ] {
        assert_eq!(parse(body).form, form, "{body}");
    }
    assert_eq!(ErrorBody::parse(b"\xff\xfe").form, ErrorForm::Text);
}

#[test]
fn every_fact_is_read() {
    let body = parse(
        r#"{"error":{"type":"usage_limit_reached","message":"m","plan_type":"pro","resets_at":1738888888,
            "resets_in_seconds":"60","param":"p"},"status":429,"headers":{"X-Codex-Primary-Window-Minutes":15}}"#,
    );
    assert_eq!((body.kind.as_deref(), body.param.as_deref()), (Some("usage_limit_reached"), Some("p")));
    assert_eq!((body.plan_type.as_deref(), body.resets_at), (Some("pro"), Some(1_738_888_888)));
    assert_eq!((body.resets_in_seconds, body.status), (Some(60), Some(429)));
    assert_eq!(body.headers.get("x-codex-primary-window-minutes"), Some("15"));
    assert_eq!(
        (body.effective_code(), body.class()),
        (Some(ErrorCode::UsageLimitReached), RetryClass::UntilReset)
    );
}

#[test]
fn a_code_that_is_not_known_gives_way_to_a_type_that_is() {
    let code = |body: &str| parse(body).effective_code();
    let other = |code: &str| Some(ErrorCode::Other(code.to_owned()));
    assert_eq!(code(r#"{"code":"x","type":"insufficient_quota"}"#), Some(ErrorCode::InsufficientQuota));
    assert_eq!(code(r#"{"code":"slow_down","type":"server_error"}"#), Some(ErrorCode::SlowDown));
    assert_eq!(code(r#"{"code":"x","type":"y"}"#), other("x"));
    assert_eq!(code(r#"{"code":1300}"#), other("1300"));
    assert_eq!(code(r#"{"code":null,"type":"y"}"#), None);
}

#[test]
fn texts_are_bounded() {
    let long = "é".repeat(10_000);
    let message = parse(&format!(r#"{{"error":{{"message":"{long}"}}}}"#)).message.unwrap();
    assert_eq!(message.chars().count(), MAX_ERROR_MESSAGE_CHARS + 1);
    for body in [long.clone(), format!("<html><title>{long}</title>")] {
        assert_eq!(parse(&body).message.unwrap().chars().count(), MAX_ERROR_SUMMARY_CHARS + 1);
    }
}

#[test]
fn every_published_code_is_known_and_classified() {
    let Some(text) = fixture::published("errors_headers.json") else { return };
    let data: Value = serde_json::from_str(&text).unwrap();
    let codes = data["error_codes"].as_array().unwrap();
    assert_eq!(codes.len(), 51);
    for row in codes {
        let code = ErrorCode::from(row["code"].as_str().unwrap());
        let retry = row["retry"].as_str().unwrap();
        let class = code.class();
        let fits = match class {
            RetryClass::Retry => retry == "yes",
            RetryClass::RetryAfterDelay => retry.starts_with("yes:") || retry.starts_with("yes after"),
            RetryClass::RetryBeforeOutput => retry.starts_with("yes, only before output"),
            RetryClass::Never => retry == "no" || retry.starts_with("no (input"),
            RetryClass::UntilReset => retry == "no until resets_at",
            RetryClass::CompactFirst => retry.contains("compact"),
            RetryClass::LogIn => retry.contains("log in"),
            RetryClass::FullInput => retry.contains("full input"),
            RetryClass::NewConnection => retry.starts_with("reconnect"),
            RetryClass::ReuseLane => retry.starts_with("reuse"),
            RetryClass::Credentials => row["http_status"] == 401,
            _ => false,
        };
        assert!(fits, "{code}: {class:?} for {retry:?}");
    }
    for row in data["http_error_bodies"].as_array().unwrap() {
        let body = parse(&row["body"].to_string());
        assert!(body.message.is_some() || body.code.is_some(), "{row}");
    }
}

#[test]
fn published_reset_durations() {
    let Some(text) = fixture::published("errors_headers.json") else { return };
    let data: Value = serde_json::from_str(&text).unwrap();
    for row in data["reset_duration_cases"].as_array().unwrap() {
        let (text, millis) = (row["in"].as_str().unwrap(), row["ms"].as_f64().unwrap());
        assert_eq!(parse_reset_duration(text), Some(Duration::from_secs_f64(millis / 1e3)), "{text}");
    }
    for text in data["reset_duration_invalid"].as_array().unwrap() {
        assert_eq!(parse_reset_duration(text.as_str().unwrap()), None, "{text}");
    }
}

#[test]
fn reset_durations() {
    let cases = [
        ("20ms", Some(20)),
        ("6m0s", Some(360_000)),
        ("1h0m0.5s", Some(3_600_500)),
        ("", None),
        ("5", None),
        ("1 s", None),
        ("-1s", None),
        ("1s ", None),
        ("1e3s", None),
        ("..s", None),
        ("99999999999999999999999999s", None),
    ];
    for (text, millis) in cases {
        assert_eq!(parse_reset_duration(text), millis.map(Duration::from_millis), "{text}");
    }
}

#[test]
fn delays_in_messages() {
    let cases = [
        ("Please try again in 1.152s.", Some(1_152)),
        ("Try Again In 20 ms or so", Some(20)),
        ("try again in 5 seconds", Some(5_000)),
        ("try again in 1 second", Some(1_000)),
        ("try again in 6m0s. Visit", Some(360_000)),
        ("try again in 2 minutes", Some(120_000)),
        ("try again in\n3s", Some(3_000)),
        ("İ try again in 3s", Some(3_000)),
        ("try again in 3", None),
        ("try again in 3 days", None),
        ("try again later", None),
        ("try again in", None),
        ("try again in 99999999999999999999999999 s", None),
        ("", None),
    ];
    for (message, millis) in cases {
        assert_eq!(retry_hint(message), millis.map(Duration::from_millis), "{message}");
    }
}
