//! Opening a WebSocket through the HTTP client.

use std::sync::Arc;

use http::{Method, StatusCode};

use super::connection::WebSocketConnection;
use super::error::WebSocketError;
use super::handshake::Handshake;
use super::options::WebSocketOptions;
use crate::config::{ClientConfig, HttpVersions};
use crate::error::{TransportError, UrlError};
use crate::request::Request;
use crate::reqwest_transport::ReqwestTransport;
use crate::status_error::StatusError;
use crate::timeouts::TimeoutPhase;
use crate::transport::BoxFuture;

/// Opens WebSockets.
///
/// Implemented by [`ReqwestWebSocketTransport`], and by `fake::FakeWebSocketTransport` for tests. Usable as
/// `Arc<dyn WebSocketTransport>`.
pub trait WebSocketTransport: Send + Sync + 'static {
    /// Asks for a WebSocket and waits for it. Dropping the future cancels the attempt.
    ///
    /// The URL may be `ws`, `wss`, `http` or `https`. Method and body of the request are not used. Its headers
    /// are sent, credentials and `sec-websocket-protocol` included; those of the handshake itself are added.
    /// `connect`, `head` and `byte_idle` of its timeouts hold, the last one for the life of the connection.
    ///
    /// # Errors
    /// [`TransportError::Status`] with head and body when the server answered with anything but 101, which is
    /// where the evidence of a 401 is; [`TransportError::WebSocket`] when it agreed in a wrong way; else as
    /// [`HttpTransport::send`](crate::HttpTransport::send).
    fn connect(
        &self,
        request: Request,
        options: WebSocketOptions,
    ) -> BoxFuture<'_, Result<WebSocketConnection, TransportError>>;
}

impl<T: WebSocketTransport + ?Sized> WebSocketTransport for Arc<T> {
    fn connect(
        &self,
        request: Request,
        options: WebSocketOptions,
    ) -> BoxFuture<'_, Result<WebSocketConnection, TransportError>> {
        T::connect(self, request, options)
    }
}

/// [`WebSocketTransport`] over the network: the same HTTP client as [`ReqwestTransport`], and so the same
/// certificates, proxies, timeouts and errors.
///
/// Handshakes are HTTP/1.1, whatever the configuration says, because the upgrade is a feature of that version.
/// A `ws` URL goes through an HTTP proxy as a plain request, which many proxies do not upgrade; `wss` uses
/// CONNECT and works through all of them.
///
/// ```no_run
/// use codex_client::{
///     ClientConfig, Request, ReqwestWebSocketTransport, WebSocketMessage, WebSocketOptions, WebSocketTransport,
/// };
/// use http::Method;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let transport = ReqwestWebSocketTransport::shared(&ClientConfig::default())?;
/// let request = Request::new(Method::GET, "wss://service.example/v1/answers".parse()?);
/// let mut connection = transport.connect(request, WebSocketOptions::default()).await?;
/// connection.send_text("question").await?;
/// while let Some(message) = connection.next().await.transpose()? {
///     if let WebSocketMessage::Text(text) = message {
///         println!("{text}");
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ReqwestWebSocketTransport {
    http: ReqwestTransport,
}

impl ReqwestWebSocketTransport {
    /// A client of its own. [`shared`](Self::shared) is nearly always better.
    ///
    /// # Errors
    /// As [`ReqwestTransport::new`].
    pub fn new(config: &ClientConfig) -> Result<Self, TransportError> {
        ReqwestTransport::new(&http1(config)).map(|http| Self { http })
    }

    /// The client of this process for this configuration.
    ///
    /// # Errors
    /// As [`ReqwestTransport::shared`].
    pub fn shared(config: &ClientConfig) -> Result<Self, TransportError> {
        ReqwestTransport::shared(&http1(config)).map(|http| Self { http })
    }

    async fn upgrade(
        &self,
        mut request: Request,
        mut options: WebSocketOptions,
    ) -> Result<WebSocketConnection, TransportError> {
        to_http(&mut request)?;
        let handshake = Handshake::begin(&mut request.headers, options.deflate)?;
        let timeouts = request.timeouts.clone();
        options.byte_idle = timeouts.byte_idle;
        let answer = self.http.exchange(request).await?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(StatusError::read(answer.into_response(timeouts.byte_idle)).await.into());
        }
        let head = answer.head();
        let deflate = handshake.check(&head.headers).map_err(WebSocketError::from)?;
        let upgrade = answer.upgrade();
        let io = match timeouts.head {
            None => upgrade.await?,
            Some(limit) => tokio::time::timeout(limit, upgrade)
                .await
                .map_err(|_elapsed| TransportError::Timeout { phase: TimeoutPhase::Head, limit })??,
        };
        Ok(WebSocketConnection::client(Box::new(io), head, deflate, &options))
    }
}

impl WebSocketTransport for ReqwestWebSocketTransport {
    fn connect(
        &self,
        request: Request,
        options: WebSocketOptions,
    ) -> BoxFuture<'_, Result<WebSocketConnection, TransportError>> {
        Box::pin(self.upgrade(request, options))
    }
}

fn http1(config: &ClientConfig) -> ClientConfig {
    let mut config = config.clone();
    config.http = HttpVersions::Http1;
    config
}

fn to_http(request: &mut Request) -> Result<(), TransportError> {
    let scheme = match request.url.scheme() {
        "ws" | "http" => "http",
        "wss" | "https" => "https",
        other => return Err(TransportError::Url(UrlError::Scheme { scheme: other.into() })),
    };
    if request.url.scheme() != scheme && request.url.set_scheme(scheme).is_err() {
        return Err(TransportError::Url(UrlError::Scheme { scheme: request.url.scheme().into() }));
    }
    request.method = Method::GET;
    request.body = None;
    Ok(())
}
