//! How long each phase of a request may take: every clock is its own.

use std::fmt;
use std::time::Duration;

/// The limits of one request. Each is measured on its own; `None` means no limit.
///
/// | field | runs from | until | what resets it |
/// | --- | --- | --- | --- |
/// | `connect` | a new connection is begun | TCP, proxy and TLS are set up | – |
/// | `head` | the attempt begins | status line and headers are here | – |
/// | `byte_idle` | the last byte | the next byte | any byte, comments and keep-alives too |
/// | `event_idle` | the last event | the next event | only a dispatched event |
/// | `total` | the first attempt begins | the request is over | – |
///
/// There is on purpose no limit for a whole attempt: a stream may run for hours as long as it moves.
///
/// ```
/// use std::time::Duration;
/// use codex_client::Timeouts;
///
/// let patient = Timeouts { byte_idle: Some(Duration::from_secs(900)), ..Timeouts::default() };
/// assert_eq!(patient.connect, Timeouts::DEFAULT_CONNECT);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// To open a connection: name resolution, TCP, proxy and TLS handshake together. A request that gets
    /// a pooled connection never meets it.
    pub connect: Duration,
    /// To the head of the answer, per attempt: connecting, sending the body and waiting. A service that
    /// answers only when it is done (no streaming) needs a generous value.
    pub head: Option<Duration>,
    /// Silence within a body, in bytes.
    pub byte_idle: Option<Duration>,
    /// Silence within an event stream, in events: a server that sends nothing but keep-alive comments
    /// trips it. Off by default, because a model may think for an hour.
    pub event_idle: Option<Duration>,
    /// Over all attempts and the pauses between them. Enforced by whoever loops over the attempts: the
    /// transport sees one attempt only.
    pub total: Option<Duration>,
}

impl Timeouts {
    /// Default of [`connect`](Self::connect): 10 s.
    pub const DEFAULT_CONNECT: Duration = Duration::from_secs(10);
    /// Default of [`head`](Self::head): 600 s.
    pub const DEFAULT_HEAD: Duration = Duration::from_secs(600);
    /// Default of [`byte_idle`](Self::byte_idle): 300 s.
    pub const DEFAULT_BYTE_IDLE: Duration = Duration::from_secs(300);
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Self::DEFAULT_CONNECT,
            head: Some(Self::DEFAULT_HEAD),
            byte_idle: Some(Self::DEFAULT_BYTE_IDLE),
            event_idle: None,
            total: None,
        }
    }
}

/// Which clock of [`Timeouts`] ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutPhase {
    /// [`Timeouts::connect`].
    Connect,
    /// [`Timeouts::head`].
    Head,
    /// [`Timeouts::byte_idle`].
    ByteIdle,
    /// [`Timeouts::event_idle`].
    EventIdle,
    /// [`Timeouts::total`].
    Total,
}

impl TimeoutPhase {
    /// A stable name for logs and metrics, equal to the field of [`Timeouts`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Head => "head",
            Self::ByteIdle => "byte_idle",
            Self::EventIdle => "event_idle",
            Self::Total => "total",
        }
    }
}

impl fmt::Display for TimeoutPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "no connection",
            Self::Head => "no answer",
            Self::ByteIdle => "no byte",
            Self::EventIdle => "no event",
            Self::Total => "not finished, retries included,",
        })
    }
}
