//! One request of a conversation, from its first event to its response.

use std::{
    future::poll_fn,
    io::{self, Write},
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use codex_api::{ApiError, Response, ResponseEvent, ResponseItem, ResponseStatus};
use codex_core::{Turn, TurnEvent};

use crate::{background::BackgroundStream, event_output::EventOutput, limits::Limits, terminal::Status};

/// A response that ended, whole or incomplete.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) response: Response,
    /// From the request to the first output of the model.
    pub(crate) first_token: Option<Duration>,
    /// The model that answered.
    pub(crate) model: Option<String>,
    /// The id to quote to the service.
    pub(crate) request_id: Option<String>,
    /// Whether the service said that it ended before it was whole.
    incomplete: bool,
    /// Finished items, for servers that leave them out of the response at the end.
    items: Vec<ResponseItem>,
}

/// Why there is no response.
#[derive(Debug)]
pub(crate) enum RoundError {
    Request(Box<ApiError>),
    Output(io::Error),
}

impl From<io::Error> for RoundError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Where the events of a response come from.
pub(crate) enum Source {
    /// A turn of a session.
    Turn(Box<Turn>),
    /// A response that goes on without us.
    Background(Box<BackgroundStream>),
}

impl Source {
    async fn next(&mut self) -> Option<Result<TurnEvent, ApiError>> {
        match self {
            Self::Turn(turn) => turn.next().await,
            Self::Background(stream) => stream.next().await.map(|event| event.map(TurnEvent::Event)),
        }
    }

    /// Tells of an event that could not be decoded.
    fn tell_if_passed_over(&self, event: &ResponseEvent, status: &Status) {
        let ResponseEvent::Undecodable { kind, problem, .. } = event else { return };
        match self {
            // Where it may have held output, the turn is over.
            Self::Turn(_) => {
                status.detail(format_args!(
                    "an event was passed over, since it cannot be decoded: {kind}: {problem}"
                ));
            }
            Self::Background(_) => {
                status.warning(format_args!(
                    "text may be missing, since an event cannot be decoded: {kind}: {problem}"
                ));
            }
        }
    }

    fn request_id(&self) -> Option<&str> {
        match self {
            Self::Turn(turn) => turn.stream()?.request_id(),
            // It came over several requests.
            Self::Background(_) => None,
        }
    }

    fn last_raw(&self) -> Option<&str> {
        match self {
            Self::Turn(turn) => turn.last_raw(),
            Self::Background(stream) => stream.last_raw(),
        }
    }
}

/// Streams a response to `output`, with a spinner until something is to be seen. What it tells of limits goes to
/// `limits`, however it ends.
pub(crate) async fn stream<W: Write>(
    mut source: Source,
    output: &mut EventOutput<W>,
    status: &Status,
    limits: &mut Limits,
) -> Result<Round, RoundError> {
    let started = Instant::now();
    let mut spinner = status.spin();
    let mut round = Round::default();
    output.begin();
    while let Some(event) = next(&mut source, output).await? {
        match event {
            Ok(TurnEvent::Event(event)) => {
                if output.shows(&event) {
                    drop(spinner.take());
                }
                if let ResponseEvent::RateLimits(snapshot) = &event {
                    limits.note(snapshot);
                }
                source.tell_if_passed_over(&event, status);
                output.event(&event, source.last_raw())?;
                round.take(event, started.elapsed());
            }
            Ok(told) => {
                if let Some(error) = why_again(&told, status) {
                    output.failed(error, source.last_raw())?;
                    output.begin();
                    round = Round::default();
                }
            }
            Err(error) => {
                drop(spinner.take());
                return Err(fail(error, source.last_raw(), output, limits));
            }
        }
    }
    drop(spinner);
    round.complete();
    round.request_id = source.request_id().map(str::to_owned);
    output.finished(&round.response)?;
    Ok(round)
}

/// Prints what an error leaves to be printed, and keeps what it tells of limits.
fn fail<W: Write>(
    error: ApiError,
    raw: Option<&str>,
    output: &mut EventOutput<W>,
    limits: &mut Limits,
) -> RoundError {
    error.context().rate_limits.iter().for_each(|snapshot| limits.note(snapshot));
    match output.failed(&error, raw).and_then(|()| output.end()) {
        Ok(()) => RoundError::Request(Box::new(error)),
        Err(problem) => RoundError::Output(problem),
    }
}

/// Tells what the turn does about a stream that broke; why the answer begins anew, if it does.
fn why_again<'e>(told: &'e TurnEvent, status: &Status) -> Option<&'e ApiError> {
    match told {
        TurnEvent::Retrying { error, delay, retry, of } => {
            let seconds = delay.as_secs_f64();
            status.note(format_args!("{error}; trying again in {seconds:.1} s (retry {retry} of {of})"));
            Some(error)
        }
        TurnEvent::FellBack { reason, error } => {
            let fact = format!("the WebSocket did not work ({error}); going on over HTTP");
            if reason.is_expected() {
                status.detail(fact);
            } else {
                status.note(fact);
            }
            Some(error)
        }
        // Whatever else a turn may come to tell is no part of the answer.
        _ => None,
    }
}

impl Round {
    /// Whether the response ended before it was whole.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// The tool calls that somebody has to answer.
    pub(crate) fn calls(&self) -> impl Iterator<Item = &ResponseItem> {
        let is_call = |item: &&ResponseItem| {
            matches!(item, ResponseItem::FunctionCall(_) | ResponseItem::CustomToolCall(_))
        };
        self.response.output.iter().filter(is_call)
    }

    fn take(&mut self, event: ResponseEvent, elapsed: Duration) {
        if event.is_output() {
            self.first_token.get_or_insert(elapsed);
        }
        match event {
            ResponseEvent::ServerModel(model) => self.model = Some(model),
            ResponseEvent::OutputItemDone(done) => self.items.push(*done.item),
            ResponseEvent::Completed { response, .. } => {
                // `response.done` of older servers says in its status alone how it ended.
                self.incomplete = response.status == Some(ResponseStatus::Incomplete);
                self.response = *response;
            }
            ResponseEvent::Incomplete(state) => {
                // Not every server repeats it in the status.
                self.incomplete = true;
                self.response = *state.response;
            }
            _ => {}
        }
    }

    fn complete(&mut self) {
        if self.response.output.is_empty() {
            self.response.output = std::mem::take(&mut self.items);
        }
    }
}

/// The next event. What is held back is written before waiting for it, and only then.
async fn next<W: Write>(
    source: &mut Source,
    output: &mut EventOutput<W>,
) -> io::Result<Option<Result<TurnEvent, ApiError>>> {
    let mut next = pin!(source.next());
    let ready = poll_fn(|cx| {
        Poll::Ready(match next.as_mut().poll(cx) {
            Poll::Ready(event) => Some(event),
            Poll::Pending => None,
        })
    });
    match ready.await {
        Some(event) => Ok(event),
        None => {
            output.flush()?;
            Ok(next.await)
        }
    }
}
