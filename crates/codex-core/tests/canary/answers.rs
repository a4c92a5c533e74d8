//! Fake transport: every secret in every place of an answer, over HTTP, in a handshake, and inside both kinds of stream.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use codex_api::{
    ApiClient, ApiError, AuthProvider, CloseCode, Credentials, Provider, ResponsesApiRequest,
    ResponsesOptions,
};
use codex_client::RetryPolicy;
use codex_client::fake::{FakeAnswer, FakeHandshake, FakeTransport, FakeWebSocketTransport};
use serde_json::{Value, json};

use crate::{
    planted::{ACCESS_TOKEN, ACCOUNT_ID, API_KEY, BODY, COOKIE, PLAIN_ACCESS, PLAIN_KEY, PROMPT},
    sinks::Sinks,
};

/// What a server echoes: what looks like a credential, and what it was sent.
fn echoes(sent: &Sent) -> Vec<String> {
    let bearer = sent.bearer();
    vec![
        API_KEY.to_owned(),
        ACCESS_TOKEN.to_owned(),
        format!("Bearer {ACCESS_TOKEN}"),
        bearer.to_owned(),
        format!("key {bearer} is wrong"),
        format!("Bearer {bearer}"),
        format!("{bearer}, which is no key"),
    ]
}

/// The credentials that go out.
#[derive(Clone, Copy)]
enum Sent {
    Key(&'static str),
    Login(&'static str),
}

impl Sent {
    fn bearer(&self) -> &'static str {
        match self {
            Self::Key(bearer) | Self::Login(bearer) => bearer,
        }
    }
}

impl AuthProvider for Sent {
    fn credentials(&self) -> Option<Credentials> {
        Some(match self {
            Self::Key(key) => Credentials::api_key(*key),
            Self::Login(token) => Credentials::chatgpt((*token).into(), Some(ACCOUNT_ID.to_owned())),
        })
    }
}

/// The headers of an answer with `echo` in all of them.
fn headers(echo: &str) -> Vec<(&'static str, String)> {
    let error_json = json!({"error": {"code": echo}}).to_string();
    vec![
        ("x-request-id", echo.to_owned()),
        ("x-oai-request-id", echo.to_owned()),
        ("cf-ray", echo.to_owned()),
        ("x-openai-authorization-error", echo.to_owned()),
        ("x-error-json", STANDARD.encode(error_json)),
        ("set-cookie", format!("session={COOKIE}")),
        ("www-authenticate", format!("Bearer realm=\"{echo}\"")),
        ("x-codex-promo-message", echo.to_owned()),
        ("x-codex-turn-state", echo.to_owned()),
        ("x-models-etag", echo.to_owned()),
        ("openai-model", echo.to_owned()),
        ("location", format!("https://elsewhere.test/?{echo}")),
    ]
}

/// An error object with `echo` in all its texts.
fn error(echo: &str) -> Value {
    json!({"message": format!("{BODY}: {echo}"), "code": echo, "type": echo, "param": echo, "plan_type": echo})
}

struct Client {
    sinks: Sinks,
    api: ApiClient,
    http: FakeTransport,
    websocket: FakeWebSocketTransport,
}

impl Client {
    fn new(sent: Sent) -> Self {
        let (sinks, http) = (Sinks::new(), FakeTransport::default());
        let websocket = FakeWebSocketTransport::default();
        let mut provider = Provider::new("test", "https://service.test/v1").unwrap();
        provider.retry = RetryPolicy::never();
        let api = ApiClient::with_transport(provider, Arc::new(http.clone()))
            .websocket_transport(Arc::new(websocket.clone()))
            .auth(sent)
            .observer(sinks.observer());
        Self { sinks, api, http, websocket }
    }

    /// The outcome of asking for a response over HTTP.
    async fn over_http(&self, answer: FakeAnswer) -> Result<(), ApiError> {
        self.http.push(answer);
        let options = ResponsesOptions::default();
        self.api.responses().stream_request(&request(), &options).await?.collect().await.map(drop)
    }

    async fn over_websocket(&self, handshake: FakeHandshake) -> Result<(), ApiError> {
        self.websocket.push(handshake);
        let connection = self.api.responses_websocket().connect(&ResponsesOptions::default()).await?;
        connection.stream(&request()).await?.collect().await.map(drop)
    }

    #[track_caller]
    fn check(&self, result: Result<(), ApiError>) {
        self.sinks.check_call(&result.unwrap_err());
    }
}

fn request() -> ResponsesApiRequest {
    ResponsesApiRequest::new("gpt-5.4").instructions(PROMPT).input(PROMPT)
}

fn with_headers(status: u16, echo: &str) -> FakeAnswer {
    headers(echo).iter().fold(FakeAnswer::status(status), |it, (name, value)| it.header(name, value))
}

const SENT: [Sent; 4] =
    [Sent::Key(API_KEY), Sent::Key(PLAIN_KEY), Sent::Login(ACCESS_TOKEN), Sent::Login(PLAIN_ACCESS)];

#[tokio::test(start_paused = true)]
async fn refusals_tell_no_secret() {
    for sent in SENT {
        let client = Client::new(sent);
        for echo in echoes(&sent) {
            for status in [400, 401, 403, 429] {
                let body = json!({"error": error(&echo)}).to_string();
                for body in [body, format!("<html><title>{echo}</title>{echo}</html>"), echo.clone()] {
                    client.check(client.over_http(with_headers(status, &echo).body(body.clone())).await);
                    let refused = FakeHandshake::refused(status).body(body);
                    let refused =
                        headers(&echo).iter().fold(refused, |it, (name, value)| it.header(name, value));
                    client.check(client.over_websocket(refused).await);
                }
            }
        }
        client.sinks.check_all();
    }
}

/// The ends of a stream that the service words itself.
fn ends(echo: &str) -> Vec<Value> {
    let of_header: serde_json::Map<String, Value> =
        headers(echo).into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    vec![
        json!({"type": "error", "status": 401, "error": error(echo), "headers": of_header}),
        json!({"type": "error", "status": 500, "error": error(echo), "headers": of_header}),
        json!({"type": "error", "code": echo, "message": echo, "param": echo}),
        json!({"type": "response.failed", "response": {"id": echo, "error": error(echo)}}),
        json!({"type": "response.completed", "response": echo}),
        json!({"type": echo, "response": {"id": echo}}),
    ]
}

#[tokio::test]
async fn streams_tell_no_secret() {
    for sent in SENT {
        let client = Client::new(sent);
        for echo in echoes(&sent) {
            for end in ends(&echo) {
                let end = end.to_string();
                for before in ["", "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}\n\n"] {
                    let answer = with_headers(200, &echo).header("content-type", "text/event-stream");
                    let answer = answer.body(format!("{before}data: {end}\n\n")).cut();
                    client.check(client.over_http(answer).await);
                }
                let (echo, end) = (echo.clone(), end.clone());
                let accepted = FakeHandshake::accepted(move |mut server| async move {
                    let _ = server.next().await;
                    let _ = server.send_text(&end).await;
                    let reason: String = echo.chars().take(120).collect();
                    let _ = server.close(CloseCode::new(1008).unwrap(), &reason).await;
                });
                client.check(client.over_websocket(accepted).await);
            }
        }
        client.sinks.check_all();
    }
}

/// An answer that is not what the endpoint answers.
#[tokio::test]
async fn foreign_answers_tell_no_secret() {
    for sent in SENT {
        let client = Client::new(sent);
        for echo in echoes(&sent) {
            for (content_type, body) in [
                ("text/html", format!("<html><title>{echo}</title>{echo}</html>")),
                ("application/json", json!(echo).to_string()),
                (
                    "application/json",
                    json!({ &echo: echo, "models": echo, "data": echo, "output": echo }).to_string(),
                ),
                ("text/plain", echo.clone()),
            ] {
                let answer = || FakeAnswer::ok().header("content-type", content_type).body(body.clone());
                client.check(client.over_http(answer()).await);
                client.http.push(answer());
                client.check(client.api.models().list().await.map(drop));
                client.http.push(answer());
                if let Err(error) = client.api.stored_responses().retrieve("resp_1").await {
                    client.check(Err(error));
                }
            }
        }
        client.sinks.check_all();
    }
}
