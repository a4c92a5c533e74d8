//! The lock beside a store, and work that blocks.

use std::{
    any::Any,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::{CredentialStore, StoreError, replace::Unfinished};

/// The first pause between two looks at a lock that is held.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// The right to change a store. Dropping it gives the lock back; so does the end of the process, however it ends.
pub struct StoreLock {
    /// The file that was prepared for the next save; it goes before the lock does.
    prepared: Mutex<Option<Unfinished>>,
    #[expect(dead_code, reason = "it is held until it is dropped, and not looked at")]
    guard: Box<dyn Any + Send + Sync>,
}

impl StoreLock {
    /// A lock that is held as long as `guard` lives.
    pub fn holding(guard: impl Send + Sync + 'static) -> Self {
        Self { prepared: Mutex::default(), guard: Box::new(guard) }
    }

    pub(super) fn keep_prepared(&self, file: Unfinished) {
        *self.prepared.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
    }

    pub(super) fn take_prepared(&self) -> Option<Unfinished> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreLock")
    }
}

/// Waits for the lock, at most for `patience`. No thread is held up while it waits.
pub(in crate::auth) async fn acquire(
    store: &Arc<dyn CredentialStore>,
    patience: Duration,
) -> Result<StoreLock, StoreError> {
    let deadline = Instant::now() + patience;
    let mut pause = FIRST_PAUSE;
    loop {
        if let Some(lock) = blocking(store, |store| store.try_lock()).await? {
            return Ok(lock);
        }
        if Instant::now() + pause > deadline {
            return Err(StoreError::Locked { place: store.kind(), waited: patience });
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Runs work on the store where blocking is fine. Work that began is finished even when nobody waits for it any more.
pub(in crate::auth) async fn blocking<T: Send + 'static>(
    store: &Arc<dyn CredentialStore>,
    work: impl FnOnce(&dyn CredentialStore) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let store = Arc::clone(store);
    tokio::task::spawn_blocking(move || work(&*store)).await.unwrap_or(Err(StoreError::Interrupted))
}
