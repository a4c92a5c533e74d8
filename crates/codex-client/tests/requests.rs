//! Pure functions: bodies, compression, and what `Debug` shows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::HashMap;

use bytes::Bytes;
use codex_client::{
    Compression, CompressionLevel, CompressionMemory, CompressionMode, EncodeError, Request, RequestBody,
    ResponseHead, StatusError,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::Url;

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

#[test]
fn bodies_are_shared_and_keep_their_uncompressed_twin() {
    let body = RequestBody::json(&vec![1; 1_000]).unwrap();
    let packed = body.compress(CompressionLevel::default()).unwrap();
    assert_eq!((packed.content_encoding(), body.content_encoding()), (Some("zstd"), None));
    assert_eq!(packed.len(), 2_001);
    assert_eq!(packed.encoded_len(), packed.encoded().len());
    assert_eq!(zstd::decode_all(&packed.encoded()[..]).unwrap(), body.content()[..]);
    assert_eq!(packed.identity(), body);
    assert_eq!(packed.identity().content().as_ptr(), body.content().as_ptr(), "not encoded again");
    assert_eq!(packed.clone().encoded().as_ptr(), packed.encoded().as_ptr(), "not copied");
}

#[test]
fn values_that_are_no_json_are_errors() {
    let unprintable = HashMap::from([((1, 2), 3)]);
    assert!(matches!(RequestBody::json(&unprintable).unwrap_err(), EncodeError::Json { .. }));
}

#[test]
fn compression_levels_are_bounded() {
    for level in [i32::MIN, 0, 1, 19, 20, i32::MAX] {
        let body = RequestBody::bytes("text/plain", Bytes::from_static(b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
        let packed = body.compress(CompressionLevel::new(level)).unwrap();
        assert_eq!(zstd::decode_all(&packed.encoded()[..]).unwrap(), body.content()[..]);
    }
}

#[test]
fn what_is_compressed() {
    let long = "x".repeat(Compression::DEFAULT_THRESHOLD_BYTES);
    let noise: Vec<u8> = (0..8_192)
        .map({
            let mut random = fastrand::Rng::with_seed(1);
            move |_| random.u8(..)
        })
        .collect();
    let small_threshold = Compression { mode: CompressionMode::On, threshold_bytes: 16 };
    let table = [
        (Compression::on(), Bytes::from(long.clone()), true),
        (Compression::on(), Bytes::from(long[1..].to_owned()), false),
        (small_threshold, Bytes::from(long[1..].to_owned()), true),
        (Compression::on(), Bytes::from(noise), false),
        (Compression::off(), Bytes::from(long.clone()), false),
        (Compression::default(), Bytes::from(long), false),
    ];
    for (policy, content, expected) in table {
        let body = RequestBody::bytes("text/plain", content);
        let sent = policy.apply(&body, &url("https://host/"), &CompressionMemory::default()).unwrap();
        assert_eq!(sent.is_compressed(), expected, "{policy:?} {}", body.len());
    }
}

#[test]
fn refusals_are_remembered_by_origin() {
    let memory = CompressionMemory::default();
    let shared = memory.clone();
    shared.remember_refusal(&url("https://host/a"));
    for (other, refused) in [
        ("https://host/b?c", true),
        ("https://host:443/", true),
        ("http://host/", false),
        ("https://host:444/", false),
        ("https://sub.host/", false),
    ] {
        assert_eq!(memory.refuses(&url(other)), refused, "{other}");
    }
    for (status, refusal) in [(400, true), (415, true), (401, false), (413, false), (500, false)] {
        assert_eq!(Compression::is_refusal(StatusCode::from_u16(status).unwrap()), refusal, "{status}");
    }
}

#[test]
fn the_memory_is_bounded() {
    let memory = CompressionMemory::default();
    let origin = |n: usize| url(&format!("https://host{n}/"));
    (0..CompressionMemory::MAX_ORIGINS + 5).for_each(|n| memory.remember_refusal(&origin(n)));
    assert!(memory.refuses(&origin(CompressionMemory::MAX_ORIGINS - 1)));
    assert!(!memory.refuses(&origin(CompressionMemory::MAX_ORIGINS)));
}

#[test]
fn debug_shows_no_secrets() {
    let mut request =
        Request::new(Method::POST, url("https://canary-1:canary-2@host/p?key=canary-3&b=canary-4#canary-5"));
    for (name, value) in [("authorization", "canary-6"), ("x-api-key", "canary-7"), ("cookie", "canary-8")] {
        request.headers.insert(name, HeaderValue::from_static(value));
    }
    let mut sensitive = HeaderValue::from_static("canary-9");
    sensitive.set_sensitive(true);
    request.headers.insert("user-agent", sensitive);
    request.headers.insert("x-request-id", HeaderValue::from_static("shown-1"));
    request.body = Some(RequestBody::json("canary-0").unwrap());
    let head = ResponseHead::new(StatusCode::OK, request.headers.clone(), request.url.clone());
    let error = StatusError::new(head.clone(), "canary-x");
    for shown in [format!("{request:?}"), format!("{head:?}"), format!("{error:?} {error}")] {
        assert!(!shown.contains("canary"), "{shown}");
        assert!(
            shown.contains("shown-1") && shown.contains("key=") && shown.contains("x-api-key"),
            "{shown}"
        );
    }
}

#[test]
fn status_errors_know_a_page_from_an_answer() {
    let head = |kind: &'static str| {
        let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
        ResponseHead::new(StatusCode::BAD_GATEWAY, headers, url("https://host/"))
    };
    for (kind, body, html) in [
        ("text/html; charset=utf-8", "", true),
        ("text/plain", "\n <!DOCTYPE html>", true),
        ("application/json", "{\"a\":\"<b>\"}", false),
        ("text/plain", "", false),
    ] {
        assert_eq!(StatusError::new(head(kind), body).is_html(), html, "{kind} {body:?}");
    }
    let error = StatusError::new(head("text/plain"), vec![0xFF; StatusError::MAX_BODY + 1]);
    assert!(error.truncated && error.body.len() == StatusError::MAX_BODY);
    assert!(error.text().starts_with('\u{FFFD}'));
}
