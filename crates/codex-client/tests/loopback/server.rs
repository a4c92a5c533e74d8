//! Simulator: the servers themselves.

use std::future::Future;
use std::net::SocketAddr;

use codex_client::{ClientConfig, ProxySource, Request, ReqwestTransport, Timeouts};
use http::Method;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Serves every connection with `handler`, each in its own task, until the test ends.
pub(crate) async fn serve<F, Fut>(handler: F) -> SocketAddr
where
    F: Fn(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(handler(stream));
        }
    });
    address
}

/// Answers every connection's first request with these bytes, then closes.
pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> SocketAddr {
    let answer = answer.into();
    serve(move |mut stream| {
        let answer = answer.clone();
        async move {
            read_request(&mut stream).await;
            stream.write_all(&answer).await.unwrap();
        }
    })
    .await
}

/// Reads a request: its head as text, and its body by `content-length`. `None` at the end of the connection.
pub(crate) async fn read_request<S>(stream: &mut S) -> Option<(String, Vec<u8>)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).map(|n| n.parse().unwrap());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, body))
}

/// An address where nothing listens.
pub(crate) async fn dead_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// Without proxies, whatever the environment of the test says.
pub(crate) fn config() -> ClientConfig {
    let mut config = ClientConfig::default();
    config.proxy = ProxySource::None;
    config
}

pub(crate) fn transport() -> ReqwestTransport {
    ReqwestTransport::new(&config()).unwrap()
}

/// A GET without any limits but the ones a test sets.
pub(crate) fn get(url: impl AsRef<str>) -> Request {
    let mut request = Request::new(Method::GET, url.as_ref().parse().unwrap());
    request.timeouts = Timeouts { head: None, byte_idle: None, ..Timeouts::default() };
    request
}
