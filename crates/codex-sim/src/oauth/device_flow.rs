//! How a device without a browser logs in.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::milliseconds;

/// Default time for which a device code can be confirmed.
const DEFAULT_VALIDITY: Duration = Duration::from_secs(15 * 60);

/// The login of a device: a code is shown, the user confirms it elsewhere, the device asks until then.
///
/// ```
/// use codex_sim::{Account, DeviceFlow, OAuth, Scenario};
///
/// // Confirmed at the third poll; the client need not wait in between.
/// let device = DeviceFlow::new().pending_polls(2).interval("0");
/// let scenario = Scenario::new().oauth(OAuth::new().account(Account::new("rt-1")).device(device));
/// # let _ = scenario;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct DeviceFlow {
    /// Whether there are device codes at all; if not, the answer is 404.
    pub enabled: bool,
    /// Number of the account that confirms, from 0.
    pub account: usize,
    /// How many polls come too early.
    pub pending_polls: u32,
    /// Status of the answer to those; the service's are 403 and 404.
    pub pending_status: u16,
    /// `interval` of the answer, in seconds, as text; without it the answer has none.
    #[serde(deserialize_with = "interval")]
    pub interval: Option<String>,
    /// How long a code can be confirmed and exchanged.
    #[serde(rename = "valid_for_ms", deserialize_with = "milliseconds::duration")]
    pub valid_for: Duration,
}

impl Default for DeviceFlow {
    fn default() -> Self {
        Self {
            enabled: true,
            account: 0,
            pending_polls: 0,
            pending_status: 403,
            interval: Some("5".to_owned()),
            valid_for: DEFAULT_VALIDITY,
        }
    }
}

impl DeviceFlow {
    /// The first account confirms before the first poll.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// There are no device codes.
    #[must_use]
    pub fn disabled() -> Self {
        Self { enabled: false, ..Self::default() }
    }

    /// Sets the account that confirms, counted from 0.
    #[must_use]
    pub fn account(mut self, account: usize) -> Self {
        self.account = account;
        self
    }

    /// Sets how many polls come too early.
    #[must_use]
    pub fn pending_polls(mut self, polls: u32) -> Self {
        self.pending_polls = polls;
        self
    }

    /// Sets the status of the answer to those.
    #[must_use]
    pub fn pending_status(mut self, status: u16) -> Self {
        self.pending_status = status;
        self
    }

    /// Sets the text of `interval`.
    #[must_use]
    pub fn interval(mut self, seconds: impl Into<String>) -> Self {
        self.interval = Some(seconds.into());
        self
    }

    /// Leaves `interval` out.
    #[must_use]
    pub fn without_interval(mut self) -> Self {
        self.interval = None;
        self
    }

    /// Sets how long a code can be confirmed and exchanged.
    #[must_use]
    pub fn valid_for(mut self, duration: Duration) -> Self {
        self.valid_for = duration;
        self
    }
}

/// TOML has no null: an empty text leaves the interval out.
fn interval<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(|text| Some(text).filter(|text| !text.is_empty()))
}
