//! One call of an endpoint, with all its attempts: where it begins and what came of it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::{Endpoint, Outcome, SafeText};

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Names one call of an endpoint, with all its attempts, within this process. It never leaves the process as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperationId(u64);

impl OperationId {
    /// One that no other call of this process has.
    pub fn next() -> Self {
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A call that begins, before its first attempt.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationStarted {
    /// Which call.
    pub operation: OperationId,
    /// Which endpoint.
    pub endpoint: Endpoint,
    /// Where its requests go.
    pub target: RequestTarget,
    /// The model that is asked for.
    pub model: Option<SafeText>,
    /// Name of the provider.
    pub provider: SafeText,
    /// Whether the answer is a stream.
    pub streams: bool,
}

impl OperationStarted {
    /// A call of `endpoint` that goes to `target`.
    pub fn new(operation: OperationId, endpoint: Endpoint, target: RequestTarget) -> Self {
        Self { operation, endpoint, target, model: None, provider: SafeText::new(""), streams: false }
    }
}

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestTarget {
    /// `GET`, `POST`, ….
    pub method: SafeText,
    /// Scheme, host, port and path; without user-info, query and fragment.
    pub url: SafeText,
    /// Host.
    pub host: SafeText,
    /// Port.
    pub port: Option<u16>,
    /// How it is carried.
    pub carrier: Carrier,
}

impl RequestTarget {
    /// A target; `url` without user-info, query and fragment.
    pub fn new(method: &str, url: &str, host: &str, carrier: Carrier) -> Self {
        let [method, url, host] = [method, url, host].map(SafeText::new);
        Self { method, url, host, port: None, carrier }
    }
}

/// How requests are carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Carrier {
    /// HTTP, with server-sent events where the answer is a stream.
    Http,
    /// A handshake that opens a WebSocket, or a message on one.
    Websocket,
}

/// A call that is over for good. There is exactly one for each [`OperationStarted`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationEnded {
    /// Which call.
    pub operation: OperationId,
    /// Which endpoint.
    pub endpoint: Endpoint,
    /// Duration of the whole call; status of its last attempt; the error that its caller was given.
    pub outcome: Outcome,
    /// What the answer told, where a response was streamed.
    pub answer: Option<AnswerFacts>,
}

impl OperationEnded {
    /// The end of a call.
    pub fn new(operation: OperationId, endpoint: Endpoint, outcome: Outcome) -> Self {
        Self { operation, endpoint, outcome, answer: None }
    }
}

/// What a streamed response told about itself.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct AnswerFacts {
    /// Its id.
    pub response_id: Option<SafeText>,
    /// The model that answered.
    pub model: Option<SafeText>,
    /// The service tier that it was answered in.
    pub service_tier: Option<SafeText>,
    /// How it ended: `completed`, `incomplete`, `failed`, `cancelled`.
    pub finish_reason: Option<&'static str>,
    /// The tokens that it cost.
    pub usage: Option<TokenCounts>,
    /// From the call to the first event.
    pub first_event: Option<Duration>,
    /// From the call to the first visible output.
    pub first_output: Option<Duration>,
    /// From the call to the last visible output, as the bytes with it were read.
    pub last_output: Option<Duration>,
    /// How many events brought visible output.
    pub output_events: u64,
    /// How many events of each kind came, in the order of their first one. At most [`MAX_EVENT_KINDS`] entries.
    pub kinds: Vec<EventCount>,
}

/// The most kinds of events that are counted apart; further ones are counted as `other`.
pub const MAX_EVENT_KINDS: usize = 100;

/// How many events of one kind came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventCount {
    /// Type of the event.
    pub kind: SafeText,
    /// How many.
    pub count: u64,
}

impl EventCount {
    /// The first event of a kind.
    pub fn first(kind: &str) -> Self {
        Self { kind: SafeText::new(kind), count: 1 }
    }
}

/// The tokens of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenCounts {
    /// Of the input, the cached ones among them.
    pub input: u64,
    /// Of the input, taken from a cache.
    pub cached_input: u64,
    /// Of the output, the reasoning ones among them.
    pub output: u64,
    /// Of the output, spent on reasoning.
    pub reasoning_output: u64,
    /// All.
    pub total: u64,
}

/// What joins a request to the caller's trace (W3C Trace Context).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// Value of `traceparent`.
    pub traceparent: String,
    /// Value of `tracestate`.
    pub tracestate: Option<String>,
}
