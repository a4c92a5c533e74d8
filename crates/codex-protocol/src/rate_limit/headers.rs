//! Limits in the head of a response, or in the headers inside an `error` frame.

use std::collections::BTreeSet;

use super::{
    ApiRateLimits, CreditsSnapshot, DEFAULT_LIMIT_ID, RateLimitSnapshot, RateLimitWindow, normal_limit_id,
};
use crate::wire_headers::WireHeaders;

/// What ends the name of the header by which a family of limits is found.
const FAMILY_MARK: &str = "-primary-used-percent";

impl RateLimitSnapshot {
    /// Reads all limits. First the families of the Codex service (`x-<limit>-{primary,secondary}-…`,
    /// `x-codex-credits-…`): `codex` always, even when it is empty; then the others by id, each only if it
    /// has something to say. Credits belong to no family and are in each. Last, when there are any, the
    /// limits of the API key (`x-ratelimit-…`), as a snapshot without an id.
    ///
    /// What does not parse is absent; it is never an error.
    ///
    /// ```
    /// use codex_protocol::{RateLimitSnapshot, WireHeaders};
    ///
    /// let headers: WireHeaders =
    ///     [("x-codex-primary-used-percent", "12.5"), ("x-ratelimit-remaining-requests", "9")]
    ///         .into_iter()
    ///         .collect();
    /// let limits = RateLimitSnapshot::from_headers(&headers);
    /// assert_eq!(limits[0].primary.as_ref().unwrap().used_percent, 12.5);
    /// assert_eq!(limits[1].api.unwrap().requests.remaining, Some(9));
    /// ```
    pub fn from_headers(headers: &WireHeaders) -> Vec<Self> {
        let family = |(name, _)| str::strip_suffix(name, FAMILY_MARK)?.strip_prefix("x-");
        let mut ids: BTreeSet<String> = headers.iter().filter_map(family).map(normal_limit_id).collect();
        ids.remove(DEFAULT_LIMIT_ID);
        let others = ids.into_iter().map(|id| Self::of_family(headers, id)).filter(|limit| !limit.is_empty());
        std::iter::once(Self::of_family(headers, DEFAULT_LIMIT_ID.to_owned()))
            .chain(others)
            .chain(ApiRateLimits::from_headers(headers).map(Self::from))
            .collect()
    }

    /// The limit that was hit: the family that `x-codex-active-limit` names, `codex` when it names none.
    ///
    /// ```
    /// use codex_protocol::{RateLimitSnapshot, WireHeaders};
    ///
    /// let headers: WireHeaders =
    ///     [("x-codex-active-limit", "codex_other"), ("x-codex-other-limit-name", "Other")]
    ///         .into_iter()
    ///         .collect();
    /// assert_eq!(RateLimitSnapshot::active(&headers).limit_name.as_deref(), Some("Other"));
    /// ```
    pub fn active(headers: &WireHeaders) -> Self {
        let active = headers.get("x-codex-active-limit").unwrap_or_default();
        Self::of_family(headers, normal_limit_id(active))
    }

    /// Of an id `a_b`, the headers are `x-a-b-…`.
    fn of_family(headers: &WireHeaders, id: String) -> Self {
        let family = id.replace('_', "-");
        Self {
            limit_name: headers.text(&format!("x-{family}-limit-name")),
            primary: window(headers, &format!("x-{family}-primary")),
            secondary: window(headers, &format!("x-{family}-secondary")),
            credits: credits(headers),
            limit_id: Some(id),
            plan_type: None,
            api: None,
        }
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
    Some(CreditsSnapshot {
        has_credits: flag("x-codex-credits-has-credits")?,
        unlimited: flag("x-codex-credits-unlimited")?,
        balance: headers.text("x-codex-credits-balance"),
    })
}
