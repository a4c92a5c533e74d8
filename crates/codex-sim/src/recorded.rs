//! What a simulator remembers of the requests it got.

use std::time::Duration;

use http::header::{AUTHORIZATION, COOKIE, SEC_WEBSOCKET_PROTOCOL};
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::auth::API_KEY_HEADER;
use crate::kept::Kept;
use crate::transport::Transport;

/// Most requests remembered; the oldest goes first.
pub const MAX_RECORDED: usize = 10_000;

/// Most bytes of request bodies remembered; the oldest request goes first.
pub const MAX_RECORDED_BYTES: usize = 256 * 1024 * 1024;

/// A request that a simulator got.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// What carried it.
    pub transport: Transport,
    /// Number of its connection among all of the simulator's, counted from 1.
    pub connection: u64,
    /// HTTP method; of a message on a WebSocket, that of the handshake.
    pub method: Method,
    /// Whole path, such as `/v1/responses`.
    pub path: String,
    /// Query without its question mark; empty when there is none.
    pub query: String,
    /// Headers by lower-case name, in order; of a message on a WebSocket, those of the handshake. Values of
    /// credentials are `[REDACTED]`.
    pub headers: Vec<(String, String)>,
    /// Whether an `Authorization` header came in, also when the scenario strips it.
    pub authorization_sent: bool,
    /// Whether the simulator accepted the credentials.
    pub authorized: bool,
    /// The JSON body, decompressed; none when there was no body or no JSON. A form for the token authority is an
    /// object of strings; what is secret there is `[REDACTED]`. Envelopes and telemetry have lists of their own.
    pub body: Option<Value>,
    /// Length of the body as it was sent, in bytes.
    pub body_bytes: usize,
    /// Time from the start of the simulator to the head of the request.
    pub at: Duration,
}

impl RecordedRequest {
    /// The first value of a header; the name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// The headers without their secrets.
pub(crate) fn safe_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = if *name == AUTHORIZATION {
                redacted_authorization(value.as_bytes())
            } else if *name == SEC_WEBSOCKET_PROTOCOL {
                redacted_protocols(&String::from_utf8_lossy(value.as_bytes()))
            } else if *name == COOKIE || name.as_str() == API_KEY_HEADER {
                "[REDACTED]".to_owned()
            } else {
                String::from_utf8_lossy(value.as_bytes()).into_owned()
            };
            (name.as_str().to_owned(), value)
        })
        .collect()
}

/// Keeps the scheme when it is the expected one; anything else may be the secret itself.
fn redacted_authorization(value: &[u8]) -> String {
    let is_bearer = value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "));
    if is_bearer { "Bearer [REDACTED]".to_owned() } else { "[REDACTED]".to_owned() }
}

/// Browsers offer their key as a subprotocol; only the one that is no credential is kept.
fn redacted_protocols(value: &str) -> String {
    let safe = |protocol: &str| matches!(protocol, "realtime");
    let protocols = value.split(',').map(str::trim);
    protocols
        .map(|protocol| if safe(protocol) { protocol } else { "[REDACTED]" })
        .collect::<Vec<_>>()
        .join(", ")
}

/// The requests a simulator remembers.
#[derive(Debug)]
pub(crate) struct Journal(Kept<RecordedRequest>);

impl Default for Journal {
    fn default() -> Self {
        Self(Kept::new(MAX_RECORDED, MAX_RECORDED_BYTES))
    }
}

impl Journal {
    pub(crate) fn record(&mut self, request: RecordedRequest) {
        let bytes = request.body_bytes;
        self.0.push(request, bytes);
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.0.all()
    }
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    fn request(number: u64, body_bytes: usize) -> RecordedRequest {
        RecordedRequest {
            transport: Transport::Http,
            connection: 1,
            method: Method::POST,
            path: String::new(),
            query: String::new(),
            headers: Vec::new(),
            authorization_sent: true,
            authorized: true,
            body: None,
            body_bytes,
            at: Duration::from_secs(number),
        }
    }

    #[test]
    fn the_oldest_requests_make_room() {
        let mut journal = Journal::default();
        for number in 0..=MAX_RECORDED as u64 {
            journal.record(request(number, 1));
        }
        assert_eq!(journal.all().len(), MAX_RECORDED);
        assert_eq!(journal.all()[0].at.as_secs(), 1);
        journal.record(request(0, MAX_RECORDED_BYTES));
        assert_eq!(journal.all().len(), 1);
        journal.record(request(0, MAX_RECORDED_BYTES + 1));
        assert!(journal.all().is_empty());
    }
}
