//! What a tracker says about how soon it takes more (Sentry's documentation of rate limiting).

use std::time::{Duration, SystemTime};

use crate::sender::TrackerAnswer;

/// How long to wait after a 429 that does not say.
pub(crate) const DEFAULT_WAIT: Duration = Duration::from_secs(60);
/// The longest wait that is believed.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The waits that concern a bug report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waits {
    /// Before the next report.
    pub(crate) reports: Option<Duration>,
    /// Before the next attachment.
    pub(crate) attachments: Option<Duration>,
}

/// Reads `x-sentry-rate-limits`, else on a 429 `retry-after`. Limits of other categories are not ours.
pub(crate) fn waits(answer: &TrackerAnswer, now: SystemTime) -> Waits {
    if let Some(limits) = answer.header("x-sentry-rate-limits") {
        return limits.split(',').fold(Waits::default(), add);
    }
    const TOO_MANY_REQUESTS: u16 = 429;
    let retry_after = answer.header("retry-after").and_then(|value| retry_after(value, now));
    let reports = (answer.status == TOO_MANY_REQUESTS).then(|| retry_after.unwrap_or(DEFAULT_WAIT));
    Waits { reports, attachments: None }
}

/// One limit: `seconds:categories:scope…`, categories separated by `;`, none for all.
fn add(mut waits: Waits, limit: &str) -> Waits {
    let mut parts = limit.trim().split(':');
    let Some(wait) = parts.next().and_then(seconds) else { return waits };
    let categories: Vec<&str> = parts.next().unwrap_or_default().split(';').map(str::trim).collect();
    let concerns = |category| categories.contains(&category);
    if concerns("") || concerns("error") || concerns("default") {
        waits.reports = waits.reports.max(Some(wait));
    } else if concerns("attachment") {
        waits.attachments = waits.attachments.max(Some(wait));
    }
    waits
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().parse().ok()?;
    let wait = Duration::try_from_secs_f64(seconds.max(0.0).ceil()).unwrap_or(MAX_WAIT);
    Some(wait.min(MAX_WAIT))
}

fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    seconds(value).or_else(|| {
        let date = httpdate::parse_http_date(value).ok()?;
        Some(date.duration_since(now).unwrap_or_default().min(MAX_WAIT))
    })
}

#[cfg(test)]
mod tests;
