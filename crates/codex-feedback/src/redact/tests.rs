//! Pure function.

use std::borrow::Cow;

use proptest::prelude::*;

use super::{Redactor, url::without_credentials};

fn check(text: &str, expected: &str) {
    let redactor = Redactor::new();
    redactor.register("canary-secret/1+2");
    let clean = redactor.redact(text);
    assert_eq!(clean, expected, "of {text}");
    assert!(
        matches!(redactor.redact(&clean), Cow::Borrowed(_)),
        "not stable: {clean} -> {}",
        redactor.redact(&clean)
    );
}

#[test]
fn credentials_are_known_by_their_form() {
    for (text, expected) in [
        ("", ""),
        ("key sk-abcdefgh1234 used", "key [REDACTED] used"),
        ("Incorrect key: sk-proj-ab***************xyz.", "Incorrect key: [REDACTED]"),
        ("task-sk-1", "task-sk-1"),
        ("disk-abcdefghijkl", "disk-abcdefghijkl"),
        ("eyJhbGciOi.eyJzdWIi.c2ln", "[REDACTED]"),
        ("x=eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoiMSJ9", "x=[REDACTED]"),
        ("eyJ is how it begins", "eyJ is how it begins"),
        ("bearer abc", "bearer [REDACTED]"),
        ("Bearer%20abc-def", "Bearer%20[REDACTED]"),
        ("missing bearer authentication in header", "missing bearer authentication in header"),
        ("Basic YWRhOnB3MTIz", "Basic [REDACTED]"),
        ("basic settings", "basic settings"),
        ("ek_68ab0c0ffee00ddba11ca11ab1e", "[REDACTED]"),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----[REDACTED]-----END PRIVATE KEY-----",
        ),
        ("-----BEGIN RSA PRIVATE KEY-----\\nMIIE cut", "-----BEGIN RSA PRIVATE KEY-----[REDACTED]"),
    ] {
        check(text, expected);
    }
}

#[test]
fn values_are_secret_because_of_their_name() {
    for (text, expected) in [
        ("Authorization: Bearer abc", "Authorization: [REDACTED]"),
        ("authorization: Custom a b c\r\nnext: 1", "authorization: [REDACTED]\r\nnext: 1"),
        ("Cookie: a=b; c=d", "Cookie: [REDACTED]"),
        (r#"{"set-cookie": "a=b; c", "x": 1}"#, r#"{"set-cookie": "[REDACTED]", "x": 1}"#),
        (r#"("authorization", "Token 123")"#, r#"("authorization", "[REDACTED]")"#),
        ("authorization: Sensitive", "authorization: Sensitive"),
        (r#"{"access_token":"a\"b","n":1}"#, r#"{"access_token":"[REDACTED]","n":1}"#),
        (r#"{"password":"a\\","n":1}"#, r#"{"password":"[REDACTED]","n":1}"#),
        (
            r#"body "{\"refresh_token\":\"abc\",\"n\":1}""#,
            r#"body "{\"refresh_token\":\"[REDACTED]\",\"n\":1}""#,
        ),
        (r#"token: Some("abc"), n: 1"#, r#"token: Some("[REDACTED]"), n: 1"#),
        ("token=None has_token=true", "token=None has_token=true"),
        ("api_key=abc&model=m", "api_key=[REDACTED]&model=m"),
        ("x-api-key: abc", "x-api-key: [REDACTED]"),
        ("client_secret='a b' next", "client_secret='[REDACTED]' next"),
        (r#""password": "never closed"#, r#""password": "[REDACTED]"#),
        ("input_tokens=12 max_output_tokens: 7", "input_tokens=12 max_output_tokens: 7"),
        ("unexpected token in JSON", "unexpected token in JSON"),
        ("user_code: ABCD-1234", "user_code: [REDACTED]"),
    ] {
        check(text, expected);
    }
}

#[test]
fn urls_lose_user_info_and_query() {
    for (text, expected) in [
        ("https://host/v1/responses", "https://host/v1/responses"),
        ("to http://ada:pw@host:80/p, then", "to http://[REDACTED]@host:80/p, then"),
        ("http://ada:p/w@host/p", "http://[REDACTED]@host/p"),
        ("http://a@b:c@host", "http://[REDACTED]@host"),
        ("https://host/@scope/name", "https://host/@scope/name"),
        ("http://u:p@host/sk-abcdefgh1234?q", "http://[REDACTED]@host/[REDACTED]?[REDACTED]"),
        ("wss://host/v1?key=1#top \"x\"", "wss://host/v1?[REDACTED] \"x\""),
        ("http://[::1]:8080/p?", "http://[::1]:8080/p?"),
    ] {
        check(text, expected);
    }
}

#[test]
fn registered_secrets_are_found_in_every_form() {
    for (text, expected) in [
        ("a canary-secret/1+2 b", "a [REDACTED] b"),
        ("canary-secret%2F1%2B2", "[REDACTED]"),
        ("Y2FuYXJ5LXNlY3JldC8xKzI=", "[REDACTED]="),
        ("canary-secret/1", "canary-secret/1"),
    ] {
        check(text, expected);
    }
    let redactor = Redactor::new();
    redactor.register("short");
    assert_eq!(redactor.redact("short"), "short");
    assert_eq!(format!("{redactor:?}"), "Redactor[0 REDACTED]");
}

#[test]
fn variables_keep_scheme_and_host() {
    for (value, expected) in [
        ("http://proxy:3128", "http://proxy:3128"),
        ("http://ada:p@ss?w#rd@proxy:3128/", "http://proxy:3128/"),
        ("ada:pw@proxy:3128", "proxy:3128"),
        ("https://host/v1?key=1", "https://host/v1"),
        ("localhost,.internal", "localhost,.internal"),
        ("", ""),
    ] {
        assert_eq!(without_credentials(value), expected);
    }
}

proptest! {
    #[test]
    fn any_text_is_taken(text in ".{0,300}") {
        let redactor = Redactor::new();
        redactor.redact(&text);
    }

    #[test]
    fn signs_in_any_order_are_taken(parts in prop::collection::vec(
        prop::sample::select(vec!["token", "=", ":", "\"", "\\", "://", "@", "Bearer ", "eyJ", ".", "é", "sk-", "abcdefghij",
            " ", "\n", "cookie", "Some(", "[", "private key-----", "?", "/", "basic", "[REDACTED]", "b\""]), 0..24)) {
        let text = parts.concat();
        let redactor = Redactor::new();
        let once = redactor.redact(&text).into_owned();
        redactor.redact(&once);
    }

    #[test]
    fn a_key_never_gets_through(before in "[ -~]{0,20}", after in "[ \"',;)]{0,3}") {
        let redactor = Redactor::new();
        let text = format!("{before} sk-canary0123456789{after}");
        prop_assert!(!redactor.redact(&text).contains("canary0123456789"));
    }
}
