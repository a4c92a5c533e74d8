//! Doubles for tests: both ends of a connection in memory, and a transport that plays handshakes.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use url::Url;

use super::connect::WebSocketTransport;
use super::connection::WebSocketConnection;
use super::extension::DeflateParams;
use super::frame::WebSocketRole;
use super::options::WebSocketOptions;
use crate::error::TransportError;
use crate::fake::ScriptEnded;
use crate::request::Request;
use crate::response::{ConnectionUse, ResponseHead};
use crate::status_error::StatusError;
use crate::transport::BoxFuture;

/// How much the stream between the two ends holds: 64 KiB.
const PIPE: usize = 64 * 1024;

/// Both ends of an open connection, the client's and the server's, over a stream in memory. Messages are
/// compressed when `options` offer it.
///
/// ```
/// use codex_client::fake::websocket_pair;
/// use codex_client::{ResponseHead, WebSocketMessage, WebSocketOptions};
/// use http::{HeaderMap, StatusCode};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let url = "http://service.example/".parse().unwrap();
/// let head = ResponseHead::new(StatusCode::SWITCHING_PROTOCOLS, HeaderMap::new(), url);
/// let (mut client, mut server) = websocket_pair(head, &WebSocketOptions::default());
/// client.send_text("question").await.unwrap();
/// let message = server.next().await.unwrap().unwrap();
/// assert_eq!(message, WebSocketMessage::Text("question".into()));
/// # });
/// ```
pub fn websocket_pair(
    head: ResponseHead,
    options: &WebSocketOptions,
) -> (WebSocketConnection, WebSocketConnection) {
    let deflate = options.deflate.is_made().then(DeflateParams::default);
    let (ours, theirs) = tokio::io::duplex(PIPE);
    let mut server_options = options.clone();
    // The server of a test waits as long as the test does.
    (server_options.byte_idle, server_options.keep_alive) = (None, None);
    let client = WebSocketConnection::client(Box::new(ours), head.clone(), deflate, options);
    let shared = (head, deflate);
    let server =
        WebSocketConnection::with_role(WebSocketRole::Server, Box::new(theirs), shared, &server_options);
    (client, server)
}

/// A [`WebSocketTransport`] that plays scripted handshakes in order and records what it was asked. Clones share
/// script and records.
///
/// A request beyond the script fails with [`TransportError::Other`] and the source [`ScriptEnded`].
///
/// ```
/// use codex_client::fake::{FakeHandshake, FakeWebSocketTransport};
/// use codex_client::{Request, WebSocketOptions, WebSocketTransport};
/// use http::Method;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let transport = FakeWebSocketTransport::new([
///     FakeHandshake::refused(401).body("no key"),
///     FakeHandshake::accepted(|mut server| async move {
///         server.next().await;
///         let _ = server.send_text("answer").await;
///     }),
/// ]);
/// let request = Request::new(Method::GET, "wss://service.example/".parse().unwrap());
///
/// assert!(transport.connect(request.clone(), WebSocketOptions::default()).await.is_err());
/// let mut connection = transport.connect(request, WebSocketOptions::default()).await.unwrap();
/// connection.send_text("question").await.unwrap();
/// assert!(connection.next().await.unwrap().is_ok());
/// assert_eq!(transport.requests().len(), 2);
/// # });
/// ```
#[derive(Clone, Debug, Default)]
pub struct FakeWebSocketTransport {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    script: VecDeque<FakeHandshake>,
    requests: Vec<Request>,
}

impl FakeWebSocketTransport {
    /// A transport that plays these handshakes, in order.
    pub fn new(script: impl IntoIterator<Item = FakeHandshake>) -> Self {
        let state = State { script: script.into_iter().collect(), requests: Vec::new() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Adds a handshake at the end.
    pub fn push(&self, handshake: FakeHandshake) {
        self.state().script.push_back(handshake);
    }

    /// All requests so far, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// How many handshakes have not been asked for.
    pub fn unused(&self) -> usize {
        self.state().script.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WebSocketTransport for FakeWebSocketTransport {
    fn connect(
        &self,
        request: Request,
        mut options: WebSocketOptions,
    ) -> BoxFuture<'_, Result<WebSocketConnection, TransportError>> {
        let handshake = {
            let mut state = self.state();
            state.requests.push(request.clone());
            state.script.pop_front()
        };
        options.byte_idle = request.timeouts.byte_idle;
        Box::pin(async move {
            match handshake {
                Some(handshake) => handshake.play(request.url, &options),
                None => Err(TransportError::Other { source: Box::new(ScriptEnded) }),
            }
        })
    }
}

/// One scripted handshake.
#[derive(Debug)]
pub struct FakeHandshake {
    outcome: Outcome,
    headers: HeaderMap,
    body: Bytes,
}

enum Outcome {
    Accepted(Box<dyn FnOnce(WebSocketConnection) -> BoxFuture<'static, ()> + Send>),
    Refused(StatusCode),
    Error(TransportError),
}

impl FakeHandshake {
    /// Accepts, and runs `server` on the other end of the connection in a task of its own.
    pub fn accepted<F, Fut>(server: F) -> Self
    where
        F: FnOnce(WebSocketConnection) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self::from(Outcome::Accepted(Box::new(|connection| Box::pin(server(connection)))))
    }

    /// Answers with this status instead. A number that is no status becomes 500.
    pub fn refused(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::from(Outcome::Refused(status))
    }

    /// No answer but this error.
    pub fn error(error: TransportError) -> Self {
        Self::from(Outcome::Error(error))
    }

    /// Adds a header to the answer. What is not allowed in HTTP is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.append(name, value);
        }
        self
    }

    /// The body of a refusal.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    fn play(self, url: Url, options: &WebSocketOptions) -> Result<WebSocketConnection, TransportError> {
        let head = |status| ResponseHead {
            connection: ConnectionUse::Fresh,
            ..ResponseHead::new(status, self.headers, url)
        };
        match self.outcome {
            Outcome::Error(error) => Err(error),
            Outcome::Refused(status) => Err(StatusError::new(head(status), self.body).into()),
            Outcome::Accepted(server) => {
                let (client, other) = websocket_pair(head(StatusCode::SWITCHING_PROTOCOLS), options);
                tokio::spawn(server(other));
                Ok(client)
            }
        }
    }
}

impl From<Outcome> for FakeHandshake {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, headers: HeaderMap::new(), body: Bytes::new() }
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted(_) => f.write_str("Accepted"),
            Self::Refused(status) => f.debug_tuple("Refused").field(status).finish(),
            Self::Error(error) => f.debug_tuple("Error").field(error).finish(),
        }
    }
}
