//! HTTP through reqwest, rustls and one shared pool.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderValue, StatusCode, header};
use http_body::Body as _;
use url::Url;

use crate::classify;
use crate::config::{ClientConfig, HttpVersions};
use crate::connect_limit::{self, ConnectLimit};
use crate::error::{TransportError, UrlError};
use crate::proxy::ProxyConfig;
use crate::request::Request;
use crate::response::{ConnectionUse, HttpResponse, ResponseHead};
use crate::response_body::ResponseBody;
use crate::timeouts::TimeoutPhase;
use crate::tls;
use crate::transport::{BoxFuture, HttpTransport};

/// Receive window of an HTTP/2 stream: 2 MiB, so that a fast stream is not held up by a slow round trip
/// (2 MiB per 50 ms are 40 MiB/s).
const HTTP2_STREAM_WINDOW: u32 = 2 * 1024 * 1024;
/// Receive window of an HTTP/2 connection, for several streams at once: 8 MiB.
const HTTP2_CONNECTION_WINDOW: u32 = 8 * 1024 * 1024;

/// Clients of [`ReqwestTransport::shared`], by what they were made from.
static SHARED: Mutex<Option<HashMap<ClientConfig, ReqwestTransport>>> = Mutex::new(None);

/// [`HttpTransport`] over the network. Clones share one connection pool.
///
/// - TLS by rustls with ring; certificates as [`tls_config`](crate::tls_config) says.
/// - Proxies as [`ProxyConfig`] says; reqwest's own reading of the environment is off.
/// - Redirects are **not** followed: a 3xx comes back as it is. A redirect would repeat a POST, or carry
///   credentials to another origin.
/// - Nothing is retried in here, bodies are not decompressed, and cookies are not kept.
/// - `TCP_NODELAY` is on, and HTTP/2 windows are wide, so that streams arrive as they are sent.
///
/// ```no_run
/// use codex_client::{ClientConfig, HttpTransport, ReqwestTransport, Request};
/// use http::Method;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let transport = ReqwestTransport::shared(&ClientConfig::default())?;
/// let request = Request::new(Method::GET, "https://service.example/v1/models".parse()?);
/// let response = transport.send(request).await?;
/// println!("{}", response.head.status);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    proxies: Arc<ProxyConfig>,
}

impl ReqwestTransport {
    /// At most this many clients are kept by [`shared`](Self::shared).
    pub const MAX_SHARED: usize = 32;

    /// A client of its own, with a pool of its own. [`shared`](Self::shared) is nearly always better.
    ///
    /// # Errors
    /// [`TransportError::Ca`], [`TransportError::ProxyConfig`] or [`TransportError::Client`] when the
    /// configuration cannot be used.
    pub fn new(config: &ClientConfig) -> Result<Self, TransportError> {
        let proxies = Arc::new(config.proxies()?);
        let client = build_client(config, Arc::clone(&proxies))?;
        Ok(Self { client, proxies })
    }

    /// The client of this process for this configuration: made once, then shared, so that connections are
    /// used again. The environment is looked at every time, files only when a client is made.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn shared(config: &ClientConfig) -> Result<Self, TransportError> {
        let config = config.clone().resolve()?;
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let clients = shared.get_or_insert_default();
        if let Some(known) = clients.get(&config) {
            return Ok(known.clone());
        }
        let made = Self::new(&config)?;
        if clients.len() < Self::MAX_SHARED {
            clients.insert(config, made.clone());
        }
        Ok(made)
    }

    /// Sends the request and waits for the head, within the request's `connect` and `head`.
    pub(crate) async fn exchange(&self, request: Request) -> Result<Answer, TransportError> {
        check_url(&request.url)?;
        let Request { method, url, headers, body, timeouts } = request;
        let mut outgoing = reqwest::Request::new(method, url.clone());
        *outgoing.headers_mut() = headers;
        if let Some(body) = body {
            let headers = outgoing.headers_mut();
            let content_type = HeaderValue::from_static(body.content_type());
            headers.entry(header::CONTENT_TYPE).or_insert(content_type);
            if let Some(encoding) = body.content_encoding() {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            *outgoing.body_mut() = Some(body.encoded().clone().into());
        }
        let send = connect_limit::with_limit(timeouts.connect, self.client.execute(outgoing));
        let (sent, opened) = match timeouts.head {
            None => send.await,
            Some(limit) => tokio::time::timeout(limit, send)
                .await
                .map_err(|_elapsed| TransportError::Timeout { phase: TimeoutPhase::Head, limit })?,
        };
        let response =
            sent.map_err(|error| classify::before_head(error, &url, self.proxies.for_url(&url)))?;
        let connection = if opened { ConnectionUse::Fresh } else { ConnectionUse::Reused };
        Ok(Answer { response, connection, url })
    }
}

/// An answer whose connection can still be taken over.
pub(crate) struct Answer {
    response: reqwest::Response,
    connection: ConnectionUse,
    url: Url,
}

impl Answer {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn head(&self) -> ResponseHead {
        ResponseHead {
            version: self.response.version(),
            connection: self.connection,
            ..ResponseHead::new(self.status(), self.response.headers().clone(), self.url.clone())
        }
    }

    /// The answer with a body to be read, silent for `byte_idle` at most.
    pub(crate) fn into_response(self, byte_idle: Option<Duration>) -> HttpResponse {
        let (parts, body) = http::Response::<reqwest::Body>::from(self.response).into_parts();
        let head = ResponseHead {
            version: parts.version,
            connection: self.connection,
            ..ResponseHead::new(parts.status, parts.headers, self.url)
        };
        let body = ResponseBody::from_stream(Incoming { body }).with_byte_idle(byte_idle);
        HttpResponse { head, body }
    }

    /// The connection itself, after a 101.
    pub(crate) async fn upgrade(self) -> Result<reqwest::Upgraded, TransportError> {
        self.response.upgrade().await.map_err(|error| classify::before_head(error, &self.url, None))
    }
}

impl HttpTransport for ReqwestTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let byte_idle = request.timeouts.byte_idle;
            Ok(self.exchange(request).await?.into_response(byte_idle))
        })
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransport").field("proxies", &self.proxies).finish_non_exhaustive()
    }
}

fn check_url(url: &Url) -> Result<(), TransportError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(TransportError::Url(UrlError::Scheme { scheme: url.scheme().into() }));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TransportError::Url(UrlError::Credentials));
    }
    Ok(())
}

fn build_client(config: &ClientConfig, proxies: Arc<ProxyConfig>) -> Result<reqwest::Client, TransportError> {
    let protocols: &[&str] = match config.http {
        HttpVersions::Negotiate => &["h2", "http/1.1"],
        HttpVersions::Http1 => &["http/1.1"],
    };
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls::tls_config(&config.ca, protocols)?)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connector_layer(ConnectLimit)
        .pool_idle_timeout(config.pool_idle_timeout)
        .pool_max_idle_per_host(config.pool_max_idle_per_host)
        .tcp_nodelay(true)
        .tcp_keepalive(config.tcp_keepalive)
        .http2_initial_stream_window_size(HTTP2_STREAM_WINDOW)
        .http2_initial_connection_window_size(HTTP2_CONNECTION_WINDOW);
    if config.http == HttpVersions::Http1 {
        builder = builder.http1_only();
    }
    if let Some(agent) = &config.user_agent {
        let value = HeaderValue::from_str(agent)
            .map_err(|source| TransportError::Header { name: header::USER_AGENT, source })?;
        builder = builder.user_agent(value);
    }
    if !proxies.is_none() {
        // `Proxy::parse` has accepted these URLs, so none can be dropped on the way into reqwest.
        let choose = move |url: &Url| proxies.for_url(url).map(|proxy| proxy.secret_url().to_owned());
        builder = builder.proxy(reqwest::Proxy::custom(choose));
    }
    builder.build().map_err(|error| TransportError::Client { source: Box::new(error.without_url()) })
}

/// The body of an answer, as it comes.
struct Incoming {
    body: reqwest::Body,
}

impl Stream for Incoming {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else { return Poll::Pending };
            return Poll::Ready(match frame {
                None => None,
                Some(Err(error)) => Some(Err(classify::in_body(error))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => Some(Ok(data)),
                    // Trailers say nothing that is used.
                    Err(_trailers) => continue,
                },
            });
        }
    }
}
