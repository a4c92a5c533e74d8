//! The clocks of a connection.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Sleep;

use super::error::WebSocketError;
use super::options::WebSocketOptions;
use crate::error::TransportError;
use crate::idle_clock::IdleClock;
use crate::timeouts::TimeoutPhase;

/// What the owner of a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// A message: silence past the limit is an error.
    ForMessage,
    /// Nothing in particular: silence is expected.
    ForNothing,
}

/// How long nothing came, and what is done about it.
#[derive(Debug)]
pub(super) struct Silence {
    bytes: Option<IdleClock>,
    writes: Option<IdleClock>,
    pings: Option<Pings>,
    close_timeout: Duration,
    close_answer: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug)]
struct Pings {
    quiet: IdleClock,
    answer: IdleClock,
    asked: bool,
}

impl Silence {
    pub(super) fn new(options: &WebSocketOptions) -> Self {
        let pings = options.keep_alive.map(|keep_alive| Pings {
            quiet: IdleClock::new(keep_alive.interval),
            answer: IdleClock::new(keep_alive.timeout),
            asked: false,
        });
        Self {
            bytes: options.byte_idle.map(IdleClock::new),
            writes: options.byte_idle.map(IdleClock::new),
            pings,
            close_timeout: options.close_timeout,
            close_answer: None,
        }
    }

    /// Something came.
    pub(super) fn end(&mut self) {
        if let Some(bytes) = &mut self.bytes {
            bytes.moved();
        }
        if let Some(pings) = &mut self.pings {
            pings.quiet.moved();
            pings.answer.moved();
            pings.asked = false;
        }
    }

    /// A message was sent by the one who reads: the silence before it says nothing about the answer. A writer of its
    /// own does not end the silence that its reader hears.
    pub(super) fn asked(&mut self) {
        if let Some(bytes) = &mut self.bytes {
            bytes.moved();
        }
    }

    /// Something was written.
    pub(super) fn wrote(&mut self) {
        if let Some(writes) = &mut self.writes {
            writes.moved();
        }
    }

    /// Our close is on its way: the answer has its own limit, whatever else comes.
    pub(super) fn closing(&mut self) {
        if self.close_answer.is_none() {
            self.close_answer = Some(Box::pin(tokio::time::sleep(self.close_timeout)));
        }
    }

    /// The error, when our close should have been answered by now. Else the task is woken when that is so.
    pub(super) fn close_overdue(&mut self, cx: &mut Context<'_>) -> Option<TransportError> {
        let elapsed = self.close_answer.as_mut().is_some_and(|answer| answer.as_mut().poll(cx).is_ready());
        elapsed.then(|| timeout(self.close_timeout))
    }

    /// Nothing can be written: ready when that has lasted too long.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<TransportError> {
        let Some(writes) = &mut self.writes else { return Poll::Pending };
        writes.poll_elapsed(cx).map(|()| timeout(writes.limit()))
    }

    /// Nothing came: ready when that has lasted too long. Calls `ping` when it is time for one.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        waiting: Waiting,
        ping: impl FnOnce(&mut Context<'_>),
    ) -> Poll<Result<(), TransportError>> {
        if let Some(bytes) = self.bytes.as_mut().filter(|_| waiting == Waiting::ForMessage)
            && bytes.poll_elapsed(cx).is_ready()
        {
            return Poll::Ready(Err(timeout(bytes.limit())));
        }
        let Some(pings) = &mut self.pings else { return Poll::Pending };
        if !pings.asked && pings.quiet.poll_elapsed(cx).is_ready() {
            pings.asked = true;
            ping(cx);
        }
        if pings.asked && pings.answer.poll_elapsed(cx).is_ready() {
            let limit = pings.answer.limit();
            return Poll::Ready(Err(WebSocketError::PingUnanswered { limit }.into()));
        }
        Poll::Pending
    }
}

fn timeout(limit: Duration) -> TransportError {
    TransportError::Timeout { phase: TimeoutPhase::ByteIdle, limit }
}
