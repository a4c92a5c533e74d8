//! Which exchange of a recording is played next, and what was asked for.

use std::fmt;

use super::recorded_exchange::{RecordedExchange, UnrecordedRequest};
use super::recording::{Recording, RecordingState};
use crate::service::below_base;
use crate::transport::Transport;

/// Most requests without a recorded answer that are remembered; further ones are refused all the same.
pub const MAX_UNRECORDED: usize = 1000;

/// How a recording was used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayReport {
    /// How many exchanges were played.
    pub played: usize,
    /// The exchanges that nobody asked for, in the order of the recording.
    pub unasked: Vec<RecordedExchange>,
    /// The requests for which there was no exchange, in the order they came; at most [`MAX_UNRECORDED`].
    pub unrecorded: Vec<UnrecordedRequest>,
    /// Whether the recording holds all that happened.
    pub recording: RecordingState,
}

impl ReplayReport {
    /// Whether everything recorded was asked for, and nothing else.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unasked.is_empty() && self.unrecorded.is_empty()
    }
}

/// A line for each thing that was not as recorded, after one that says how much was played.
impl fmt::Display for ReplayReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} recorded exchanges were played", self.played, self.played + self.unasked.len())?;
        match self.recording {
            RecordingState::Whole => {}
            RecordingState::Cut => f.write_str("; the recording ended before its run")?,
            RecordingState::Unfinished => f.write_str("; the recording has no last line")?,
        }
        for exchange in &self.unasked {
            write!(f, "\nnot asked for: {exchange}")?;
        }
        for request in &self.unrecorded {
            write!(f, "\nrefused: {request}")?;
        }
        Ok(())
    }
}

/// What was played of a recording.
#[derive(Debug)]
pub(super) struct Book {
    asked: Vec<bool>,
    unrecorded: Vec<UnrecordedRequest>,
}

impl Book {
    pub(super) fn new(recording: &Recording) -> Self {
        Self { asked: vec![false; recording.exchanges.len()], unrecorded: Vec::new() }
    }

    /// The first exchange with this method and path that was not played; its place in the recording.
    pub(super) fn take(
        &mut self,
        recording: &Recording,
        asked: (Transport, &str, &str),
    ) -> Result<usize, UnrecordedRequest> {
        let (transport, method, path) = asked;
        let mut recorded = 0;
        for (place, exchange) in recording.exchanges.iter().enumerate() {
            let about = &exchange.about;
            if about.transport != transport || about.method != method || !same_path(&about.path, path) {
                continue;
            }
            if let Some(asked) = self.asked.get_mut(place).filter(|asked| !**asked) {
                *asked = true;
                return Ok(place);
            }
            recorded += 1;
        }
        let (method, path) = (method.to_owned(), path.to_owned());
        let request = UnrecordedRequest { transport, method, path, recorded };
        self.note(request.clone());
        Err(request)
    }

    /// Remembers a request without a recorded answer.
    pub(super) fn note(&mut self, request: UnrecordedRequest) {
        if self.unrecorded.len() < MAX_UNRECORDED {
            self.unrecorded.push(request);
        }
    }

    pub(super) fn report(&self, recording: &Recording) -> ReplayReport {
        let unasked = recording.exchanges.iter().zip(&self.asked).filter(|(_, asked)| !**asked);
        let unasked: Vec<_> = unasked.map(|(exchange, _)| exchange.about.clone()).collect();
        ReplayReport {
            played: self.asked.len() - unasked.len(),
            unasked,
            unrecorded: self.unrecorded.clone(),
            recording: recording.state,
        }
    }
}

/// Whether two paths mean the same endpoint, below whichever base path.
fn same_path(recorded: &str, asked: &str) -> bool {
    recorded == asked || below_base(recorded) == below_base(asked)
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    fn recording() -> Recording {
        let request = |exchange: u64, carrier: &str, path: &str| {
            format!(
                "{{\"kind\":\"request\",\"exchange\":{exchange},\"at_ms\":0,\"carrier\":\"{carrier}\",\"method\":\"GET\",\"path\":\"{path}\"}}\n"
            )
        };
        let text = [
            "{\"format\":\"codex-api recording\",\"version\":1}\n".to_owned(),
            request(1, "http", "/v1/models"),
            request(2, "websocket", "/v1/models"),
            request(3, "http", "/gateway/models"),
            request(4, "http", "/v1/models"),
        ];
        Recording::read(&text.concat()).unwrap()
    }

    #[test]
    fn exchanges_are_taken_in_order_by_carrier_method_and_path() {
        let recording = recording();
        let mut book = Book::new(&recording);
        let mut take = |transport, method, path| {
            book.take(&recording, (transport, method, path)).map_err(|request| request.recorded)
        };
        assert_eq!(take(Transport::Http, "GET", "/backend-api/codex/models"), Ok(0));
        assert_eq!(take(Transport::Http, "GET", "/gateway/models"), Ok(2));
        assert_eq!(take(Transport::Http, "POST", "/v1/models"), Err(0));
        assert_eq!(take(Transport::Handshake, "GET", "/v1/models"), Ok(1));
        assert_eq!(take(Transport::Http, "GET", "/v1/models"), Ok(3));
        assert_eq!(take(Transport::Http, "GET", "/v1/models"), Err(2));
    }

    #[test]
    fn the_requests_that_are_remembered_are_bounded() {
        let recording = recording();
        let mut book = Book::new(&recording);
        for _ in 0..MAX_UNRECORDED + 10 {
            book.take(&recording, (Transport::Http, "GET", "/v1/none")).unwrap_err();
        }
        let report = book.report(&recording);
        assert_eq!((report.unrecorded.len(), report.unasked.len()), (MAX_UNRECORDED, 4));
    }
}
