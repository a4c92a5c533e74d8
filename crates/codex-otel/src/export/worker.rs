//! The thread that sends: the only place where telemetry waits for anything.

use std::{
    future::Future,
    pin::Pin,
    sync::mpsc::{self as blocking, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, oneshot, watch};

use super::{StartError, batch_queue::Flush};

/// How many flushes of a signal may wait.
const WAITING_FLUSHES: usize = 8;

/// The running thread.
pub(crate) struct Worker {
    flushes: Vec<mpsc::Sender<Flush>>,
    hurry: watch::Sender<bool>,
    /// Ends the thread when it is dropped; `None` when there is nothing to send, and no thread.
    _alive: Option<oneshot::Sender<()>>,
}

/// What the thread is to do: one future per signal.
pub(crate) struct Pipelines {
    running: Vec<Pin<Box<dyn Future<Output = ()> + Send>>>,
    flushes: Vec<mpsc::Sender<Flush>>,
    hurry: watch::Sender<bool>,
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
        run: impl FnOnce(mpsc::Receiver<Flush>) -> F,
    ) {
        let (flush, flushes) = mpsc::channel(WAITING_FLUSHES);
        self.flushes.push(flush);
        self.running.push(Box::pin(run(flushes)));
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
                for signal in running {
                    tokio::spawn(signal);
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

    /// Sends all that waits. `false` when that took longer than `timeout`; it goes on then.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let (done, answers) = blocking::sync_channel(self.flushes.len().max(1));
        let asked = self.flushes.iter().filter(|flush| flush.try_send(done.clone()).is_ok()).count();
        drop(done);
        let all_asked = asked == self.flushes.len();
        let answered = (0..asked).all(|_| {
            let left =
                deadline.map_or(timeout, |deadline| deadline.saturating_duration_since(Instant::now()));
            !matches!(
                answers.recv_timeout(left),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected)
            )
        });
        all_asked && answered
    }

    /// What fails from now on is not sent again.
    pub(crate) fn hurry(&self) {
        self.hurry.send_replace(true);
    }
}
