//! Durations in headers and messages.

use std::time::Duration;

/// Parses a duration as `x-ratelimit-reset-*` headers write it: a number and a unit, one or more times
/// without blanks (`20ms`, `6m0s`, `1h0m0s`, `59.951s`). Units are `h`, `m`, `s`, `ms`, `µs`, `us` and `ns`.
///
/// ```
/// use std::time::Duration;
/// use codex_protocol::parse_reset_duration;
///
/// assert_eq!(parse_reset_duration("1m12.5s"), Some(Duration::from_millis(72_500)));
/// assert_eq!(parse_reset_duration("1 s"), None);
/// ```
pub fn parse_reset_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let (number, after) = split_number(rest)?;
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        total = total.checked_add(span(number, unit)?)?;
        rest = next;
    }
    (!text.is_empty()).then_some(total)
}

/// The delay a message asks for: "try again in 1.152s", "… in 20 ms", "… in 6m0s", "… in 5 seconds".
/// Services put it nowhere else when the error comes inside a stream.
///
/// ```
/// use std::time::Duration;
/// use codex_protocol::retry_hint;
///
/// let message = "Rate limit reached for gpt-5.4. Please try again in 1.152s. Visit …";
/// assert_eq!(retry_hint(message), Some(Duration::from_millis(1_152)));
/// assert_eq!(retry_hint("Please try again later."), None);
/// ```
pub fn retry_hint(message: &str) -> Option<Duration> {
    const CUE: &str = "try again in";
    // Lower-casing ASCII keeps every offset.
    let at = message.to_ascii_lowercase().find(CUE)? + CUE.len();
    let mut rest = message.get(at..)?.trim_start();
    let mut total = None::<Duration>;
    while let Some((number, after)) = split_number(rest) {
        let after = after.trim_start();
        let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        let Some(part) = span(number, unit_of_word(&unit.to_ascii_lowercase())) else { break };
        total = Some(total.unwrap_or_default().checked_add(part)?);
        rest = next;
    }
    total
}

/// A decimal number at the start of the text, and what follows.
fn split_number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().map(|number| (number, rest))
}

fn unit_of_word(word: &str) -> &str {
    match word {
        "hour" | "hours" => "h",
        "min" | "minute" | "minutes" => "m",
        "sec" | "second" | "seconds" => "s",
        "millisecond" | "milliseconds" => "ms",
        unit => unit,
    }
}

fn span(number: f64, unit: &str) -> Option<Duration> {
    let seconds = match unit {
        "h" => 3_600.0,
        "m" => 60.0,
        "s" => 1.0,
        "ms" => 1e-3,
        "µs" | "μs" | "us" => 1e-6,
        "ns" => 1e-9,
        _ => return None,
    };
    Duration::try_from_secs_f64(number * seconds).ok()
}
