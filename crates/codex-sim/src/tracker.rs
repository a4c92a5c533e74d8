//! A Sentry-compatible tracker: takes envelopes and keeps them.

mod envelope_text;

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

pub(crate) use envelope_text::{EnvelopeText, parse};

/// Most envelopes kept; the oldest goes first.
pub const MAX_ENVELOPES: usize = 1_000;

/// Most bytes of envelopes kept; the oldest goes first.
pub const MAX_KEPT_ENVELOPE_BYTES: usize = 512 * 1024 * 1024;

/// Default limit of an envelope, in bytes, also once decompressed: 200 MiB, as Sentry's.
pub const DEFAULT_ENVELOPE_LIMIT: usize = 200 * 1024 * 1024;

/// The tracker of a scenario.
///
/// ```
/// use codex_sim::{Scenario, Sentry};
///
/// let scenario = Scenario::new().sentry(Sentry::new().public_key("public").envelope_limit(1_000_000));
/// # let _ = scenario;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Sentry {
    /// The public key of the DSN; without one, any is right.
    pub public_key: Option<String>,
    /// Largest envelope, in bytes, also once decompressed; above it the answer is 413.
    pub envelope_limit: usize,
}

impl Default for Sentry {
    fn default() -> Self {
        Self { public_key: None, envelope_limit: DEFAULT_ENVELOPE_LIMIT }
    }
}

impl Sentry {
    /// Takes any key.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes this key only.
    #[must_use]
    pub fn public_key(mut self, key: impl Into<String>) -> Self {
        self.public_key = Some(key.into());
        self
    }

    /// Sets the largest envelope, in bytes.
    #[must_use]
    pub fn envelope_limit(mut self, bytes: usize) -> Self {
        self.envelope_limit = bytes;
        self
    }
}

/// An envelope that the tracker took.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Envelope {
    /// The project in the path.
    pub project: String,
    /// The header: a JSON object.
    pub header: Value,
    /// The items, in order.
    pub items: Vec<EnvelopeItem>,
    /// Time from the start of the simulator to the head of the request.
    pub at: Duration,
}

/// An item of an envelope.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EnvelopeItem {
    /// The header: a JSON object with a `type`.
    pub header: Value,
    /// The payload, byte for byte.
    pub payload: Bytes,
}

impl Envelope {
    /// The id of the event that the envelope is about.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.header.get("event_id").and_then(Value::as_str)
    }
}

impl EnvelopeItem {
    /// The `type` of the item, such as `event` or `attachment`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.header.get("type").and_then(Value::as_str).unwrap_or_default()
    }
}
