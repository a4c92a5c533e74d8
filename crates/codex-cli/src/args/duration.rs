//! Times as people write them.

use std::time::Duration;

use thiserror::Error;

/// The longest time that can be given: 24 days, above which timers of some systems overflow.
const MAX: Duration = Duration::from_secs(24 * 24 * 3600);

/// `30`, `30s`, `1.5s`, `500ms`, `2m`, `1h`.
pub(super) fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let seconds = match unit.trim() {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(DurationError::Unit),
    };
    let number: f64 = number.parse().map_err(|_| DurationError::Number)?;
    let duration = Duration::try_from_secs_f64(number * seconds).map_err(|_| DurationError::Long)?;
    if duration.is_zero() {
        return Err(DurationError::Zero);
    }
    if duration > MAX {
        return Err(DurationError::Long);
    }
    Ok(duration)
}

/// Why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum DurationError {
    #[error("a time is a number and a unit, such as 30s")]
    Number,
    #[error("the units of time are ms, s, m and h")]
    Unit,
    #[error("a time must be longer than nothing")]
    Zero,
    #[error("a time must be shorter than 24 days")]
    Long,
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expected) in [
            ("30", Ok(30_000)),
            ("30s", Ok(30_000)),
            ("1.5s", Ok(1_500)),
            (" 2 m ", Ok(120_000)),
            ("500ms", Ok(500)),
            ("1h", Ok(3_600_000)),
            ("0", Err(DurationError::Zero)),
            ("0.0000001ms", Err(DurationError::Zero)),
            ("", Err(DurationError::Number)),
            ("ms", Err(DurationError::Number)),
            ("1.2.3s", Err(DurationError::Number)),
            ("-1s", Err(DurationError::Unit)),
            ("10d", Err(DurationError::Unit)),
            ("601h", Err(DurationError::Long)),
            ("99999999999999999999999h", Err(DurationError::Long)),
        ] {
            assert_eq!(parse_duration(text), expected.map(Duration::from_millis), "{text:?}");
        }
    }
}
