//! Which exchanges a recording holds, for people.

use std::fmt;

use crate::replay::line::{Carrier, RequestLine};
use crate::transport::Transport;

/// An exchange of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedExchange {
    /// Its number in the recording.
    pub number: u64,
    /// [`Transport::Http`], or [`Transport::Handshake`] for a WebSocket with all its messages.
    pub transport: Transport,
    /// The method.
    pub method: String,
    /// The whole path, as it was recorded.
    pub path: String,
    /// The status of the answer; none when there was no answer.
    pub status: Option<u16>,
}

impl RecordedExchange {
    pub(super) fn new(line: &RequestLine) -> Self {
        Self {
            number: line.exchange,
            transport: match line.carrier {
                Carrier::Http => Transport::Http,
                Carrier::Websocket => Transport::Handshake,
            },
            method: line.method.clone(),
            path: line.path.clone(),
            status: None,
        }
    }
}

impl fmt::Display for RecordedExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, method, path, .. } = self;
        write!(f, "exchange {number}: {method} {path}")?;
        if self.transport == Transport::Handshake {
            f.write_str(" (WebSocket)")?;
        }
        match self.status {
            Some(status) => write!(f, ", answered with {status}"),
            None => f.write_str(", not answered"),
        }
    }
}

/// A request for which the recording has no answer (any more).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnrecordedRequest {
    /// What carried it.
    pub transport: Transport,
    /// The method.
    pub method: String,
    /// The whole path, as it was asked for.
    pub path: String,
    /// How many exchanges with this method and path were recorded: all were played before.
    pub recorded: usize,
}

impl fmt::Display for UnrecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, recorded, .. } = self;
        let what = match self.transport {
            Transport::Http => "",
            Transport::Handshake => " (WebSocket)",
            Transport::Websocket => " (message on a WebSocket)",
        };
        match recorded {
            0 => write!(f, "{method} {path}{what} is not in the recording"),
            1 => write!(f, "{method} {path}{what} is in the recording once, and was played"),
            _ => write!(f, "{method} {path}{what} is in the recording {recorded} times, and all were played"),
        }
    }
}
