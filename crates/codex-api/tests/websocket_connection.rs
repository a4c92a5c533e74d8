//! Fake transport: what is particular to responses over a WebSocket.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod stories;

use codex_api::{
    ApiErrorKind, CloseCode, ResponseEvent, ResponseItem, ResponsesApiRequest, ResponsesOptions, RetryAdvice,
    StreamEnd, WebsocketRequestOptions,
};
use codex_client::{WebSocketConnection, WebSocketMessage, fake::FakeHandshake};
use serde_json::{Value, json};
use stories::{completed, created, delta, drain, request, websocket_client};

async fn request_of(server: &mut WebSocketConnection) -> Value {
    match server.next().await {
        Some(Ok(WebSocketMessage::Text(text))) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn send(server: &mut WebSocketConnection, events: &[Value]) {
    for event in events {
        server.send_text(&event.to_string()).await.unwrap();
    }
}

/// Answers every request with a whole response.
async fn answer_all(mut server: WebSocketConnection) {
    while let Some(Ok(WebSocketMessage::Text(_))) = server.next().await {
        send(&mut server, &[created(), delta("x"), completed("x")]).await;
    }
}

fn on_lane(event: &Value, lane: &str) -> Value {
    let mut event = event.clone();
    event["stream_id"] = lane.into();
    event
}

fn lane(name: &str) -> ResponsesApiRequest {
    let mut request = request();
    request.stream_id = Some(name.to_owned());
    request
}

#[tokio::test]
async fn many_responses_share_a_connection_and_the_first_tells_its_head() {
    let handshake = FakeHandshake::accepted(answer_all).header("openai-model", "gpt-real");
    let (client, transport) = websocket_client([handshake]);
    let connection = client.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap();
    for number in 0..50 {
        assert!(connection.is_open());
        let (events, error) = drain(connection.stream(&request()).await.unwrap()).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(events.len(), if number == 0 { 4 } else { 3 });
        assert_eq!(
            matches!(&events[0], ResponseEvent::ServerModel(model) if model == "gpt-real"),
            number == 0
        );
    }
    assert_eq!(connection.served(), 50);
    let sent = transport.requests();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].headers["authorization"], "Bearer sk-test");
    assert_eq!(sent[0].headers["openai-beta"], "responses_websockets=2026-02-06");
}

#[tokio::test]
async fn the_frame_is_the_request_or_what_is_new_of_it() {
    let (frames, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let (client, _) = websocket_client([FakeHandshake::accepted(move |mut server| async move {
        for _ in 0..2 {
            frames.send(request_of(&mut server).await).unwrap();
            send(&mut server, &[completed("x")]).await;
        }
    })]);
    let connection = client.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap();
    drain(connection.stream(&request()).await.unwrap()).await;
    let rest = [ResponseItem::user("and now?")];
    let mut options = WebsocketRequestOptions::default();
    options.continuation = Some(codex_api::Continuation { previous_response_id: "resp_1", input: &rest });
    drain(connection.stream_request(&request(), &options).await.unwrap()).await;
    let first = seen.recv().await.unwrap();
    assert_eq!(
        (&first["type"], &first["input"], &first["model"]),
        (&json!("response.create"), &json!("hi"), &json!("gpt-test"))
    );
    assert!(first.get("stream").is_none());
    let second = seen.recv().await.unwrap();
    assert_eq!(second["previous_response_id"], "resp_1");
    assert_eq!(second["input"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refused_handshake_is_an_answer_with_its_evidence() {
    let (client, _) = websocket_client([FakeHandshake::refused(401)
        .header("x-request-id", "req-1")
        .header("cf-ray", "ray-1")
        .header("x-openai-authorization-error", "missing_authorization_header")
        .body(r#"{"error":{"message":"Missing bearer","code":"invalid_api_key"}}"#)]);
    let error = client.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap_err();
    assert_eq!((error.status(), error.request_id()), (Some(401), Some("req-1")));
    let evidence = &error.context().evidence;
    assert_eq!(evidence.auth_error.as_deref(), Some("missing_authorization_header"));
    assert_eq!(error.retry_advice(), RetryAdvice::FixCredentials);
    assert_eq!(error.to_string(), "the server answered 401: Missing bearer");

    let (client, _) = websocket_client([FakeHandshake::refused(426)]);
    let error = client.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap_err();
    assert_eq!(error.retry_advice(), RetryAdvice::UseHttp);
}

#[tokio::test]
async fn close_codes_decide_what_to_do() {
    for (code, advice) in [
        (1000, RetryAdvice::NewConnection),
        (1001, RetryAdvice::NewConnection),
        (1008, RetryAdvice::UseHttp),
        (1009, RetryAdvice::Never),
        (1011, RetryAdvice::NewConnection),
        (1013, RetryAdvice::NewConnection),
    ] {
        let (client, _) = websocket_client([FakeHandshake::accepted(move |mut server| async move {
            request_of(&mut server).await;
            send(&mut server, &[created()]).await;
            let _closed = server.close(CloseCode::new(code).unwrap(), "reason").await;
        })]);
        let connection = client.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap();
        let (events, error) = drain(connection.stream(&request()).await.unwrap()).await;
        let error = error.unwrap();
        assert_eq!(events.len(), 1);
        assert_eq!(error.retry_advice(), advice, "{code}: {error}");
        assert!(error.to_string().contains(&code.to_string()), "{error}");
        assert!(!connection.is_open());
        let error = connection.stream(&request()).await.map(|_| ()).err();
        assert!(error.is_none_or(|error| error.context().connection_reused == Some(true)));
    }
}

#[tokio::test]
async fn a_binary_message_has_no_meaning() {
    let (client, _) = websocket_client([FakeHandshake::accepted(|mut server| async move {
        request_of(&mut server).await;
        server.send_binary(b"\x00").await.unwrap();
        server.next().await;
    })]);
    let connection = client.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap();
    let (_, error) = drain(connection.stream(&request()).await.unwrap()).await;
    assert!(matches!(error.unwrap().kind(), ApiErrorKind::Stream(StreamEnd::BinaryFrame)));
}

#[tokio::test]
async fn one_response_at_a_time_and_a_dropped_one_ends_the_connection() {
    let (client, _) = websocket_client([FakeHandshake::accepted(|mut server| async move {
        request_of(&mut server).await;
        send(&mut server, &[created()]).await;
        server.next().await;
    })]);
    let connection = client.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap();
    let mut stream = connection.stream(&request()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let error = connection.stream(&request()).await.unwrap_err();
    assert!(matches!(error.kind(), ApiErrorKind::Stream(StreamEnd::Busy)), "{error:?}");
    drop(stream);
    assert!(!connection.is_open(), "its events could not be told from those of the next");
}

#[tokio::test]
async fn lanes_run_side_by_side_and_a_dropped_one_blocks_only_itself() {
    let (client, _) = websocket_client([FakeHandshake::accepted(|mut server| async move {
        let names = [request_of(&mut server).await, request_of(&mut server).await];
        assert_eq!((names[0]["stream_id"].as_str(), names[1]["stream_id"].as_str()), (Some("a"), Some("b")));
        for event in [created(), delta("1"), delta("2"), completed("x")] {
            send(&mut server, &[on_lane(&event, "b"), on_lane(&event, "a")]).await;
        }
        // The third lane's owner goes away; its rest comes all the same.
        request_of(&mut server).await;
        send(&mut server, &[on_lane(&created(), "c")]).await;
        request_of(&mut server).await;
        send(&mut server, &[on_lane(&delta("late"), "c"), on_lane(&completed("x"), "c")]).await;
        send(&mut server, &[on_lane(&created(), "d"), on_lane(&completed("x"), "d")]).await;
        server.next().await;
    })]);
    let connection = client.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap();
    let a = connection.stream(&lane("a")).await.unwrap();
    let b = connection.stream(&lane("b")).await.unwrap();
    let ((events_a, error_a), (events_b, error_b)) = tokio::join!(drain(a), drain(b));
    assert!(error_a.is_none() && error_b.is_none(), "{error_a:?} {error_b:?}");
    assert_eq!((events_a.len(), events_b.len()), (4, 4));

    let mut c = connection.stream(&lane("c")).await.unwrap();
    c.next().await.unwrap().unwrap();
    drop(c);
    assert!(matches!(
        connection.stream(&lane("c")).await.unwrap_err().kind(),
        ApiErrorKind::Stream(StreamEnd::Busy)
    ));
    let (events, error) = drain(connection.stream(&lane("d")).await.unwrap()).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(events.len(), 2);
}

#[tokio::test]
async fn an_event_for_a_response_that_nobody_asked_for_ends_the_connection() {
    let (client, _) = websocket_client([FakeHandshake::accepted(|mut server| async move {
        request_of(&mut server).await;
        send(&mut server, &[on_lane(&created(), "elsewhere")]).await;
        server.next().await;
    })]);
    let connection = client.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap();
    let (_, error) = drain(connection.stream(&lane("here")).await.unwrap()).await;
    assert!(matches!(error.unwrap().kind(), ApiErrorKind::Stream(StreamEnd::ForeignLane)));
}

#[tokio::test]
async fn the_end_of_another_response_is_not_taken_for_the_end_of_this_one() {
    let of = |id: &str, mut event: Value| {
        event["response"]["id"] = id.into();
        event
    };
    for stale in [completed("old"), delta("late")] {
        let (client, _) = websocket_client([FakeHandshake::accepted(move |mut server| async move {
            request_of(&mut server).await;
            send(&mut server, &[of("resp_a", created()), of("resp_a", completed("a"))]).await;
            request_of(&mut server).await;
            let stale = if stale.get("response").is_some() { of("resp_a", stale) } else { stale };
            send(&mut server, &[stale, of("resp_b", created())]).await;
            server.next().await;
        })]);
        let connection = client.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap();
        drain(connection.stream(&request()).await.unwrap()).await;
        let (events, error) = drain(connection.stream(&request()).await.unwrap()).await;
        assert!(events.is_empty(), "{events:?}");
        assert!(matches!(error.unwrap().kind(), ApiErrorKind::Stream(StreamEnd::ForeignResponse)));
    }
}

#[tokio::test]
async fn frames_without_a_name_are_nobodys_among_lanes_and_errors_are_everybodys() {
    for error in [true, false] {
        let (client, _) = websocket_client([FakeHandshake::accepted(move |mut server| async move {
            request_of(&mut server).await;
            request_of(&mut server).await;
            let limit = json!({"type":"error","status":400,"error":{"code":"websocket_connection_limit_reached","message":"60"}});
            send(&mut server, &[if error { limit } else { delta("whose?") }]).await;
            server.next().await;
        })]);
        let connection = client.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap();
        let a = connection.stream(&lane("a")).await.unwrap();
        let b = connection.stream(&lane("b")).await.unwrap();
        let ((_, error_a), (_, error_b)) = tokio::join!(drain(a), drain(b));
        for told in [error_a.unwrap(), error_b.unwrap()] {
            assert_eq!(told.retry_advice(), RetryAdvice::NewConnection, "{told}");
        }
    }
}
