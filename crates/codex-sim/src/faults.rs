//! What goes wrong on the wire while an answer is sent.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::insert::Insert;
use crate::milliseconds;
use crate::response_object::Outcome;
use crate::unauthorized::error_json;

/// Faults of one answer. The default is none.
///
/// ```
/// use codex_sim::{Cut, Faults, Insert, Position};
///
/// // A keepalive, then the connection breaks after five events.
/// let faults = Faults::new().insert(Insert::Keepalive { at: 2 }).cut(Position::Events(5), Cut::Drop);
/// # let _ = faults;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Faults {
    /// Whether the head of the answer is sent at all.
    pub head: HeadFault,
    /// Wait before the head is sent.
    #[serde(rename = "head_delay_ms", deserialize_with = "milliseconds::duration")]
    pub head_delay: Duration,
    /// Things put between the events.
    pub insert: Vec<Insert>,
    /// Ends the body early.
    pub cut: Option<CutAt>,
    /// Pauses the body.
    pub stall: Option<Stall>,
    /// Slows the body down.
    pub drip: Option<Drip>,
    /// Ends a reply with `response.failed`.
    pub fail: Option<StreamFailure>,
    /// Ends the stream with an `error` event.
    pub error: Option<StreamFailure>,
    /// Keeps the connection open after the last event, without ending the body.
    pub hold_open: bool,
}

/// What happens to the head of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HeadFault {
    /// It is sent.
    #[default]
    Sent,
    /// It never comes; the connection stays open.
    Never,
    /// The connection closes instead.
    Close,
}

/// A place in the body: after so many events (inserted ones count) or bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Position {
    /// After this many events. Without a stream, the whole body is one event.
    Events(usize),
    /// After this many bytes.
    Bytes(usize),
}

/// How a body ends early.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cut {
    /// The connection closes without the end of the body (HTTP/2: the stream is reset).
    #[default]
    Drop,
    /// The connection is reset (TCP RST).
    Reset,
    /// The body ends properly, too early. A WebSocket closes with code 1000.
    Clean,
    /// A WebSocket closes with this code, after the message in which the cut falls; 1005 is a close frame without one. Over HTTP like `clean`.
    Close(u16),
}

/// An early end and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CutAt {
    /// Where.
    pub after: Position,
    /// How.
    #[serde(default)]
    pub how: Cut,
}

/// A pause in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Stall {
    /// Where.
    pub after: Position,
    /// For how long; without it, for ever.
    #[serde(default, rename = "for_ms", deserialize_with = "milliseconds::optional")]
    pub duration: Option<Duration>,
    /// Sends the comment `: ping`, or a WebSocket ping, this often while the body stands still.
    #[serde(default, rename = "comment_every_ms", deserialize_with = "milliseconds::optional")]
    pub comment_every: Option<Duration>,
}

/// A slow body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Drip {
    /// Waits this many milliseconds after each event.
    EventMs(u64),
    /// Waits after each so many bytes.
    Bytes {
        /// How many bytes.
        count: usize,
        /// Milliseconds to wait.
        ms: u64,
    },
}

/// A response that fails after it began.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StreamFailure {
    /// How many events come first.
    #[serde(default = "two")]
    pub after_events: usize,
    /// The code, such as `rate_limit_exceeded`.
    pub code: String,
    /// The text for people.
    #[serde(default)]
    pub message: String,
    /// The `status` of an `error` event; without it the event has none.
    #[serde(default)]
    pub status: Option<u16>,
    /// The `headers` of an `error` event; without any, the event has none.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

impl Faults {
    /// No faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what happens to the head.
    #[must_use]
    pub fn head(mut self, fault: HeadFault) -> Self {
        self.head = fault;
        self
    }

    /// Sends the head late.
    #[must_use]
    pub fn head_delay(mut self, delay: Duration) -> Self {
        self.head_delay = delay;
        self
    }

    /// Puts something between the events.
    #[must_use]
    pub fn insert(mut self, insert: Insert) -> Self {
        self.insert.push(insert);
        self
    }

    /// Ends the body early.
    #[must_use]
    pub fn cut(mut self, after: Position, how: Cut) -> Self {
        self.cut = Some(CutAt { after, how });
        self
    }

    /// Stops the body for ever, with the connection open.
    #[must_use]
    pub fn stall(self, after: Position) -> Self {
        self.pause(Stall::forever(after))
    }

    /// Pauses the body.
    #[must_use]
    pub fn pause(mut self, stall: Stall) -> Self {
        self.stall = Some(stall);
        self
    }

    /// Slows the body down.
    #[must_use]
    pub fn drip(mut self, drip: Drip) -> Self {
        self.drip = Some(drip);
        self
    }

    /// Ends a reply with `response.failed`.
    #[must_use]
    pub fn fail(mut self, failure: StreamFailure) -> Self {
        self.fail = Some(failure);
        self
    }

    /// Ends the stream with an `error` event.
    #[must_use]
    pub fn error(mut self, failure: StreamFailure) -> Self {
        self.error = Some(failure);
        self
    }

    /// Keeps the connection open after the last event.
    #[must_use]
    pub fn hold_open(mut self) -> Self {
        self.hold_open = true;
        self
    }
}

impl Stall {
    /// A stop without end.
    #[must_use]
    pub fn forever(after: Position) -> Self {
        Self { after, duration: None, comment_every: None }
    }

    /// Goes on after `duration`.
    #[must_use]
    pub fn lasting(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Sends a comment this often meanwhile.
    #[must_use]
    pub fn comment_every(mut self, interval: Duration) -> Self {
        self.comment_every = Some(interval);
        self
    }
}

impl StreamFailure {
    /// A failure after `after_events` events.
    pub fn new(after_events: usize, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            after_events,
            code: code.into(),
            message: message.into(),
            status: None,
            headers: BTreeMap::new(),
        }
    }

    /// A 401 after `after_events` events, for [`Faults::error`]; the code also stands in its `x-error-json`.
    ///
    /// ```
    /// use codex_sim::{Faults, Rule, StreamFailure};
    ///
    /// let expired = StreamFailure::unauthorized(0, "token_expired").header("x-request-id", "req-1");
    /// let rule = Rule::from(Faults::new().error(expired)).once();
    /// # let _ = rule;
    /// ```
    pub fn unauthorized(after_events: usize, code: impl Into<String>) -> Self {
        let code = code.into();
        let evidence = error_json(&code);
        Self::new(after_events, code, "Your credentials were not accepted.")
            .status(401)
            .header("x-error-json", evidence)
    }

    /// Sets the `status` of an `error` event.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Adds a header to an `error` event.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    pub(crate) fn outcome(&self) -> Outcome {
        Outcome::Failed { code: self.code.clone(), message: self.message.clone() }
    }
}

fn two() -> usize {
    2
}
