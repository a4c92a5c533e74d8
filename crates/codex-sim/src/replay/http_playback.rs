//! Plays a recorded HTTP answer.

use std::time::Duration;

use bytes::BytesMut;
use http::header::{CONNECTION, CONTENT_LENGTH, DATE, RETRY_AFTER, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

use super::line::How;
use super::recording::{PlayedExchange, PlayedHead, RecordingState};
use super::speed::ReplaySpeed;
use crate::dialect::Writes;
use crate::faults::{Cut, Faults, Position, Stall};
use crate::playback::{Pace, Stop};
use crate::script::Script;

/// Headers about one connection, which has headers of its own.
const OF_THE_CONNECTION: [HeaderName; 11] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    CONTENT_LENGTH,
    http::header::SEC_WEBSOCKET_ACCEPT,
    http::header::SEC_WEBSOCKET_EXTENSIONS,
    http::header::SEC_WEBSOCKET_PROTOCOL,
];

/// How an exchange ends when it is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Clean,
    Cut(Cut),
    /// The client has to leave: it waited no longer when this was recorded.
    Held,
}

impl Ending {
    pub(super) fn of(exchange: &PlayedExchange, recording: RecordingState) -> Self {
        match exchange.end {
            Some(How::Clean) => Self::Clean,
            Some(How::Reset) => Self::Cut(Cut::Reset),
            Some(How::Cut | How::Failed | How::Unreachable) => Self::Cut(Cut::Drop),
            Some(How::Timeout | How::Abandoned) => Self::Held,
            // What came next is not known: an error says more than silence.
            None if recording == RecordingState::Cut => Self::Cut(Cut::Drop),
            None => Self::Held,
        }
    }
}

/// The body of an exchange: chunk by chunk, with its pauses and its end.
pub(super) fn body(exchange: &PlayedExchange, ending: Ending, speed: ReplaySpeed) -> (Script, Pace) {
    let mut bytes = BytesMut::with_capacity(exchange.chunks.iter().map(|(_, chunk)| chunk.len()).sum());
    let mut script = Script::default();
    let mut stops = Vec::new();
    let mut before = exchange.head.as_ref().map_or(exchange.at, |head| head.at);
    for (at, chunk) in &exchange.chunks {
        let pause = speed.pause(at.saturating_sub(before));
        if !pause.is_zero() {
            stops.push((bytes.len(), Stop::Stall(Stall::forever(Position::Events(0)).lasting(pause))));
        }
        before = *at;
        bytes.extend_from_slice(chunk);
        script.ends.push(bytes.len());
    }
    script.bytes = bytes.freeze();
    let end = script.bytes.len();
    match ending {
        Ending::Clean => {}
        Ending::Cut(cut) => stops.push((end, Stop::Cut(cut))),
        Ending::Held if is_told_whole(exchange, end) => {}
        Ending::Held => stops.push((end, Stop::Stall(Stall::forever(Position::Events(0))))),
    }
    let mut pace = Pace::new(&script, Writes::Event, &Faults::new());
    pace.stops = stops;
    (script, pace)
}

/// The headers of a played answer whose body has `length` bytes.
pub(super) fn headers(head: &PlayedHead, ending: Ending, length: usize, clock: &Clock) -> HeaderMap {
    let mut headers = head.headers.clone();
    for name in &OF_THE_CONNECTION {
        headers.remove(name);
    }
    // Placeholders may have changed the length of the body. One that was cut stays shorter than it says.
    if let Some(told) = content_length(head) {
        let length = if ending == Ending::Clean { length } else { told.max(length + 1) };
        let length = if ending == Ending::Held && told <= length { told } else { length };
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    for name in [DATE, RETRY_AFTER] {
        let shifted = headers.get(&name).and_then(|value| clock.shift(value.to_str().ok()?, head.at));
        if let Some(value) = shifted.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}

/// Whether the body is as long as its head says: its reader needs no end to know that it is whole.
fn is_told_whole(exchange: &PlayedExchange, length: usize) -> bool {
    exchange.head.as_ref().and_then(content_length).is_some_and(|told| length >= told)
}

fn content_length(head: &PlayedHead) -> Option<usize> {
    head.headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

/// Moves times of the recording to now, so that the server's clock is as wrong as it was.
pub(super) struct Clock {
    pub(super) recorded_at: Option<Timestamp>,
    pub(super) now: Timestamp,
}

impl Clock {
    /// A date of HTTP in an answer that came at `at`; none for any other text.
    fn shift(&self, date: &str, at: Duration) -> Option<String> {
        let told = rfc2822::parse(date).ok()?.timestamp();
        let answered = self.recorded_at?.checked_add(SignedDuration::try_from(at).ok()?).ok()?;
        let moved = self.now.checked_add(told.duration_since(answered)).ok()?;
        rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&moved).ok()
    }
}

#[cfg(test)]
mod tests;
