//! Responses that run in the background: they come over time, whoever listens.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::dialect::Dialect;
use crate::event::Event;
use crate::milliseconds;
use crate::script::{Piece, Script};

/// How fast responses come that run in the background.
///
/// ```
/// use codex_sim::{BackgroundTiming, Scenario};
/// use std::time::Duration;
///
/// let slow = BackgroundTiming { queued: Duration::from_secs(1), event: Duration::from_millis(50) };
/// let scenario = Scenario::new().background(slow);
/// # let _ = scenario;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackgroundTiming {
    /// Time in the queue; default 20 milliseconds.
    #[serde(rename = "queued_ms", deserialize_with = "milliseconds::duration")]
    pub queued: Duration,
    /// Time from each event to the next after that; default 2 milliseconds.
    #[serde(rename = "event_ms", deserialize_with = "milliseconds::duration")]
    pub event: Duration,
}

impl Default for BackgroundTiming {
    fn default() -> Self {
        Self { queued: Duration::from_millis(20), event: Duration::from_millis(2) }
    }
}

/// Events that come while a response is in the queue: `response.created` and `response.queued`.
const QUEUED_EVENTS: usize = 2;

/// A response that runs in the background.
///
/// Nothing runs: what has come so far follows from the time.
#[derive(Debug)]
pub(crate) struct BackgroundRun {
    pieces: Vec<Piece>,
    dialect: Dialect,
    /// Whether the request asked for a stream.
    pub(crate) streamed: bool,
    states: States,
    clock: RunClock,
}

/// The response object before it is final.
#[derive(Debug)]
pub(crate) struct States {
    pub(crate) queued: Bytes,
    pub(crate) in_progress: Bytes,
    pub(crate) cancelled: Bytes,
}

/// When each event comes, and whether the run was cancelled.
#[derive(Debug, Clone)]
pub(crate) struct RunClock {
    started: Instant,
    timing: BackgroundTiming,
    /// When it was cancelled.
    cancel: watch::Sender<Option<Instant>>,
}

/// A run at one moment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RunState {
    /// Not final: this is the object.
    Unfinished(Bytes),
    Cancelled(Bytes),
    Finished,
}

impl BackgroundRun {
    pub(crate) fn start(
        pieces: Vec<Piece>,
        dialect: Dialect,
        states: States,
        timing: BackgroundTiming,
    ) -> Self {
        let clock = RunClock { started: Instant::now(), timing, cancel: watch::Sender::new(None) };
        Self { pieces, dialect, streamed: false, states, clock }
    }

    /// Lets the events be read.
    pub(crate) fn streamed(mut self, streamed: bool) -> Self {
        self.streamed = streamed;
        self
    }

    pub(crate) fn clock(&self) -> &RunClock {
        &self.clock
    }

    /// The state now.
    pub(crate) fn state(&self) -> RunState {
        let come = self.clock.come();
        if self.clock.cancel.borrow().is_some() {
            RunState::Cancelled(self.states.cancelled.clone())
        } else if come <= QUEUED_EVENTS {
            RunState::Unfinished(self.states.queued.clone())
        } else if come < self.pieces.len() {
            RunState::Unfinished(self.states.in_progress.clone())
        } else {
            RunState::Finished
        }
    }

    /// Cancels the run unless it is over.
    pub(crate) fn cancel(&self) {
        if matches!(self.state(), RunState::Unfinished(_)) {
            self.clock.cancel.send_replace(Some(Instant::now()));
        }
    }

    /// The events after the sequence number `after`, and how many came before them.
    pub(crate) fn script(&self, after: Option<u64>, padding: Padding) -> (Script, usize) {
        let plain: Vec<Piece>;
        let pieces = match padding {
            Padding::Kept => &self.pieces,
            Padding::LeftOut => {
                plain = self.pieces.iter().map(without_padding).collect();
                &plain
            }
        };
        let script = Script::render(pieces, &self.dialect);
        let skipped = after.map_or(0, |after| events_up_to(pieces, after));
        (script.after(skipped), skipped)
    }

    /// Bytes that the events need, about.
    pub(crate) fn size(&self) -> usize {
        let size = |piece: &Piece| match piece {
            Piece::Event(event) => event.size(),
            Piece::Bytes(bytes) => bytes.len(),
        };
        self.pieces.iter().map(size).sum()
    }
}

/// Whether deltas keep their `obfuscation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Padding {
    Kept,
    LeftOut,
}

impl RunClock {
    /// When the piece at this position comes.
    pub(crate) fn due(&self, piece: usize) -> Instant {
        match piece.checked_sub(QUEUED_EVENTS) {
            None => self.started,
            Some(later) => {
                let events = u32::try_from(later).unwrap_or(u32::MAX);
                self.started + self.timing.queued + self.timing.event.saturating_mul(events)
            }
        }
    }

    /// Waits until the piece at this position comes, unless the run is cancelled before.
    pub(crate) async fn wait(self, piece: usize) -> Result<(), Cancelled> {
        let due = self.due(piece);
        let mut cancelled = self.cancel.subscribe();
        // A finished run is not cancelled, and a cancelled one keeps what had come.
        let too_late = move |cancelled: &Option<Instant>| cancelled.is_some_and(|at| at < due);
        tokio::select! {
            biased;
            _ = cancelled.wait_for(too_late) => Err(Cancelled),
            () = tokio::time::sleep_until(due) => Ok(()),
        }
    }

    /// How many pieces have come.
    fn come(&self) -> usize {
        let Some(running) = self.started.elapsed().checked_sub(self.timing.queued) else {
            return QUEUED_EVENTS;
        };
        let later = match self.timing.event.as_nanos() {
            0 => return usize::MAX,
            event => running.as_nanos() / event,
        };
        usize::try_from(later).unwrap_or(usize::MAX).saturating_add(QUEUED_EVENTS + 1)
    }
}

/// The run was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cancelled;

/// How many pieces come up to and including the event with this number.
fn events_up_to(pieces: &[Piece], number: u64) -> usize {
    let mut next = 0;
    pieces
        .iter()
        .take_while(|piece| {
            let before = next <= number;
            next += u64::from(matches!(piece, Piece::Event(_)));
            before
        })
        .count()
}

fn without_padding(piece: &Piece) -> Piece {
    match piece {
        Piece::Event(event) => Piece::Event(Event::without(event, "obfuscation")),
        Piece::Bytes(bytes) => Piece::Bytes(bytes.clone()),
    }
}
