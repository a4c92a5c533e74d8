//! Several listeners behind one.

use std::{fmt, sync::Arc};

use crate::{Event, Observer, OperationEnded, OperationId, OperationStarted, TraceContext};

/// Passes every event on to several observers, in the order in which they were added.
///
/// ```
/// use codex_observe::{HistoryObserver, NoObserver, Observers};
/// use std::sync::Arc;
///
/// let history = Arc::new(HistoryObserver::new());
/// let observers = Observers::new().with(NoObserver).with(Arc::clone(&history));
/// assert_eq!(observers.len(), 2);
/// ```
#[derive(Clone, Default)]
pub struct Observers(Vec<Arc<dyn Observer>>);

impl Observers {
    /// Nobody listens yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// And this one.
    #[must_use]
    pub fn with(mut self, observer: impl Observer) -> Self {
        self.0.push(Arc::new(observer));
        self
    }

    /// How many listen.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody listens.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Observer for Observers {
    fn on_event(&self, event: &Event) {
        for observer in &self.0 {
            observer.on_event(event);
        }
    }

    fn on_operation_started(&self, operation: &OperationStarted) {
        for observer in &self.0 {
            observer.on_operation_started(operation);
        }
    }

    fn on_operation_ended(&self, operation: &OperationEnded) {
        for observer in &self.0 {
            observer.on_operation_ended(operation);
        }
    }

    /// That of the first one that has one.
    fn trace_context(&self, operation: OperationId) -> Option<TraceContext> {
        self.0.iter().find_map(|observer| observer.trace_context(operation))
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observers").field("len", &self.len()).finish()
    }
}
