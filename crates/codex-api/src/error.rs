//! Why a request failed: the kind of failure, and where it happened.

use std::{fmt, time::Duration};

use codex_client::TransportError;
use codex_observe::{Endpoint, RecoveryStep, SafeText};
use codex_protocol::{ErrorCode, RequestProblem};
use thiserror::Error;

use crate::{
    answer,
    auth::AuthError,
    echoed_secrets::EchoedSecrets,
    error_context::{ErrorContext, TurnTries},
    json_problem,
    provider::ProviderError,
    server_message::ServerMessage,
    stream_end::StreamEnd,
    structured::StructuredError,
    tool_loop::ToolLoopError,
};

/// A failed request or stream: [`kind`](Self::kind) says what, [`context`](Self::context) says where.
///
/// It prints as one short clause; [`report`](Self::report) adds the facts to quote to a support engineer.
///
/// ```
/// # fn handle(error: codex_api::ApiError) {
/// use codex_api::{ApiErrorKind, RetryAdvice};
///
/// match error.kind() {
///     ApiErrorKind::ContextWindowExceeded { .. } => println!("shorten the input"),
///     _ if error.retry_advice() == RetryAdvice::Retry => println!("try again"),
///     _ => eprintln!("{}", error.report()),
/// }
/// # }
/// ```
pub struct ApiError(Box<Inner>);

struct Inner {
    kind: ApiErrorKind,
    context: ErrorContext,
}

impl ApiError {
    pub(crate) fn new(kind: impl Into<ApiErrorKind>, context: ErrorContext) -> Self {
        let mut kind = kind.into();
        kind.hide(&context.secrets);
        Self(Box::new(Inner { kind, context }))
    }

    /// Notes that this is the last of several tries of a turn.
    #[must_use]
    pub fn after_tries(mut self, asked: u32, elapsed: Duration) -> Self {
        self.0.context.turn = Some(TurnTries { asked, elapsed });
        self
    }

    /// An error of this client's own, with no request to speak of.
    pub(crate) fn local(endpoint: Endpoint, kind: impl Into<ApiErrorKind>) -> Self {
        Self::new(kind, ErrorContext::new(endpoint))
    }

    /// What went wrong.
    pub fn kind(&self) -> &ApiErrorKind {
        &self.0.kind
    }

    /// Where and when: attempt, status, request id, how far a stream had come.
    pub fn context(&self) -> &ErrorContext {
        &self.0.context
    }

    /// HTTP status of the answer, where one came.
    pub fn status(&self) -> Option<u16> {
        self.0.context.status
    }

    /// The id to quote to the service, where one came.
    pub fn request_id(&self) -> Option<&str> {
        self.0.context.evidence.request_id.as_deref()
    }

    /// Whether sending the same request again can help. The request's own retries are used up at this point.
    pub fn retry_advice(&self) -> RetryAdvice {
        self.0.kind.retry_advice(self.0.context.status)
    }

    /// Whether the service refused the credentials: a 401, in an answer's head or inside a stream.
    pub fn is_unauthorized(&self) -> bool {
        answer::is_unauthorized(&self.0.kind) || self.0.context.status == Some(401)
    }

    pub(crate) fn note_recovery(&mut self, step: RecoveryStep) {
        self.0.context.recovery = Some(step);
    }

    /// Whether the caller had already been given visible output: then a replay would show it twice.
    pub fn output_started(&self) -> bool {
        self.0.context.stream.as_ref().is_some_and(|stream| stream.output_started)
    }

    /// The error and its causes in one line, then the facts of its context that are known.
    pub fn report(&self) -> impl fmt::Display + '_ {
        Report(self)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.kind.fmt(f)
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError").field("kind", &self.0.kind).field("context", &self.0.context).finish()
    }
}

impl std::error::Error for ApiError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.0.kind)
    }
}

struct Report<'a>(&'a ApiError);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = std::error::Error::source(self.0);
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        write!(f, " ({})", self.0.context())
    }
}

/// What went wrong. Messages of the service are bounded and scrubbed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// Below the API: URL, connection, TLS, timeout, a body that broke, a limit of this client.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The request breaks a documented limit; nothing was sent.
    #[error("the request is not valid")]
    Request(#[from] RequestProblem),
    /// The provider's or request's settings cannot be used; nothing was sent.
    #[error("the settings cannot be used")]
    Settings(#[from] ProviderError),
    /// The credentials cannot be sent; nothing was sent.
    #[error("the credentials cannot be sent")]
    Auth(#[from] AuthError),
    /// An answer with a status, or an error inside a stream, that has no variant of its own.
    #[error("{}{message}", answered(*.status))]
    Api {
        /// HTTP status, or the status inside the error event.
        status: Option<u16>,
        /// The service's code, where it gave one.
        code: Option<ErrorCode>,
        /// What the service said.
        message: ServerMessage,
    },
    /// The input is larger than the model's context.
    #[error("the input does not fit the model's context window: {message}")]
    ContextWindowExceeded {
        /// What the service said.
        message: ServerMessage,
    },
    /// Quota or spending limit used up: waiting does not help.
    #[error("the quota is used up, check plan and billing: {message}")]
    QuotaExceeded {
        /// What the service said.
        message: ServerMessage,
    },
    /// The plan does not include this use.
    #[error("the plan does not include this: {message}")]
    UsageNotIncluded {
        /// What the service said.
        message: ServerMessage,
    },
    /// The plan's usage limit is reached until a known time.
    #[error("the usage limit is reached: {message}")]
    UsageLimitReached {
        /// What the service said.
        message: ServerMessage,
        /// Plan of the account, such as `plus`.
        plan_type: Option<String>,
        /// When it resets, in Unix seconds.
        resets_at: Option<i64>,
    },
    /// Too many requests or tokens in a short time.
    #[error("rate limit reached{}: {message}", after(*.delay))]
    RateLimit {
        /// What the service said.
        message: ServerMessage,
        /// How long the service asks to wait.
        delay: Option<Duration>,
    },
    /// A failure of the service that may pass.
    #[error("the service failed{}: {message}", after(*.delay))]
    Retryable {
        /// What the service said.
        message: ServerMessage,
        /// How long the service asks to wait.
        delay: Option<Duration>,
    },
    /// The service does not accept the request as it is.
    #[error("the request was refused: {message}")]
    InvalidRequest {
        /// What the service said.
        message: ServerMessage,
        /// Which parameter it means.
        param: Option<String>,
        /// The service's code.
        code: Option<ErrorCode>,
    },
    /// The service is overloaded.
    #[error("the service is overloaded{}: {message}", after(*.delay))]
    ServerOverloaded {
        /// What the service said.
        message: ServerMessage,
        /// How long the service asks to wait.
        delay: Option<Duration>,
    },
    /// The response ended before it was complete, and the caller asked for a complete one.
    #[error("the response is incomplete: {reason}")]
    Incomplete {
        /// `max_output_tokens`, `content_filter`, …; an open set.
        reason: SafeText,
    },
    /// The stream ended in a way that is no end.
    #[error(transparent)]
    Stream(#[from] StreamEnd),
    /// The answer is not what this endpoint answers.
    #[error("the answer cannot be decoded")]
    Decode(#[from] DecodeError),
    /// The structured output does not fit the type it was asked for.
    #[error("the structured output cannot be used")]
    Structured(#[from] StructuredError),
    /// The tool loop could not go on.
    #[error("the tool loop stopped")]
    ToolLoop(#[from] ToolLoopError),
}

impl ApiErrorKind {
    /// The name of the kind, for telemetry.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Transport(_) => "transport",
            Self::Request(_) => "invalid request",
            Self::Settings(_) => "settings",
            Self::Auth(_) => "auth",
            Self::Api { .. } => "error reported",
            Self::ContextWindowExceeded { .. } => "context window exceeded",
            Self::QuotaExceeded { .. } => "quota exceeded",
            Self::UsageNotIncluded { .. } => "usage not included",
            Self::UsageLimitReached { .. } => "usage limit reached",
            Self::RateLimit { .. } => "rate limit",
            Self::Retryable { .. } => "service failed",
            Self::InvalidRequest { .. } => "request refused",
            Self::ServerOverloaded { .. } => "service overloaded",
            Self::Incomplete { .. } => "incomplete",
            Self::Stream(_) => "stream",
            Self::Decode(_) => "decode",
            Self::Structured(_) => "structured output",
            Self::ToolLoop(_) => "tool loop",
        }
    }

    /// Takes credentials out of the service's words: what looks like one, and what the request carried.
    fn hide(&mut self, secrets: &EchoedSecrets) {
        match self {
            Self::Api { code, .. } => secrets.check_code(code),
            Self::InvalidRequest { param, code, .. } => {
                secrets.check_word(param);
                secrets.check_code(code);
            }
            Self::UsageLimitReached { plan_type, .. } => secrets.check_word(plan_type),
            Self::Incomplete { reason } => *reason = secrets.checked(reason),
            Self::Decode(DecodeError::Json { source, .. }) => *source = json_problem::without_values(source),
            Self::Decode(DecodeError::Event { kind, .. } | DecodeError::LastEvent { kind, .. }) => {
                *kind = secrets.checked(kind);
            }
            _ => {}
        }
        match self {
            Self::Api { message, .. }
            | Self::ContextWindowExceeded { message }
            | Self::QuotaExceeded { message }
            | Self::UsageNotIncluded { message }
            | Self::UsageLimitReached { message, .. }
            | Self::RateLimit { message, .. }
            | Self::Retryable { message, .. }
            | Self::InvalidRequest { message, .. }
            | Self::ServerOverloaded { message, .. } => message.hide(secrets),
            Self::Stream(
                StreamEnd::NotAnEventStream { summary, .. } | StreamEnd::Closed { reason: summary, .. },
            ) => {
                if let Some(hidden) = summary.as_ref().and_then(|text| secrets.hide(text)) {
                    *summary = Some(SafeText::prose(&hidden, ServerMessage::MAX_CHARS));
                }
            }
            _ => {}
        }
    }

    /// Notes the wait that the head of the answer asks for, where the body named none.
    pub(crate) fn note_server_delay(&mut self, asked: Duration) {
        if let Self::RateLimit { delay, .. }
        | Self::Retryable { delay, .. }
        | Self::ServerOverloaded { delay, .. } = self
        {
            delay.get_or_insert(asked);
        }
    }

    fn retry_advice(&self, status: Option<u16>) -> RetryAdvice {
        match self {
            Self::Transport(error) if error.is_retryable() => RetryAdvice::Retry,
            Self::RateLimit { delay, .. }
            | Self::Retryable { delay, .. }
            | Self::ServerOverloaded { delay, .. } => {
                delay.map_or(RetryAdvice::Retry, RetryAdvice::RetryAfter)
            }
            Self::Stream(end) => end.retry_advice(),
            Self::Decode(DecodeError::Event { .. }) => RetryAdvice::Retry,
            Self::Api { code: Some(ErrorCode::PreviousResponseNotFound), .. } => RetryAdvice::ResendFullInput,
            Self::Api { code: Some(ErrorCode::WebsocketConnectionLimitReached), .. } => {
                RetryAdvice::NewConnection
            }
            Self::Api { .. } if matches!(status, Some(401)) => RetryAdvice::FixCredentials,
            Self::Api { .. } if matches!(status, Some(426)) => RetryAdvice::UseHttp,
            Self::Auth(_) => RetryAdvice::FixCredentials,
            _ => RetryAdvice::Never,
        }
    }
}

/// An answer that is not what the endpoint answers.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The JSON of a body does not fit.
    #[error("the answer of {endpoint} is not the JSON that this endpoint answers; check the base URL")]
    Json {
        /// Which endpoint.
        endpoint: Endpoint,
        /// What the parser objects to, without the values that it quotes.
        source: serde_json::Error,
    },
    /// A compaction without a single item.
    #[error("the service answered a compaction without any item; keep the history as it is")]
    EmptyCompaction,
    /// A frame to send cannot be written as JSON.
    #[error("the frame for {endpoint} cannot be encoded")]
    Frame {
        /// Which endpoint.
        endpoint: Endpoint,
        /// What the encoder objects to.
        source: serde_json::Error,
    },
    /// An event that its reader cannot do without does not decode.
    #[error("an event of the stream{}cannot be decoded, so the response would not be whole: {problem}", named(.kind))]
    Event {
        /// Its type; empty when it is no JSON at all.
        kind: SafeText,
        /// What the parser objects to.
        problem: SafeText,
    },
    /// The terminal event of a stream does not decode.
    #[error("the last event of the stream, {kind}, cannot be decoded: {problem}")]
    LastEvent {
        /// Its type.
        kind: SafeText,
        /// What the parser objects to.
        problem: SafeText,
    },
}

/// Whether and how to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// The same request will fail again.
    Never,
    /// It may pass; wait as your backoff says.
    Retry,
    /// It may pass after this time, which the service named: never wait less.
    RetryAfter(Duration),
    /// It may pass on a new WebSocket.
    NewConnection,
    /// Not over a WebSocket; over HTTP it may pass.
    UseHttp,
    /// Only with other credentials.
    FixCredentials,
    /// The chain of previous responses is lost: send the whole input without `previous_response_id`.
    ResendFullInput,
}

fn answered(status: Option<u16>) -> String {
    status.map_or_else(
        || "the service reported an error: ".to_owned(),
        |status| format!("the server answered {status}: "),
    )
}

fn named(kind: &SafeText) -> String {
    if kind.is_empty() { " ".to_owned() } else { format!(", {kind}, ") }
}

fn after(delay: Option<Duration>) -> String {
    /// A server that asks for more than this asks for no retry at all.
    const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
    match delay {
        None => String::new(),
        Some(delay) if delay > TEN_YEARS => ", do not retry".to_owned(),
        Some(delay) => format!(", retry after {:.1} s", delay.as_secs_f64()),
    }
}
