//! One turn: a response that survives streams which break before anything was shown.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use codex_api::{
    ApiError, ApiErrorKind, BoxFuture, FallbackReason, ResponseEvent, ResponseStream, ResponsesApiRequest,
    ResponsesClient, ResponsesOptions, RetryAdvice, RetryPolicy, TurnState,
};
use tokio::time::Instant;

use crate::{
    answer_source::{AnswerSource, Asked},
    model_client::{ModelClient, SessionSettings, Transport},
};

/// A turn with its own budget of retries, apart from that of the requests below it.
///
/// A request that never got its first event is retried by the client. A stream that broke *after* its first event
/// comes here: as long as no visible output was given to the caller, the turn is asked again; afterwards nothing is
/// replayed, and the error says that output had begun and keeps the finished items. An event that was garbled on the way
/// breaks the stream too, since the text would lack a piece; unknown events do not.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use codex_api::{ApiClient, ResponseEvent, ResponsesApiRequest};
/// use codex_core::{Turn, TurnEvent};
///
/// let responses = ApiClient::from_env()?.responses();
/// let mut turn = Turn::new(responses, ResponsesApiRequest::new("gpt-5.4").input("Say hello"));
/// while let Some(event) = turn.next().await {
///     match event? {
///         TurnEvent::Event(ResponseEvent::OutputTextDelta(text)) => print!("{}", text.delta),
///         TurnEvent::Event(_) => {}
///         TurnEvent::Retrying { error, retry, of, .. } => eprintln!("{error}; retry {retry} of {of}"),
///         TurnEvent::FellBack { reason, .. } => eprintln!("going on over HTTP: {reason:?}"),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Turn {
    session: ModelClient,
    request: Arc<ResponsesApiRequest>,
    options: ResponsesOptions,
    frame_metadata: BTreeMap<String, String>,
    policy: RetryPolicy,
    started: Instant,
    /// Requests so far.
    asked: u32,
    retries: u32,
    /// Something that is done at most once a turn, and spends no retry.
    free: FreeRetries,
    state: State,
}

/// What is under way stays here between two calls of [`Turn::next`], so that a caller may drop its future at any time.
enum State {
    /// A request is to be sent at this time. The stream that broke before it is kept for its last event.
    Waiting {
        until: Instant,
        broken: Option<Box<ResponseStream>>,
    },
    Asking {
        asking: BoxFuture<'static, Result<AnswerSource, Box<ApiError>>>,
        broken: Option<Box<ResponseStream>>,
    },
    Streaming(Box<AnswerSource>),
    /// After a 401 inside the stream.
    Recovering {
        recovering: BoxFuture<'static, (ApiError, bool)>,
        source: Box<AnswerSource>,
    },
    Ended(Option<Box<ResponseStream>>),
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { .. } => f.write_str("Waiting"),
            Self::Asking { .. } => f.write_str("Asking"),
            Self::Streaming(source) => f.debug_tuple("Streaming").field(source).finish(),
            Self::Recovering { .. } => f.write_str("Recovering"),
            Self::Ended(_) => f.write_str("Ended"),
        }
    }
}

/// Retries that spend nothing, since the request itself was not to blame: each at most once.
#[derive(Debug, Default)]
struct FreeRetries {
    stale_connection: bool,
    full_input: bool,
}

/// What a turn gives its caller.
#[derive(Debug)]
#[non_exhaustive]
pub enum TurnEvent {
    /// An event of the response.
    Event(ResponseEvent),
    /// The stream broke before visible output; the turn is asked again.
    Retrying {
        /// Why.
        error: ApiError,
        /// How long it waits first.
        delay: Duration,
        /// Number of this retry, from 1.
        retry: u32,
        /// How many there may be.
        of: u32,
    },
    /// The session goes on over HTTP; the turn is asked there.
    FellBack {
        /// Why.
        reason: FallbackReason,
        /// What the WebSocket came to.
        error: ApiError,
    },
}

/// What to do about a stream that broke.
enum Next {
    Retry(Duration),
    /// At once, and nothing is spent.
    FreeRetry,
    FallBack(FallbackReason),
    GiveUp,
}

impl Turn {
    /// Retries of a turn, unless [`retries`](Self::retries) or the session's settings say otherwise.
    pub const DEFAULT_RETRIES: u32 = SessionSettings::DEFAULT_TURN_RETRIES;

    /// A turn of its own over HTTP, asked for on the first call of [`next`](Self::next).
    #[expect(clippy::needless_pass_by_value, reason = "a client is a handle, and callers make one for this")]
    pub fn new(client: ResponsesClient, request: ResponsesApiRequest) -> Self {
        let settings = SessionSettings::with_transport(Transport::Http);
        Self::of_session(ModelClient::new(client.api().clone(), settings), request)
    }

    pub(crate) fn of_session(session: ModelClient, request: ResponsesApiRequest) -> Self {
        Self {
            policy: session.settings().turn_retries.clone(),
            session,
            request: Arc::new(request),
            options: ResponsesOptions::default(),
            frame_metadata: BTreeMap::new(),
            started: Instant::now(),
            asked: 0,
            retries: 0,
            free: FreeRetries::default(),
            state: State::Waiting { until: Instant::now(), broken: None },
        }
    }

    /// Sets the options of its requests. The total time of their timeouts bounds the whole turn.
    #[must_use]
    pub fn options(mut self, options: ResponsesOptions) -> Self {
        self.options = options;
        self
    }

    pub(crate) fn frame_metadata(mut self, metadata: BTreeMap<String, String>) -> Self {
        self.frame_metadata = metadata;
        self
    }

    /// Sets how often the turn is asked again, and how long it waits before.
    #[must_use]
    pub fn retries(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// The next event; `None` after the terminal one or an error.
    ///
    /// Cancel-safe: dropping the future loses no event and no error, and a request that is under way goes on with the next
    /// call.
    ///
    /// # Errors
    /// As [`ResponsesClient::stream_request`] and [`ResponseStream::next`], once no retry is left or allowed.
    pub async fn next(&mut self) -> Option<Result<TurnEvent, ApiError>> {
        loop {
            let failed = match &mut self.state {
                State::Waiting { until, .. } => {
                    tokio::time::sleep_until(*until).await;
                    self.ask();
                    continue;
                }
                State::Asking { asking, .. } => match asking.as_mut().await {
                    Ok(source) => {
                        self.state = State::Streaming(Box::new(source));
                        continue;
                    }
                    Err(error) => *error,
                },
                State::Streaming(source) => match source.stream.next().await {
                    Some(Ok(ResponseEvent::Undecodable { kind, raw, problem }))
                        if may_hold_output(&kind, &raw) =>
                    {
                        source.stream.reject(&kind, &problem)
                    }
                    Some(Ok(event)) => {
                        source.note(&event);
                        self.session.note(&event);
                        return Some(Ok(TurnEvent::Event(event)));
                    }
                    Some(Err(error)) => error,
                    None => {
                        self.end();
                        continue;
                    }
                },
                State::Recovering { recovering, .. } => {
                    let (error, recovered) = recovering.as_mut().await;
                    match self.broken(error, recovered) {
                        Some(told) => return Some(told),
                        None => continue,
                    }
                }
                State::Ended(_) => return None,
            };
            if let Some(told) = self.failed(failed) {
                return Some(told);
            }
        }
    }

    /// The JSON text of the event given last; see [`ResponseStream::last_raw`].
    pub fn last_raw(&self) -> Option<&str> {
        self.stream()?.last_raw()
    }

    /// The stream of the answer, once there is one.
    pub fn stream(&self) -> Option<&ResponseStream> {
        match &self.state {
            State::Streaming(source) => Some(&source.stream),
            State::Recovering { source, .. } => Some(&source.stream),
            State::Waiting { broken, .. } | State::Asking { broken, .. } | State::Ended(broken) => {
                broken.as_deref()
            }
        }
    }

    /// Begins a request.
    fn ask(&mut self) {
        self.options.turn_state.get_or_insert_with(TurnState::new);
        self.options.counted_from.get_or_insert(self.started);
        self.options.recovery.get_or_insert_with(|| self.session.api().recovery());
        self.asked += 1;
        let (session, request) = (self.session.clone(), Arc::clone(&self.request));
        let (options, frame_metadata) = (self.options.clone(), self.frame_metadata.clone());
        let full_input = self.free.full_input;
        let asking = Box::pin(async move {
            let asked =
                Asked { request: &request, options: &options, frame_metadata: &frame_metadata, full_input };
            AnswerSource::open(&session, asked).await.map_err(Box::new)
        });
        let broken = self.take_stream();
        self.state = State::Asking { asking, broken };
    }

    /// The stream of the last answer, whatever became of it.
    fn take_stream(&mut self) -> Option<Box<ResponseStream>> {
        match std::mem::replace(&mut self.state, State::Ended(None)) {
            State::Streaming(source) | State::Recovering { source, .. } => Some(source.into_stream()),
            State::Waiting { broken, .. } | State::Asking { broken, .. } | State::Ended(broken) => broken,
        }
    }

    /// After a failure: recovers from a 401 inside a stream, unless output was shown; judges any other at once.
    fn failed(&mut self, mut error: ApiError) -> Option<Result<TurnEvent, ApiError>> {
        let progress = self.options.recovery.clone();
        let recovers = error.is_unauthorized() && !error.output_started();
        let state = std::mem::replace(&mut self.state, State::Ended(None));
        match (state, progress) {
            (State::Streaming(source), Some(progress)) if recovers => {
                let api = self.session.api().clone();
                let deadline = self.time_left().map(|left| Instant::now() + left);
                let recovering = Box::pin(async move {
                    let recovered = api.recover(&mut error, &progress, deadline).await;
                    (error, recovered)
                });
                self.state = State::Recovering { recovering, source };
                None
            }
            (state, _) => {
                self.state = state;
                self.broken(error, false)
            }
        }
    }

    /// Ends the turn; the connection of a whole response is kept for the next one.
    fn end(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Ended(None)) {
            State::Streaming(source) => State::Ended(Some(source.finish(&self.session, &self.request))),
            state => state,
        };
    }

    /// Goes on after a failure, or gives up. `None` when there is nothing to tell.
    fn broken(&mut self, error: ApiError, recovered: bool) -> Option<Result<TurnEvent, ApiError>> {
        let next = if recovered { Next::FreeRetry } else { self.judge(&error) };
        let broken = self.take_stream();
        let of = self.policy.max_retries;
        let (after, event) = match next {
            Next::GiveUp => {
                self.state = State::Ended(broken);
                let tried = self.asked > 1;
                return Some(Err(if tried {
                    error.after_tries(self.asked, self.started.elapsed())
                } else {
                    error
                }));
            }
            Next::FreeRetry => {
                tracing::debug!(%error, "asking again at once");
                self.state = State::Waiting { until: Instant::now(), broken };
                return None;
            }
            Next::Retry(delay) => {
                self.retries += 1;
                tracing::debug!(retry = self.retries, %error, "the stream broke before visible output");
                (delay, TurnEvent::Retrying { error, delay, retry: self.retries, of })
            }
            Next::FallBack(reason) => {
                self.retries = 0;
                (Duration::ZERO, TurnEvent::FellBack { reason, error })
            }
        };
        self.state = State::Waiting { until: Instant::now() + after, broken };
        Some(Ok(event))
    }

    fn judge(&mut self, error: &ApiError) -> Next {
        if error.output_started() {
            return Next::GiveUp;
        }
        let advice = error.retry_advice();
        let over_websocket = self.session.takes_websocket();
        if over_websocket && advice == RetryAdvice::UseHttp {
            return self.fall_back(FallbackReason::Negotiated);
        }
        let events = error.context().stream.as_ref().map_or(0, |stream| stream.events);
        let stale =
            error.context().connection_reused == Some(true) && events == 0 && advice != RetryAdvice::Never;
        if over_websocket && stale && !std::mem::replace(&mut self.free.stale_connection, true) {
            return Next::FreeRetry;
        }
        let continued = match &self.state {
            State::Streaming(source) | State::Recovering { source, .. } => source.is_continued(),
            _ => false,
        };
        if advice == RetryAdvice::ResendFullInput
            && continued
            && !std::mem::replace(&mut self.free.full_input, true)
        {
            return Next::FreeRetry;
        }
        let connecting = error.context().connection_reused.is_none() && error.context().stream.is_none();
        if over_websocket && connecting && asks_to_wait(error) {
            return self.retry(error, advice);
        }
        if over_websocket && connecting && may_work_over_http(error) {
            return match self.fall_back(FallbackReason::ConnectFailed) {
                Next::GiveUp => self.retry(error, advice),
                next => next,
            };
        }
        // A request over HTTP that never had an event has used up its own retries.
        if !over_websocket && connecting {
            return Next::GiveUp;
        }
        match self.retry(error, advice) {
            Next::GiveUp if over_websocket && may_pass(error) => self.fall_back(FallbackReason::RetriesSpent),
            next => next,
        }
    }

    fn fall_back(&self, reason: FallbackReason) -> Next {
        if self.session.fall_back(reason) { Next::FallBack(reason) } else { Next::GiveUp }
    }

    fn retry(&self, error: &ApiError, advice: RetryAdvice) -> Next {
        if self.retries >= self.policy.max_retries {
            return Next::GiveUp;
        }
        let backoff = || self.policy.backoff.delay(self.retries + 1, fastrand::f64());
        let delay = match advice {
            RetryAdvice::Retry => backoff(),
            RetryAdvice::NewConnection if self.retries == 0 => Duration::ZERO,
            RetryAdvice::NewConnection => backoff(),
            RetryAdvice::RetryAfter(delay) if delay <= self.policy.max_server_delay => delay,
            _ => return Next::GiveUp,
        };
        tracing::trace!(%error, ?delay, "a retry of the turn is due");
        match self.time_left() {
            Some(left) if delay >= left => Next::GiveUp,
            _ => Next::Retry(delay),
        }
    }

    fn time_left(&self) -> Option<Duration> {
        self.total().map(|total| total.saturating_sub(self.started.elapsed()))
    }

    fn total(&self) -> Option<Duration> {
        self.options.timeouts.as_ref().unwrap_or(&self.session.provider().timeouts).total
    }
}

/// Whether what went wrong lies with the connection or the moment, not with the request or its credentials.
fn may_pass(error: &ApiError) -> bool {
    let advice = error.retry_advice();
    matches!(advice, RetryAdvice::Retry | RetryAdvice::RetryAfter(_) | RetryAdvice::NewConnection)
}

/// Whether a handshake that failed leaves hope for HTTP. Credentials and settings that are wrong are wrong there too.
fn may_work_over_http(error: &ApiError) -> bool {
    let local =
        matches!(error.kind(), ApiErrorKind::Request(_) | ApiErrorKind::Settings(_) | ApiErrorKind::Auth(_));
    !local && !matches!(error.status(), Some(401 | 403 | 407))
}

/// Whether the service turned a handshake down for the moment: it would do the same over HTTP.
fn asks_to_wait(error: &ApiError) -> bool {
    matches!(error.kind(), ApiErrorKind::RateLimit { .. })
}

/// Whether an event that does not decode may have been part of the output: it is garbled on the way, a delta, or a
/// finished piece. Of others, such as a new form of a progress event, the output lacks nothing.
fn may_hold_output(kind: &str, raw: &str) -> bool {
    kind.ends_with(".delta")
        || kind.ends_with(".done")
        || serde_json::from_str::<serde::de::IgnoredAny>(raw).is_err()
}
