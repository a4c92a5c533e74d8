//! Fake transport: what a tap hears of a connection, in both directions.

use std::sync::{Arc, Mutex};

use codex_client::fake::websocket_pair;
use codex_client::{
    CloseCode, ResponseHead, WebSocketConnection, WebSocketMessage, WebSocketOptions, WebSocketTap,
    WebSocketTraffic,
};
use http::{HeaderMap, StatusCode};

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl WebSocketTap for Heard {
    fn on_event(&mut self, event: WebSocketTraffic<'_>) {
        let told = match event {
            WebSocketTraffic::SentText(text) => format!("> {text}"),
            WebSocketTraffic::SentBinary(bytes) => format!("> {bytes:?}"),
            WebSocketTraffic::SentPing => "> ping".to_owned(),
            WebSocketTraffic::SentClose(frame) => format!("> close {}", frame.code),
            WebSocketTraffic::Received(WebSocketMessage::Text(text)) => format!("< {}", text.as_str()),
            WebSocketTraffic::Received(WebSocketMessage::Close(frame)) => format!("< close {}", frame.code),
            WebSocketTraffic::ReceivedPing(payload) => format!("< ping {payload:?}"),
            WebSocketTraffic::Failed(error) => format!("failed: {}", error.class()),
            other => format!("{other:?}"),
        };
        self.0.lock().unwrap().push(told);
    }
}

fn pair() -> (WebSocketConnection, WebSocketConnection, Heard) {
    let url = "http://service.test/".parse().unwrap();
    let head = ResponseHead::new(StatusCode::SWITCHING_PROTOCOLS, HeaderMap::new(), url);
    let (client, server) = websocket_pair(head, &WebSocketOptions::default());
    let heard = Heard::default();
    (client.tapped(Box::new(heard.clone())), server, heard)
}

#[tokio::test]
async fn messages_pings_and_closes_are_heard_once() {
    let (mut client, mut server, heard) = pair();
    client.send_text("question").await.unwrap();
    client.send_binary(&[7]).await.unwrap();
    client.ping(b"there?").await.unwrap();
    server.ping(b"here?").await.unwrap();
    server.send_text("answer").await.unwrap();
    client.next().await.unwrap().unwrap();
    let served = tokio::spawn(async move {
        while let Some(message) = server.next().await {
            message.unwrap();
        }
    });
    client.close(CloseCode::NORMAL, "").await.unwrap();
    served.await.unwrap();
    assert_eq!(
        heard.all(),
        ["> question", "> [7]", "> ping", "< ping b\"here?\"", "< answer", "> close 1000", "< close 1000"]
    );
}

#[tokio::test]
async fn an_end_without_a_close_is_heard_by_both_halves() {
    let (client, server, heard) = pair();
    let (mut reader, mut writer) = client.into_split();
    writer.send_text("question").await.unwrap();
    drop(server);
    reader.next().await.unwrap().unwrap_err();
    assert_eq!(heard.all(), ["> question", "failed: closed"]);
}
