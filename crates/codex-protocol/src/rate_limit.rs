//! Usage limits, from headers, events and realtime sessions, in one form.

mod api;
mod event;
mod headers;

pub use api::*;

pub(crate) use event::WireRateLimits;

use serde::{Deserialize, Serialize};

use crate::lenient;

/// The limit of the Codex service that has no other name.
pub const DEFAULT_LIMIT_ID: &str = "codex";

/// How much of a usage limit is used, wherever the service said so: the headers of a response, a
/// `codex.rate_limits` event, or `rate_limits.updated` of a realtime session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RateLimitSnapshot {
    /// Which limit of the Codex service: `codex`, or one for certain models. `None` for the limits of an
    /// API key, which stand in `api`.
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
    /// The limits of an API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<ApiRateLimits>,
}

impl RateLimitSnapshot {
    /// Whether it says nothing but its id, its name and the plan.
    pub fn is_empty(&self) -> bool {
        self.primary.is_none() && self.secondary.is_none() && self.credits.is_none() && self.api.is_none()
    }
}

impl From<ApiRateLimits> for RateLimitSnapshot {
    fn from(api: ApiRateLimits) -> Self {
        Self { api: Some(api), ..Self::default() }
    }
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
    /// When it starts anew, Unix seconds. `reset-at` in headers, `reset_at` in the event, `resets_at` in
    /// error bodies.
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

/// The id of a limit: trimmed, lower case, `-` as `_`; `codex` when blank.
///
/// ```
/// assert_eq!(codex_protocol::normal_limit_id(" Codex-Other "), "codex_other");
/// assert_eq!(codex_protocol::normal_limit_id(" "), "codex");
/// ```
pub fn normal_limit_id(name: &str) -> String {
    match name.trim() {
        "" => DEFAULT_LIMIT_ID.to_owned(),
        name => name.to_ascii_lowercase().replace('-', "_"),
    }
}
