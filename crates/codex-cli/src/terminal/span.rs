//! Times as people say them.

use std::time::{Duration, SystemTime};

use jiff::{Timestamp, tz::TimeZone};

/// A time of so many seconds in its two largest units.
pub(crate) fn span(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds.max(0);
    let mut parts = Vec::new();
    for (length, unit) in UNITS {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            parts.push(format!("{count} {unit}"));
        } else if !parts.is_empty() {
            break;
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

/// A moment seen from `now`, and on the clock of this machine: `in 59 min 3 s (2026-11-22 15:30)`.
pub(crate) fn moment(at: SystemTime, now: SystemTime) -> String {
    let distance = match at.duration_since(now) {
        Ok(left) => format!("in {}", rounded(left)),
        Err(past) => format!("{} ago", rounded(past.duration())),
    };
    match Timestamp::try_from(at) {
        Ok(at) => format!("{distance} ({})", at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M")),
        Err(_beyond_the_calendar) => distance,
    }
}

pub(crate) fn rounded(time: Duration) -> String {
    span(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use super::*;

    #[test]
    fn times_have_two_units_at_most() {
        for (seconds, expected) in [
            (-5, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_661, "1 h 1 min"),
            (86_460, "1 d"),
            (90_061, "1 d 1 h"),
            (i64::MAX, "106751991167300 d 15 h"),
        ] {
            assert_eq!(span(seconds), expected);
        }
    }

    #[test]
    fn a_moment_is_ahead_or_past() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_379_400);
        let hour = Duration::from_secs(3_600);
        assert!(moment(now + hour, now).starts_with("in 1 h (2026-11-2"));
        assert!(moment(now - hour, now).starts_with("1 h ago (2026-11-2"));
        assert!(moment(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::MAX / 4), now).starts_with("in "));
    }
}
