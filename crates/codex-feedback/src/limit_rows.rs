//! Usage limits, in words.

use codex_observe::rfc3339_millis;
use codex_protocol::{RateLimitSnapshot, RateLimitWindow};
use std::time::{Duration, UNIX_EPOCH};

/// One line about a usage limit.
pub(crate) struct LimitRow {
    /// Which limit.
    pub(crate) name: String,
    /// How much of it is used, for a bar; `None` where there is no such number.
    pub(crate) used_percent: Option<f64>,
    /// In words.
    pub(crate) value: String,
}

/// The lines about one snapshot.
pub(crate) fn rows(limits: &RateLimitSnapshot) -> Vec<LimitRow> {
    let name = limits.limit_name.as_ref().or(limits.limit_id.as_ref()).map_or("API key", String::as_str);
    let mut rows = Vec::new();
    for window in [&limits.primary, &limits.secondary].into_iter().flatten() {
        rows.push(LimitRow {
            name: format!("{name}{}", length(window)),
            used_percent: Some(window.used_percent).filter(|percent| percent.is_finite()),
            value: format!("{:.0} % used{}", window.used_percent, resets(window)),
        });
    }
    if let Some(credits) = &limits.credits {
        let value = match (credits.unlimited, credits.has_credits, &credits.balance) {
            (true, ..) => "unlimited".to_owned(),
            (false, true, Some(balance)) => balance.clone(),
            (false, true, None) => "some".to_owned(),
            (false, false, _) => "none".to_owned(),
        };
        rows.push(LimitRow { name: format!("{name} credits"), used_percent: None, value });
    }
    if let Some(api) = &limits.api
        && let Ok(serde_json::Value::Object(parts)) = serde_json::to_value(api)
    {
        for (part, value) in parts.into_iter().filter(|(_, value)| !is_empty(value)) {
            rows.push(LimitRow {
                name: format!("{name} {part}"),
                used_percent: None,
                value: value.to_string(),
            });
        }
    }
    rows
}

/// Whether the service told nothing of it.
fn is_empty(value: &serde_json::Value) -> bool {
    value.is_null() || value.as_object().is_some_and(|parts| parts.values().all(is_empty))
}

fn length(window: &RateLimitWindow) -> String {
    match window.window_minutes {
        Some(minutes) if minutes > 0 && minutes % 1_440 == 0 => format!(", {} d", minutes / 1_440),
        Some(minutes) if minutes > 0 && minutes % 60 == 0 => format!(", {} h", minutes / 60),
        Some(minutes) if minutes > 0 => format!(", {minutes} min"),
        _ => String::new(),
    }
}

fn resets(window: &RateLimitWindow) -> String {
    let seconds = window.resets_at.and_then(|seconds| u64::try_from(seconds).ok());
    let time = seconds.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    time.map(|time| format!(", new at {}", rfc3339_millis(time))).unwrap_or_default()
}

#[cfg(test)]
mod tests;
