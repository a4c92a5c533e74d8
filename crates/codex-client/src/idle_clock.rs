//! A clock that runs out after a time of silence.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// Measures silence while a reader waits.
///
/// It starts when the reader first finds nothing, and [`moved`](Self::moved) stops it. A timer is touched
/// only when it fires or is first needed: on the busy path the clock costs one flag.
#[derive(Debug)]
pub(crate) struct IdleClock {
    limit: Duration,
    silent_since: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl IdleClock {
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit, silent_since: None, alarm: None }
    }

    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// Something came: the silence is over.
    pub(crate) fn moved(&mut self) {
        self.silent_since = None;
    }

    /// Nothing is there: ready when the silence has lasted for the limit.
    pub(crate) fn poll_elapsed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // A limit past the end of time never elapses.
        let since = *self.silent_since.get_or_insert_with(Instant::now);
        let Some(deadline) = since.checked_add(self.limit) else { return Poll::Pending };
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        // An alarm set during an earlier silence rings early: only then it is moved.
        while alarm.as_mut().poll(cx).is_ready() {
            if Instant::now() >= deadline {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}
