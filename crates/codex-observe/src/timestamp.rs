//! How a time is written in telemetry.

use std::time::{SystemTime, UNIX_EPOCH};

const MILLIS_PER_SECOND: i128 = 1_000;
const SECONDS_PER_DAY: i128 = 86_400;
/// 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: RFC 3339 knows no other years.
const FIRST_MILLIS: i128 = -62_167_219_200_000;
const LAST_MILLIS: i128 = 253_402_300_799_999;

/// Writes `time` as RFC 3339 does, in UTC with milliseconds. What lies outside the years 0 to 9999 becomes the nearest
/// time inside.
///
/// ```
/// use codex_observe::rfc3339_millis;
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let time = UNIX_EPOCH + Duration::from_millis(1_709_210_096_007);
/// assert_eq!(rfc3339_millis(time), "2024-02-29T12:34:56.007Z");
/// ```
pub fn rfc3339_millis(time: SystemTime) -> String {
    let millis = unix_millis(time).clamp(FIRST_MILLIS, LAST_MILLIS);
    let (seconds, millis) = (millis.div_euclid(MILLIS_PER_SECOND), millis.rem_euclid(MILLIS_PER_SECOND));
    let (year, month, day) = date(seconds.div_euclid(SECONDS_PER_DAY));
    let second = seconds.rem_euclid(SECONDS_PER_DAY);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Milliseconds since 1970, rounded down.
fn unix_millis(time: SystemTime) -> i128 {
    let nanos = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
        Err(before) => i128::try_from(before.duration().as_nanos()).map_or(i128::MIN, |nanos| -nanos),
    };
    nanos.div_euclid(1_000_000)
}

/// Year, month and day of a day since 1970-01-01, in the Gregorian calendar.
///
/// Counted in eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
fn date(days_since_1970: i128) -> (i128, i128, i128) {
    const DAYS_PER_ERA: i128 = 146_097;
    const DAYS_TO_1970: i128 = 719_468;
    let days = days_since_1970 + DAYS_TO_1970;
    let (era, day_of_era) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months from March: five of them have 153 days.
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i128::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_written_in_utc_with_milliseconds() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_709_210_096_007, "2024-02-29T12:34:56.007Z"),
            (1_735_689_599_999, "2024-12-31T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(rfc3339_millis(UNIX_EPOCH + Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn times_before_1970_round_down() {
        let before = UNIX_EPOCH - Duration::from_micros(500);
        assert_eq!(rfc3339_millis(before), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn times_that_rfc_3339_cannot_write_are_moved_to_its_ends() {
        let far = Duration::from_secs(1_000_000_000_000);
        assert_eq!(rfc3339_millis(UNIX_EPOCH + far), "9999-12-31T23:59:59.999Z");
        assert_eq!(rfc3339_millis(UNIX_EPOCH - far), "0000-01-01T00:00:00.000Z");
    }
}
