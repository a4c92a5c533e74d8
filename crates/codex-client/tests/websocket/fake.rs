//! Fake transport: scripted handshakes.

use codex_client::fake::{FakeHandshake, FakeWebSocketTransport, ScriptEnded};
use codex_client::{
    ConnectReason, Request, TimeoutPhase, TransportError, WebSocketMessage, WebSocketOptions,
    WebSocketTransport,
};
use http::Method;
use std::time::Duration;

fn request() -> Request {
    Request::new(Method::GET, "wss://service.example/answers".parse().unwrap())
}

#[tokio::test]
async fn handshakes_are_played_in_order() {
    let refused = || TransportError::Connect {
        host: "service.example:443".into(),
        reason: ConnectReason::Refused,
        source: Box::new(std::io::Error::from(std::io::ErrorKind::ConnectionRefused)),
    };
    let transport = FakeWebSocketTransport::new([
        FakeHandshake::refused(401).header("x-request-id", "r-1").body("no key"),
        FakeHandshake::error(refused()),
    ]);
    transport.push(
        FakeHandshake::accepted(|mut server| async move {
            let question = server.next().await.unwrap().unwrap();
            assert_eq!(question, WebSocketMessage::Text("question".into()));
            server.send_text("answer").await.unwrap();
        })
        .header("x-models-etag", "e-1"),
    );

    let connect = || transport.connect(request(), WebSocketOptions::default());
    let TransportError::Status(status) = connect().await.unwrap_err() else { panic!("no status") };
    assert_eq!((status.status().as_u16(), &*status.text()), (401, "no key"));
    assert_eq!(status.head.header("x-request-id"), Some("r-1"));
    assert!(matches!(connect().await.unwrap_err(), TransportError::Connect { .. }));
    let mut connection = connect().await.unwrap();
    assert_eq!(connection.head().header("x-models-etag"), Some("e-1"));
    connection.send_text("question").await.unwrap();
    assert_eq!(connection.next().await.unwrap().unwrap(), WebSocketMessage::Text("answer".into()));
    assert!(connection.next().await.unwrap().is_err(), "the server is gone, without a close");

    let TransportError::Other { source } = connect().await.unwrap_err() else { panic!("no end") };
    assert!(source.is::<ScriptEnded>());
    assert_eq!((transport.requests().len(), transport.unused()), (4, 0));
}

#[tokio::test(start_paused = true)]
async fn byte_idle_of_the_request_holds_for_the_connection() {
    let transport = FakeWebSocketTransport::new([FakeHandshake::accepted(|server| async move {
        std::future::pending::<()>().await;
        drop(server);
    })]);
    let mut request = request();
    request.timeouts.byte_idle = Some(Duration::from_secs(7));
    let mut connection = transport.connect(request, WebSocketOptions::default()).await.unwrap();
    let error = connection.next().await.unwrap().unwrap_err();
    assert!(matches!(error, TransportError::Timeout { phase: TimeoutPhase::ByteIdle, .. }), "{error:?}");
}
