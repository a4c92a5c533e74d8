//! Simulator, the smallest kind: servers of a few lines on loopback that answer one handshake.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use codex_client::{
    ClientConfig, ConnectReason, ConnectionUse, DeflateOffer, HandshakeFault, ProxyConfig, ProxyReason,
    ProxySource, Request, ReqwestWebSocketTransport, StatusError, TimeoutPhase, TransportError, UrlError,
    WebSocketConnection, WebSocketError, WebSocketMessage, WebSocketOptions, WebSocketTransport,
};
use http::{HeaderValue, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::wire::{FIN, TEXT, frame};

pub(crate) fn transport() -> ReqwestWebSocketTransport {
    let mut config = ClientConfig::default();
    config.proxy = ProxySource::None;
    ReqwestWebSocketTransport::new(&config).unwrap()
}

pub(crate) fn request(url: &str) -> Request {
    let mut request = Request::new(Method::GET, url.parse().unwrap());
    request.headers.insert("authorization", HeaderValue::from_static("Bearer secret-1"));
    request
}

async fn connect(address: SocketAddr, request: Request) -> Result<WebSocketConnection, TransportError> {
    assert!(request.url.as_str().contains(&address.to_string()));
    transport().connect(request, WebSocketOptions::default()).await
}

/// Serves one connection: reads a head, answers with what `answer` makes of the expected accept value, and gives
/// the head back.
async fn answering<A: Into<Vec<u8>>>(
    answer: impl FnOnce(&str) -> A + Send + 'static,
) -> (SocketAddr, oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, heads) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = read_head(&mut stream).await;
        let answer = answer(&accept_for(header(&head, "sec-websocket-key").unwrap())).into();
        stream.write_all(&answer).await.unwrap();
        asked.send(head).ok();
        // Until the client has read it.
        let _ = stream.read(&mut [0; 1]).await;
    });
    (address, heads)
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

fn accept_for(key: &str) -> String {
    let salted = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let hash = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, salted.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(hash)
}

/// A proper answer but for these lines.
fn agreed(accept: &str, more: &str) -> String {
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n{more}\r\n"
    )
}

#[tokio::test]
async fn a_handshake_says_what_it_must() {
    let (address, heads) = answering(|accept| agreed(accept, "x-models-etag: e-1\r\n")).await;
    let mut asking = request(&format!("ws://{address}/answers?x=1"));
    asking.method = Method::POST;
    let connection = connect(address, asking).await.unwrap();
    assert_eq!(connection.head().status, 101);
    assert_eq!(connection.head().header("x-models-etag"), Some("e-1"));
    assert_eq!(connection.head().connection, ConnectionUse::Fresh);
    assert_eq!(connection.deflate(), None, "the server did not take the offer");
    let head = heads.await.unwrap();
    assert!(head.starts_with("GET /answers?x=1 HTTP/1.1\r\n"), "{head}");
    for (name, value) in [
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-extensions", "permessage-deflate; client_max_window_bits"),
        ("authorization", "Bearer secret-1"),
    ] {
        assert_eq!(header(&head, name), Some(value), "{name}");
    }
    assert_eq!(header(&head, "sec-websocket-key").unwrap().len(), 24);
    assert!(!format!("{connection:?}").contains("secret-1"));
}

#[tokio::test]
async fn answers_of_101_that_are_wrong() {
    use HandshakeFault as Fault;
    let cases: [(&str, Fault); 7] = [
        ("Connection: upgrade\r\nSec-WebSocket-Accept: {}\r\nUpgrade: h2c\r\n", Fault::NoUpgrade),
        (
            "Upgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: {}\r\n",
            Fault::NoConnectionUpgrade,
        ),
        ("Upgrade: websocket\r\nConnection: upgrade\r\n", Fault::NoAccept),
        (
            "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
            Fault::WrongAccept,
        ),
        (
            "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: {}\r\n\
             Sec-WebSocket-Protocol: chat\r\n",
            Fault::ProtocolNotOffered,
        ),
        (
            "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: {}\r\n\
             Sec-WebSocket-Extensions: x-snappy\r\n",
            Fault::ExtensionNotOffered,
        ),
        (
            "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: {}\r\n\
             Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99\r\n",
            Fault::BadDeflateParameter,
        ),
    ];
    for (lines, fault) in cases {
        let (address, _heads) = answering(move |accept| {
            format!("HTTP/1.1 101 Switching Protocols\r\n{}\r\n", lines.replace("{}", accept))
        })
        .await;
        let error = connect(address, request(&format!("ws://{address}/"))).await.unwrap_err();
        let TransportError::WebSocket(WebSocketError::Handshake(found)) = &error else { panic!("{error:?}") };
        assert_eq!(*found, fault);
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn a_subprotocol_and_compression_that_were_offered() {
    let (address, heads) = answering(|accept| {
        let more = "Sec-WebSocket-Protocol: realtime\r\n\
                    Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=12\r\n";
        agreed(accept, more)
    })
    .await;
    let mut asking = request(&format!("ws://{address}/"));
    asking.headers.insert("sec-websocket-protocol", HeaderValue::from_static("chat, realtime"));
    let connection = connect(address, asking).await.unwrap();
    assert_eq!(connection.deflate().unwrap().client_window.as_u8(), 12);
    assert_eq!(header(&heads.await.unwrap(), "sec-websocket-protocol"), Some("chat, realtime"));
}

#[tokio::test]
async fn a_refusal_keeps_its_evidence() {
    for (status, retryable) in
        [(200, false), (302, false), (401, false), (403, false), (426, false), (503, true)]
    {
        let (address, _heads) = answering(move |_accept| {
            format!(
                "HTTP/1.1 {status} Because\r\nx-request-id: r-1\r\ncontent-length: 9\r\nlocation: http://x/\r\n\r\nevidence!"
            )
        })
        .await;
        let error = connect(address, request(&format!("http://{address}/"))).await.unwrap_err();
        assert_eq!(error.is_retryable(), retryable);
        let TransportError::Status(refusal) = error else { panic!("{error:?}") };
        assert_eq!((refusal.status().as_u16(), &*refusal.text()), (status, "evidence!"));
        assert_eq!(refusal.head.header("x-request-id"), Some("r-1"));
        assert_eq!(refusal.head.connection, ConnectionUse::Fresh);
    }
}

#[tokio::test]
async fn the_body_of_a_refusal_is_bounded() {
    let (address, _heads) = answering(|_accept| {
        let page = "<html>".repeat(100_000);
        format!("HTTP/1.1 502 Bad Gateway\r\ncontent-length: {}\r\n\r\n{page}", page.len())
    })
    .await;
    let error = connect(address, request(&format!("ws://{address}/"))).await.unwrap_err();
    let TransportError::Status(refusal) = error else { panic!("{error:?}") };
    assert_eq!((refusal.body.len(), refusal.truncated), (StatusError::MAX_BODY, true));
    assert!(refusal.is_html());
}

#[tokio::test]
async fn frames_that_come_with_the_head_are_not_lost() {
    let (address, _heads) =
        answering(|accept| [agreed(accept, "").as_bytes(), &frame(FIN | TEXT, b"early")].concat()).await;
    let mut connection = connect(address, request(&format!("ws://{address}/"))).await.unwrap();
    assert_eq!(connection.next().await.unwrap().unwrap(), WebSocketMessage::Text("early".into()));
}

#[tokio::test]
async fn nothing_is_asked_of_other_schemes_and_dead_addresses() {
    for url in ["ftp://127.0.0.1/", "file:///etc/passwd"] {
        let error = transport().connect(request(url), WebSocketOptions::default()).await.unwrap_err();
        assert!(matches!(error, TransportError::Url(UrlError::Scheme { .. })), "{error:?}");
    }
    let credentials = request("wss://user:hunter2@127.0.0.1/");
    let error = transport().connect(credentials, WebSocketOptions::default()).await.unwrap_err();
    assert!(matches!(error, TransportError::Url(UrlError::Credentials)), "{error:?}");
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = connect(address, request(&format!("ws://{address}/"))).await.unwrap_err();
    assert!(matches!(error, TransportError::Connect { reason: ConnectReason::Refused, .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_that_never_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut asking = request(&format!("ws://{address}/"));
    let limit = Duration::from_millis(30);
    asking.timeouts.head = Some(limit);
    let error = connect(address, asking).await.unwrap_err();
    assert!(
        matches!(error, TransportError::Timeout { phase: TimeoutPhase::Head, limit: l } if l == limit),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_handshake_goes_through_the_proxy_like_any_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://user:hunter2@{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 407 Authorization Required\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        head
    });
    let mut config = ClientConfig::default();
    config.proxy = ProxySource::Config(ProxyConfig::all(&proxy).unwrap());
    let transport = ReqwestWebSocketTransport::new(&config).unwrap();
    let asking = request("wss://service.example/answers");
    let error = transport.connect(asking, WebSocketOptions::default()).await.unwrap_err();
    let head = server.await.unwrap();
    assert!(head.starts_with("CONNECT service.example:443 HTTP/1.1\r\n"), "{head}");
    assert!(
        matches!(error, TransportError::Proxy { reason: ProxyReason::AuthenticationRequired, .. }),
        "{error:?}"
    );
    assert!(!format!("{error:?} {error}").contains("hunter2") && !head.contains("secret-1"));
}

#[tokio::test]
async fn offers_of_compression() {
    for (offer, expected) in [
        (DeflateOffer::Off, None),
        (DeflateOffer::On, Some("permessage-deflate; client_max_window_bits")),
        (
            DeflateOffer::OnWithoutMemory,
            Some("permessage-deflate; client_no_context_takeover; client_max_window_bits"),
        ),
    ] {
        let (address, heads) = answering(|accept| agreed(accept, "")).await;
        let mut options = WebSocketOptions::default();
        options.deflate = offer;
        transport().connect(request(&format!("ws://{address}/")), options).await.unwrap();
        assert_eq!(header(&heads.await.unwrap(), "sec-websocket-extensions"), expected);
    }
}
