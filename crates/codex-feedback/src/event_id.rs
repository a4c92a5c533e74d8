//! What names a report.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Names one report, here and at the tracker: 32 lower-case hexadecimal digits. A report that is delivered twice has the
/// same one both times, so that the tracker keeps one.
///
/// ```
/// use codex_feedback::EventId;
///
/// let id: EventId = "9ec79c33-ec99-42ab-8353-589fcb2e04dc".parse()?;
/// assert_eq!(id.to_string(), "9ec79c33ec9942ab8353589fcb2e04dc");
/// # Ok::<(), codex_feedback::InvalidEventId>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventId(u128);

impl EventId {
    /// A random one, of the form of a version 4 UUID.
    pub fn random() -> Self {
        const VERSION: u128 = 0xf << 76;
        const VARIANT: u128 = 0b11 << 62;
        Self((fastrand::u128(..) & !VERSION & !VARIANT) | (4 << 76) | (0b10 << 62))
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EventId {
    type Err = InvalidEventId;

    fn from_str(text: &str) -> Result<Self, InvalidEventId> {
        const DIGITS: usize = 32;
        let digits: String = text.chars().filter(|c| *c != '-').take(DIGITS + 1).collect();
        if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidEventId);
        }
        u128::from_str_radix(&digits, 16).map(Self).map_err(|_| InvalidEventId)
    }
}

impl TryFrom<String> for EventId {
    type Error = InvalidEventId;

    fn try_from(text: String) -> Result<Self, InvalidEventId> {
        text.parse()
    }
}

impl From<EventId> for String {
    fn from(id: EventId) -> Self {
        id.to_string()
    }
}

/// A text that is no event id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event id has 32 hexadecimal digits")]
pub struct InvalidEventId;
