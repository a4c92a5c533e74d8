//! Fake transport: what goes out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod stories;

use codex_api::{Compression, Provider, ResponsesApiRequest, ResponsesOptions, SessionSource, TurnState};
use codex_client::fake::FakeAnswer;
use serde_json::{Value, json};
use stories::{BASE_URL, client, client_of, hello, request};

fn body(request: &codex_client::Request) -> Value {
    serde_json::from_slice(request.body.as_ref().unwrap().identity().encoded()).unwrap()
}

#[tokio::test]
async fn the_body_is_the_request_and_asks_for_a_stream() {
    let (client, transport) = client([hello()]);
    let request =
        ResponsesApiRequest::new("gpt-test").input("hi").instructions("be brief").metadata("k", "v");
    client.responses().create(&request).await.unwrap();
    let sent = &transport.requests()[0];
    assert_eq!(sent.url.as_str(), "https://service.test/v1/responses");
    assert_eq!(
        body(sent),
        json!({"model":"gpt-test","input":"hi","instructions":"be brief","metadata":{"k":"v"},"stream":true})
    );
    assert_eq!(sent.headers["accept"], "text/event-stream");
    assert_eq!(sent.headers["authorization"], "Bearer sk-test");
}

#[tokio::test]
async fn azure_stores_and_parameters_are_escaped() {
    let provider = Provider::new("azure", "https://my.openai.azure.com/openai/v1/")
        .unwrap()
        .query("api-version", "2026 & more")
        .unwrap();
    let (client, transport) = client_of(provider, [hello(), hello()]);
    client.responses().create(&request()).await.unwrap();
    client.responses().create(&request().store(false)).await.unwrap();
    let sent = transport.requests();
    assert_eq!(
        sent[0].url.as_str(),
        "https://my.openai.azure.com/openai/v1/responses?api-version=2026+%26+more"
    );
    assert_eq!(body(&sent[0])["store"], true);
    assert_eq!(body(&sent[1])["store"], false);
}

#[tokio::test]
async fn headers_have_one_order_of_precedence() {
    let provider = Provider::new("test", BASE_URL)
        .unwrap()
        .header("x-a", "provider")
        .unwrap()
        .header("x-b", "provider")
        .unwrap()
        .header("authorization", "Basic provider")
        .unwrap();
    let (client, transport) = client_of(provider, [hello()]);
    let options = ResponsesOptions::default()
        .conversation_id("conv-1")
        .session_source(SessionSource::Review)
        .header("x-b", "request")
        .unwrap();
    client.responses().stream_request(&request(), &options).await.unwrap();
    let headers = &transport.requests()[0].headers;
    for (name, value) in [
        ("x-a", "provider"),
        ("x-b", "request"),
        ("authorization", "Bearer sk-test"),
        ("x-client-request-id", "conv-1"),
        ("session_id", "conv-1"),
        ("x-openai-subagent", "review"),
    ] {
        assert_eq!(headers[name], value);
        assert_eq!(headers.get_all(name).iter().count(), 1, "{name}");
    }
}

#[tokio::test]
async fn the_turn_state_is_learnt_once_and_repeated() {
    let (client, transport) = client([
        hello().header("x-codex-turn-state", "first"),
        hello().header("x-codex-turn-state", "second"),
        hello(),
    ]);
    let options = ResponsesOptions::default().turn_state(TurnState::new());
    for _ in 0..3 {
        client.responses().stream_request(&request(), &options).await.unwrap();
    }
    let sent: Vec<_> =
        transport.requests().iter().map(|r| r.headers.get("x-codex-turn-state").cloned()).collect();
    assert_eq!(sent[0], None);
    assert_eq!(sent[1].as_ref().unwrap(), "first");
    assert_eq!(sent[2].as_ref().unwrap(), "first");
}

#[tokio::test]
async fn a_key_that_cannot_be_sent_stops_before_the_network() {
    let (client, transport) = client([hello()]);
    let client = client.auth(codex_api::ApiKey::new("sk-canary with a blank"));
    let error = client.responses().create(&request()).await.unwrap_err();
    assert!(transport.requests().is_empty());
    let shown = format!("{error:?} {}", error.report());
    assert!(shown.contains("position 10"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn a_request_beyond_the_documented_limits_is_not_sent() {
    let (client, transport) = client([hello()]);
    let error = client.responses().create(&request().max_output_tokens(3)).await.unwrap_err();
    assert!(error.report().to_string().contains("max_output_tokens"), "{}", error.report());
    assert!(transport.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn refused_compression_is_given_up_and_remembered() {
    let mut provider = Provider::new("test", BASE_URL).unwrap();
    assert_eq!(provider.compression, Compression::off(), "not the service's own base URL");
    provider.compression = Compression::on();
    let large = request().instructions("long ".repeat(4000));

    // Uncompressed it works: remembered.
    let (client, transport) = client_of(provider.clone(), [FakeAnswer::status(415), hello(), hello()]);
    client.responses().create(&large).await.unwrap();
    client.responses().create(&large).await.unwrap();
    let compressed: Vec<_> =
        transport.requests().iter().map(|r| r.body.as_ref().unwrap().is_compressed()).collect();
    assert_eq!(compressed, [true, false, false]);

    // Uncompressed it is refused likewise: the request was wrong, not the compression.
    let (client, transport) =
        client_of(provider, [FakeAnswer::status(400), FakeAnswer::status(400), hello()]);
    client.responses().create(&large).await.unwrap_err();
    client.responses().create(&large).await.unwrap();
    let compressed: Vec<_> =
        transport.requests().iter().map(|r| r.body.as_ref().unwrap().is_compressed()).collect();
    assert_eq!(compressed, [true, false, true]);
}

#[tokio::test]
async fn no_key_of_the_body_stands_twice() {
    let (client, transport) = client([hello()]);
    let mut request = request().store(false);
    request.stream = Some(false);
    client.responses().create(&request).await.unwrap();
    let text = String::from_utf8(transport.requests()[0].body.as_ref().unwrap().content().to_vec()).unwrap();
    assert_eq!((text.matches("\"store\"").count(), text.matches("\"stream\"").count()), (1, 1), "{text}");
    assert!(text.contains("\"stream\":true"));
}

#[tokio::test]
async fn headers_that_frame_a_message_are_refused() {
    for name in ["Content-Length", "transfer-encoding", "Host"] {
        let error = Provider::new("test", BASE_URL).unwrap().header(name, "5").unwrap_err();
        assert!(error.to_string().contains("leave it out"), "{error}");
    }
}
