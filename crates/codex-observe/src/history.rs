//! What happened lately, kept for a diagnosis or a bug report.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use crate::{Circumstances, Event, Observer};

/// How many events a history keeps unless told otherwise: some forty requests, each with a 401, a step of recovery, a
/// retry and its stream.
pub const DEFAULT_HISTORY_EVENTS: usize = 256;

/// The latest events in the order in which they happened, and what is known about the client's surroundings.
///
/// Bounded: beyond its limit the oldest event is forgotten and counted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct History {
    /// What the events themselves do not tell.
    pub circumstances: Circumstances,
    events: VecDeque<Event>,
    limit: usize,
    forgotten: u64,
}

impl Default for History {
    fn default() -> Self {
        Self::with_limit(DEFAULT_HISTORY_EVENTS)
    }
}

impl History {
    /// An empty history of at most [`DEFAULT_HISTORY_EVENTS`] events.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty history of at most `limit` events, and at least one.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            circumstances: Circumstances::default(),
            events: VecDeque::new(),
            limit: limit.max(1),
            forgotten: 0,
        }
    }

    /// The same history, in these circumstances.
    #[must_use]
    pub fn with_circumstances(mut self, circumstances: Circumstances) -> Self {
        self.circumstances = circumstances;
        self
    }

    /// Adds what happened last.
    pub fn push(&mut self, event: Event) {
        if self.events.len() >= self.limit {
            self.events.pop_front();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        self.events.push_back(event);
    }

    /// The events, oldest first.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Event> + ExactSizeIterator {
        self.events.iter()
    }

    /// How many events are no longer there because of the limit.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

impl Extend<Event> for History {
    fn extend<T: IntoIterator<Item = Event>>(&mut self, events: T) {
        events.into_iter().for_each(|event| self.push(event));
    }
}

/// Keeps the [`History`] of what it hears.
///
/// ```
/// use codex_observe::{HistoryObserver, diagnose};
///
/// let observer = HistoryObserver::new();
/// assert_eq!(diagnose(&observer.history()).to_string(), "nothing failed");
/// ```
#[derive(Debug, Default)]
pub struct HistoryObserver(Mutex<History>);

impl HistoryObserver {
    /// Keeps [`DEFAULT_HISTORY_EVENTS`] events.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the last `limit` events, and at least one.
    pub fn with_limit(limit: usize) -> Self {
        Self(Mutex::new(History::with_limit(limit)))
    }

    /// A copy of what is known up to now.
    pub fn history(&self) -> History {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for HistoryObserver {
    fn on_event(&self, event: &Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
    }
}
