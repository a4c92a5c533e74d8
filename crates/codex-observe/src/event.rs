//! The facts themselves.

use crate::{AuthAttachment, AuthRecovery, Endpoint, FollowUp, OperationId, Outcome};

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
    /// One step of recovery from a 401, or that there was none to take.
    AuthRecovery(AuthRecovery),
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
    /// The handshake's context; attempt and attachment are those of the handshake. `connection_reused` says whether the
    /// connection had served a request before.
    pub context: RequestContext,
    /// What came of sending it.
    pub outcome: Outcome,
}

impl WebsocketRequest {
    /// The fact of one request.
    pub fn new(context: RequestContext, outcome: Outcome) -> Self {
        Self { context, outcome }
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
    /// The value in telemetry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Negotiated => "negotiated",
            Self::ConnectFailed => "connect_failed",
            Self::RetriesSpent => "retries_spent",
        }
    }

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
    /// The recovery that this attempt follows: set on the one attempt after a 401 that recovery handled.
    pub follow_up: Option<FollowUp>,
    /// WebSocket only: `false` for the handshake and the first request on it, `true` after.
    pub connection_reused: Option<bool>,
    /// The call that this attempt belongs to.
    pub operation: OperationId,
}

impl RequestContext {
    /// The context of attempt number `attempt` (from 1).
    pub fn new(endpoint: Endpoint, attempt: u32, attachment: AuthAttachment) -> Self {
        Self {
            endpoint,
            attempt,
            attachment,
            follow_up: None,
            connection_reused: None,
            operation: OperationId::default(),
        }
    }
}
