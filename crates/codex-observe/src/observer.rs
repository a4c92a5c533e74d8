//! Who listens to the facts.

use std::sync::Arc;

use crate::{Event, OperationEnded, OperationId, OperationStarted, TraceContext};

/// Receives every recorded fact, in the order in which it happened.
///
/// When: after each attempt, with its outcome known, and when a stream ended. Available: the whole [`Event`]. On error:
/// nothing can be reported back; an observer must not block, panic or slow the request, since it runs in the task that
/// drives it.
///
/// ```
/// use codex_observe::{Event, Observer};
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// #[derive(Default)]
/// struct Count(AtomicUsize);
/// impl Observer for Count {
///     fn on_event(&self, _event: &Event) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
/// }
/// ```
pub trait Observer: Send + Sync + 'static {
    /// One fact happened.
    fn on_event(&self, event: &Event);

    /// A call begins: before its first attempt.
    fn on_operation_started(&self, _operation: &OperationStarted) {}

    /// A call is over for good: after the last event of it.
    fn on_operation_ended(&self, _operation: &OperationEnded) {}

    /// What the next attempt of a call is told so that the service can join the caller's trace. Asked once for each
    /// attempt, right before it is sent.
    fn trace_context(&self, _operation: OperationId) -> Option<TraceContext> {
        None
    }
}

/// Listens to nothing: the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObserver;

impl Observer for NoObserver {
    fn on_event(&self, _event: &Event) {}
}

impl<T: Observer + ?Sized> Observer for Arc<T> {
    fn on_event(&self, event: &Event) {
        T::on_event(self, event);
    }

    fn on_operation_started(&self, operation: &OperationStarted) {
        T::on_operation_started(self, operation);
    }

    fn on_operation_ended(&self, operation: &OperationEnded) {
        T::on_operation_ended(self, operation);
    }

    fn trace_context(&self, operation: OperationId) -> Option<TraceContext> {
        T::trace_context(self, operation)
    }
}
