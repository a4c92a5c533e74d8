//! Ladder: simulator. Who may ask, and what is remembered of it.

use std::time::Duration;

use base64::Engine;
use codex_sim::{Scenario, Simulator, Token};
use serde_json::{Value, json};

use crate::http::{Request, ask};

#[tokio::test]
async fn refusals_look_like_the_services() {
    let scenario = Scenario::new()
        .require_token("sk-good")
        .token(Token::new("at-old").valid_for(Duration::ZERO))
        .token(Token::new("at-new").valid_for(Duration::from_secs(3600)));
    let simulator = Simulator::start(scenario).await.unwrap();
    let cases = [
        (None, 401, None, Some("missing_authorization_header"), None),
        (Some("Bearer sk-bad"), 401, Some("invalid_api_key"), None, None),
        (Some("Bearer at-old"), 401, Some("token_expired"), None, Some("token_expired")),
        (Some("Basic sk-good"), 401, None, Some("missing_authorization_header"), None),
        (Some("Bearer at-new"), 200, None, None, None),
        (Some("Bearer sk-good"), 200, None, None, None),
    ];
    for (authorization, status, code, auth_error, error_json) in cases {
        let mut request = Request::post(&ask("hello")).without("authorization");
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let answer = request.send(&simulator).await;
        assert_eq!(answer.status, status, "{authorization:?}");
        assert!(answer.header("x-request-id").unwrap().starts_with("req_"));
        assert!(answer.header("cf-ray").is_some());
        assert_eq!(answer.header("x-openai-authorization-error"), auth_error);
        let evidence = answer.header("x-error-json").map(|header| {
            let json = base64::engine::general_purpose::STANDARD.decode(header).unwrap();
            serde_json::from_slice::<Value>(&json).unwrap()["error"]["code"].as_str().unwrap().to_owned()
        });
        assert_eq!(evidence.as_deref(), error_json);
        if status == 401 {
            let error = &answer.json()["error"];
            assert_eq!(error["code"].as_str(), code);
            assert_eq!(error["type"], "invalid_request_error");
            assert!(!answer.text().contains("sk-bad"), "the token is not repeated");
        }
    }
    let authorized: Vec<bool> = simulator.requests().iter().map(|request| request.authorized).collect();
    assert_eq!(authorized, [false, false, false, false, true, true]);
}

#[tokio::test]
async fn keys_of_azure_and_open_servers_work() {
    let simulator = Simulator::start(Scenario::new().require_token("key")).await.unwrap();
    let request = Request::post(&ask("hello")).without("authorization").header("api-key", "key");
    assert_eq!(request.send(&simulator).await.status, 200);
    let open = Simulator::start(Scenario::new().without_auth()).await.unwrap();
    assert_eq!(Request::post(&ask("hello")).without("authorization").send(&open).await.status, 200);
}

#[tokio::test]
async fn requests_are_remembered_without_secrets() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let secrets = ["sk-canary-1", "sk-canary-2", "sk-canary-3", "sk-canary-4"];
    let mut request = Request::new("POST", "/v1/responses?beta=true")
        .header("authorization", "Bearer sk-canary-1")
        .header("content-type", "application/json")
        .header("api-key", "sk-canary-2")
        .header("cookie", "session=sk-canary-3")
        .header("x-test", "1")
        .body(ask("hello").to_string());
    request.send(&simulator).await;
    request = request.header("authorization", "sk-canary-4");
    request.send(&simulator).await;
    let requests = simulator.requests();
    let first = &requests[0];
    assert_eq!((first.method.as_str(), first.path.as_str()), ("POST", "/v1/responses"));
    assert_eq!(first.query, "beta=true");
    assert_eq!(first.header("Authorization"), Some("Bearer [REDACTED]"));
    assert_eq!(first.header("x-test"), Some("1"));
    assert_eq!(first.body, Some(ask("hello")));
    assert_eq!(first.body_bytes, ask("hello").to_string().len());
    assert!(requests[0].at <= requests[1].at);
    let everything = format!("{requests:?} {simulator:?}");
    assert!(secrets.iter().all(|secret| !everything.contains(secret)));
    assert_eq!(json!(requests.len()), 2);
}
