//! Plays a [`Script`] as an HTTP body: cut into writes, slowed down, stopped or broken.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::background::{Cancelled, RunClock};
use crate::connection::ConnectionControl;
use crate::dialect::Writes;
use crate::faults::{Cut, Drip, Faults, Position, Stall};
use crate::script::Script;

/// Most bytes handed over at once when nothing else is asked for.
const BLOCK: usize = 64 * 1024;

/// The comment sent while a body stands still.
const PING: &[u8] = b": ping\n\n";

/// Why a body broke off: the scenario wanted it so.
#[derive(Debug, thiserror::Error)]
#[error("the scenario ends this body here")]
pub(crate) struct CutShort;

/// How a script is played.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    pub(crate) writes: Writes,
    pub(crate) drip: Option<Drip>,
    /// Offsets at which something happens, in order.
    pub(crate) stops: Vec<(usize, Stop)>,
    /// When events come, and how many came before the first of the script.
    clock: Option<(RunClock, usize)>,
}

/// Something other than bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stop {
    Stall(Stall),
    Cut(Cut),
}

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The body of every answer of the simulator.
pub(crate) struct Playback {
    script: Script,
    pace: Pace,
    control: Arc<ConnectionControl>,
    /// Bytes already handed over.
    position: usize,
    /// Index of the first event that ends after `position`.
    event: usize,
    next_stop: usize,
    /// The event whose time was waited for.
    awaited: Option<usize>,
    state: State,
}

enum State {
    Playing,
    /// Waits, then plays on.
    Waiting(Wait),
    /// Waits until an event comes, or its run is cancelled.
    Coming(Pin<Box<dyn Future<Output = Result<(), Cancelled>> + Send>>),
    /// Pauses; the number is how often a comment is still to be sent, `None` for ever.
    Pinging {
        wait: Wait,
        every: Duration,
        left: Option<u64>,
    },
    /// Waits for what was written to leave, then breaks.
    Breaking(Wait, Cut),
    Ended,
}

impl Pace {
    /// The pace of `script` under `faults`.
    pub(crate) fn new(script: &Script, writes: Writes, faults: &Faults) -> Self {
        let offset = |position: Position| match position {
            Position::Events(count) => script.end_of(count),
            Position::Bytes(count) => count.min(script.bytes.len()),
        };
        let mut stops = Vec::new();
        if let Some(stall) = faults.stall {
            stops.push((offset(stall.after), Stop::Stall(stall)));
        }
        if let Some(cut) = faults.cut {
            stops.push((offset(cut.after), Stop::Cut(cut.how)));
        }
        if faults.hold_open {
            stops.push((script.bytes.len(), Stop::Stall(Stall::forever(Position::Events(0)))));
        }
        stops.sort_by_key(|(at, _)| *at);
        Self { writes, drip: faults.drip, stops, clock: None }
    }

    /// Sends each event not before it comes.
    pub(crate) fn clocked(mut self, clock: RunClock, skipped: usize) -> Self {
        self.clock = Some((clock, skipped));
        self
    }
}

impl Playback {
    pub(crate) fn new(script: Script, pace: Pace, control: Arc<ConnectionControl>) -> Self {
        // An event without bytes at the very beginning has nothing to play.
        let event = script.ends.iter().take_while(|end| **end == 0).count();
        Self { script, pace, control, position: 0, event, next_stop: 0, awaited: None, state: State::Playing }
    }

    /// A body played without faults.
    pub(crate) fn plain(bytes: impl Into<Bytes>, control: Arc<ConnectionControl>) -> Self {
        let script = Script::whole(bytes);
        let pace = Pace { writes: Writes::Whole, drip: None, stops: Vec::new(), clock: None };
        Self::new(script, pace, control)
    }

    /// The next write, or none when the state has changed instead.
    fn play(&mut self) -> Option<Bytes> {
        let stop = self.pace.stops.get(self.next_stop).copied();
        let boundary = match stop {
            Some((at, stop)) if at <= self.position => {
                self.stop(stop);
                return None;
            }
            Some((at, _)) => self.boundary().min(at),
            None => self.boundary(),
        };
        if boundary == self.position {
            self.state = State::Ended;
            return None;
        }
        if let Some((clock, skipped)) = &self.pace.clock
            && self.awaited != Some(self.event)
        {
            self.awaited = Some(self.event);
            self.state = State::Coming(Box::pin(clock.clone().wait(skipped + self.event)));
            return None;
        }
        Some(self.write(boundary))
    }

    /// Where the next write ends, when no stop comes first.
    fn boundary(&self) -> usize {
        let end = self.script.bytes.len();
        let event_end = self.script.ends.get(self.event).copied().unwrap_or(end);
        let by_writes = match self.pace.writes {
            Writes::Whole => self.position + BLOCK,
            Writes::Event => event_end,
            Writes::Bytes(count) => self.position + count.max(1),
        };
        let by_drip = match self.pace.drip {
            None => end,
            Some(Drip::EventMs(_)) => event_end,
            Some(Drip::Bytes { count, .. }) => self.position + count.max(1),
        };
        by_writes.min(by_drip).min(end)
    }

    /// The bytes of the next write, and what follows it.
    fn write(&mut self, boundary: usize) -> Bytes {
        let bytes = self.script.bytes.slice(self.position..boundary);
        self.position = boundary;
        let mut finished_event = false;
        while self.script.ends.get(self.event).is_some_and(|end| *end <= boundary) {
            self.event += 1;
            finished_event = true;
        }
        let pause = match self.pace.drip {
            Some(Drip::EventMs(ms)) if finished_event => Some(ms),
            Some(Drip::Bytes { ms, .. }) => Some(ms),
            _ => None,
        };
        if let Some(ms) = pause {
            self.state = State::Waiting(Box::pin(tokio::time::sleep(Duration::from_millis(ms))));
        } else if self.pace.writes != Writes::Whole {
            self.state = State::Waiting(self.written());
        }
        bytes
    }

    /// Waits until what was handed over has left.
    fn written(&self) -> Wait {
        let control = Arc::clone(&self.control);
        let seen = control.flushes();
        Box::pin(control.flushed_since(seen))
    }

    fn stop(&mut self, stop: Stop) {
        self.next_stop += 1;
        self.state = match stop {
            Stop::Cut(Cut::Clean | Cut::Close(_)) => State::Ended,
            Stop::Cut(cut) => State::Breaking(self.written(), cut),
            Stop::Stall(Stall { duration, comment_every: None, .. }) => match duration {
                None => State::Waiting(Box::pin(std::future::pending())),
                Some(duration) => State::Waiting(Box::pin(tokio::time::sleep(duration))),
            },
            Stop::Stall(Stall { duration, comment_every: Some(every), .. }) => {
                let every = every.max(Duration::from_millis(1));
                let left = duration.map(|whole| (whole.as_millis() / every.as_millis()) as u64);
                State::Pinging { wait: Box::pin(tokio::time::sleep(every)), every, left }
            }
        };
    }
}

impl Body for Playback {
    type Data = Bytes;
    type Error = CutShort;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutShort>>> {
        loop {
            match &mut self.state {
                State::Ended => return Poll::Ready(None),
                State::Waiting(wait) => {
                    std::task::ready!(wait.as_mut().poll(context));
                    self.state = State::Playing;
                }
                State::Coming(wait) => {
                    let come = std::task::ready!(wait.as_mut().poll(context));
                    self.state = if come.is_ok() { State::Playing } else { State::Ended };
                }
                State::Pinging { left: Some(0), .. } => self.state = State::Playing,
                State::Pinging { wait, every, left } => {
                    std::task::ready!(wait.as_mut().poll(context));
                    *wait = Box::pin(tokio::time::sleep(*every));
                    *left = left.map(|left| left - 1);
                    return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(PING)))));
                }
                State::Breaking(wait, cut) => {
                    std::task::ready!(wait.as_mut().poll(context));
                    if *cut == Cut::Reset {
                        self.control.reset();
                    }
                    self.state = State::Ended;
                    return Poll::Ready(Some(Err(CutShort)));
                }
                State::Playing => {
                    if let Some(bytes) = self.play() {
                        return Poll::Ready(Some(Ok(Frame::data(bytes))));
                    }
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Ended)
            || (matches!(self.state, State::Playing)
                && self.position == self.script.bytes.len()
                && self.pace.stops.get(self.next_stop).is_none())
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
