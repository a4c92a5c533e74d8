//! Usage limits of the Codex service.

mod headers;

pub use headers::*;

use serde::{Deserialize, Serialize};

use crate::lenient;

/// The limit that has no other name.
pub const DEFAULT_LIMIT_ID: &str = "codex";

/// How much of a usage limit is used: from the headers of a response, or from a `codex.rate_limits` event.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RateLimitSnapshot {
    /// Which limit: `codex`, or one for certain models.
    pub limit_id: Option<String>,
    /// Its name for people.
    pub limit_name: Option<String>,
    /// The shorter window.
    pub primary: Option<RateLimitWindow>,
    /// The longer window.
    pub secondary: Option<RateLimitWindow>,
    /// Credits the user can use beyond it.
    pub credits: Option<CreditsSnapshot>,
    /// The plan of the user.
    pub plan_type: Option<String>,
}

/// A window of a usage limit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RateLimitWindow {
    /// Percent used. No range is promised.
    pub used_percent: f64,
    /// Length of the window, minutes.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub window_minutes: Option<i64>,
    /// When it starts anew, Unix seconds. `reset_at` in the event, `resets_at` in error bodies.
    #[serde(default, deserialize_with = "lenient::integer", alias = "reset_at")]
    pub resets_at: Option<i64>,
}

/// Credits beyond a usage limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreditsSnapshot {
    /// Whether there are any.
    pub has_credits: bool,
    /// Whether they are without limit.
    pub unlimited: bool,
    /// How many, as the server writes it.
    #[serde(default)]
    pub balance: Option<String>,
}

/// The `codex.rate_limits` event on the wire.
#[derive(Deserialize)]
pub(crate) struct WireRateLimits {
    #[serde(default)]
    plan_type: Option<String>,
    #[serde(default)]
    rate_limits: Option<WireWindows>,
    #[serde(default)]
    credits: Option<CreditsSnapshot>,
    #[serde(default)]
    metered_limit_name: Option<String>,
    #[serde(default)]
    limit_name: Option<String>,
}

#[derive(Deserialize, Default)]
struct WireWindows {
    #[serde(default)]
    primary: Option<RateLimitWindow>,
    #[serde(default)]
    secondary: Option<RateLimitWindow>,
}

impl From<WireRateLimits> for RateLimitSnapshot {
    fn from(wire: WireRateLimits) -> Self {
        let windows = wire.rate_limits.unwrap_or_default();
        let id = wire.metered_limit_name.as_deref().or(wire.limit_name.as_deref()).unwrap_or_default();
        Self {
            limit_id: Some(normal_limit_id(id)),
            limit_name: wire.limit_name,
            primary: windows.primary,
            secondary: windows.secondary,
            credits: wire.credits,
            plan_type: wire.plan_type,
        }
    }
}

/// The id of a limit: trimmed, lower case, `-` as `_`; `codex` when blank.
pub fn normal_limit_id(name: &str) -> String {
    match name.trim() {
        "" => DEFAULT_LIMIT_ID.to_owned(),
        name => name.to_ascii_lowercase().replace('-', "_"),
    }
}
