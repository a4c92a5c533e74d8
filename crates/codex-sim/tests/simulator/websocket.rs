//! Ladder: simulator. Responses over a WebSocket: handshake, continuation, lanes.

use std::time::Duration;

use codex_sim::{
    Dialect, Failure, FrameErrorShape, Reply, Rule, Scenario, Simulator, Token, Transport, WebSocketOptions,
    When,
};
use serde_json::{Value, json};

use crate::http::Request;
use crate::socket::{Ended, Socket, create, go_on, id, kinds, output_text};

async fn simulator() -> Simulator {
    Simulator::start(Scenario::new()).await.unwrap()
}

#[tokio::test]
async fn the_events_are_those_of_a_stream() {
    let reply =
        || Reply::new().reasoning_summary("hm").function_call("f", json!({"a": 1})).message("one two");
    let over_http = Simulator::start(Scenario::new().reply(reply())).await.unwrap();
    let over_socket = Simulator::start(Scenario::new().reply(reply())).await.unwrap();
    let mut body = create("hello");
    let mut socket = Socket::connect(&over_socket).await;
    let events = socket.ask(&body).await;
    body.as_object_mut().unwrap().remove("type");
    body["stream"] = json!(true);
    // The handshake was the first request there.
    Request::new("GET", "/v1/models").send(&over_http).await;
    let streamed = Request::post(&body).send(&over_http).await.events();
    assert_eq!(events, streamed);
    assert_eq!(events[0]["sequence_number"], 0);
    assert!(events[0].get("stream_id").is_none());
}

#[tokio::test]
async fn handshakes_are_checked() {
    let scenario =
        Scenario::new().token(Token::new("sk-test")).token(Token::new("old").valid_for(Duration::ZERO));
    let simulator = Simulator::start(scenario).await.unwrap();
    let cases = [
        (vec![], "x-openai-authorization-error", "missing_authorization_header"),
        (
            vec![("authorization", "Bearer old")],
            "x-error-json",
            "eyJlcnJvciI6eyJjb2RlIjoidG9rZW5fZXhwaXJlZCJ9fQ==",
        ),
        (vec![("authorization", "Bearer no")], "content-type", "application/json"),
    ];
    for (headers, name, value) in cases {
        let Err(refused) = Socket::open(&simulator, "/v1/responses", &headers).await else { panic!() };
        assert_eq!(refused.status(), 401);
        assert_eq!(refused.headers()[name], value);
        assert!(refused.headers().contains_key("x-request-id") && refused.headers().contains_key("cf-ray"));
        let body: Value = serde_json::from_slice(refused.body().as_ref().unwrap()).unwrap();
        let http = Request::post(&create("x")).without("authorization");
        let http = headers.iter().fold(http, |request, (name, value)| request.header(name, value));
        assert_eq!(http.send(&simulator).await.json(), body, "as over HTTP");
    }
    for path in ["/responses", "/openai/v1/responses", "/backend-api/codex/responses"] {
        assert!(
            Socket::open(&simulator, path, &[("authorization", "Bearer sk-test")]).await.is_ok(),
            "{path}"
        );
    }
    let elsewhere = [("/v1/models", 400), ("/v1/nothing", 404)];
    for (path, status) in elsewhere {
        let Err(refused) = Socket::open(&simulator, path, &[("authorization", "Bearer sk-test")]).await
        else {
            panic!()
        };
        assert_eq!(refused.status(), status, "{path}");
    }
}

#[tokio::test]
async fn handshakes_carry_headers_and_follow_rules() {
    let options =
        WebSocketOptions::new().header("openai-model", "gpt-x").header("x-codex-turn-state", "ts-1");
    let when = || When::new().transport(Transport::Handshake);
    let scenario = Scenario::new()
        .websocket(options)
        .rule(Rule::fail(Failure::new(503).code("server_is_overloaded")).when(when()).once())
        .rule(Rule::fail(Failure::new(401)).when(when().nth(2)));
    let simulator = Simulator::start(scenario).await.unwrap();
    for status in [503, 401] {
        let Err(refused) = Socket::open(&simulator, "/v1/responses", &[("api-key", "k")]).await else {
            panic!()
        };
        assert_eq!(refused.status(), status);
    }
    let mut socket = Socket::connect(&simulator).await;
    assert_eq!(socket.head.headers()["openai-model"], "gpt-x");
    assert_eq!(socket.head.headers()["x-codex-turn-state"], "ts-1");
    assert!(socket.head.headers().contains_key("x-request-id"));
    assert!(!socket.head.headers().contains_key("content-type"));
    assert_eq!(kinds(&socket.ask(&create("hi")).await).last(), Some(&"response.completed"));

    let disabled = Scenario::new().websocket(WebSocketOptions::disabled());
    let disabled = Simulator::start(disabled).await.unwrap();
    let Err(refused) = Socket::open(&disabled, "/v1/responses", &[("api-key", "k")]).await else { panic!() };
    assert_eq!(refused.status(), 426);
}

#[tokio::test]
async fn conversations_go_on_without_being_stored() {
    let simulator = simulator().await;
    let mut socket = Socket::connect(&simulator).await;
    let first = socket.ask(&create("my name is Ada")).await;
    let second = socket.ask(&go_on(&id(&first), "and now?")).await;
    assert_eq!(second.last().unwrap()["response"]["previous_response_id"], id(&first));
    let gone = socket.ask(&go_on(&id(&first), "again")).await;
    assert_eq!(gone[0]["error"]["code"], "previous_response_not_found", "only the latest is remembered");
    let third = socket.ask(&go_on(&id(&second), "still here?")).await;
    assert_eq!(kinds(&third).last(), Some(&"response.completed"));

    let mut other = Socket::connect(&simulator).await;
    let elsewhere = other.ask(&go_on(&id(&third), "hm")).await;
    let expected = json!({
        "type": "error",
        "status": 400,
        "error": {
            "type": "invalid_request_error",
            "code": "previous_response_not_found",
            "message": format!("Previous response with id '{}' not found.", id(&third).as_str().unwrap()),
            "param": "previous_response_id",
        },
    });
    assert_eq!(elsewhere, [expected]);

    let mut stored = create("keep this");
    stored["store"] = json!(true);
    let stored = other.ask(&stored).await;
    let reloaded = socket.ask(&go_on(&id(&stored), "from elsewhere")).await;
    assert_eq!(kinds(&reloaded).last(), Some(&"response.completed"));
}

#[tokio::test]
async fn a_failed_continuation_is_forgotten() {
    let simulator = simulator().await;
    let mut socket = Socket::connect(&simulator).await;
    let first = socket.ask(&create("hello")).await;
    let mut wrong = go_on(&id(&first), "x");
    wrong["temperature"] = json!(9);
    assert_eq!(socket.ask(&wrong).await[0]["error"]["param"], "temperature");
    let after = socket.ask(&go_on(&id(&first), "again")).await;
    assert_eq!(after[0]["error"]["code"], "previous_response_not_found");

    // A failed fork from another lane keeps it.
    let base = socket.ask(&create("base")).await;
    wrong["previous_response_id"] = id(&base);
    wrong["stream_id"] = json!("fork");
    assert_eq!(socket.ask(&wrong).await[0]["stream_id"], "fork");
    assert_eq!(kinds(&socket.ask(&go_on(&id(&base), "on")).await).last(), Some(&"response.completed"));
}

#[tokio::test]
async fn warm_ups_give_an_id_and_nothing_else() {
    let scenario = Scenario::new().rule(Rule::reply(Reply::text("real")).once());
    let simulator = Simulator::start(scenario).await.unwrap();
    let mut socket = Socket::connect(&simulator).await;
    let mut request = create("system prompt");
    request["generate"] = json!(false);
    let warm = socket.ask(&request).await;
    assert_eq!(kinds(&warm), ["response.created", "response.completed"]);
    assert_eq!(warm[1]["response"]["output"], json!([]));
    let answer = socket.ask(&go_on(&id(&warm), "go")).await;
    assert_eq!(output_text(&answer), "real", "a warm-up uses up no rule");

    simulator.push(Rule::fail(Failure::new(500)).when(When::new().warm_up())).unwrap();
    assert_eq!(socket.ask(&request).await[0]["status"], 500);
}

#[tokio::test]
async fn old_connections_take_no_more_requests() {
    let options = WebSocketOptions::new().lifetime(Duration::ZERO);
    let simulator = Simulator::start(Scenario::new().websocket(options)).await.unwrap();
    let mut socket = Socket::connect(&simulator).await;
    let error = socket.ask(&create("hi")).await;
    assert_eq!(error[0]["error"]["code"], "websocket_connection_limit_reached");
    assert_eq!(error[0]["status"], 400);
    assert_eq!(socket.ended().await, Ended::Closed(Some(1000)));
}

#[tokio::test]
async fn wrong_messages_get_errors_and_the_connection_stays() {
    let simulator = simulator().await;
    let mut socket = Socket::connect(&simulator).await;
    let texts = [
        ("{", "invalid_json", Value::Null),
        ("[]", "invalid_message", Value::Null),
        ("{}", "invalid_value", json!("type")),
        (r#"{"type":"response.steer"}"#, "steering_not_supported", json!("type")),
        (r#"{"type":"response.create"}"#, "missing_required_parameter", json!("model")),
        (r#"{"type":"response.create","model":"m","wat":1}"#, "unknown_parameter", json!("wat")),
        (
            r#"{"type":"response.create","model":"m","background":true}"#,
            "unsupported_parameter",
            json!("background"),
        ),
        (r#"{"type":"response.create","model":"m","generate":1}"#, "invalid_type", json!("generate")),
    ];
    for (text, code, param) in texts {
        socket.send_text(text).await;
        let event = socket.next().await;
        assert_eq!((&event["type"], &event["status"]), (&json!("error"), &json!(400)), "{text}");
        assert_eq!((&event["error"]["code"], &event["error"]["param"]), (&json!(code), &param), "{text}");
    }
    socket.send_binary(b"\x00").await;
    assert_eq!(socket.next().await["error"]["code"], "invalid_message");
    let mut tolerated = create("hi");
    tolerated["stream"] = json!(true);
    tolerated["background"] = json!(false);
    tolerated["client_metadata"] = json!({"x-codex-turn-metadata": "{}"});
    assert_eq!(kinds(&socket.ask(&tolerated).await).last(), Some(&"response.completed"));
}

#[tokio::test]
async fn error_frames_have_three_shapes() {
    let failure =
        || Failure::new(429).kind("usage_limit_reached").header("x-codex-primary-window-minutes", "15");
    let error = |headers: Value| {
        let mut error = json!({"code": null, "message": "", "param": null, "type": "usage_limit_reached"});
        if !headers.is_null() {
            error["headers"] = headers;
        }
        error
    };
    let as_text = json!({"x-codex-primary-window-minutes": "15"});
    let as_number = json!({"x-codex-primary-window-minutes": 15});
    let cases = [
        (FrameErrorShape::Status, json!({"type": "error", "status": 429, "error": error(as_text)})),
        (
            FrameErrorShape::StatusCode,
            json!({"type": "error", "status_code": 429, "error": error(Value::Null), "headers": as_number}),
        ),
        (FrameErrorShape::Bare, json!({"type": "error", "error": error(Value::Null)})),
    ];
    for (shape, frame) in cases {
        let scenario = Scenario::new().dialect(Dialect::openai().frame_errors(shape)).fail(failure());
        let simulator = Simulator::start(scenario).await.unwrap();
        assert_eq!(Socket::connect(&simulator).await.ask(&create("x")).await, [frame]);
    }
}

#[tokio::test]
async fn requests_are_recorded_with_their_connection() {
    let simulator = simulator().await;
    let mut socket = Socket::connect(&simulator).await;
    socket.ask(&create("one")).await;
    socket.ask(&create("two")).await;
    Request::post(&create("x")).send(&simulator).await;
    let requests = simulator.requests();
    let seen: Vec<_> = requests.iter().map(|request| (request.transport, request.connection)).collect();
    let expected = [
        (Transport::Handshake, 1),
        (Transport::Websocket, 1),
        (Transport::Websocket, 1),
        (Transport::Http, 2),
    ];
    assert_eq!(seen, expected);
    assert_eq!(requests[1].body.as_ref().unwrap()["input"], "one");
    assert_eq!(requests[1].header("authorization"), Some("Bearer [REDACTED]"));
    let offered = Socket::open(
        &simulator,
        "/v1/responses",
        &[("sec-websocket-protocol", "realtime, openai-insecure-api-key.sk-secret")],
    );
    let socket = offered.await.unwrap();
    assert_eq!(socket.head.headers()["sec-websocket-protocol"], "realtime");
    assert!(!format!("{:?}", simulator.requests()).contains("sk-secret"));
}
