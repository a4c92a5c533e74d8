//! What this process has used so far, all its threads together.

use std::fmt;
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::Failure;

/// A reading of the clocks.
pub(crate) struct Usage {
    at: Instant,
    user_us: i64,
    system_us: i64,
}

/// Between two readings.
pub(crate) struct Cost {
    wall_us: u128,
    user_us: i64,
    system_us: i64,
}

impl Usage {
    pub(crate) fn now() -> Result<Self, Failure> {
        let usage = getrusage(UsageWho::RUSAGE_SELF)?;
        Ok(Self {
            at: Instant::now(),
            user_us: usage.user_time().num_microseconds(),
            system_us: usage.system_time().num_microseconds(),
        })
    }

    pub(crate) fn since(&self, before: &Self) -> Cost {
        Cost {
            wall_us: self.at.duration_since(before.at).as_micros(),
            user_us: self.user_us - before.user_us,
            system_us: self.system_us - before.system_us,
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wall_us, user_us, system_us } = self;
        write!(f, "cost wall_us={wall_us} user_us={user_us} system_us={system_us}")
    }
}
