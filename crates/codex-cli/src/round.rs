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

use crate::{event_output::EventOutput, terminal::Status};

/// A response that ended, whole or incomplete.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) response: Response,
    /// From the request to the first output of the model.
    pub(crate) first_token: Option<Duration>,
    /// The model that answered.
    pub(crate) model: Option<String>,
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

/// Streams a turn to `output`, with a spinner until something is to be seen.
pub(crate) async fn stream<W: Write>(
    mut turn: Turn,
    output: &mut EventOutput<W>,
    status: &Status,
) -> Result<Round, RoundError> {
    let started = Instant::now();
    let mut spinner = status.spin();
    let mut round = Round::default();
    output.begin();
    while let Some(event) = next(&mut turn, output).await? {
        match event {
            Ok(TurnEvent::Event(event)) => {
                if output.shows(&event) {
                    drop(spinner.take());
                }
                output.event(&event, turn.last_raw())?;
                round.take(event, started.elapsed());
            }
            Ok(TurnEvent::Retrying { error, delay, retry, of }) => {
                let seconds = delay.as_secs_f64();
                status.note(format_args!("{error}; trying again in {seconds:.1} s (retry {retry} of {of})"));
                output.begin();
                round = Round::default();
            }
            Err(error) => {
                drop(spinner.take());
                output.failed(&error, turn.last_raw())?;
                output.end()?;
                return Err(RoundError::Request(Box::new(error)));
            }
        }
    }
    drop(spinner);
    round.complete();
    output.finished(&round.response)?;
    Ok(round)
}

impl Round {
    /// Whether the response ended before it was whole.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.response.status == Some(ResponseStatus::Incomplete)
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
            ResponseEvent::Completed { response, .. } => self.response = *response,
            ResponseEvent::Incomplete(state) => self.response = *state.response,
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
    turn: &mut Turn,
    output: &mut EventOutput<W>,
) -> io::Result<Option<Result<TurnEvent, ApiError>>> {
    let mut next = pin!(turn.next());
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
