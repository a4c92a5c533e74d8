//! The `codex.rate_limits` event on the wire.

use serde::Deserialize;

use super::{CreditsSnapshot, RateLimitSnapshot, RateLimitWindow, normal_limit_id};
use crate::lenient::if_it_fits;

/// A part that does not decode is absent; it does not cost the others.
#[derive(Deserialize)]
pub(crate) struct WireRateLimits {
    #[serde(default, deserialize_with = "if_it_fits")]
    plan_type: Option<String>,
    #[serde(default, deserialize_with = "if_it_fits")]
    rate_limits: Option<WireWindows>,
    #[serde(default, deserialize_with = "if_it_fits")]
    credits: Option<CreditsSnapshot>,
    #[serde(default, deserialize_with = "if_it_fits")]
    metered_limit_name: Option<String>,
    #[serde(default, deserialize_with = "if_it_fits")]
    limit_name: Option<String>,
}

#[derive(Deserialize, Default)]
struct WireWindows {
    #[serde(default, deserialize_with = "if_it_fits")]
    primary: Option<RateLimitWindow>,
    #[serde(default, deserialize_with = "if_it_fits")]
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
            api: None,
        }
    }
}
