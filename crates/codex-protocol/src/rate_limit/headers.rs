//! Limits in the head of a response.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{CreditsSnapshot, DEFAULT_LIMIT_ID, RateLimitSnapshot, RateLimitWindow, normal_limit_id};
use crate::duration::parse_reset_duration;
use crate::wire_headers::WireHeaders;

/// What ends the name of the header by which a family of limits is found.
const FAMILY_MARK: &str = "-primary-used-percent";

impl RateLimitSnapshot {
    /// Reads the limit families of the Codex service (`x-<limit>-{primary,secondary}-…`,
    /// `x-codex-credits-…`). The `codex` snapshot comes first, even when it is empty; then the others by
    /// id, each only if it has something to say. Credits belong to no family and are in each.
    ///
    /// ```
    /// use codex_protocol::{RateLimitSnapshot, WireHeaders};
    ///
    /// let headers: WireHeaders = [("x-codex-primary-used-percent", "12.5")].into_iter().collect();
    /// let limits = RateLimitSnapshot::from_headers(&headers);
    /// assert_eq!(limits[0].primary.as_ref().unwrap().used_percent, 12.5);
    /// ```
    pub fn from_headers(headers: &WireHeaders) -> Vec<Self> {
        let family = |(name, _)| str::strip_suffix(name, FAMILY_MARK)?.strip_prefix("x-");
        let found: BTreeMap<String, &str> =
            headers.iter().filter_map(family).map(|family| (normal_limit_id(family), family)).collect();
        let others = found
            .iter()
            .filter(|(id, _)| *id != DEFAULT_LIMIT_ID)
            .map(|(id, family)| Self::of_family(headers, id, family))
            .filter(|limit| limit.primary.is_some() || limit.secondary.is_some() || limit.credits.is_some());
        let default = Self::of_family(headers, DEFAULT_LIMIT_ID, DEFAULT_LIMIT_ID);
        std::iter::once(default).chain(others).collect()
    }

    fn of_family(headers: &WireHeaders, id: &str, family: &str) -> Self {
        let name = headers.get(&format!("x-{family}-limit-name")).map(str::trim);
        Self {
            limit_id: Some(id.to_owned()),
            limit_name: name.filter(|name| !name.is_empty()).map(str::to_owned),
            primary: window(headers, &format!("x-{family}-primary")),
            secondary: window(headers, &format!("x-{family}-secondary")),
            credits: credits(headers),
            plan_type: None,
        }
    }

    /// Whether it says nothing but its id.
    pub fn is_empty(&self) -> bool {
        self.primary.is_none() && self.secondary.is_none() && self.credits.is_none()
    }
}

/// A window is there when its percentage is a finite number and it has a length, a reset or a use.
fn window(headers: &WireHeaders, prefix: &str) -> Option<RateLimitWindow> {
    let integer = |name: &str| headers.get(&format!("{prefix}-{name}"))?.trim().parse::<i64>().ok();
    let percent = headers.get(&format!("{prefix}-used-percent"))?.trim().parse::<f64>().ok()?;
    let window = RateLimitWindow {
        used_percent: percent,
        window_minutes: integer("window-minutes"),
        resets_at: integer("reset-at"),
    };
    let says_something = percent != 0.0
        || window.window_minutes.is_some_and(|minutes| minutes != 0)
        || window.resets_at.is_some();
    (percent.is_finite() && says_something).then_some(window)
}

fn credits(headers: &WireHeaders) -> Option<CreditsSnapshot> {
    let flag = |name: &str| match headers.get(name)?.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    };
    let balance = headers.get("x-codex-credits-balance").map(str::trim);
    Some(CreditsSnapshot {
        has_credits: flag("x-codex-credits-has-credits")?,
        unlimited: flag("x-codex-credits-unlimited")?,
        balance: balance.filter(|balance| !balance.is_empty()).map(str::to_owned),
    })
}

/// The limits of an API key: `x-ratelimit-{limit,remaining,reset}-{requests,tokens,project-tokens}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ApiRateLimits {
    /// Requests.
    pub requests: ApiRateLimit,
    /// Tokens.
    pub tokens: ApiRateLimit,
    /// Tokens of the project; only where it has a limit.
    pub project_tokens: ApiRateLimit,
}

/// One limit of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ApiRateLimit {
    /// How much is allowed.
    pub limit: Option<u64>,
    /// How much is left.
    pub remaining: Option<u64>,
    /// Until all of it is there again.
    pub reset: Option<Duration>,
}

impl ApiRateLimits {
    /// Reads the headers; what is missing or does not parse is absent. `None` when there are none.
    pub fn from_headers(headers: &WireHeaders) -> Option<Self> {
        let one = |what: &str| {
            let header = |part: &str| headers.get(&format!("x-ratelimit-{part}-{what}")).map(str::trim);
            ApiRateLimit {
                limit: header("limit").and_then(|count| count.parse().ok()),
                remaining: header("remaining").and_then(|count| count.parse().ok()),
                reset: header("reset").and_then(parse_reset_duration),
            }
        };
        let limits =
            Self { requests: one("requests"), tokens: one("tokens"), project_tokens: one("project-tokens") };
        (limits != Self::default()).then_some(limits)
    }
}
