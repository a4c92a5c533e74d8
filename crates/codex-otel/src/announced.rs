//! What was told about operations that have begun, for the metrics of their attempts and of their end.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use codex_observe::OperationId;

use crate::{open_operations::MAX_OPEN_OPERATIONS, operation::OperationStart};

/// Operations whose end is still to come; at most [`MAX_OPEN_OPERATIONS`], the oldest is forgotten first.
#[derive(Default)]
pub(crate) struct Announced(Mutex<Starts>);

#[derive(Default)]
struct Starts {
    by_id: HashMap<OperationId, Arc<OperationStart>>,
    order: VecDeque<OperationId>,
}

impl Announced {
    pub(crate) fn add(&self, start: &OperationStart) {
        let mut starts = self.lock();
        while starts.order.len() >= MAX_OPEN_OPERATIONS
            && let Some(oldest) = starts.order.pop_front()
        {
            starts.by_id.remove(&oldest);
        }
        if starts.by_id.insert(start.operation, Arc::new(start.clone())).is_none() {
            starts.order.push_back(start.operation);
        }
    }

    pub(crate) fn find(&self, id: OperationId) -> Option<Arc<OperationStart>> {
        self.lock().by_id.get(&id).cloned()
    }

    pub(crate) fn remove(&self, id: OperationId) -> Option<Arc<OperationStart>> {
        let mut starts = self.lock();
        starts.order.retain(|started| *started != id);
        starts.by_id.remove(&id)
    }

    fn lock(&self) -> MutexGuard<'_, Starts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
