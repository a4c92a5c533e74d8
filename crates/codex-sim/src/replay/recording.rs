//! A recording, read and checked.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use super::line::{FORMAT, HeadLine, Header, How, Line, RequestLine, Side, VERSION};
use super::recorded_exchange::RecordedExchange;
use super::recording_error::{RecordingError, RecordingProblem};

/// The longest recording that is read, in bytes: 1 GiB.
pub const MAX_RECORDING_BYTES: u64 = 1024 * 1024 * 1024;

/// Whether a recording holds all that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordingState {
    /// It was finished with its run.
    Whole,
    /// It passed a limit and ended before its run.
    Cut,
    /// It has no last line: the program that wrote it was killed.
    Unfinished,
}

/// Everything that was recorded.
#[derive(Debug, PartialEq)]
pub(crate) struct Recording {
    /// When it was begun, if it says so.
    pub(super) recorded_at: Option<Timestamp>,
    pub(super) exchanges: Vec<PlayedExchange>,
    pub(super) state: RecordingState,
}

/// A request and everything that followed.
#[derive(Debug, PartialEq)]
pub(super) struct PlayedExchange {
    pub(super) about: RecordedExchange,
    pub(super) at: Duration,
    pub(super) head: Option<PlayedHead>,
    /// Chunks of the body, in order.
    pub(super) chunks: Vec<(Duration, Bytes)>,
    /// What went over the WebSocket, in order.
    pub(super) traffic: Vec<(Duration, Traffic)>,
    /// None when the recording ended first.
    pub(super) end: Option<How>,
}

#[derive(Debug, PartialEq)]
pub(super) struct PlayedHead {
    pub(super) at: Duration,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
}

/// Something on a WebSocket.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Traffic {
    /// The client sent a message; what it says is not compared.
    Asked,
    Said {
        bytes: Bytes,
        binary: bool,
    },
    Pinged,
    Closed {
        code: u16,
        reason: String,
    },
}

impl Recording {
    /// Reads a file.
    pub(super) fn load(path: &Path) -> Result<Self, RecordingError> {
        let failed = |source| RecordingError::File { path: path.to_owned(), source };
        if std::fs::metadata(path).map_err(failed)?.len() > MAX_RECORDING_BYTES {
            return Err(RecordingError::TooLong { limit: MAX_RECORDING_BYTES });
        }
        let bytes = std::fs::read(path).map_err(failed)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            match line {
                1 => RecordingError::Foreign,
                _ => RecordingError::Damaged { line, problem: RecordingProblem::NotUtf8 },
            }
        })?;
        Self::read(text)
    }

    pub(super) fn read(text: &str) -> Result<Self, RecordingError> {
        if text.len() as u64 > MAX_RECORDING_BYTES {
            return Err(RecordingError::TooLong { limit: MAX_RECORDING_BYTES });
        }
        let mut lines = text.split_inclusive('\n');
        let header = read_header(lines.next())?;
        let mut reader = Reader::default();
        for (line, text) in (2..).zip(lines) {
            let is_whole = text.ends_with('\n');
            if text.trim().is_empty() {
                continue;
            }
            reader.line(text).map_err(|problem| match problem {
                RecordingProblem::NotJson { .. } if !is_whole => RecordingError::Truncated { line },
                problem => RecordingError::Damaged { line, problem },
            })?;
        }
        Ok(Self {
            recorded_at: header.recorded_at.and_then(|time| time.parse().ok()),
            exchanges: reader.exchanges,
            state: reader.last.unwrap_or(RecordingState::Unfinished),
        })
    }
}

fn read_header(line: Option<&str>) -> Result<Header, RecordingError> {
    let line = line.ok_or(RecordingError::Empty)?;
    let header: Header = serde_json::from_str(line).map_err(|_| RecordingError::Foreign)?;
    if header.format != FORMAT {
        return Err(RecordingError::Foreign);
    }
    if header.version > VERSION {
        return Err(RecordingError::NewerVersion { found: header.version, known: VERSION });
    }
    Ok(header)
}

#[derive(Default)]
struct Reader {
    exchanges: Vec<PlayedExchange>,
    /// Where in the list an exchange is, by its number.
    places: HashMap<u64, usize>,
    last: Option<RecordingState>,
}

impl Reader {
    fn line(&mut self, text: &str) -> Result<(), RecordingProblem> {
        let line = Line::read(text)?;
        if self.last.is_some() {
            return Err(RecordingProblem::AfterLast);
        }
        match line {
            Line::Request(request) => return self.request(&request),
            Line::Head(head) => return self.head(&head),
            Line::Chunk { exchange, at_ms, data } => {
                let chunk = (Duration::from_millis(at_ms), data.bytes()?);
                self.open(exchange)?.chunks.push(chunk);
            }
            Line::Message { exchange, at_ms, from: Side::Client, .. } => {
                self.traffic(exchange, at_ms, Traffic::Asked)?;
            }
            Line::Message { exchange, at_ms, from: Side::Server, binary, data } => {
                let bytes = data.bytes()?;
                self.traffic(exchange, at_ms, Traffic::Said { bytes, binary })?;
            }
            Line::Ping { exchange, at_ms, from: Side::Server } => {
                self.traffic(exchange, at_ms, Traffic::Pinged)?;
            }
            Line::Close { exchange, at_ms, from: Side::Server, code, reason } => {
                self.traffic(exchange, at_ms, Traffic::Closed { code, reason })?;
            }
            // What the client does by itself, it does again.
            Line::Ping { exchange, .. } | Line::Close { exchange, .. } => {
                self.open(exchange)?;
            }
            Line::End { exchange, how } => self.open(exchange)?.end = Some(how),
            Line::Finished {} => self.last = Some(RecordingState::Whole),
            Line::Cut {} => self.last = Some(RecordingState::Cut),
        }
        Ok(())
    }

    fn request(&mut self, line: &RequestLine) -> Result<(), RecordingProblem> {
        let exchange = line.exchange;
        if self.places.insert(exchange, self.exchanges.len()).is_some() {
            return Err(RecordingProblem::BegunTwice { exchange });
        }
        self.exchanges.push(PlayedExchange {
            about: RecordedExchange::new(line),
            at: Duration::from_millis(line.at_ms),
            head: None,
            chunks: Vec::new(),
            traffic: Vec::new(),
            end: None,
        });
        Ok(())
    }

    fn head(&mut self, line: &HeadLine) -> Result<(), RecordingProblem> {
        let status = StatusCode::from_u16(line.status)
            .map_err(|_| RecordingProblem::Status { status: line.status })?;
        let head = PlayedHead { at: Duration::from_millis(line.at_ms), status, headers: line.headers()? };
        let exchange = self.open(line.exchange)?;
        exchange.about.status = Some(line.status);
        exchange.head = Some(head);
        Ok(())
    }

    fn traffic(&mut self, exchange: u64, at_ms: u64, traffic: Traffic) -> Result<(), RecordingProblem> {
        self.open(exchange)?.traffic.push((Duration::from_millis(at_ms), traffic));
        Ok(())
    }

    /// The exchange with that number, which has begun and not ended.
    fn open(&mut self, exchange: u64) -> Result<&mut PlayedExchange, RecordingProblem> {
        let place = self.places.get(&exchange).and_then(|place| self.exchanges.get_mut(*place));
        let found = place.ok_or(RecordingProblem::NotBegun { exchange })?;
        if found.end.is_some() {
            return Err(RecordingProblem::AfterEnd { exchange });
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
