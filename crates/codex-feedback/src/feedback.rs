//! What a process keeps for a bug report while it runs.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use codex_observe::{DEFAULT_HISTORY_EVENTS, Event, History, Observer, diagnose, rfc3339_millis};
use codex_protocol::{DEFAULT_LIMIT_ID, RateLimitSnapshot};

use crate::{
    DiagnosisRecord, EventRecord, FeedbackTags, LogRing, Note, Redactor, RunFacts, RunRecord, TagRefusal,
    run_record::RUN_FORMAT, tag_limits,
};

/// The longest error text of a run that is kept, in characters.
const MAX_ERROR_CHARS: usize = 2_000;
/// The most usage limits that are kept.
const MAX_RATE_LIMITS: usize = 16;

/// What a process keeps while it runs, so that a report can be made at any time: tags, timeline, log ring, usage limits.
///
/// It is an [`Observer`]: one event costs a copy of it. Clones share what is kept.
///
/// ```
/// use codex_feedback::{Feedback, Redactor, RunFacts};
///
/// let feedback = Feedback::new(Redactor::new());
/// feedback.set_tag("model", "gpt-test")?;
/// let mut facts = RunFacts::default();
/// facts.command = "respond".to_owned();
/// let run = feedback.run(facts);
/// assert_eq!(run.tags["model"], "gpt-test");
/// # Ok::<(), codex_feedback::TagRefusal>(())
/// ```
#[derive(Clone)]
pub struct Feedback(Arc<Shared>);

struct Shared {
    redactor: Redactor,
    logs: LogRing,
    clock: fn() -> SystemTime,
    started_at: SystemTime,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    tags: FeedbackTags,
    events: VecDeque<(SystemTime, Event)>,
    forgotten: u64,
    rate_limits: BTreeMap<String, RateLimitSnapshot>,
}

impl Feedback {
    /// Nothing has happened yet.
    pub fn new(redactor: Redactor) -> Self {
        Self::with_clock(redactor, SystemTime::now)
    }

    /// The same, with another clock.
    pub fn with_clock(redactor: Redactor, clock: fn() -> SystemTime) -> Self {
        let logs = LogRing::new(redactor.clone());
        Self(Arc::new(Shared { redactor, logs, clock, started_at: clock(), kept: Mutex::default() }))
    }

    /// Where secrets are registered.
    pub fn redactor(&self) -> &Redactor {
        &self.0.redactor
    }

    /// The log ring, for its layer.
    pub fn logs(&self) -> &LogRing {
        &self.0.logs
    }

    /// Adds a tag: see [`FeedbackTags::set`]. Credentials in its value are taken out.
    ///
    /// # Errors
    /// Why it is not taken; the report says so too.
    pub fn set_tag(&self, key: &str, value: &str) -> Result<(), TagRefusal> {
        let value = self.0.redactor.redact(value);
        self.lock().tags.set(key, &value)
    }

    /// The tags as they are now.
    pub fn tags(&self) -> BTreeMap<String, String> {
        let mut tags = self.lock().tags.snapshot();
        for value in tags.values_mut() {
            *value = self.0.redactor.redact(value).into_owned();
        }
        tags
    }

    /// The service reported a usage limit. The latest of each limit is kept, of at most sixteen.
    pub fn set_rate_limits(&self, limits: RateLimitSnapshot) {
        let id = match (&limits.limit_id, &limits.api) {
            (Some(id), _) => id.clone(),
            (None, Some(_)) => "api".to_owned(),
            (None, None) => DEFAULT_LIMIT_ID.to_owned(),
        };
        let mut kept = self.lock();
        if kept.rate_limits.len() < MAX_RATE_LIMITS || kept.rate_limits.contains_key(&id) {
            kept.rate_limits.insert(id, limits);
        }
    }

    /// The run up to now.
    pub fn run(&self, facts: RunFacts) -> RunRecord {
        let kept = self.lock();
        let (tags, mut notes) = kept.tags.with_notes();
        let events =
            EventRecord::of_all(self.0.started_at, kept.events.iter().map(|(at, event)| (*at, event)));
        let mut history = History::new().with_circumstances(facts.circumstances);
        history.extend(kept.events.iter().map(|(_, event)| event.clone()));
        if kept.forgotten > 0 {
            notes.push(Note::EventsForgotten { events: kept.forgotten });
        }
        let rate_limits = kept.rate_limits.values().cloned().collect();
        drop(kept);
        let logs = self.0.logs.snapshot();
        if logs.dropped_lines > 0 {
            notes.push(Note::LogLinesDropped { lines: logs.dropped_lines });
        }
        let clean = |text: String| tag_limits::cut(&self.0.redactor.redact(&text), MAX_ERROR_CHARS);
        let run = RunRecord {
            format: RUN_FORMAT,
            started_at: rfc3339_millis(self.0.started_at),
            recorded_at: rfc3339_millis((self.0.clock)()),
            command: clean(facts.command),
            app_version: clean(facts.app_version),
            thread_id: facts.thread_id.map(clean),
            session_source: facts.session_source.map(clean),
            result: facts.result,
            error: facts.error.map(clean),
            diagnosis: Some(DiagnosisRecord::from(&diagnose(&history))),
            tags,
            events,
            rate_limits,
            logs: logs.text,
            notes,
        };
        run.redacted(&self.0.redactor)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Feedback {
    fn on_event(&self, event: &Event) {
        let now = (self.0.clock)();
        let mut kept = self.lock();
        kept.tags.apply(event);
        if kept.events.len() >= DEFAULT_HISTORY_EVENTS {
            kept.events.pop_front();
            kept.forgotten += 1;
        }
        kept.events.push_back((now, event.clone()));
    }
}

impl fmt::Debug for Feedback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feedback").field("logs", &self.0.logs).finish_non_exhaustive()
    }
}
