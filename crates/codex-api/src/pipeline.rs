//! The way of a request, step by step: the one file to read first.
//!
//! ```text
//! 1 encode      body bytes, once, shared by every attempt (`operation.rs`)
//! 2 prepare     provider URL + provider and per-request headers
//! 3 authorize   credentials -> headers, and what was attached
//! 4 send        through the transport: an HTTP request or a WebSocket handshake (`exchange.rs`)
//! 5 observe     one fact per attempt
//! 6 judge       success | retry after a delay | error
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
    auth::{self, AuthProvider},
    echoed_secrets::EchoedSecrets,
    error::{ApiError, ApiErrorKind, DecodeError},
    error_context::ErrorContext,
    exchange::{Exchange, Handshake, HttpExchange},
    head_facts,
    operation::Operation,
    provider::Provider,
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
}

/// The course of one call so far: what an error's context and the facts of later steps are made from.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) started: Instant,
    /// From when the total time counts, and how long it is.
    pub(crate) counted_from: Instant,
    pub(crate) total: Option<Duration>,
    pub(crate) request: RequestContext,
    pub(crate) context: ErrorContext,
}

/// What to do after an attempt failed.
enum Verdict {
    RetryAfter(Duration),
    RetryUncompressed,
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
        self.call(operation, &HttpExchange { transport: &*self.transport, reader: BodyReader }).await
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
            body: None,
            timeouts: self.provider.timeouts.clone(),
            retry: self.provider.retry.clone(),
            counted_from: None,
        }
    }

    /// Opens a WebSocket: the same steps, whose answer is a connection instead of a body.
    pub(crate) async fn open_websocket(
        &self,
        operation: Operation,
        options: WebSocketOptions,
    ) -> Result<Answered<WebSocketConnection>, ApiError> {
        let transport =
            self.websocket_transport().map_err(|error| ApiError::local(operation.endpoint, error))?;
        self.call(operation, &Handshake { transport, options }).await
    }

    async fn call<X: Exchange>(
        &self,
        mut operation: Operation,
        exchange: &X,
    ) -> Result<Answered<X::Body>, ApiError> {
        let started = Instant::now();
        let counted_from = operation.counted_from.unwrap_or(started);
        let total = operation.timeouts.total;
        let deadline = total.and_then(|total| counted_from.checked_add(total));
        let mut context = ErrorContext::new(operation.endpoint);
        context.max_attempts = operation.retry.max_retries.saturating_add(1);
        let mut refused_compression = None;
        loop {
            context.attempt += 1;
            let (request, attachment) =
                self.prepare(&operation).map_err(|kind| ApiError::new(kind, context.clone()))?;
            context.secrets = EchoedSecrets::of(&request.headers);
            let request_facts = RequestContext::new(operation.endpoint, context.attempt, attachment);
            let sent = Instant::now();
            let result = within(deadline, &operation.timeouts, exchange.run(request)).await;
            context.elapsed = started.elapsed();
            context.learn(&result);
            let outcome = outcome(sent, &context, result.as_ref().err());
            self.observer.on_event(&exchange.fact(request_facts.clone(), outcome));
            if refused_compression.take().is_some_and(|status| status != context.status) {
                // Uncompressed it fared otherwise, so it was the compression that this service cannot read.
                self.refused_compression.remember_refusal(&operation.url);
            }
            match result {
                Ok((head, body)) => {
                    let call = Call { started, counted_from, total, request: request_facts, context };
                    return Ok(Answered { head, body, call });
                }
                Err(failed) => match self.judge(&operation, &context, failed, deadline) {
                    Verdict::Fail(kind) => return Err(ApiError::new(kind, context)),
                    Verdict::RetryAfter(delay) => tokio::time::sleep(delay).await,
                    Verdict::RetryUncompressed => {
                        // Not one of the policy's retries: the service never looked at the request.
                        context.attempt -= 1;
                        refused_compression = Some(context.status);
                        operation.body = operation.body.map(|body| body.identity());
                    }
                },
            }
        }
    }

    /// Steps 2 and 3.
    fn prepare(&self, operation: &Operation) -> Result<(Request, AuthAttachment), ApiErrorKind> {
        let mut request = Request::new(operation.method.clone(), operation.url.clone());
        request.headers = self.provider.headers().clone();
        // Extending by a whole map replaces what has the same name; extending by pairs would send both.
        request.headers.extend(operation.headers.clone());
        request.body = operation.body.clone();
        request.timeouts = operation.timeouts.clone();
        let mut credentials = self.auth.credentials();
        if let Some(credentials) = credentials.as_mut().filter(|_| operation.endpoint == Endpoint::REALTIME) {
            // Realtime knows API keys only, and no accounts (wire.md 14).
            credentials.account_id = None;
        }
        let attachment = auth::authorize(&mut request.headers, credentials.as_ref())?;
        Ok((request, attachment))
    }

    /// The transport for WebSockets: the caller's, else that of the process, made when it is first wanted.
    fn websocket_transport(&self) -> Result<Arc<dyn WebSocketTransport>, TransportError> {
        match &self.websocket {
            Some(transport) => Ok(Arc::clone(transport)),
            None => Ok(Arc::new(ReqwestWebSocketTransport::shared(&ClientConfig::default())?)),
        }
    }

    /// Step 6.
    fn judge(
        &self,
        operation: &Operation,
        context: &ErrorContext,
        mut failed: Failed,
        deadline: Option<Instant>,
    ) -> Verdict {
        let compressed = operation.body.as_ref().is_some_and(RequestBody::is_compressed);
        if compressed && failed.head.as_ref().is_some_and(|head| Compression::is_refusal(head.status)) {
            // A gateway that cannot read zstd answers so: once more, as it is.
            return Verdict::RetryUncompressed;
        }
        let now = (self.chance.now)();
        if let Some(asked) = failed.head.as_ref().and_then(|head| server_delay(head, now)) {
            failed.kind.note_server_delay(asked);
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
            operation.retry.judge(context.attempt, &failure, (self.chance.random)(), now)
        };
        match decision {
            // A wait that ends after the deadline would only turn this error into a less telling one.
            RetryDecision::After { delay, .. } if deadline.is_none_or(|at| delay < at - Instant::now()) => {
                Verdict::RetryAfter(delay)
            }
            RetryDecision::After { .. } | RetryDecision::Never(_) => Verdict::Fail(failed.kind),
        }
    }
}

/// Step 5: what came of an attempt.
fn outcome(sent: Instant, call: &ErrorContext, failed: Option<&Failed>) -> Outcome {
    let mut outcome = Outcome::after(sent.elapsed());
    outcome.status = call.status;
    outcome.evidence = call.evidence.clone();
    outcome.error = failed.map(|failed| answer::error_class(&failed.kind));
    outcome
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

impl ErrorContext {
    /// Keeps what an attempt's answer told.
    fn learn<B>(&mut self, result: &Result<(ResponseHead, B), Failed>) {
        match result {
            Ok((head, _)) => {
                self.status = Some(head.status.as_u16());
                self.evidence = answer::evidence(head);
            }
            Err(failed) => {
                self.status = failed.status();
                self.evidence = failed.evidence();
                if let Some(head) = &failed.head {
                    self.learn_limits(&head_facts::limit_headers(head));
                }
            }
        }
    }
}
