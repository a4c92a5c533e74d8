//! How long a token works.

use std::fmt;
use std::time::Duration;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// How long a token works. In TOML a number of milliseconds, or `"never"` when it does not end.
///
/// ```
/// use codex_sim::Lifetime;
/// use std::time::Duration;
///
/// let hour = Lifetime::For(Duration::from_secs(3600));
/// assert_ne!(hour, Lifetime::Never);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lifetime {
    /// It never expires.
    Never,
    /// It expires after this time; zero: from the beginning.
    For(Duration),
}

impl Lifetime {
    /// The end of a lifetime that begins at `start`.
    pub(crate) fn from(self, start: Duration) -> Option<Duration> {
        match self {
            Self::Never => None,
            Self::For(duration) => Some(start.saturating_add(duration)),
        }
    }
}

impl<'de> Deserialize<'de> for Lifetime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LifetimeVisitor)
    }
}

struct LifetimeVisitor;

impl Visitor<'_> for LifetimeVisitor {
    type Value = Lifetime;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number of milliseconds or `never`")
    }

    fn visit_u64<E: Error>(self, milliseconds: u64) -> Result<Lifetime, E> {
        Ok(Lifetime::For(Duration::from_millis(milliseconds)))
    }

    fn visit_i64<E: Error>(self, milliseconds: i64) -> Result<Lifetime, E> {
        u64::try_from(milliseconds)
            .map_err(|_| E::custom("a lifetime cannot be negative"))
            .and_then(|milliseconds| self.visit_u64(milliseconds))
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Lifetime, E> {
        match word {
            "never" => Ok(Lifetime::Never),
            _ => Err(E::custom("expected a number of milliseconds or `never`")),
        }
    }
}
