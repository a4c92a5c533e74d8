//! Who listens to the facts.

use crate::Event;

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
}

/// Listens to nothing: the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObserver;

impl Observer for NoObserver {
    fn on_event(&self, _event: &Event) {}
}
