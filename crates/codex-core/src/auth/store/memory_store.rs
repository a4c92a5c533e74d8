//! A login in the memory of the process.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use super::{CredentialStore, StoreError, StoreKind, StoreLock};
use crate::auth::auth_file::AuthFile;

/// Keeps a login in memory: it ends with the process. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    login: Arc<Mutex<Option<AuthFile>>>,
    locked: Arc<AtomicBool>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A store with a login in it.
    pub fn holding(file: AuthFile) -> Self {
        Self { login: Arc::new(Mutex::new(Some(file))), locked: Arc::default() }
    }

    fn login(&self) -> MutexGuard<'_, Option<AuthFile>> {
        self.login.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CredentialStore for MemoryStore {
    fn kind(&self) -> StoreKind {
        StoreKind::Memory
    }

    fn load(&self) -> Result<Option<AuthFile>, StoreError> {
        Ok(self.login().clone())
    }

    fn save(&self, file: &AuthFile, _lock: &StoreLock) -> Result<(), StoreError> {
        *self.login() = Some(file.clone());
        Ok(())
    }

    fn delete(&self, _lock: &StoreLock) -> Result<bool, StoreError> {
        Ok(self.login().take().is_some())
    }

    fn try_lock(&self) -> Result<Option<StoreLock>, StoreError> {
        let was_locked = self.locked.swap(true, Ordering::AcqRel);
        Ok((!was_locked).then(|| StoreLock::holding(Flag(Arc::clone(&self.locked)))))
    }
}

/// Lowers the flag when it is dropped.
struct Flag(Arc<AtomicBool>);

impl Drop for Flag {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
