//! Real third-party server: tokio-tungstenite on loopback, plain and behind TLS.

use std::net::SocketAddr;
use std::sync::Arc;

use codex_client::{
    CaSource, ClientConfig, CloseCode, ConnectionUse, ProxySource, ReqwestWebSocketTransport, TlsReason,
    TransportError, WebSocketMessage, WebSocketOptions, WebSocketTransport,
};
use futures_util::{SinkExt, StreamExt};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::handshake::{request, transport};

/// Sends back what comes, and fragments nothing.
async fn echo<S: AsyncRead + AsyncWrite + Unpin>(stream: S) {
    let mut config = WebSocketConfig::default();
    config.max_frame_size = None;
    let mut socket = tokio_tungstenite::accept_async_with_config(stream, Some(config)).await.unwrap();
    while let Some(Ok(message)) = socket.next().await {
        if matches!(message, Message::Text(_) | Message::Binary(_)) {
            socket.send(message).await.unwrap();
        }
    }
}

async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(echo(stream));
        }
    });
    address
}

#[tokio::test]
async fn messages_of_all_sizes_come_back() {
    let address = serve().await;
    let asking = request(&format!("ws://{address}/"));
    let mut connection = transport().connect(asking, WebSocketOptions::default()).await.unwrap();
    for length in [0, 1, 125, 126, 65_535, 65_536, 3_000_000] {
        let text = "€".repeat(length / 3);
        connection.send_text(&text).await.unwrap();
        let message = connection.next().await.unwrap().unwrap();
        assert!(message == WebSocketMessage::Text(text.into()), "{length}");
        let bytes = vec![0xAB; length];
        connection.send_binary(&bytes).await.unwrap();
        let message = connection.next().await.unwrap().unwrap();
        assert!(message == WebSocketMessage::Binary(bytes.into()), "{length}");
    }
    connection.ping(b"there?").await.unwrap();
    connection.close(CloseCode::NORMAL, "done").await.unwrap();
    assert!(connection.next().await.is_none());
}

#[tokio::test]
async fn ten_thousand_requests_over_one_connection() {
    let address = serve().await;
    let asking = request(&format!("ws://{address}/"));
    let mut connection = transport().connect(asking, WebSocketOptions::default()).await.unwrap();
    for at in 0..10_000 {
        let question = at.to_string();
        connection.send_text(&question).await.unwrap();
        let answer = connection.next().await.unwrap().unwrap();
        assert_eq!(answer, WebSocketMessage::Text(question.into()));
    }
    assert_eq!((connection.sent(), connection.received()), (10_000, 10_000));
    assert_eq!(connection.connection_use(), ConnectionUse::Reused);
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_named_and_only_then() {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, cert.pem()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], PrivateKeyDer::Pkcs8(signing_key.serialize_der().into()))
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                echo(stream).await;
            });
        }
    });

    let asking = request(&format!("wss://{address}/"));
    let mut config = ClientConfig::default();
    config.proxy = ProxySource::None;
    config.ca = CaSource::file(&file);
    let trusting = ReqwestWebSocketTransport::new(&config).unwrap();
    let mut connection = trusting.connect(asking.clone(), WebSocketOptions::default()).await.unwrap();
    connection.send_text("over TLS").await.unwrap();
    assert_eq!(connection.next().await.unwrap().unwrap(), WebSocketMessage::Text("over TLS".into()));
    connection.close(CloseCode::NORMAL, "").await.unwrap();

    let error = transport().connect(asking, WebSocketOptions::default()).await.unwrap_err();
    assert!(matches!(error, TransportError::Tls { reason: TlsReason::UnknownIssuer, .. }), "{error:?}");
}
