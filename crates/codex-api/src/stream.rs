//! A response as it comes.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use codex_client::{ResponseHead, SseText, TimeoutPhase, TransportError};
use codex_observe::{AttemptError, AuthEvidence, Event, Outcome, SafeText, StreamEnded};
use codex_protocol::{ErrorBody, Response, ResponseEvent, ResponseStatus};
use futures_core::Stream;
use tokio::time::Sleep;

use crate::{
    answer,
    course::Call,
    error::{ApiError, ApiErrorKind, DecodeError},
    error_context::{ErrorContext, StreamProgress},
    event_counts::EventCounts,
    finished_items::FinishedItems,
    frames::Frames,
    head_facts,
    operation_watch::OperationWatch,
    response_identity::{Ownership, ResponseIdentity},
    server_error::{self, Reported},
    stream_end::StreamEnd,
};

/// The events of one response, pulled by the caller. Dropping it cancels the request.
///
/// Each call of [`next`](Self::next) gives one event, and after the terminal event `None`; an `Err` is the last thing
/// it gives. An event of a type that this version does not know comes as [`ResponseEvent::Unknown`]; a known one that
/// does not decode as [`ResponseEvent::Undecodable`]: neither ends the stream. `response.incomplete` is a result with
/// output and ends the stream without an error; `response.failed` and `error` are errors.
///
/// ```no_run
/// # async fn show(mut stream: codex_api::ResponseStream) -> Result<(), codex_api::ApiError> {
/// use codex_api::ResponseEvent;
///
/// while let Some(event) = stream.next().await {
///     match event? {
///         ResponseEvent::OutputTextDelta(text) => print!("{}", text.delta),
///         ResponseEvent::Completed { token_usage, .. } => println!("\n{token_usage:?}"),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct ResponseStream {
    frames: Frames,
    /// Facts of the head, given before the first event.
    head_facts: VecDeque<ResponseEvent>,
    head: ResponseHead,
    call: Call,
    deadline: Option<Pin<Box<Sleep>>>,
    watch: OperationWatch,
    counts: EventCounts,
    /// The text of the event given last: a cheap slice of what was read.
    last: Option<SseText>,
    /// Whether `last` keeps a chunk alive.
    holds_chunk: bool,
    events: u64,
    output_started: bool,
    /// Which response the events are of, where others came over the same connection.
    whose: ResponseIdentity,
    finished: FinishedItems,
    ended: bool,
}

impl ResponseStream {
    pub(crate) fn new(frames: Frames, head: ResponseHead, call: Call, watch: OperationWatch) -> Self {
        Self {
            frames,
            head_facts: head_facts::events(&head),
            deadline: call
                .total
                .and_then(|total| call.counted_from.checked_add(total))
                .map(|at| Box::pin(tokio::time::sleep_until(at))),
            head,
            counts: EventCounts::new(call.started),
            call,
            watch,
            last: None,
            holds_chunk: false,
            events: 0,
            output_started: false,
            whose: ResponseIdentity::default(),
            finished: FinishedItems::default(),
            ended: false,
        }
    }

    /// For a connection whose facts an earlier stream has given.
    pub(crate) fn without_head_facts(mut self) -> Self {
        self.head_facts.clear();
        self
    }

    /// The next event; `None` after the terminal event or an error.
    ///
    /// # Errors
    /// What the service reported inside the stream, or why the stream broke. Cancel-safe: dropping the future loses
    /// no event.
    pub async fn next(&mut self) -> Option<Result<ResponseEvent, ApiError>> {
        std::future::poll_fn(|cx| self.poll_next_event(cx)).await
    }

    /// The JSON text of the event given last (also of one that became an error), as the service sent it. `None` for
    /// facts of the head.
    pub fn last_raw(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// Ends the stream because of an event that its reader cannot do without, such as a
    /// [`ResponseEvent::Undecodable`] that may have held text, and hangs up. Returns the error to give on; its advice is
    /// to try again.
    pub fn reject(&mut self, kind: &str, problem: &str) -> ApiError {
        self.fail(DecodeError::Event { kind: SafeText::new(kind), problem: SafeText::new(problem) })
    }

    /// Status and headers of the answer.
    pub fn head(&self) -> &ResponseHead {
        &self.head
    }

    /// The id to quote to the service.
    pub fn request_id(&self) -> Option<&str> {
        self.call.context.evidence.request_id.as_deref()
    }

    /// The attempt that was answered, from 1.
    pub fn attempt(&self) -> u32 {
        self.call.context.attempt
    }

    /// Since the call, its retries included.
    pub fn elapsed(&self) -> Duration {
        self.call.started.elapsed()
    }

    /// How far the stream has come, without its finished items.
    pub fn progress(&self) -> StreamProgress {
        StreamProgress {
            events: self.events,
            bytes: self.frames.bytes(),
            last_event: self
                .last
                .as_deref()
                .map(|text| self.call.context.secrets.checked(ResponseEvent::decode(None, text).kind())),
            output_started: self.output_started,
            finished_items: Vec::new(),
        }
    }

    /// As [`next`](Self::next), for hand-written futures.
    pub fn poll_next_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ResponseEvent, ApiError>>> {
        if let Some(fact) = self.head_facts.pop_front() {
            return Poll::Ready(Some(Ok(fact)));
        }
        if self.ended {
            ready!(self.frames.poll_released(cx));
            return Poll::Ready(None);
        }
        let frame = match self.frames.next_buffered() {
            Some(frame) => Some(frame),
            None => {
                self.let_go_of_chunk();
                match self.frames.poll_next(cx) {
                    Poll::Ready(frame) => {
                        self.counts.read();
                        frame
                    }
                    Poll::Pending => Some(Err(ready!(self.poll_deadline(cx)).into())),
                }
            }
        };
        Poll::Ready(match frame {
            Some(Ok(frame)) if is_done_marker(&frame.data) => self.end_of_body(),
            Some(Ok(frame)) => {
                let event = ResponseEvent::decode(frame.event.as_deref(), &frame.data);
                self.last = Some(frame.data);
                self.holds_chunk = true;
                Some(self.judge(event))
            }
            Some(Err(error)) => Some(Err(self.fail(error))),
            None => self.end_of_body(),
        })
    }

    /// Before more is read: the chunk of the last event can be read into again. Once a chunk, not once an event.
    fn let_go_of_chunk(&mut self) {
        if std::mem::take(&mut self.holds_chunk)
            && let Some(last) = &mut self.last
        {
            last.let_go();
        }
    }

    /// The deadline of the whole call, looked at only while nothing else is ready.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<TransportError> {
        match &mut self.deadline {
            Some(sleep) => {
                ready!(sleep.as_mut().poll(cx));
                let limit = self.call.total.unwrap_or_default();
                Poll::Ready(TransportError::Timeout { phase: TimeoutPhase::Total, limit })
            }
            None => Poll::Pending,
        }
    }

    /// Keeps account of an event, and turns those that report a failure into errors.
    fn judge(&mut self, event: ResponseEvent) -> Result<ResponseEvent, ApiError> {
        self.events += 1;
        if let Some(lanes) = self.frames.lanes() {
            match self.whose.judge(&event, lanes, self.call.context.connection_reused) {
                Ownership::Ours => {}
                Ownership::Foreign => return Err(self.fail(StreamEnd::ForeignResponse)),
            }
        }
        let failure = match &event {
            ResponseEvent::OutputItemDone(_) => {
                self.output_started = true;
                self.counts.count(&event, true);
                self.finished.keep(self.last.as_ref());
                return Ok(event);
            }
            ResponseEvent::Failed(failed) => Some(server_error::of_failed(&failed.response)),
            // `response.done` says in its status how it ended, and some servers complete what they have cancelled.
            ResponseEvent::Completed { response, .. } if is_failed(response) => {
                Some(server_error::of_failed(response))
            }
            ResponseEvent::Error(event) => Some(self.reported_error(&event.error)),
            ResponseEvent::Undecodable { kind, problem, .. } if event.is_terminal() => {
                // The last word of the service, and it cannot be read: not success, and not a cut either.
                Some(
                    DecodeError::LastEvent { kind: SafeText::new(kind), problem: SafeText::new(problem) }
                        .into(),
                )
            }
            event => {
                let is_output = event.is_output();
                self.output_started |= is_output;
                self.counts.count(event, is_output);
                if let Some(response) = event.final_response() {
                    self.counts.learn(response);
                }
                None
            }
        };
        if let Some(kind) = failure {
            self.counts.count(&event, false);
            if let Some(response) = event.final_response() {
                self.counts.learn(response);
            }
            return Err(self.fail_after(kind, Ended::Wholly));
        }
        if event.is_terminal() {
            self.finish(None, Ended::Wholly);
        }
        Ok(event)
    }

    /// An `error` event is an answer of its own: its status and headers say more than those of the stream.
    fn reported_error(&mut self, error: &ErrorBody) -> ApiErrorKind {
        let evidence = AuthEvidence::from_headers(|name| error.headers.get(name).map(str::as_bytes));
        if !evidence.is_empty() {
            self.call.context.evidence = self.call.context.secrets.checked_evidence(evidence);
        }
        self.call.context.learn_limits(&error.headers);
        self.call.context.status = error.status.or(self.call.context.status);
        server_error::classify(Reported::from_event(error.clone()))
    }

    /// Where the call stands, for errors that are found after the stream.
    pub(crate) fn context(&self) -> ErrorContext {
        let mut context = self.call.context.clone();
        context.elapsed = self.elapsed();
        context
    }

    fn end_of_body(&mut self) -> Option<Result<ResponseEvent, ApiError>> {
        Some(Err(self.fail(StreamEnd::ClosedBeforeTerminal)))
    }

    fn fail(&mut self, kind: impl Into<ApiErrorKind>) -> ApiError {
        self.fail_after(kind.into(), Ended::Early)
    }

    fn fail_after(&mut self, kind: ApiErrorKind, ended: Ended) -> ApiError {
        if answer::is_unauthorized(&kind) {
            // Some servers tell it by the code alone.
            self.call.context.status = Some(401);
        }
        self.finish(Some(answer::attempt_error(&kind, self.call.context.status)), ended);
        let mut context = self.context();
        context.stream = Some(StreamProgress { finished_items: self.finished.take(), ..self.progress() });
        ApiError::new(kind, context)
    }

    /// The stream is over: nothing more is read for the caller, and the fact is recorded.
    fn finish(&mut self, error: Option<AttemptError>, ended: Ended) {
        if std::mem::replace(&mut self.ended, true) {
            // Rejected by its reader after its end: the fact of the end stands.
            return;
        }
        self.frames.release(ended == Ended::Wholly);
        let mut outcome = Outcome::after(self.elapsed());
        outcome.status = self.call.context.status;
        outcome.evidence = self.call.context.evidence.clone();
        outcome.error = error;
        let ended =
            StreamEnded::new(self.call.request.clone(), outcome.clone(), self.events, self.frames.bytes());
        self.watch.observer().on_event(&Event::StreamEnded(ended));
        self.watch.end(outcome, Some(self.counts.take(&self.call.context.secrets)));
    }
}

impl Drop for ResponseStream {
    /// A stream that its caller gave up is recorded as that.
    fn drop(&mut self) {
        if !self.ended {
            self.finish(Some(AttemptError::cancelled()), Ended::Early);
        }
    }
}

impl Stream for ResponseStream {
    type Item = Result<ResponseEvent, ApiError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_next_event(cx)
    }
}

impl std::fmt::Debug for ResponseStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseStream")
            .field("status", &self.head.status)
            .field("events", &self.events)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

fn is_failed(response: &Response) -> bool {
    matches!(response.status, Some(ResponseStatus::Failed | ResponseStatus::Cancelled))
}

/// How much of a response the connection still holds.
#[derive(Clone, Copy, PartialEq)]
enum Ended {
    /// Nothing: its terminal event came, be it a failure. The connection can be used again.
    Wholly,
    /// Something may still come.
    Early,
}

/// `data: [DONE]`, with which several servers end their streams (wire.md 4).
fn is_done_marker(data: &str) -> bool {
    data.starts_with("[DONE]")
}
