//! The responses that a connection remembers, stored ones or not.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::lane::LaneName;
use crate::conversation::StoredResponse;

/// The latest response of each lane.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    latest: Mutex<HashMap<LaneName, Remembered>>,
}

#[derive(Debug)]
struct Remembered {
    id: String,
    response: StoredResponse,
}

impl Memory {
    /// A response of any lane.
    pub(crate) fn get(&self, id: &str) -> Option<StoredResponse> {
        self.lock().values().find(|known| known.id == id).map(|known| known.response.clone())
    }

    /// Replaces the latest response of a lane.
    pub(crate) fn remember(&self, lane: LaneName, id: String, response: StoredResponse) {
        self.lock().insert(lane, Remembered { id, response });
    }

    /// A request of `lane` that named `id` failed: the lane forgets it; another lane's stays.
    pub(crate) fn evict(&self, lane: &LaneName, id: &str) {
        let mut latest = self.lock();
        if latest.get(lane).is_some_and(|known| known.id == id) {
            latest.remove(lane);
        }
    }

    /// No code panics while it holds the lock, so that a poisoned one is still whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<LaneName, Remembered>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
