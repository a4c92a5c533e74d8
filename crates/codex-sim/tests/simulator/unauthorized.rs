//! Ladder: simulator. 401s on purpose: the header stripped, one token refused, errors inside streams.

use codex_sim::{
    Dialect, Failure, Faults, FrameErrorShape, Insert, Rule, Scenario, Simulator, StreamErrorShape,
    StreamFailure, When,
};
use serde_json::{Value, json};

use crate::http::{Request, ask, stream};
use crate::oauth::use_token;
use crate::socket::{Socket, create};

const EVIDENCE: &str = "eyJlcnJvciI6eyJjb2RlIjoidG9rZW5fZXhwaXJlZCJ9fQ==";

#[tokio::test]
async fn a_proxy_strips_the_header() {
    let scenario = Scenario::new().require_token("sk-canary").strip_authorization();
    let simulator = Simulator::start(scenario).await.unwrap();
    let refused = use_token(&simulator, "sk-canary").await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.header("x-openai-authorization-error"), Some("missing_authorization_header"));
    let without = Request::post(&ask("hello")).without("authorization").send(&simulator).await;
    assert_eq!(without.status, 401);
    let headers = [("authorization", "Bearer sk-canary")];
    let Err(handshake) = Socket::open(&simulator, "/v1/responses", &headers).await else { panic!() };
    assert_eq!(handshake.status(), 401);
    let requests = simulator.requests();
    let sent: Vec<bool> = requests.iter().map(|request| request.authorization_sent).collect();
    assert_eq!(sent, [true, false, true]);
    assert!(requests.iter().all(|request| !request.authorized));
    assert_eq!(requests[0].header("authorization"), Some("Bearer [REDACTED]"));
    assert!(!format!("{simulator:?}").contains("canary"));
}

#[tokio::test]
async fn messages_tell_what_the_handshake_sent() {
    let scenario = Scenario::new().without_auth().strip_authorization();
    let simulator = Simulator::start(scenario).await.unwrap();
    let mut socket = Socket::connect(&simulator).await;
    socket.ask(&create("hello")).await;
    let requests = simulator.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| request.authorization_sent));
    assert_eq!(requests[1].header("authorization"), Some("Bearer [REDACTED]"));
}

#[tokio::test]
async fn one_token_is_refused_so_often() {
    let refused = When::new().bearer("at-canary");
    let scenario = Scenario::new().rule(Rule::fail(Failure::token_expired()).when(refused).times(2));
    let simulator = Simulator::start(scenario).await.unwrap();
    assert!(!format!("{simulator:?}").contains("at-canary"));
    for (token, status) in
        [("at-2", 200), ("at-canary", 401), ("at-2", 200), ("at-canary", 401), ("at-canary", 200)]
    {
        assert_eq!(use_token(&simulator, token).await.status, status, "{token}");
    }
    let handshakes = When::new().bearer("at-3").transport(codex_sim::Transport::Handshake);
    simulator.push(Rule::fail(Failure::missing_authorization()).when(handshakes)).unwrap();
    let headers = [("authorization", "Bearer at-3")];
    let Err(answer) = Socket::open(&simulator, "/v1/responses", &headers).await else { panic!() };
    assert_eq!(answer.headers()["x-openai-authorization-error"], "missing_authorization_header");
    assert!(Socket::open(&simulator, "/v1/responses", &headers).await.is_ok());
}

fn unauthorized(after_events: usize) -> StreamFailure {
    StreamFailure::unauthorized(after_events, "token_expired")
        .header("x-request-id", "req-1")
        .header("x-openai-authorization-error", "none")
        .header("retry-after-ms", "7")
}

fn headers() -> Value {
    json!({
        "retry-after-ms": "7",
        "x-error-json": EVIDENCE,
        "x-openai-authorization-error": "none",
        "x-request-id": "req-1",
    })
}

async fn start(dialect: Dialect, faults: Faults) -> Simulator {
    Simulator::start(Scenario::new().dialect(dialect).faults(faults)).await.unwrap()
}

#[tokio::test]
async fn errors_in_streams_carry_status_and_headers() {
    let message = "Your credentials were not accepted.";
    for after in [0, 3] {
        let flat = Dialect::openai();
        let mut nested = Dialect::openai();
        nested.stream_errors = StreamErrorShape::Nested;
        let whole = json!({"type": "token_expired", "code": "token_expired", "message": message, "param": null, "headers": headers()});
        let mut bare = whole.clone();
        bare["type"] = json!("error");
        bare["status"] = json!(401);
        bare["sequence_number"] = json!(after);
        let nest = json!({"type": "error", "sequence_number": after, "status": 401, "error": whole});
        for (dialect, expected) in [(flat, bare), (nested, nest)] {
            let simulator = start(dialect, Faults::new().error(unauthorized(after))).await;
            let events = stream(&simulator, "hello").await.events();
            assert_eq!(events.len(), after + 1);
            assert_eq!(events[after], expected);
        }
    }
}

#[tokio::test]
async fn error_frames_carry_status_and_headers() {
    let numbers = json!({
        "retry-after-ms": 7,
        "x-error-json": EVIDENCE,
        "x-openai-authorization-error": "none",
        "x-request-id": "req-1",
    });
    for after in [0, 3] {
        let cases = [
            (FrameErrorShape::Status, json!(401), Value::Null, headers(), Value::Null),
            (FrameErrorShape::StatusCode, Value::Null, json!(401), Value::Null, numbers.clone()),
            (FrameErrorShape::Bare, Value::Null, Value::Null, Value::Null, Value::Null),
        ];
        for (frame_errors, status, status_code, inner, outer) in cases {
            let mut dialect = Dialect::openai();
            dialect.frame_errors = frame_errors;
            let simulator = start(dialect, Faults::new().error(unauthorized(after))).await;
            let mut socket = Socket::connect(&simulator).await;
            let events = socket.ask(&create("hello")).await;
            assert_eq!(events.len(), after + 1);
            let error = &events[after];
            assert_eq!(error["error"]["code"], "token_expired");
            let found =
                [&error["status"], &error["status_code"], &error["error"]["headers"], &error["headers"]];
            assert_eq!(found, [&status, &status_code, &inner, &outer], "{frame_errors:?}");
        }
    }
}

#[tokio::test]
async fn the_stream_goes_on_working_afterwards() {
    let faults = Faults::new().error(unauthorized(1)).insert(Insert::Keepalive { at: 0 });
    let simulator = Simulator::start(Scenario::new().rule(Rule::from(faults).once())).await.unwrap();
    let mut socket = Socket::connect(&simulator).await;
    assert_eq!(socket.ask(&create("hello")).await.last().unwrap()["status"], 401);
    assert_eq!(socket.ask(&create("hello")).await.last().unwrap()["type"], "response.completed");
}
