//! Scripted streams and a client on a fake transport, for the tests beside this folder.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use codex_api::{
    ApiClient, ApiError, ApiKey, CloseCode, Provider, ResponseEvent, ResponseStream, ResponsesApiRequest,
    ResponsesOptions,
};
use codex_client::fake::{FakeAnswer, FakeHandshake, FakeTransport, FakeWebSocketTransport};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) const BASE_URL: &str = "https://service.test/v1";

/// A client of `https://service.test/v1` that plays `script`.
pub(crate) fn client(script: impl IntoIterator<Item = FakeAnswer>) -> (ApiClient, FakeTransport) {
    client_of(Provider::new("test", BASE_URL).unwrap(), script)
}

pub(crate) fn client_of(
    provider: Provider,
    script: impl IntoIterator<Item = FakeAnswer>,
) -> (ApiClient, FakeTransport) {
    let transport = FakeTransport::new(script);
    (ApiClient::with_transport(provider, Arc::new(transport.clone())).auth(ApiKey::new("sk-test")), transport)
}

pub(crate) fn request() -> ResponsesApiRequest {
    ResponsesApiRequest::new("gpt-test").input("hi")
}

/// One event as SSE text, named after its type.
pub(crate) fn sse(event: &Value) -> String {
    format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or_default())
}

pub(crate) fn created() -> Value {
    json!({"type":"response.created","sequence_number":0,"response":{"id":"resp_1","status":"in_progress","output":[]}})
}

pub(crate) fn delta(text: &str) -> Value {
    json!({"type":"response.output_text.delta","sequence_number":1,"item_id":"msg_1","output_index":0,
           "content_index":0,"delta":text,"logprobs":[]})
}

pub(crate) fn message_done(text: &str) -> Value {
    json!({"type":"response.output_item.done","sequence_number":2,"output_index":0,"item":message(text)})
}

pub(crate) fn message(text: &str) -> Value {
    json!({"id":"msg_1","type":"message","role":"assistant","status":"completed",
           "content":[{"type":"output_text","text":text,"annotations":[]}]})
}

pub(crate) fn completed(text: &str) -> Value {
    json!({"type":"response.completed","sequence_number":3,"response":{"id":"resp_1","status":"completed",
           "output":[message(text)],"usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}})
}

pub(crate) fn failed(code: &str, message: &str) -> Value {
    json!({"type":"response.failed","response":{"id":"resp_1","status":"failed","output":[],
           "error":{"code":code,"message":message}}})
}

pub(crate) fn stream_of(events: &[Value]) -> FakeAnswer {
    FakeAnswer::ok().header("content-type", "text/event-stream").chunks(events.iter().map(sse))
}

pub(crate) fn hello() -> FakeAnswer {
    stream_of(&[created(), delta("Hel"), delta("lo"), message_done("Hello"), completed("Hello")])
}

/// All events up to the end, and the error if there was one.
pub(crate) async fn drain(mut stream: ResponseStream) -> (Vec<ResponseEvent>, Option<ApiError>) {
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => events.push(event),
            Err(error) => {
                assert!(stream.next().await.is_none(), "an error is the last thing a stream gives");
                return (events, Some(error));
            }
        }
    }
    (events, None)
}

/// How a told stream ends after its events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ending {
    /// The body ends, or the WebSocket closes with 1000.
    Proper,
    /// The connection breaks.
    Cut,
    /// Nothing more comes, and nothing ends.
    Silence,
}

/// What a caller gets of one story over each transport: server-sent events, then WebSocket.
pub(crate) async fn over_both(
    texts: &[String],
    ending: Ending,
) -> [(Vec<ResponseEvent>, Option<ApiError>); 2] {
    [over_sse(texts, ending).await, over_websocket(texts, ending).await]
}

async fn over_sse(texts: &[String], ending: Ending) -> (Vec<ResponseEvent>, Option<ApiError>) {
    let frames: Vec<_> = texts.iter().map(|text| format!("data: {text}\n\n")).collect();
    let answer = FakeAnswer::ok().header("content-type", "text/event-stream").chunks(frames);
    let answer = match ending {
        Ending::Proper => answer,
        Ending::Cut => answer.cut(),
        Ending::Silence => answer.stall(),
    };
    let (client, _) = client([answer]);
    drain(client.responses().stream(&request()).await.expect("the first event comes")).await
}

async fn over_websocket(texts: &[String], ending: Ending) -> (Vec<ResponseEvent>, Option<ApiError>) {
    let texts = texts.to_vec();
    let (client, _) = websocket_client([FakeHandshake::accepted(move |mut server| async move {
        let _request = server.next().await;
        for text in &texts {
            if server.send_text(text).await.is_err() {
                return;
            }
        }
        match ending {
            Ending::Proper => drop(server.close(CloseCode::NORMAL, "").await),
            Ending::Cut => drop(server),
            Ending::Silence => while server.next().await.is_some() {},
        }
    })]);
    let connection =
        client.responses_websocket().connect(&ResponsesOptions::default()).await.expect("it is accepted");
    drain(connection.stream(&request()).await.expect("the request is sent")).await
}

/// A client whose WebSocket handshakes are `script`.
pub(crate) fn websocket_client(
    script: impl IntoIterator<Item = FakeHandshake>,
) -> (ApiClient, FakeWebSocketTransport) {
    let transport = FakeWebSocketTransport::new(script);
    let (client, _) = client([]);
    (client.websocket_transport(Arc::new(transport.clone())), transport)
}
