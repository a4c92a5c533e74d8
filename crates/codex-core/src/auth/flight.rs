//! Single flight: what many tasks want at once is done once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::{runtime::Handle, sync::watch};

use super::{error::RefreshError, renewal::Need};

/// What came of renewing the tokens; the tokens themselves are in the snapshot.
pub(super) type Renewal = Result<(), Arc<RefreshError>>;

/// The renewal that is under way, if there is one.
#[derive(Default)]
pub(super) struct Flight(Mutex<Option<(Waiting, Need)>>);

/// Waits for a renewal.
#[derive(Clone)]
pub(super) struct Waiting(watch::Receiver<Option<Renewal>>);

impl Flight {
    /// Joins what is under way, else starts `work` on a task of its own: whoever waits may go away, and nothing is lost.
    /// Says what it is for. `None` when `is_met` finds that nothing is needed any more.
    pub(super) fn join<F>(
        self: &Arc<Self>,
        need: &Need,
        is_met: impl FnOnce() -> bool,
        work: impl FnOnce() -> F,
    ) -> Option<(Waiting, Need)>
    where
        F: Future<Output = Renewal> + Send + 'static,
    {
        let mut current = self.current();
        if is_met() {
            return None;
        }
        if let Some(under_way) = &*current {
            return Some(under_way.clone());
        }
        let (told, waiting) = watch::channel(None);
        let started = (Waiting(waiting), need.clone());
        // Without a runtime the sender is dropped at once, and the wait is over.
        let Ok(runtime) = Handle::try_current() else { return Some(started) };
        *current = Some(started.clone());
        // A runtime that shuts down drops the task at once, and with it the landing, which takes this lock.
        drop(current);
        let landing = Landing(Arc::clone(self));
        let work = work();
        runtime.spawn(async move {
            let renewal = work.await;
            drop(landing);
            told.send_replace(Some(renewal));
        });
        Some(started)
    }

    /// What is under way.
    pub(super) fn under_way(&self) -> Option<Waiting> {
        self.current().as_ref().map(|(waiting, _)| waiting.clone())
    }

    fn current(&self) -> MutexGuard<'_, Option<(Waiting, Need)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    pub(super) async fn outcome(mut self) -> Renewal {
        match self.0.wait_for(Option::is_some).await {
            Ok(renewal) => renewal.clone().unwrap_or_else(|| Err(Arc::new(RefreshError::Interrupted))),
            Err(_) => Err(Arc::new(RefreshError::Interrupted)),
        }
    }
}

/// Ends the flight, however its task ends.
struct Landing(Arc<Flight>);

impl Drop for Landing {
    fn drop(&mut self) {
        *self.0.current() = None;
    }
}
