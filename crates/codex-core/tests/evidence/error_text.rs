//! Fake transport: the evidence of an answer, typed and as the text of an error.

use codex_api::{ApiError, ApiKey, AuthEvidence, ResponsesOptions, SafeText};
use codex_client::fake::{FakeAnswer, FakeHandshake};
use serde_json::json;

use crate::bench::{BODY_WORD, Bench, CODE, ERROR, error_json, handshake_told, request, serving, told};

/// The evidence of an answer with these headers, over HTTP and in a handshake.
async fn evidence(headers: &[(&str, &str)]) -> AuthEvidence {
    let bench = Bench::with(ApiKey::new("sk-test"));
    let http = headers.iter().fold(FakeAnswer::status(401), |it, (name, value)| it.header(name, value));
    let over_http = bench.fetch([http]).await.unwrap_err();
    let refused = FakeHandshake::refused(401);
    let handshake = headers.iter().fold(refused, |it, (name, value)| it.header(name, value));
    let over_websocket = bench.connect([handshake]).await.unwrap_err();
    assert_eq!(over_http.context().evidence, over_websocket.context().evidence);
    over_http.context().evidence.clone()
}

fn facts(evidence: &AuthEvidence) -> [Option<&str>; 4] {
    let AuthEvidence { request_id, cf_ray, auth_error, auth_error_code, .. } = evidence;
    [request_id, cf_ray, auth_error, auth_error_code].map(|fact| fact.as_ref().map(SafeText::as_str))
}

#[tokio::test]
async fn extract_response_debug_context_decodes_identity_headers() {
    let code = error_json(CODE);
    let all = [
        ("x-request-id", "req-1"),
        ("x-oai-request-id", "req-other"),
        ("cf-ray", "ray-1"),
        ("x-openai-authorization-error", ERROR),
        ("x-error-json", &code),
    ];
    assert_eq!(facts(&evidence(&all).await), [Some("req-1"), Some("ray-1"), Some(ERROR), Some(CODE)]);
    assert_eq!(facts(&evidence(&all[1..2]).await), [Some("req-other"), None, None, None]);

    let long = "x".repeat(201);
    let [removed, too_long] =
        ["[removed: looks like a credential]", "[removed: longer than 200 characters]"].map(Some);
    let not_base64 = ("x-error-json", "{\"error\":{\"code\":\"x\"}}");
    let (no_code, secret_code) = (error_json(""), error_json("sk-abcdefgh12345678"));
    for (header, expected) in [
        (("x-request-id", long.as_str()), [too_long, None, None, None]),
        (("cf-ray", "Bearer abc"), [None, removed, None, None]),
        (("x-openai-authorization-error", "sk-abcdefgh12345678"), [None, None, removed, None]),
        (("x-error-json", secret_code.as_str()), [None, None, None, removed]),
        (("x-error-json", no_code.as_str()), [None; 4]),
        (not_base64, [None; 4]),
        (("x-request-id", ""), [None; 4]),
        (("x-request-id", "réq"), [Some("réq"), None, None, None]),
    ] {
        assert_eq!(facts(&evidence(&[header]).await), expected, "{header:?}");
    }
}

/// An error event inside a stream has headers of its own, and is read by the same rules.
#[tokio::test]
async fn extract_response_debug_context_decodes_identity_headers_of_an_error_event() {
    let headers = json!({
        "x-request-id": "req-1", "cf-ray": "ray-1", "x-openai-authorization-error": ERROR,
        "x-error-json": error_json(CODE),
    });
    let event =
        json!({"type": "error", "status": 401, "error": {"code": CODE, "message": "no"}, "headers": headers});
    let event: &'static str = event.to_string().leak();
    let events: &'static [&'static str] = vec![event].leak();
    let expected = [Some("req-1"), Some("ray-1"), Some(ERROR), Some(CODE)];

    let bench = Bench::with(ApiKey::new("sk-test"));
    let connection = bench.connect([serving(events)]).await.unwrap();
    let refused = connection.stream(&request()).await.unwrap().collect().await.unwrap_err();
    assert_eq!(facts(&refused.context().evidence), expected);

    let answer =
        FakeAnswer::ok().header("content-type", "text/event-stream").header("x-request-id", "req-of-head");
    bench.http.push(answer.body(format!("data: {event}\n\n")));
    let refused =
        bench.api.responses().stream_request(&request(), &ResponsesOptions::default()).await.unwrap_err();
    assert_eq!(facts(&refused.context().evidence), expected);
}

/// The text of the error holds all that a support engineer asks for.
#[tokio::test]
async fn the_error_text_shows_identity_auth_details() {
    let check = |error: &ApiError, endpoint: &str| {
        assert_eq!(error.to_string(), format!("the server answered 401: Not today ({BODY_WORD})."));
        let report = error.report().to_string();
        for part in [
            endpoint,
            "status 401",
            "request id req-1",
            "cf-ray ray-1",
            "auth error invalid_token",
            "auth error code token_expired",
            "recovery none none recovery_not_run",
        ] {
            assert!(report.contains(part), "{part} is missing: {report}");
        }
        assert_eq!(error.request_id(), Some("req-1"));
    };
    let bench = Bench::with(ApiKey::new("sk-test"));
    check(&bench.fetch([told(401, 1)]).await.unwrap_err(), "/models");
    check(&bench.connect([handshake_told(401, 1)]).await.unwrap_err(), "/responses");
}

/// A fact that is absent is not mentioned.
#[tokio::test]
async fn the_error_text_shows_no_identity_auth_details_that_are_absent() {
    let bench = Bench::with(ApiKey::new("sk-test"));
    let report = bench.fetch([FakeAnswer::status(401)]).await.unwrap_err().report().to_string();
    for part in ["request id", "cf-ray", "auth error", "None"] {
        assert!(!report.contains(part), "{part}: {report}");
    }
}
