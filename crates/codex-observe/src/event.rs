//! The facts themselves.

use std::time::Duration;

use crate::AuthEvidence;

/// One recorded fact. A sink is one `match` over it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// One attempt of an HTTP request: from the call until its head (or failure) was there.
    ApiRequest(ApiRequest),
    /// One attempt of a WebSocket handshake.
    WebsocketConnect(WebsocketConnect),
    /// One request on an open WebSocket: from the call until it was handed to the connection.
    WebsocketRequest(WebsocketRequest),
    /// The transport of a session changed, such as from WebSocket to HTTP.
    TransportFallback(TransportFallback),
    /// A stream came to its end, whichever it was.
    StreamEnded(StreamEnded),
}

/// One attempt of an HTTP request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiRequest {
    /// What was known before it was sent.
    pub context: RequestContext,
    /// What came of it.
    pub outcome: Outcome,
}

impl ApiRequest {
    /// The fact of one attempt.
    pub fn new(context: RequestContext, outcome: Outcome) -> Self {
        Self { context, outcome }
    }
}

/// One attempt of a WebSocket handshake. Its connection is never a reused one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WebsocketConnect {
    /// What was known before it was sent.
    pub context: RequestContext,
    /// What came of it.
    pub outcome: Outcome,
}

impl WebsocketConnect {
    /// The fact of one handshake.
    pub fn new(context: RequestContext, outcome: Outcome) -> Self {
        Self { context, outcome }
    }
}

/// One request on an open WebSocket.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WebsocketRequest {
    /// The handshake's context; attempt and attachment are those of the handshake.
    pub context: RequestContext,
    /// What came of sending it.
    pub outcome: Outcome,
    /// Whether the connection had served a request before.
    pub connection_reused: bool,
}

impl WebsocketRequest {
    /// The fact of one request.
    pub fn new(context: RequestContext, outcome: Outcome, connection_reused: bool) -> Self {
        Self { context, outcome, connection_reused }
    }
}

/// A session that goes on over HTTP.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TransportFallback {
    /// Which endpoint.
    pub endpoint: Endpoint,
    /// Why.
    pub reason: FallbackReason,
}

impl TransportFallback {
    /// The fact of one change.
    pub fn new(endpoint: Endpoint, reason: FallbackReason) -> Self {
        Self { endpoint, reason }
    }
}

/// Why a session goes on over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FallbackReason {
    /// The server said 426, or closed with 1008: it speaks no WebSocket here. Agreed on, no error.
    Negotiated,
    /// No connection came about.
    ConnectFailed,
    /// The retries of a turn were used up.
    RetriesSpent,
}

impl FallbackReason {
    /// Whether it is part of normal operation, and no cause for a warning.
    pub fn is_expected(self) -> bool {
        self == Self::Negotiated
    }
}

/// A response stream that ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StreamEnded {
    /// The attempt whose answer was streamed.
    pub context: RequestContext,
    /// Duration from the call to the end, and the error if there was one.
    pub outcome: Outcome,
    /// Events decoded.
    pub events: u64,
    /// Bytes read from the body.
    pub bytes: u64,
}

impl StreamEnded {
    /// The fact of one ended stream, after `events` events in `bytes` bytes.
    pub fn new(context: RequestContext, outcome: Outcome, events: u64, bytes: u64) -> Self {
        Self { context, outcome, events, bytes }
    }
}

/// Facts known before a request is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestContext {
    /// Path below the base URL.
    pub endpoint: Endpoint,
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// Which credentials go out.
    pub attachment: AuthAttachment,
}

impl RequestContext {
    /// The context of attempt number `attempt` (from 1).
    pub fn new(endpoint: Endpoint, attempt: u32, attachment: AuthAttachment) -> Self {
        Self { endpoint, attempt, attachment }
    }
}

/// What came of an attempt or a stream.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// From the start of the attempt to here.
    pub duration: Duration,
    /// HTTP status, where an answer came.
    pub status: Option<u16>,
    /// What kind of failure it was; `None` is success.
    pub error: Option<ErrorClass>,
    /// Facts of the answer's head.
    pub evidence: AuthEvidence,
}

impl Outcome {
    /// A success so far, after `duration`.
    pub fn after(duration: Duration) -> Self {
        Self { duration, ..Self::default() }
    }
}

/// The kinds of failure that telemetry tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// An answer with a status that is no success.
    Http,
    /// DNS, connect, TLS, proxy, or a connection that broke.
    Network,
    /// One of the timeouts.
    Timeout,
    /// The request could not be built.
    Build,
    /// The stream ended without its terminal event, or could not be decoded.
    Stream,
    /// The service reported a failure inside the stream.
    Response,
    /// The caller gave it up.
    Cancelled,
}

/// Path of an endpoint below the base URL, such as `/responses`; never with ids or parameters in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint(pub &'static str);

impl Endpoint {
    /// `POST /responses`.
    pub const RESPONSES: Self = Self("/responses");
    /// `GET`, `DELETE /responses/{id}`, and resuming its stream.
    pub const STORED_RESPONSE: Self = Self("/responses/{id}");
    /// `POST /responses/{id}/cancel`.
    pub const CANCEL_RESPONSE: Self = Self("/responses/{id}/cancel");
    /// `POST /responses/compact`.
    pub const COMPACT: Self = Self("/responses/compact");
    /// `POST /memories/trace_summarize`.
    pub const MEMORIES: Self = Self("/memories/trace_summarize");
    /// The `/realtime` WebSocket.
    pub const REALTIME: Self = Self("/realtime");
    /// `GET /models`.
    pub const MODELS: Self = Self("/models");
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// Which kind of login a request uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthMode {
    /// A key of the platform, or of another provider.
    ApiKey,
    /// A ChatGPT login.
    Chatgpt,
}

/// What authorization really went out with a request: the answer to "did the client attach auth?".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AuthAttachment {
    /// The kind of login; `None` when there is none.
    pub mode: Option<AuthMode>,
    /// Name of the header that carries the credentials; `None` when nothing is attached. Never its value.
    pub header_name: Option<&'static str>,
}

impl AuthAttachment {
    /// Credentials of `mode` were attached in the header `header_name`.
    pub fn attached(mode: AuthMode, header_name: &'static str) -> Self {
        Self { mode: Some(mode), header_name: Some(header_name) }
    }

    /// Nothing was attached.
    pub fn none(mode: Option<AuthMode>) -> Self {
        Self { mode, header_name: None }
    }
}
