//! A transport that plays a script, for tests.
//!
//! Needs the cargo feature `fake`. See the crate's README for when another double fits better.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::error::{ClosedReason, ClosedStage, TransportError};
use crate::request::Request;
use crate::response::{HttpResponse, ResponseHead};
use crate::response_body::ResponseBody;
use crate::timeouts::TimeoutPhase;
use crate::transport::{BoxFuture, HttpTransport};
pub use crate::websocket::fake::{FakeHandshake, FakeWebSocketTransport, websocket_pair};

/// Plays scripted answers in order and records what it was asked. Clones share script and records.
///
/// A request beyond the script fails with [`TransportError::Other`] and the source [`ScriptEnded`].
/// Honours `head` and `byte_idle` of [`Timeouts`](crate::Timeouts) with tokio's clock, which tests can pause.
///
/// ```
/// use codex_client::fake::{FakeAnswer, FakeTransport};
/// use codex_client::{HttpTransport, Request};
/// use http::Method;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let transport = FakeTransport::new([
///     FakeAnswer::status(503).header("retry-after", "1"),
///     FakeAnswer::ok().chunks(["data: 1\n\n", "data: 2"]).cut(),
/// ]);
/// let request = Request::new(Method::GET, "https://service.example/".parse().unwrap());
///
/// assert_eq!(transport.send(request.clone()).await.unwrap().head.status, 503);
/// let mut body = transport.send(request).await.unwrap().body;
/// assert_eq!(body.chunk().await.unwrap().unwrap(), "data: 1\n\n");
/// assert_eq!(body.chunk().await.unwrap().unwrap(), "data: 2");
/// assert!(body.chunk().await.is_err());
/// assert_eq!(transport.requests().len(), 2);
/// # });
/// ```
#[derive(Clone, Debug, Default)]
pub struct FakeTransport {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    script: VecDeque<FakeAnswer>,
    requests: Vec<Request>,
}

impl FakeTransport {
    /// A transport that gives these answers, in order.
    pub fn new(script: impl IntoIterator<Item = FakeAnswer>) -> Self {
        let state = State { script: script.into_iter().collect(), requests: Vec::new() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Adds an answer at the end.
    pub fn push(&self, answer: FakeAnswer) {
        self.state().script.push_back(answer);
    }

    /// All requests so far, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// How many answers have not been asked for.
    pub fn unused(&self) -> usize {
        self.state().script.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpTransport for FakeTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let answer = {
            let mut state = self.state();
            state.requests.push(request.clone());
            state.script.pop_front()
        };
        Box::pin(async move {
            let Some(answer) = answer else {
                return Err(TransportError::Other { source: Box::new(ScriptEnded) });
            };
            answer.play(request).await
        })
    }
}

/// One scripted answer.
#[derive(Debug)]
pub struct FakeAnswer {
    outcome: Outcome,
    headers: HeaderMap,
    chunks: Vec<Bytes>,
    ending: Ending,
}

#[derive(Debug)]
enum Outcome {
    Status(StatusCode),
    Error(TransportError),
    Silence,
}

/// How a body ends.
#[derive(Debug, Default)]
enum Ending {
    #[default]
    Properly,
    Stalled,
    Error(TransportError),
}

impl FakeAnswer {
    /// An answer with this status and no body. A number that is no status becomes 500.
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::from(Outcome::Status(status))
    }

    /// Status 200.
    pub fn ok() -> Self {
        Self::status(200)
    }

    /// No answer but this error.
    pub fn error(error: TransportError) -> Self {
        Self::from(Outcome::Error(error))
    }

    /// No answer, ever: the request waits for its `head` timeout.
    pub fn silence() -> Self {
        Self::from(Outcome::Silence)
    }

    /// Adds a header. What is not allowed in HTTP is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.append(name, value);
        }
        self
    }

    /// Adds the body in one chunk.
    #[must_use]
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        self.chunks([body.into()])
    }

    /// Adds chunks to the body.
    #[must_use]
    pub fn chunks<I>(mut self, chunks: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Bytes>,
    {
        self.chunks.extend(chunks.into_iter().map(Into::into));
        self
    }

    /// After its chunks the body is cut: the connection ends early.
    #[must_use]
    pub fn cut(self) -> Self {
        let reason = ClosedReason::Early;
        let source = Box::new(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
        self.fail(TransportError::Closed { stage: ClosedStage::InBody, reason, source })
    }

    /// After its chunks the body stalls for ever.
    #[must_use]
    pub fn stall(mut self) -> Self {
        self.ending = Ending::Stalled;
        self
    }

    /// After its chunks the body fails with this error.
    #[must_use]
    pub fn fail(mut self, error: TransportError) -> Self {
        self.ending = Ending::Error(error);
        self
    }

    async fn play(self, request: Request) -> Result<HttpResponse, TransportError> {
        let status = match self.outcome {
            Outcome::Status(status) => status,
            Outcome::Error(error) => return Err(error),
            Outcome::Silence => return silence(request.timeouts.head).await,
        };
        let head = ResponseHead::new(status, self.headers, request.url);
        let body = ScriptedBody { chunks: self.chunks.into(), ending: Some(self.ending) };
        let body = ResponseBody::from_stream(body).with_byte_idle(request.timeouts.byte_idle);
        Ok(HttpResponse { head, body })
    }
}

impl From<Outcome> for FakeAnswer {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, headers: HeaderMap::new(), chunks: Vec::new(), ending: Ending::default() }
    }
}

async fn silence(limit: Option<std::time::Duration>) -> Result<HttpResponse, TransportError> {
    let Some(limit) = limit else { return std::future::pending().await };
    tokio::time::sleep(limit).await;
    Err(TransportError::Timeout { phase: TimeoutPhase::Head, limit })
}

struct ScriptedBody {
    chunks: VecDeque<Bytes>,
    ending: Option<Ending>,
}

impl Stream for ScriptedBody {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(chunk) = self.chunks.pop_front() {
            return Poll::Ready(Some(Ok(chunk)));
        }
        match self.ending.take() {
            None | Some(Ending::Properly) => Poll::Ready(None),
            Some(Ending::Error(error)) => Poll::Ready(Some(Err(error))),
            Some(Ending::Stalled) => {
                self.ending = Some(Ending::Stalled);
                Poll::Pending
            }
        }
    }
}

/// The script of a [`FakeTransport`] had no answer left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the script of the fake transport has no answer left")]
pub struct ScriptEnded;
