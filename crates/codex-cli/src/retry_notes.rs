//! What is told, without being asked for, of a request that is tried again and again.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use codex_observe::{ApiRequest, AttemptError, ErrorClass, Event, Observer};
use tokio::{runtime::Handle, task::AbortHandle, time::sleep};

use crate::terminal::Status;

/// How long attempts may fail, in total, before anything is said about it.
const PATIENCE: Duration = Duration::from_secs(1);

/// Says why a request takes so long when it is tried again: on the line of the spinner, else as one note.
pub(crate) struct RetryNotes {
    status: Status,
    max_retries: u32,
    trouble: Arc<Mutex<Trouble>>,
}

/// The attempts of a request that failed so far.
#[derive(Default)]
struct Trouble {
    /// What came of the last one; `None` when none has failed.
    last: Option<String>,
    told: bool,
    /// Waits until it has to be told.
    timer: Option<AbortHandle>,
}

impl RetryNotes {
    /// For requests that are tried again `max_retries` times at most.
    pub(crate) fn new(status: Status, max_retries: u32) -> Self {
        Self { status, max_retries, trouble: Arc::default() }
    }

    fn failed(&self, request: &ApiRequest, error: ErrorClass) {
        let attempt = request.context.attempt;
        // After a 401 it is the login that is looked at, and nothing may be tried again at all.
        if attempt > self.max_retries || request.outcome.is_unauthorized() {
            return;
        }
        let reason = reason(request, error);
        let last = format!("attempt {attempt} failed ({reason}), trying again");
        let mut trouble = lock(&self.trouble);
        if trouble.told {
            self.status.update_waiting(&last);
        } else if trouble.timer.is_none() {
            // Outside a runtime nothing waits either.
            trouble.timer = Handle::try_current().ok().map(|runtime| {
                runtime.spawn(tell_later(self.status.clone(), Arc::clone(&self.trouble))).abort_handle()
            });
        }
        trouble.last = Some(last);
    }

    fn went_well(&self) {
        let trouble = std::mem::take(&mut *lock(&self.trouble));
        if let Some(timer) = trouble.timer {
            timer.abort();
        }
    }
}

impl Observer for RetryNotes {
    fn on_event(&self, event: &Event) {
        // Handshakes are not tried again by themselves.
        if let Event::ApiRequest(request) = event {
            match request.outcome.error.as_ref().map(AttemptError::class) {
                Some(error) => self.failed(request, error),
                None => self.went_well(),
            }
        }
    }
}

async fn tell_later(status: Status, trouble: Arc<Mutex<Trouble>>) {
    sleep(PATIENCE).await;
    let mut trouble = lock(&trouble);
    if let Some(last) = &trouble.last {
        status.waiting(last);
        trouble.told = true;
    }
}

fn reason(request: &ApiRequest, error: ErrorClass) -> String {
    match (request.outcome.status, error) {
        (Some(status), ErrorClass::Http) => format!("status {status}"),
        (_, ErrorClass::Network) => "no connection".to_owned(),
        (_, ErrorClass::Timeout) => "no answer in time".to_owned(),
        _ => "no usable answer".to_owned(),
    }
}

fn lock(trouble: &Mutex<Trouble>) -> MutexGuard<'_, Trouble> {
    // Each field is right by itself after any panic.
    trouble.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function, in time that is paused.
    use codex_observe::{AuthAttachment, Endpoint, Outcome, RequestContext};
    use tokio::time::advance;

    use super::*;
    use crate::terminal::{StatusSettings, Verbosity, Written};

    fn attempt(number: u32, status: Option<u16>) -> Event {
        let context = RequestContext::new(Endpoint::RESPONSES, number, AuthAttachment::none(None));
        let mut outcome = Outcome::after(Duration::ZERO);
        outcome.status = status;
        outcome.error = match status {
            Some(200) => None,
            Some(status) => Some(AttemptError::http(status)),
            None => Some(AttemptError::network("refused")),
        };
        Event::ApiRequest(ApiRequest::new(context, outcome))
    }

    /// What is said of attempts, each of which is followed by a wait in milliseconds.
    async fn said(attempts: &[(u32, Option<u16>, u64)], verbosity: Verbosity) -> String {
        let written = Written::default();
        let settings = StatusSettings { verbosity, animated: false, terminal: false, colored: false };
        let notes = RetryNotes::new(Status::new(written.clone(), settings), 4);
        for (number, status, wait) in attempts {
            notes.on_event(&attempt(*number, *status));
            tokio::task::yield_now().await;
            advance(Duration::from_millis(*wait)).await;
            tokio::task::yield_now().await;
        }
        written.text()
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_of_more_than_a_second_is_told_once() {
        let note = |text: &str| format!("codex-api: {text}\n");
        let overloaded = Some(503);
        for (attempts, expected) in [
            (vec![(1, overloaded, 900), (2, Some(200), 5000)], String::new()),
            (vec![(1, overloaded, 1100)], note("attempt 1 failed (status 503), trying again")),
            (
                vec![(1, overloaded, 600), (2, None, 600), (3, overloaded, 9000)],
                note("attempt 2 failed (no connection), trying again"),
            ),
            (vec![(5, overloaded, 5000)], String::new()),
        ] {
            assert_eq!(said(&attempts, Verbosity::Normal).await, expected, "{attempts:?}");
            assert_eq!(said(&attempts, Verbosity::Quiet).await, "", "{attempts:?}");
        }
    }
}
