//! A WebSocket client of a few lines, over a client crate.

use std::io::ErrorKind;

use codex_sim::Simulator;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Response};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) head: Response<Option<Vec<u8>>>,
}

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// A close frame and its code.
    Closed(Option<u16>),
    /// No close frame.
    Dropped,
    /// A TCP reset.
    Reset,
}

impl Socket {
    pub(crate) async fn connect(simulator: &Simulator) -> Self {
        Self::open(simulator, "/v1/responses", &[("authorization", "Bearer sk-test")]).await.unwrap()
    }

    /// Opens a connection; an answer other than 101 is the error.
    pub(crate) async fn open(
        simulator: &Simulator,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Box<Response<Option<Vec<u8>>>>> {
        let url = format!("ws://{}{path}", simulator.addr());
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), HeaderValue::try_from(*value).unwrap());
        }
        match connect_async(request).await {
            Ok((stream, head)) => Ok(Self { stream, head }),
            Err(Error::Http(response)) => Err(response),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn send(&mut self, message: &Value) {
        self.send_text(&message.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn send_binary(&mut self, bytes: &[u8]) {
        self.stream.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    /// The next message as it came.
    pub(crate) async fn message(&mut self) -> Option<Result<Message, Error>> {
        self.stream.next().await
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            match self.message().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no event but {other:?}"),
            }
        }
    }

    /// All events up to one that ends a response.
    pub(crate) async fn events(&mut self) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let event = self.next().await;
            let kind = event["type"].as_str().unwrap().to_owned();
            events.push(event);
            if matches!(
                kind.as_str(),
                "error" | "response.completed" | "response.failed" | "response.incomplete" | "response.done"
            ) {
                return events;
            }
        }
    }

    /// Sends a request and collects its events.
    pub(crate) async fn ask(&mut self, request: &Value) -> Vec<Value> {
        self.send(request).await;
        self.events().await
    }

    /// Reads to the end of the connection.
    pub(crate) async fn ended(&mut self) -> Ended {
        loop {
            match self.message().await {
                Some(Ok(Message::Close(frame))) => {
                    return Ended::Closed(frame.map(|frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(Error::Io(error))) if error.kind() == ErrorKind::ConnectionReset => {
                    return Ended::Reset;
                }
                Some(Err(_)) | None => return Ended::Dropped,
            }
        }
    }
}

/// A request with this prompt.
pub(crate) fn create(prompt: &str) -> Value {
    json!({"type": "response.create", "model": "gpt-5.4", "input": prompt, "store": false})
}

/// A request that continues a response.
pub(crate) fn go_on(previous: &Value, prompt: &str) -> Value {
    let mut request = create(prompt);
    request["previous_response_id"] = previous.clone();
    request
}

/// The id of a finished response.
pub(crate) fn id(events: &[Value]) -> Value {
    events.last().unwrap()["response"]["id"].clone()
}

pub(crate) fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

pub(crate) fn output_text(events: &[Value]) -> String {
    events
        .iter()
        .filter(|event| event["type"] == "response.output_text.delta")
        .map(|event| event["delta"].as_str().unwrap())
        .collect()
}
