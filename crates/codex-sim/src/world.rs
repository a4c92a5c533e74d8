//! The state that all connections of a simulator share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::conversation::Conversations;
use crate::recorded::Journal;
use crate::rulebook::Rulebook;
use crate::scenario::{Scenario, Settings};

/// Everything that outlives a request.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) started: Instant,
    requests: AtomicU64,
    connections: AtomicU64,
    rulebook: Mutex<Rulebook>,
    journal: Mutex<Journal>,
    conversations: Mutex<Conversations>,
}

impl World {
    pub(crate) fn new(scenario: Scenario) -> Self {
        Self {
            settings: scenario.settings,
            started: Instant::now(),
            requests: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            rulebook: Mutex::new(Rulebook::new(scenario.rules)),
            journal: Mutex::default(),
            conversations: Mutex::default(),
        }
    }

    /// The number of the next request, counted from 1.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The number of the next connection, counted from 1.
    pub(crate) fn next_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn rulebook(&self) -> MutexGuard<'_, Rulebook> {
        lock(&self.rulebook)
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }

    pub(crate) fn conversations(&self) -> MutexGuard<'_, Conversations> {
        lock(&self.conversations)
    }
}

/// No code panics while it holds one of these locks, so that a poisoned one is still whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
