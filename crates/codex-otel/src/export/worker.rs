//! The thread that sends: the only place where telemetry waits for anything.

use std::{
    future::Future,
    pin::Pin,
    sync::mpsc::{Receiver as Answers, RecvTimeoutError, sync_channel},
    thread,
    time::{Duration, Instant},
};

use tokio::{
    sync::{mpsc, mpsc::error::TrySendError, oneshot, watch},
    task::JoinHandle,
};

use super::{StartError, batch_queue::Flush};
use crate::config::Signal;

/// How many flushes of a signal may wait.
const WAITING_FLUSHES: usize = 8;

/// The running thread.
pub(crate) struct Worker {
    flushes: Vec<(Signal, mpsc::Sender<Flush>)>,
    hurry: watch::Sender<bool>,
    /// Ends the thread when it is dropped; `None` when there is nothing to send, and no thread.
    _alive: Option<oneshot::Sender<()>>,
}

/// Why what waits of a signal was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unflushed {
    /// The time was over; it goes on.
    Late,
    /// Whatever sent it has ended, which it does only when it panics.
    Gone,
}

/// What the thread is to do: one future per signal.
pub(crate) struct Pipelines {
    running: Vec<Running>,
    flushes: Vec<(Signal, mpsc::Sender<Flush>)>,
    hurry: watch::Sender<bool>,
}

/// What sends one signal.
struct Running {
    signal: Signal,
    task: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Pipelines {
    pub(crate) fn new() -> Self {
        Self { running: Vec::new(), flushes: Vec::new(), hurry: watch::Sender::new(false) }
    }

    /// Whether the program is about to end.
    pub(crate) fn hurry(&self) -> watch::Receiver<bool> {
        self.hurry.subscribe()
    }

    /// Adds a signal; `run` is given what asks it to flush.
    pub(crate) fn add<F: Future<Output = ()> + Send + 'static>(
        &mut self,
        signal: Signal,
        run: impl FnOnce(mpsc::Receiver<Flush>) -> F,
    ) {
        let (flush, flushes) = mpsc::channel(WAITING_FLUSHES);
        self.flushes.push((signal, flush));
        self.running.push(Running { signal, task: Box::pin(run(flushes)) });
    }
}

impl Worker {
    /// Starts the thread, where there is anything to do.
    pub(crate) fn start(pipelines: Pipelines) -> Result<Self, StartError> {
        let Pipelines { running, flushes, hurry } = pipelines;
        if running.is_empty() {
            return Ok(Self { flushes, hurry, _alive: None });
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| StartError::Thread { source })?;
        let (alive, ended) = oneshot::channel::<()>();
        let run = move || {
            runtime.block_on(async {
                for Running { signal, task } in running {
                    tokio::spawn(watch_over(signal, tokio::spawn(task)));
                }
                // An error: whoever held the other end has gone, which is what is waited for.
                let _ = ended.await;
            });
            // A lookup of a name may still block a thread; nobody waits for it.
            runtime.shutdown_background();
        };
        thread::Builder::new()
            .name("codex-otel".to_owned())
            .spawn(run)
            .map_err(|source| StartError::Thread { source })?;
        Ok(Self { flushes, hurry, _alive: Some(alive) })
    }

    /// Sends all that waits, and blocks for `timeout` at most. The signals that did not manage it, and why.
    pub(crate) fn flush(&self, timeout: Duration) -> Vec<(Signal, Unflushed)> {
        let deadline = Instant::now().checked_add(timeout);
        let asked: Vec<_> = self.flushes.iter().map(|(signal, flush)| (*signal, ask(flush))).collect();
        let answer = |asked: Result<Answers<()>, Unflushed>| {
            let left =
                deadline.map_or(timeout, |deadline| deadline.saturating_duration_since(Instant::now()));
            asked?.recv_timeout(left).map_err(|error| match error {
                RecvTimeoutError::Timeout => Unflushed::Late,
                RecvTimeoutError::Disconnected => Unflushed::Gone,
            })
        };
        asked.into_iter().filter_map(|(signal, asked)| Some((signal, answer(asked).err()?))).collect()
    }

    /// What fails from now on is not sent again.
    pub(crate) fn hurry(&self) {
        self.hurry.send_replace(true);
    }
}

fn ask(flush: &mpsc::Sender<Flush>) -> Result<Answers<()>, Unflushed> {
    let (done, answer) = sync_channel(1);
    match flush.try_send(done) {
        Ok(()) => Ok(answer),
        Err(TrySendError::Full(_)) => Err(Unflushed::Late),
        Err(TrySendError::Closed(_)) => Err(Unflushed::Gone),
    }
}

/// Says so when a signal is sent no more: its panic ends nothing else, and nobody would notice.
async fn watch_over(signal: Signal, running: JoinHandle<()>) {
    if let Err(error) = running.await
        && error.is_panic()
    {
        let why = "the exporter panicked, which is a defect of it";
        tracing::warn!(signal = signal.as_str(), why, "telemetry is sent no more; requests are not affected");
    }
}

#[cfg(test)]
mod tests;
