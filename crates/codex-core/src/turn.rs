//! One turn: a response that survives streams which break before anything was shown.

use std::time::Duration;

use codex_api::{
    ApiError, ResponseEvent, ResponseStream, ResponsesApiRequest, ResponsesClient, ResponsesOptions, RetryAdvice,
    RetryPolicy,
};
use tokio::time::Instant;

/// A turn with its own budget of retries, apart from that of the requests below it.
///
/// A request that never got its first event is retried by the client. A stream that broke *after* its first event
/// comes here: as long as no visible output was given to the caller, the turn is asked again; afterwards nothing is
/// replayed, and the error says that output had begun and keeps the finished items. An event that was garbled on the way
/// breaks the stream too, since the text would lack a piece; unknown events do not.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use codex_api::{ApiClient, ResponseEvent, ResponsesApiRequest, RetryPolicy};
/// use codex_core::{Turn, TurnEvent};
///
/// let responses = ApiClient::from_env()?.responses();
/// let mut turn = Turn::new(responses, ResponsesApiRequest::new("gpt-5.4").input("Say hello"));
/// while let Some(event) = turn.next().await {
///     match event? {
///         TurnEvent::Event(ResponseEvent::OutputTextDelta(text)) => print!("{}", text.delta),
///         TurnEvent::Event(_) => {}
///         TurnEvent::Retrying { error, retry, of, .. } => eprintln!("{error}; retry {retry} of {of}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Turn {
    client: ResponsesClient,
    request: ResponsesApiRequest,
    options: ResponsesOptions,
    policy: RetryPolicy,
    started: Instant,
    retries: u32,
    state: State,
}

#[derive(Debug)]
enum State {
    /// A request is to be sent, after this wait. The stream that broke before it is kept for its last event.
    Ask { after: Duration, broken: Option<Box<ResponseStream>> },
    Streaming(Box<ResponseStream>),
    Ended(Option<Box<ResponseStream>>),
}

/// What a turn gives its caller.
#[derive(Debug)]
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
}

impl Turn {
    /// Retries of a turn, unless [`retries`](Self::retries) says otherwise.
    pub const DEFAULT_RETRIES: u32 = 5;

    /// A turn that is asked for on the first call of [`next`](Self::next).
    pub fn new(client: ResponsesClient, request: ResponsesApiRequest) -> Self {
        Self {
            client,
            request,
            options: ResponsesOptions::default(),
            policy: RetryPolicy { max_retries: Self::DEFAULT_RETRIES, ..RetryPolicy::default() },
            started: Instant::now(),
            retries: 0,
            state: State::Ask { after: Duration::ZERO, broken: None },
        }
    }

    /// Sets the options of its requests. The total time of their timeouts bounds the whole turn.
    #[must_use]
    pub fn options(mut self, options: ResponsesOptions) -> Self {
        self.options = options;
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
    /// # Errors
    /// As [`ResponsesClient::stream_request`] and [`ResponseStream::next`], once no retry is left or allowed.
    pub async fn next(&mut self) -> Option<Result<TurnEvent, ApiError>> {
        loop {
            match &mut self.state {
                State::Ask { after, .. } => {
                    tokio::time::sleep(*after).await;
                    let options = self.options_for_now();
                    match self.client.stream_request(&self.request, &options).await {
                        Ok(stream) => self.state = State::Streaming(Box::new(stream)),
                        Err(error) => {
                            self.state = State::Ended(None);
                            return Some(Err(error));
                        }
                    }
                }
                State::Streaming(stream) => match stream.next().await {
                    Some(Ok(ResponseEvent::Undecodable { kind, raw, problem })) if may_hold_output(&kind, &raw) => {
                        let error = stream.reject(&kind, &problem);
                        return Some(self.broken(error));
                    }
                    Some(Ok(event)) => return Some(Ok(TurnEvent::Event(event))),
                    Some(Err(error)) => return Some(self.broken(error)),
                    None => self.end(),
                },
                State::Ended(_) => return None,
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
            State::Streaming(stream)
            | State::Ended(Some(stream))
            | State::Ask { broken: Some(stream), .. } => Some(stream),
            State::Ask { broken: None, .. } | State::Ended(None) => None,
        }
    }

    fn end(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Ended(None)) {
            State::Streaming(stream) => State::Ended(Some(stream)),
            state => state,
        };
    }

    fn broken(&mut self, error: ApiError) -> Result<TurnEvent, ApiError> {
        let Some(delay) = self.wait_before_retry(&error) else {
            self.end();
            return Err(error);
        };
        self.retries += 1;
        tracing::debug!(retry = self.retries, %error, "the stream broke before visible output");
        let broken = match std::mem::replace(&mut self.state, State::Ended(None)) {
            State::Streaming(stream) => Some(stream),
            State::Ask { .. } | State::Ended(_) => None,
        };
        self.state = State::Ask { after: delay, broken };
        Ok(TurnEvent::Retrying { error, delay, retry: self.retries, of: self.policy.max_retries })
    }

    /// `None` when the turn must not be asked again.
    fn wait_before_retry(&self, error: &ApiError) -> Option<Duration> {
        if error.output_started() || self.retries >= self.policy.max_retries {
            return None;
        }
        let delay = match error.retry_advice() {
            RetryAdvice::Retry => self.policy.backoff.delay(self.retries + 1, fastrand::f64()),
            RetryAdvice::RetryAfter(delay) if delay <= self.policy.max_server_delay => delay,
            _ => return None,
        };
        let time_left = self.total().map(|total| total.saturating_sub(self.started.elapsed()));
        time_left.is_none_or(|left| delay < left).then_some(delay)
    }

    fn total(&self) -> Option<Duration> {
        self.options.timeouts.as_ref().unwrap_or(&self.client.provider().timeouts).total
    }

    /// The options of a request of now: what is left of the total time is its total time.
    fn options_for_now(&self) -> ResponsesOptions {
        let mut options = self.options.clone();
        if let Some(total) = self.total() {
            let mut timeouts = options.timeouts.unwrap_or_else(|| self.client.provider().timeouts.clone());
            timeouts.total = Some(total.saturating_sub(self.started.elapsed()));
            options.timeouts = Some(timeouts);
        }
        options
    }
}

/// Whether an event that does not decode may have been part of the output: it is cut or garbled on the way, or a delta.
/// Of others, such as a new form of a progress event, the output lacks nothing.
fn may_hold_output(kind: &str, raw: &str) -> bool {
    kind.ends_with(".delta") || serde_json::from_str::<serde::de::IgnoredAny>(raw).is_err()
}
