//! What is known about the session at the moment.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use codex_observe::SessionFacts;

/// Session facts that can change at run time, such as after a login or a change of the model.
#[derive(Debug, Default)]
pub(crate) struct Session(RwLock<SessionFacts>);

impl Session {
    pub(crate) fn new(facts: SessionFacts) -> Self {
        Self(RwLock::new(facts))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, SessionFacts> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, SessionFacts> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
