//! Pure function: heads without secrets.
use super::*;
use crate::recording::options::RecordedTexts;

fn cleaned(pairs: &[(&'static str, &[u8])]) -> Vec<(String, String)> {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        map.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
    }
    let shown = |text| match text {
        HeaderText::Text(text) => text,
        HeaderText::Bytes { base64 } => format!("base64:{base64}"),
    };
    let headers = headers(&map, &mut Cleaner::new(RecordedTexts::Keep));
    headers.into_iter().map(|(name, text)| (name, shown(text))).collect()
}

#[test]
fn secret_headers_lose_their_values() {
    let evidence = STANDARD.encode(r#"{"error":{"code":"key-0815-was-sent"}}"#);
    let clean_evidence = STANDARD.encode(r#"{"error":{"code":"[REDACTED token 1]"}}"#);
    let cases: [(&'static str, &[u8], &str); 14] = [
        ("x-echo", b"before its time: key-0815-was-sent", "before its time: [REDACTED token 1]"),
        ("authorization", b"Bearer key-0815-was-sent", "Bearer [REDACTED token 1]"),
        ("x-error-json", evidence.as_bytes(), &clean_evidence),
        ("cookie", b"session=s-0123456; other=1", "[REDACTED]"),
        ("x-cookie-echo", b"s-0123456", "[REDACTED]"),
        ("set-cookie", b"a=b; Path=/", "[REDACTED]"),
        ("chatgpt-account-id", b"account-1", "[REDACTED]"),
        ("x-api-key", b"whatever", "[REDACTED]"),
        ("sec-websocket-protocol", b"realtime, openai-insecure-api-key.k", "realtime, [REDACTED]"),
        ("x-ratelimit-remaining-tokens", b"7", "7"),
        ("x-openai-authorization-error", b"token_expired", "token_expired"),
        ("x-request-id", b"req-1", "req-1"),
        ("x-odd", b"\xFF", "base64:/w=="),
        ("x-odd-secret-inside", b"\xFF sk-12345678", "base64:"),
    ];
    let pairs: Vec<_> = cases.iter().map(|(name, value, _)| (*name, *value)).collect();
    for ((name, _, expected), (_, shown)) in cases.iter().zip(cleaned(&pairs)) {
        if *expected == "base64:" {
            assert!(!shown.contains("c2st"), "{name}: {shown}");
        } else {
            assert_eq!(&shown, expected, "{name}");
        }
    }
}

#[test]
fn a_header_marked_sensitive_is_secret_whatever_its_name() {
    let mut map = HeaderMap::new();
    let mut value = HeaderValue::from_static("quite secret");
    value.set_sensitive(true);
    map.insert("x-harmless", value);
    let headers = headers(&map, &mut Cleaner::new(RecordedTexts::Keep));
    assert!(matches!(&headers[0].1, HeaderText::Text(text) if text == REDACTED));
}

#[test]
fn urls_lose_user_secret_parameters_and_fragment() {
    let url = "https://ada:pw@host.test:8443/v1/models?client_version=1&api_key=k&x=sk%2D12345678&flag#f";
    let target = target(&url.parse().unwrap(), &mut Cleaner::new(RecordedTexts::Keep));
    assert_eq!(target.origin, "https://host.test:8443");
    assert_eq!(target.path, "/v1/models");
    assert_eq!(target.query.as_deref(), Some("client_version=1&api_key=[REDACTED]&x=[REDACTED]&flag"));
}
