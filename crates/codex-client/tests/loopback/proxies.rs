//! Simulator: HTTP and SOCKS proxies.

use std::net::SocketAddr;

use codex_client::{
    HttpTransport, ProxyConfig, ProxyReason, ProxySource, ReqwestTransport, TlsReason, TransportError,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::server::{answering, config, dead_address, get, read_request, serve};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn through(proxy: &str) -> ReqwestTransport {
    let mut config = config();
    config.proxy = ProxySource::Config(ProxyConfig::all(proxy).unwrap());
    ReqwestTransport::new(&config).unwrap()
}

async fn proxy_reason(transport: &ReqwestTransport, url: &str) -> ProxyReason {
    match transport.send(get(url)).await.unwrap_err() {
        error @ TransportError::Proxy { reason, .. } => {
            assert!(!format!("{error:?} {error}").contains("hunter2"), "{error:?}");
            reason
        }
        other => panic!("{other:?}"),
    }
}

/// A proxy that notes the head of each request and gives one answer.
async fn noting(answer: &'static str) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let (sender, seen) = mpsc::unbounded_channel();
    let address = serve(move |mut stream| {
        let sender = sender.clone();
        async move {
            sender.send(read_request(&mut stream).await.unwrap().0).unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await;
    (address, seen)
}

#[tokio::test]
async fn plain_http_goes_to_the_proxy_with_credentials() {
    let (proxy, mut seen) = noting(OK).await;
    let transport = through(&format!("http://user:hunt%40er@{proxy}"));
    transport.send(get("http://service.example/path?q=1")).await.unwrap();
    let head = seen.recv().await.unwrap();
    assert!(head.starts_with("GET http://service.example/path?q=1 HTTP/1.1\r\n"), "{head}");
    // user:hunt@er
    assert!(head.contains("proxy-authorization: Basic dXNlcjpodW50QGVy\r\n"), "{head}");
}

/// The HTTP client goes around a proxy whose URL it cannot read: no password may make it do so.
#[tokio::test]
async fn odd_passwords_are_not_gone_around() {
    for password in ["100%", "%25", "a|b^c`d", "a b", "ä€", "p;q=r,s!$&'()*+~", "%00", "%0A"] {
        let (proxy, mut seen) = noting(OK).await;
        let transport = through(&format!("http://user:{password}@{proxy}"));
        transport.send(get("http://service.example/")).await.unwrap();
        assert!(seen.recv().await.unwrap().contains("proxy-authorization: Basic "), "{password}");
    }
}

#[tokio::test]
async fn tls_goes_through_a_tunnel_with_credentials() {
    let (sender, mut seen) = mpsc::unbounded_channel();
    let proxy = serve(move |mut stream| {
        let sender = sender.clone();
        async move {
            sender.send(read_request(&mut stream).await.unwrap().0).unwrap();
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
            // The client's turn, in TLS; then something that is none.
            stream.read_u8().await.unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let transport = through(&format!("http://user:hunt%40er@{proxy}"));
    let error = transport.send(get("https://service.example/")).await.unwrap_err();
    let head = seen.recv().await.unwrap().to_lowercase();
    assert!(head.starts_with("connect service.example:443 http/1.1\r\n"), "{head}");
    assert!(head.contains("proxy-authorization: basic dxnlcjpodw50qgvy\r\n"), "{head}");
    // The tunnel was there: what fails now is the service.
    assert!(
        matches!(&error, TransportError::Tls { reason: TlsReason::NotTls, host, .. } if **host == *"service.example:443"),
        "{error:?}"
    );
}

#[tokio::test]
async fn refusals_of_a_tunnel_are_told_apart() {
    let table = [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", ProxyReason::AuthenticationRequired),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", ProxyReason::TunnelRefused),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", ProxyReason::TunnelRefused),
        ("HTTP/1.1 200 ", ProxyReason::BadAnswer),
    ];
    for (answer, expected) in table {
        let proxy = answering(answer).await;
        let transport = through(&format!("http://user:hunter2@{proxy}"));
        assert_eq!(proxy_reason(&transport, "https://service.example/").await, expected, "{answer}");
    }
}

#[tokio::test]
async fn a_service_that_hangs_up_behind_a_tunnel_is_not_blamed_on_the_proxy() {
    let proxy = answering("HTTP/1.1 200 Connection established\r\n\r\n").await;
    let error = through(&format!("http://{proxy}")).send(get("https://service.example/")).await.unwrap_err();
    assert!(!matches!(error, TransportError::Proxy { .. }), "{error:?}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_dead_proxy_is_not_gone_around() {
    let proxy = dead_address().await;
    for scheme in ["http", "socks5h"] {
        let transport = through(&format!("{scheme}://user:hunter2@{proxy}"));
        for url in ["http://service.example/", "https://service.example/"] {
            assert_eq!(proxy_reason(&transport, url).await, ProxyReason::Unreachable, "{scheme} {url}");
        }
    }
}

#[tokio::test]
async fn this_machine_is_reached_directly() {
    let server = answering(OK).await;
    let transport = through(&format!("http://{}", dead_address().await));
    assert_eq!(transport.send(get(format!("http://{server}/"))).await.unwrap().head.status, 200);
}

/// What a SOCKS 5 proxy was told (RFC 1928, RFC 1929).
#[derive(Debug, PartialEq)]
struct Told {
    credentials: Option<(String, String)>,
    target: String,
}

async fn socks(verdict: u8) -> (SocketAddr, mpsc::UnboundedReceiver<Told>) {
    let (sender, told) = mpsc::unbounded_channel();
    let address = serve(move |mut stream| {
        let sender = sender.clone();
        async move {
            let mut greeting = [0; 2];
            stream.read_exact(&mut greeting).await.unwrap();
            let mut methods = vec![0; greeting[1].into()];
            stream.read_exact(&mut methods).await.unwrap();
            let wants_credentials = methods.contains(&2);
            stream.write_all(&[5, if wants_credentials { 2 } else { 0 }]).await.unwrap();
            let mut credentials = None;
            if wants_credentials {
                assert_eq!(stream.read_u8().await.unwrap(), 1);
                credentials = Some((counted(&mut stream).await, counted(&mut stream).await));
                stream.write_all(&[1, 0]).await.unwrap();
            }
            let mut request = [0; 4];
            stream.read_exact(&mut request).await.unwrap();
            let host = match request[3] {
                1 => std::net::Ipv4Addr::from(stream.read_u32().await.unwrap()).to_string(),
                3 => counted(&mut stream).await,
                other => panic!("address type {other}"),
            };
            let port = stream.read_u16().await.unwrap();
            sender.send(Told { credentials, target: format!("{host}:{port}") }).unwrap();
            stream.write_all(&[5, verdict, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
            if verdict == 0 {
                read_request(&mut stream).await;
                stream.write_all(OK.as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    (address, told)
}

async fn counted(stream: &mut tokio::net::TcpStream) -> String {
    let mut text = vec![0; stream.read_u8().await.unwrap().into()];
    stream.read_exact(&mut text).await.unwrap();
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn socks5h_leaves_names_to_the_proxy_and_decodes_credentials() {
    let (proxy, mut told) = socks(0).await;
    let transport = through(&format!("socks5h://user:hunt%40er@{proxy}"));
    let response = transport.send(get("http://service.example:8080/")).await.unwrap();
    assert_eq!(response.body.collect(10).await.unwrap().bytes, "ok");
    assert_eq!(
        told.recv().await.unwrap(),
        Told { credentials: Some(("user".into(), "hunt@er".into())), target: "service.example:8080".into() }
    );
}

#[tokio::test]
async fn socks5_resolves_names_itself() {
    let (proxy, mut told) = socks(0).await;
    let mut proxies = ProxyConfig::all(&format!("socks5://{proxy}")).unwrap();
    proxies.proxy_loopback = true;
    let mut config = config();
    config.proxy = ProxySource::Config(proxies);
    let transport = ReqwestTransport::new(&config).unwrap();
    transport.send(get("http://127.0.0.1:9/")).await.unwrap();
    assert_eq!(told.recv().await.unwrap(), Told { credentials: None, target: "127.0.0.1:9".into() });
}

#[tokio::test]
async fn a_refusing_socks_proxy() {
    // 2: connection not allowed by ruleset.
    let (proxy, _told) = socks(2).await;
    let transport = through(&format!("socks5h://{proxy}"));
    assert_eq!(proxy_reason(&transport, "https://service.example/").await, ProxyReason::TunnelRefused);
}
