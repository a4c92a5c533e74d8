//! `GET /responses` as a WebSocket: many responses, one connection (wire.md 7).

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use codex_client::{ResponseHead, RetryPolicy, Timeouts, TransportError, WebSocketOptions};
use codex_observe::{Carrier, Endpoint, Event, Outcome, TraceContext, WebsocketRequest};
use codex_protocol::{ResponseCreateFrame, ResponseItem, ResponsesApiRequest};
use http::{HeaderName, HeaderValue, Method};
use tokio::time::Instant;

use crate::{
    answer,
    client::ApiClient,
    course::Call,
    error::{ApiError, ApiErrorKind, DecodeError},
    frames::{Frames, LaneFrames},
    lanes::{LaneName, Lanes},
    operation::Operation,
    operation_watch::{Begun, OperationWatch},
    options::ResponsesOptions,
    recovery::RecoveryProgress,
    stream::ResponseStream,
    stream_end::StreamEnd,
};

const BETA: (HeaderName, HeaderValue) =
    (HeaderName::from_static("openai-beta"), HeaderValue::from_static("responses_websockets=2026-02-06"));

/// Opens WebSockets for responses.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use codex_api::{ApiClient, ResponsesApiRequest, ResponsesOptions};
///
/// let client = ApiClient::from_env()?.responses_websocket();
/// let connection = client.connect(&ResponsesOptions::default()).await?;
/// let first = connection.stream(&ResponsesApiRequest::new("gpt-5.4").input("My name is Ada.")).await?.collect().await?;
/// // The server remembers the response for as long as the connection lives, also when it stores nothing.
/// let next = ResponsesApiRequest::new("gpt-5.4").input("What is my name?").previous_response_id(first.id);
/// println!("{}", connection.stream(&next).await?.text().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ResponsesWebsocketClient {
    api: ApiClient,
    options: WebSocketOptions,
}

/// An open WebSocket. Responses follow one another on it, or, on lanes of their own, run at the same time.
///
/// Dropping it, and the streams that came from it, ends it. There is no task behind it: pings are answered while one of
/// its streams is read.
pub struct ResponsesWebsocketConnection {
    api: ApiClient,
    lanes: Arc<Lanes>,
    head: ResponseHead,
    handshake: Call,
    timeouts: Timeouts,
    served: AtomicU64,
}

/// What travels with one request on a WebSocket beside its body.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WebsocketRequestOptions<'a> {
    /// What to send in place of the request's input: only what is new since `previous_response_id`.
    pub continuation: Option<Continuation<'a>>,
    /// Timeouts of this response; `None` takes those of the connection.
    pub timeouts: Option<Timeouts>,
    /// From when the total time counts; `None` is from the call.
    pub counted_from: Option<Instant>,
    /// What the service is told about the client beside the request; wins over the request's own.
    pub client_metadata: Option<&'a BTreeMap<String, String>>,
    /// Recovery from 401s of the turn, for [`ApiClient::recover`].
    pub recovery: Option<RecoveryProgress>,
}

/// A request that goes on from the last response on the same connection.
#[derive(Clone, Copy, Debug)]
pub struct Continuation<'a> {
    /// Id of that response.
    pub previous_response_id: &'a str,
    /// The items that it does not know yet; may be empty.
    pub input: &'a [ResponseItem],
}

impl ResponsesWebsocketClient {
    /// The endpoint of `api`.
    pub fn new(api: ApiClient) -> Self {
        Self { api, options: WebSocketOptions::default() }
    }

    /// Sets limits, compression and pings of the connections.
    #[must_use]
    pub fn websocket_options(mut self, options: WebSocketOptions) -> Self {
        self.options = options;
        self
    }

    /// Opens a connection, in one attempt: whether to try again or to go on over HTTP is for the caller to say. What the
    /// head of the answer tells comes as the first events of the first response.
    ///
    /// # Errors
    /// When the server cannot be reached, or refuses: with status, request id and evidence, as over HTTP.
    pub async fn connect(
        &self,
        options: &ResponsesOptions,
    ) -> Result<ResponsesWebsocketConnection, ApiError> {
        let operation = self.operation(options).map_err(|kind| ApiError::local(Endpoint::RESPONSES, kind))?;
        let timeouts = operation.timeouts.clone();
        let answered = self.api.pipeline().open_websocket(operation, self.options.clone()).await?;
        if let Some(turn) = &options.turn_state {
            turn.learn(&answered.head);
        }
        Ok(ResponsesWebsocketConnection {
            api: self.api.clone(),
            lanes: Arc::new(Lanes::new(answered.body)),
            head: answered.head,
            handshake: answered.call,
            timeouts,
            served: AtomicU64::new(0),
        })
    }

    fn operation(&self, options: &ResponsesOptions) -> Result<Operation, ApiErrorKind> {
        let mut headers = options.headers()?;
        headers.entry(BETA.0).or_insert(BETA.1);
        let mut operation = self.api.pipeline().operation(Endpoint::RESPONSES, Method::GET, headers);
        operation.retry = RetryPolicy::never();
        operation.take_course_of(options);
        Ok(operation)
    }
}

impl ResponsesWebsocketConnection {
    /// Sends `request` with default options. See [`stream_request`](Self::stream_request).
    ///
    /// # Errors
    /// As `stream_request`.
    pub async fn stream(&self, request: &ResponsesApiRequest) -> Result<ResponseStream, ApiError> {
        self.stream_request(request, &WebsocketRequestOptions::default()).await
    }

    /// Sends `request` and returns its stream. One response at a time is in flight, or one on each lane that a
    /// `stream_id` of the request names.
    ///
    /// Dropping the stream before its end gives up the connection, since there is no way to cancel a response; on a lane
    /// of its own only that lane is blocked until the response has ended.
    ///
    /// # Errors
    /// When the request breaks a documented limit, when a response is in flight, and when the connection is no more: an
    /// error whose context says that the connection was reused, and that no event had come, means that it was stale.
    pub async fn stream_request(
        &self,
        request: &ResponsesApiRequest,
        options: &WebsocketRequestOptions<'_>,
    ) -> Result<ResponseStream, ApiError> {
        let reused = self.served.fetch_add(1, Ordering::Relaxed) > 0;
        let timeouts = options.timeouts.as_ref().unwrap_or(&self.timeouts);
        let mut watch = self.watch(request);
        let mut call = self.begin(options, timeouts, reused);
        if reused || options.recovery.is_some() {
            self.take_recovery(&mut call, options, reused);
        }
        call.request.operation = watch.id();
        call.context.operation = watch.id();
        let lane: LaneName = request.stream_id.as_deref().map(Arc::from);
        let trace = watch.observer().trace_context(watch.id());
        let sent = self.send(request, options, &lane, trace.as_ref()).await;
        let outcome = self.observe(&call, sent.as_ref().err());
        if let Err(kind) = sent {
            call.context.elapsed = call.started.elapsed();
            watch.end(outcome, None);
            return Err(ApiError::new(kind, call.context));
        }
        let frames = Frames::of_lane(LaneFrames::new(Arc::clone(&self.lanes), lane, timeouts.event_idle));
        let stream = ResponseStream::new(frames, self.head.clone(), call, watch);
        Ok(if reused { stream.without_head_facts() } else { stream })
    }

    /// Whether a request can be sent, as far as is known without waiting.
    pub fn is_open(&self) -> bool {
        self.lanes.is_open()
    }

    /// Whether it was opened with the login of now. Tokens of one account may change; another account, or another key, must
    /// not go on over this connection.
    pub fn is_of_current_login(&self) -> bool {
        let now = self.api.pipeline().auth.credentials();
        match (&self.handshake.credentials, &now) {
            (Some(then), Some(now)) => then.is_same_login(now),
            (None, None) => true,
            _ => false,
        }
    }

    /// Since the handshake. The service ends connections after 60 minutes.
    pub fn age(&self) -> Duration {
        self.lanes.age()
    }

    /// How many requests were sent on it.
    pub fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    /// Status and headers of the handshake's answer.
    pub fn head(&self) -> &ResponseHead {
        &self.head
    }

    /// Closes in an orderly way. Responses in flight end with an error.
    ///
    /// # Errors
    /// When the close frame cannot be sent; the connection is over all the same.
    pub async fn close(self) -> Result<(), TransportError> {
        self.lanes.close().await
    }

    fn watch(&self, request: &ResponsesApiRequest) -> OperationWatch {
        let pipeline = self.api.pipeline();
        let begun = Begun {
            endpoint: Endpoint::RESPONSES,
            provider: &pipeline.provider,
            method: &Method::GET,
            url: &self.head.url,
            carrier: Carrier::Websocket,
            model: request.model.as_deref(),
            streams: true,
        };
        OperationWatch::start(Arc::clone(&pipeline.observer), &begun)
    }

    /// The course of a request, as it begins.
    fn begin(&self, options: &WebsocketRequestOptions<'_>, timeouts: &Timeouts, reused: bool) -> Call {
        let mut call = self.handshake.clone();
        call.started = Instant::now();
        call.total = timeouts.total;
        call.counted_from = options.counted_from.unwrap_or(call.started);
        call.context.connection_reused = Some(reused);
        call.request.connection_reused = Some(reused);
        call.context.elapsed = Duration::ZERO;
        call
    }

    /// The recovery that the request follows. That of the handshake is news of its first request only.
    fn take_recovery(&self, call: &mut Call, options: &WebsocketRequestOptions<'_>, reused: bool) {
        let turn = options.recovery.as_ref();
        let follow_up = turn.and_then(|turn| turn.begin_attempt(self.handshake.credentials.clone()));
        if reused {
            call.request.follow_up = follow_up;
        }
    }

    async fn send(
        &self,
        request: &ResponsesApiRequest,
        options: &WebsocketRequestOptions<'_>,
        lane: &LaneName,
        trace: Option<&TraceContext>,
    ) -> Result<(), ApiErrorKind> {
        request.validate()?;
        let mut frame = ResponseCreateFrame::new(request);
        if let Some(continuation) = options.continuation {
            frame = frame.continuing(continuation.previous_response_id, continuation.input);
        }
        let metadata = with_trace(options.client_metadata, trace);
        if let Some(metadata) = &metadata {
            frame = frame.client_metadata(metadata);
        }
        let text = serde_json::to_string(&frame)
            .map_err(|source| DecodeError::Frame { endpoint: Endpoint::RESPONSES, source })?;
        if !self.lanes.enter(lane) {
            return Err(StreamEnd::Busy.into());
        }
        let mut entered = Entered { lanes: &self.lanes, lane, sent: false };
        self.lanes.send(&text).await?;
        entered.sent = true;
        Ok(())
    }

    fn observe(&self, call: &Call, failed: Option<&ApiErrorKind>) -> Outcome {
        let mut outcome = Outcome::after(call.started.elapsed());
        outcome.error = failed.map(|kind| answer::attempt_error(kind, None));
        let fact = WebsocketRequest::new(call.request.clone(), outcome.clone());
        self.api.pipeline().observer.on_event(&Event::WebsocketRequest(fact));
        outcome
    }
}

impl fmt::Debug for ResponsesWebsocketConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponsesWebsocketConnection")
            .field("age", &self.age())
            .field("served", &self.served())
            .finish_non_exhaustive()
    }
}

/// The caller's metadata, and its trace: a frame has no headers (wire.md 7).
fn with_trace<'a>(
    metadata: Option<&'a BTreeMap<String, String>>,
    trace: Option<&TraceContext>,
) -> Option<Cow<'a, BTreeMap<String, String>>> {
    let Some(trace) = trace else { return metadata.map(Cow::Borrowed) };
    let mut metadata = metadata.cloned().unwrap_or_default();
    metadata.insert("ws_request_header_traceparent".to_owned(), trace.traceparent.clone());
    if let Some(state) = &trace.tracestate {
        metadata.insert("ws_request_header_tracestate".to_owned(), state.clone());
    }
    Some(Cow::Owned(metadata))
}

/// A lane that was taken for a request which may never get out: its future can fail, or be dropped.
struct Entered<'a> {
    lanes: &'a Lanes,
    lane: &'a LaneName,
    sent: bool,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if !self.sent {
            self.lanes.leave(self.lane, false);
        }
    }
}
