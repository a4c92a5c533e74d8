//! Rate limits and usage limits: the headers of every answer, and the event on a WebSocket.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::event::Event;

/// The family that has no name of its own in header names.
const DEFAULT_FAMILY: &str = "codex";

/// Limits told when a scenario gives none: requests, then tokens, a minute.
const DEFAULT_LIMITS: (u64, u64) = (10_000, 2_000_000);

/// The limits that every answer tells.
///
/// ```
/// use codex_sim::{LimitFamily, LimitWindow, Limits, Scenario};
///
/// let nearly_used_up = LimitFamily::new("codex")
///     .primary(LimitWindow::new(97.5).minutes(300).resets_at(1_793_010_000));
/// let scenario = Scenario::new().limits(Limits::new().plan_type("pro").family(nearly_used_up));
/// # let _ = scenario;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Limits {
    /// `x-ratelimit-*-requests`.
    pub requests: Option<RateLimit>,
    /// `x-ratelimit-*-tokens`.
    pub tokens: Option<RateLimit>,
    /// `x-ratelimit-*-project-tokens`.
    pub project_tokens: Option<RateLimit>,
    /// Limits of a plan, each `x-<name>-…`.
    #[serde(rename = "family")]
    pub families: Vec<LimitFamily>,
    /// `x-codex-credits-*`.
    pub credits: Option<Credits>,
    /// Plan in the `codex.rate_limits` event, such as `pro`.
    pub plan_type: Option<String>,
    /// `x-codex-active-limit`: the family that was hit.
    pub active_limit: Option<String>,
    /// `x-codex-promo-message`: a text for the user.
    pub promo_message: Option<String>,
}

/// One limit of `x-ratelimit-*`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RateLimit {
    /// How much is allowed.
    pub limit: u64,
    /// How much is left.
    pub remaining: u64,
    /// When it is whole again, as the service writes it: `6m0s`, `20ms`.
    pub reset: String,
}

/// A usage limit with a name of its own.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LimitFamily {
    /// Name in headers, such as `codex` or `codex-other`.
    pub name: String,
    /// `x-<name>-limit-name`: a name for people.
    #[serde(default)]
    pub limit_name: Option<String>,
    /// The first window.
    #[serde(default)]
    pub primary: Option<LimitWindow>,
    /// The second, longer window.
    #[serde(default)]
    pub secondary: Option<LimitWindow>,
}

/// How much of a limit is used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LimitWindow {
    /// Percent used.
    pub used_percent: f64,
    /// Length, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_minutes: Option<u64>,
    /// End, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_at: Option<u64>,
}

/// Credits beside the limits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Credits {
    /// Whether there are any.
    pub has_credits: bool,
    /// Whether they never end.
    pub unlimited: bool,
    /// How many are left, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<String>,
}

impl Limits {
    /// No limits but the usual `x-ratelimit-*` headers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a usage limit.
    #[must_use]
    pub fn family(mut self, family: LimitFamily) -> Self {
        self.families.push(family);
        self
    }

    /// Sets the credits.
    #[must_use]
    pub fn credits(mut self, credits: Credits) -> Self {
        self.credits = Some(credits);
        self
    }

    /// Sets the plan.
    #[must_use]
    pub fn plan_type(mut self, plan: impl Into<String>) -> Self {
        self.plan_type = Some(plan.into());
        self
    }

    /// Names the family that was hit.
    #[must_use]
    pub fn active_limit(mut self, name: impl Into<String>) -> Self {
        self.active_limit = Some(name.into());
        self
    }

    /// Sets the text for the user.
    #[must_use]
    pub fn promo_message(mut self, text: impl Into<String>) -> Self {
        self.promo_message = Some(text.into());
        self
    }

    /// Sets `x-ratelimit-*-requests`.
    #[must_use]
    pub fn requests(mut self, limit: RateLimit) -> Self {
        self.requests = Some(limit);
        self
    }

    /// Sets `x-ratelimit-*-tokens`.
    #[must_use]
    pub fn tokens(mut self, limit: RateLimit) -> Self {
        self.tokens = Some(limit);
        self
    }

    /// Sets `x-ratelimit-*-project-tokens`.
    #[must_use]
    pub fn project_tokens(mut self, limit: RateLimit) -> Self {
        self.project_tokens = Some(limit);
        self
    }

    /// The headers of the answer to the `request`-th request.
    pub(crate) fn headers(&self, request: u64) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        let (requests, tokens) = DEFAULT_LIMITS;
        let usual = |limit: u64, reset: &str| RateLimit::new(limit, limit.saturating_sub(request), reset);
        let rates = [
            ("requests", Some(self.requests.clone().unwrap_or_else(|| usual(requests, "6ms")))),
            ("tokens", Some(self.tokens.clone().unwrap_or_else(|| usual(tokens, "0s")))),
            ("project-tokens", self.project_tokens.clone()),
        ];
        for (what, rate) in rates {
            let Some(rate) = rate else { continue };
            headers.push((format!("x-ratelimit-limit-{what}"), rate.limit.to_string()));
            headers.push((format!("x-ratelimit-remaining-{what}"), rate.remaining.to_string()));
            headers.push((format!("x-ratelimit-reset-{what}"), rate.reset));
        }
        headers.extend(self.usage_headers());
        headers
    }

    /// The headers of a plan's limits; `error` frames carry them too.
    pub(crate) fn usage_headers(&self) -> Vec<(String, String)> {
        let mut headers: Vec<(String, String)> =
            self.families.iter().flat_map(LimitFamily::headers).collect();
        if let Some(credits) = &self.credits {
            headers.push(("x-codex-credits-has-credits".to_owned(), credits.has_credits.to_string()));
            headers.push(("x-codex-credits-unlimited".to_owned(), credits.unlimited.to_string()));
            headers.extend(
                credits.balance.iter().map(|balance| ("x-codex-credits-balance".to_owned(), balance.clone())),
            );
        }
        let texts =
            [("x-codex-active-limit", &self.active_limit), ("x-codex-promo-message", &self.promo_message)];
        for (name, text) in texts {
            headers.extend(text.iter().map(|text| (name.to_owned(), text.clone())));
        }
        headers
    }

    /// The events that tell the usage limits on a WebSocket: one a family.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.families.iter().map(|family| self.event(family)).collect()
    }

    fn event(&self, family: &LimitFamily) -> Event {
        let mut event = json!({
            "plan_type": self.plan_type,
            "rate_limits": {"primary": family.primary, "secondary": family.secondary},
            "credits": self.credits,
        });
        if family.name != DEFAULT_FAMILY {
            event["metered_limit_name"] = Value::from(family.name.replace('-', "_"));
        }
        if let Some(name) = &family.limit_name {
            event["limit_name"] = Value::from(name.as_str());
        }
        Event::unnumbered("codex.rate_limits", &event)
    }
}

impl RateLimit {
    /// So much allowed, so much left, and when it is whole again, such as `6m0s`.
    pub fn new(limit: u64, remaining: u64, reset: impl Into<String>) -> Self {
        Self { limit, remaining, reset: reset.into() }
    }
}

impl LimitFamily {
    /// A usage limit with this name in its headers.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), limit_name: None, primary: None, secondary: None }
    }

    /// Sets the name for people.
    #[must_use]
    pub fn limit_name(mut self, name: impl Into<String>) -> Self {
        self.limit_name = Some(name.into());
        self
    }

    /// Sets the first window.
    #[must_use]
    pub fn primary(mut self, window: LimitWindow) -> Self {
        self.primary = Some(window);
        self
    }

    /// Sets the second window.
    #[must_use]
    pub fn secondary(mut self, window: LimitWindow) -> Self {
        self.secondary = Some(window);
        self
    }

    fn headers(&self) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        let mut add = |what: &str, value: String| headers.push((format!("x-{}-{what}", self.name), value));
        for (which, window) in [("primary", self.primary), ("secondary", self.secondary)] {
            let Some(window) = window else { continue };
            add(&format!("{which}-used-percent"), window.used_percent.to_string());
            if let Some(minutes) = window.window_minutes {
                add(&format!("{which}-window-minutes"), minutes.to_string());
            }
            if let Some(reset_at) = window.reset_at {
                add(&format!("{which}-reset-at"), reset_at.to_string());
            }
        }
        if let Some(name) = &self.limit_name {
            add("limit-name", name.clone());
        }
        headers
    }
}

impl LimitWindow {
    /// A window of which so many percent are used.
    #[must_use]
    pub fn new(used_percent: f64) -> Self {
        Self { used_percent, window_minutes: None, reset_at: None }
    }

    /// Sets its length, in minutes.
    #[must_use]
    pub fn minutes(mut self, minutes: u64) -> Self {
        self.window_minutes = Some(minutes);
        self
    }

    /// Sets its end, in Unix seconds.
    #[must_use]
    pub fn resets_at(mut self, seconds: u64) -> Self {
        self.reset_at = Some(seconds);
        self
    }
}

impl Credits {
    /// A number of credits, as text.
    pub fn balance(balance: impl Into<String>) -> Self {
        Self { has_credits: true, unlimited: false, balance: Some(balance.into()) }
    }

    /// Credits without end.
    #[must_use]
    pub fn unlimited() -> Self {
        Self { has_credits: true, unlimited: true, balance: None }
    }
}
