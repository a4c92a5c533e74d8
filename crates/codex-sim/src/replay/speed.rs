//! How fast a recording is played.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How fast a recording is played. Order and the bounds of chunks and messages stay at any speed.
///
/// ```
/// use codex_sim::ReplaySpeed;
///
/// assert_eq!("max".parse(), Ok(ReplaySpeed::FASTEST));
/// assert_eq!("1".parse(), Ok(ReplaySpeed::AS_RECORDED));
/// assert_eq!("0.5".parse(), ReplaySpeed::times(0.5).ok_or(()).map_err(|()| unreachable!()));
/// assert!("-1".parse::<ReplaySpeed>().is_err());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ReplaySpeed {
    /// None for no pauses at all.
    factor: Option<f64>,
}

impl ReplaySpeed {
    /// Without pauses: the default.
    pub const FASTEST: Self = Self { factor: None };
    /// With the pauses that were recorded.
    pub const AS_RECORDED: Self = Self { factor: Some(1.0) };

    /// So many times as fast as it was recorded. None for a factor that is not above 0.
    #[must_use]
    pub fn times(factor: f64) -> Option<Self> {
        (factor.is_finite() && factor > 0.0).then_some(Self { factor: Some(factor) })
    }

    /// The pause that stands for one that was recorded.
    pub(super) fn pause(self, recorded: Duration) -> Duration {
        match self.factor {
            None => Duration::ZERO,
            Some(factor) => {
                Duration::try_from_secs_f64(recorded.as_secs_f64() / factor).unwrap_or(Duration::MAX)
            }
        }
    }
}

impl FromStr for ReplaySpeed {
    type Err = BadReplaySpeed;

    fn from_str(text: &str) -> Result<Self, BadReplaySpeed> {
        match text.trim() {
            "max" => Ok(Self::FASTEST),
            number => number.parse().ok().and_then(Self::times).ok_or(BadReplaySpeed),
        }
    }
}

impl fmt::Display for ReplaySpeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.factor {
            None => f.write_str("max"),
            Some(factor) => write!(f, "{factor}"),
        }
    }
}

/// A text that is no [`ReplaySpeed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the speed is `max`, or a number above 0: 1 plays as recorded, 2 twice as fast")]
pub struct BadReplaySpeed;
