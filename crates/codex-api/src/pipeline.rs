//! The way of a request, step by step: the one file to read first.
//!
//! ```text
//! 1 encode      body bytes, once, shared by every attempt (`operation.rs`)
//! 2 prepare     provider URL + provider and per-request headers
//! 3 authorize   credentials -> headers, and what was attached
//! 4 send        through the transport: an HTTP request or a WebSocket handshake (`exchange.rs`)
//! 5 observe     one fact per attempt
//! 6 judge       success | retry after a delay | recover from a 401, one step each (`recovery.rs`) | error
//! 7 decode      the first frame is awaited here, so that a stream that never began is retried like any failure;
//! 8 stream      the rest is `ResponseStream`
//! ```

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use codex_client::{
    ClientConfig, Compression, CompressionMemory, Failure, HttpTransport, Request, RequestBody,
    ReqwestWebSocketTransport, ResponseHead, RetryDecision, TimeoutPhase, Timeouts, TransportError,
    WebSocketConnection, WebSocketOptions, WebSocketTransport, server_delay,
};
use codex_observe::{AuthAttachment, Endpoint, Observer, Outcome, RequestContext};
use http::{HeaderMap, Method, header::ACCEPT, header::HeaderValue};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::{
    answer::{self, BodyReader, Failed, OpenedStream, StreamOpener},
    attempt_facts,
    auth::{self, AuthProvider, Credentials},
    course::{Call, Course},
    echoed_secrets::EchoedSecrets,
    error::{ApiError, ApiErrorKind, DecodeError},
    exchange::{Exchange, Handshake, HttpExchange},
    operation::Operation,
    operation_watch::OperationWatch,
    provider::Provider,
    recovery::RecoveryProgress,
};

/// Everything that the endpoints share; cloning is cheap.
#[derive(Clone)]
pub(crate) struct Pipeline {
    pub(crate) transport: Arc<dyn HttpTransport>,
    /// `None`: the one that the process shares.
    pub(crate) websocket: Option<Arc<dyn WebSocketTransport>>,
    pub(crate) provider: Arc<Provider>,
    pub(crate) auth: Arc<dyn AuthProvider>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) refused_compression: CompressionMemory,
    pub(crate) chance: Chance,
}

/// Where the pipeline takes the time of day and randomness from, so that tests can decide them.
#[derive(Clone, Copy)]
pub(crate) struct Chance {
    pub(crate) now: fn() -> SystemTime,
    /// Uniform in `0.0..1.0`.
    pub(crate) random: fn() -> f64,
}

impl Default for Chance {
    fn default() -> Self {
        Self { now: SystemTime::now, random: fastrand::f64 }
    }
}

/// A successful answer whose body is still to be read.
pub(crate) struct Answered<B> {
    pub(crate) head: ResponseHead,
    pub(crate) body: B,
    pub(crate) call: Call,
    /// Still open: whoever reads the answer says when it is over.
    pub(crate) watch: OperationWatch,
}

impl<B> Answered<B> {
    /// The answer is whole.
    fn end(&mut self) {
        let outcome = Outcome::after(self.watch.elapsed()).status(self.head.status.as_u16());
        self.watch.end(outcome, None);
    }
}

/// What to do after an attempt failed.
enum Verdict {
    RetryAfter(Duration),
    RetryUncompressed,
    /// A 401: try to get other credentials first.
    Recover(ApiErrorKind),
    Fail(ApiErrorKind),
}

impl Pipeline {
    /// Sends until an answer with a success status and a first frame is there, or the policy says stop.
    pub(crate) async fn open_stream(
        &self,
        mut operation: Operation,
    ) -> Result<Answered<OpenedStream>, ApiError> {
        if !self.provider.headers().contains_key(ACCEPT) {
            operation.headers.entry(ACCEPT).or_insert(HeaderValue::from_static("text/event-stream"));
        }
        let opener = StreamOpener { timeouts: operation.timeouts.clone(), limits: self.provider.sse_limits };
        self.call(operation, &HttpExchange { transport: &*self.transport, reader: opener }).await
    }

    /// Sends until an answer with a success status is there, or the policy says stop, and reads its whole body.
    pub(crate) async fn fetch(&self, operation: Operation) -> Result<Answered<bytes::Bytes>, ApiError> {
        let exchange = HttpExchange { transport: &*self.transport, reader: BodyReader };
        let mut answered = self.call(operation, &exchange).await?;
        answered.end();
        Ok(answered)
    }

    /// As [`fetch`](Self::fetch), decoded.
    pub(crate) async fn fetch_json<T: DeserializeOwned>(&self, operation: Operation) -> Result<T, ApiError> {
        let endpoint = operation.endpoint;
        let answered = self.fetch(operation).await?;
        serde_json::from_slice(&answered.body)
            .map_err(|source| ApiError::new(DecodeError::Json { endpoint, source }, answered.call.context))
    }

    /// An operation with the provider's settings, at the endpoint's own path.
    pub(crate) fn operation(&self, endpoint: Endpoint, method: Method, headers: HeaderMap) -> Operation {
        Operation {
            endpoint,
            method,
            url: self.provider.url(endpoint.0),
            headers,
            model: None,
            body: None,
            timeouts: self.provider.timeouts.clone(),
            retry: self.provider.retry.clone(),
            counted_from: None,
            recovery: None,
        }
    }

    /// The recovery of a turn, at its start.
    pub(crate) fn recovery(&self) -> RecoveryProgress {
        RecoveryProgress::new(self.auth.recovery())
    }

    /// Opens a WebSocket: the same steps, whose answer is a connection instead of a body.
    pub(crate) async fn open_websocket(
        &self,
        operation: Operation,
        options: WebSocketOptions,
    ) -> Result<Answered<WebSocketConnection>, ApiError> {
        let transport =
            self.websocket_transport().map_err(|error| ApiError::local(operation.endpoint, error))?;
        let mut answered = self.call(operation, &Handshake { transport, options }).await?;
        answered.end();
        Ok(answered)
    }

    async fn call<X: Exchange>(
        &self,
        mut operation: Operation,
        exchange: &X,
    ) -> Result<Answered<X::Body>, ApiError> {
        let mut course = Course::begin(self, &operation, exchange);
        let mut refused_compression = None;
        loop {
            let (request, result) = self.attempt(&operation, exchange, &mut course).await?;
            if refused_compression.take().is_some_and(|status| status != course.context.status) {
                // Uncompressed it fared otherwise, so it was the compression that this service cannot read.
                self.refused_compression.remember_refusal(&operation.url);
            }
            let failed = match result {
                Ok((head, body)) => {
                    let (call, watch) = course.into_call(request);
                    return Ok(Answered { head, body, call, watch });
                }
                Err(failed) => failed,
            };
            match self.judge(&operation, &course, failed) {
                Verdict::Fail(kind) => return Err(course.fail(kind)),
                Verdict::RetryAfter(delay) => tokio::time::sleep(delay).await,
                Verdict::RetryUncompressed => {
                    // Not one of the policy's retries: the service never looked at the request.
                    course.context.attempt -= 1;
                    course.recovery.follow_again(request.follow_up);
                    refused_compression = Some(course.context.status);
                    operation.body = operation.body.map(|body| body.identity());
                }
                Verdict::Recover(kind) => {
                    if !course.recover(&*self.observer).await {
                        return Err(course.fail(kind));
                    }
                }
            }
        }
    }

    /// Steps 2 to 5.
    async fn attempt<X: Exchange>(
        &self,
        operation: &Operation,
        exchange: &X,
        course: &mut Course,
    ) -> Result<(RequestContext, Result<(ResponseHead, X::Body), Failed>), ApiError> {
        course.context.attempt += 1;
        let sent = Instant::now();
        let ready = within(course.deadline, &operation.timeouts, async {
            self.auth.make_ready().await;
            Ok(())
        });
        if let Err(failed) = ready.await {
            return Err(course.fail(failed.kind));
        }
        let prepared = self.prepare(operation);
        let (mut request, attachment, credentials) = match prepared {
            Ok(prepared) => prepared,
            Err(kind) => return Err(self.not_sent(kind, exchange, course)),
        };
        course.context.secrets = EchoedSecrets::of(&request.headers, &request.url);
        let mut facts = RequestContext::new(operation.endpoint, course.context.attempt, attachment);
        facts.operation = course.context.operation;
        facts.follow_up = course.recovery.begin_attempt(credentials);
        if let Some(trace) = self.observer.trace_context(facts.operation) {
            exchange.join_trace(&mut request.headers, &trace);
        }
        let result = within(course.deadline, &operation.timeouts, exchange.run(request)).await;
        course.context.elapsed = course.started.elapsed();
        course.context.learn(&result);
        course.context.answered_at = attempt_facts::answered_at(&result, self.chance.now);
        let outcome = attempt_facts::outcome(sent, &course.context, result.as_ref().err());
        self.observer.on_event(&exchange.fact(facts.clone(), outcome));
        Ok((facts, result))
    }

    /// A request that could not be built is an attempt too: nothing was attached, and that is a fact.
    fn not_sent(&self, kind: ApiErrorKind, exchange: &impl Exchange, course: &mut Course) -> ApiError {
        course.context.elapsed = course.started.elapsed();
        let attachment = AuthAttachment::none(self.auth.credentials().map(|credentials| credentials.mode));
        let mut facts = RequestContext::new(course.context.endpoint, course.context.attempt, attachment);
        facts.operation = course.context.operation;
        facts.follow_up = course.recovery.begin_attempt(None);
        let outcome = Outcome::after(course.context.elapsed).error(answer::attempt_error(&kind, None));
        self.observer.on_event(&exchange.fact(facts, outcome));
        course.fail(kind)
    }

    /// Steps 2 and 3.
    fn prepare(
        &self,
        operation: &Operation,
    ) -> Result<(Request, AuthAttachment, Option<Credentials>), ApiErrorKind> {
        let mut request = Request::new(operation.method.clone(), operation.url.clone());
        request.headers = self.provider.headers().clone();
        // Extending by a whole map replaces what has the same name; extending by pairs would send both.
        request.headers.extend(operation.headers.clone());
        request.body = operation.body.clone();
        request.timeouts = operation.timeouts.clone();
        let mut credentials = match operation.endpoint {
            Endpoint::REALTIME => self.auth.realtime_credentials(),
            _ => self.auth.credentials(),
        };
        if let Some(credentials) = credentials.as_mut().filter(|_| operation.endpoint == Endpoint::REALTIME) {
            // Realtime knows no accounts (wire.md 14).
            credentials.account_id = None;
        }
        let attachment = auth::authorize(&mut request.headers, credentials.as_ref())?;
        Ok((request, attachment, credentials))
    }

    /// The transport for WebSockets: the caller's, else that of the process, made when it is first wanted.
    fn websocket_transport(&self) -> Result<Arc<dyn WebSocketTransport>, TransportError> {
        match &self.websocket {
            Some(transport) => Ok(Arc::clone(transport)),
            None => Ok(Arc::new(ReqwestWebSocketTransport::shared(&ClientConfig::default())?)),
        }
    }

    /// Step 6.
    fn judge(&self, operation: &Operation, course: &Course, mut failed: Failed) -> Verdict {
        let compressed = operation.body.as_ref().is_some_and(RequestBody::is_compressed);
        if compressed && failed.head.as_ref().is_some_and(|head| Compression::is_refusal(head.status)) {
            // A gateway that cannot read zstd answers so: once more, as it is.
            return Verdict::RetryUncompressed;
        }
        let now = (self.chance.now)();
        if let Some(asked) = failed.head.as_ref().and_then(|head| server_delay(head, now)) {
            failed.kind.note_server_delay(asked);
        }
        if answer::is_unauthorized(&failed.kind) || failed.status() == Some(401) {
            // Never one of the policy's retries: the same credentials would be refused again.
            return Verdict::Recover(failed.kind);
        }
        if failed.is_final() {
            return Verdict::Fail(failed.kind);
        }
        let decision = {
            let failure = match (&failed.kind, &failed.head) {
                (ApiErrorKind::Transport(error), _) => Failure::Transport(error),
                (_, Some(head)) => Failure::Status { head, hint: failed.delay_hint },
                (_, None) => return Verdict::Fail(failed.kind),
            };
            operation.retry.judge(
                course.context.attempt - course.recovered,
                &failure,
                (self.chance.random)(),
                now,
            )
        };
        match decision {
            // A wait that ends after the deadline would only turn this error into a less telling one.
            RetryDecision::After { delay, .. }
                if course.deadline.is_none_or(|at| delay < at - Instant::now()) =>
            {
                Verdict::RetryAfter(delay)
            }
            RetryDecision::After { .. } | RetryDecision::Never(_) => Verdict::Fail(failed.kind),
        }
    }
}

/// Bounds one attempt by the deadline of the whole call.
async fn within<T>(
    deadline: Option<Instant>,
    timeouts: &Timeouts,
    attempt: impl Future<Output = Result<T, Failed>>,
) -> Result<T, Failed> {
    let (Some(deadline), Some(limit)) = (deadline, timeouts.total) else {
        return attempt.await;
    };
    match tokio::time::timeout_at(deadline, attempt).await {
        Ok(result) => result,
        Err(_) => Err(TransportError::Timeout { phase: TimeoutPhase::Total, limit }.into()),
    }
}
