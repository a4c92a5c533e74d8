//! What the user is told when the plan's usage limit is reached (wire.md 12): who can lift it, and when it resets.

use codex_api::{DEFAULT_LIMIT_ID, RateLimitSnapshot};
use jiff::{Timestamp, Zoned};

/// A usage limit that is reached, with all that is known of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReachedLimit<'a> {
    /// The plan of the account.
    pub(crate) plan: Option<&'a str>,
    /// When it resets, in Unix seconds.
    pub(crate) resets_at: Option<i64>,
    /// The limit, where the answer names it.
    pub(crate) active: Option<&'a RateLimitSnapshot>,
    /// A text for the user that came with it.
    pub(crate) promo: Option<&'a str>,
}

impl ReachedLimit<'_> {
    /// What can be done, and when waiting is enough.
    pub(crate) fn remedy(&self) -> String {
        let reset = format!("it resets {}", when(self.resets_at, &Zoned::now()));
        let named = self.name().map(|name| format!("it is the limit {name}: use another model"));
        let other = || self.promo.or_else(|| advice(self.plan)).map(str::to_owned);
        match named.or_else(other) {
            Some(advice) => format!("{}, or wait: {reset}", advice.trim_end_matches('.')),
            None => reset,
        }
    }

    /// The name of the limit, where it is one for certain models.
    fn name(&self) -> Option<&str> {
        let active = self.active.filter(|limit| limit.limit_id.as_deref() != Some(DEFAULT_LIMIT_ID))?;
        active.limit_name.as_deref().or(active.limit_id.as_deref())
    }
}

fn advice(plan: Option<&str>) -> Option<&'static str> {
    Some(match plan? {
        "plus" => {
            "upgrade to Pro (https://chatgpt.com/explore/pro) or buy credits (https://chatgpt.com/codex/settings/usage)"
        }
        "pro" => "buy credits (https://chatgpt.com/codex/settings/usage)",
        "free" | "go" => "upgrade to Plus (https://chatgpt.com/explore/plus)",
        "team" | "business" => "ask the admin of the workspace",
        _ => return None,
    })
}

/// Local time, with the date when that is not today's.
fn when(resets_at: Option<i64>, now: &Zoned) -> String {
    let Some(at) = resets_at.and_then(|seconds| Timestamp::from_second(seconds).ok()) else {
        return "later".to_owned();
    };
    let at = at.to_zoned(now.time_zone().clone());
    let form = if at.date() == now.date() { "at %H:%M" } else { "on %Y-%m-%d at %H:%M" };
    at.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use jiff::tz::{self, TimeZone};

    use super::*;

    #[test]
    fn the_reset_is_local_time_and_dated_when_it_is_not_today() {
        // 2026-11-22 22:30 in a zone two hours east.
        let now = Timestamp::from_second(1_795_379_400).unwrap().to_zoned(TimeZone::fixed(tz::offset(2)));
        for (resets_at, expected) in [
            (Some(1_795_379_400 + 3600), "at 23:30"),
            (Some(1_795_379_400 + 7200), "on 2026-11-23 at 00:30"),
            (None, "later"),
            (Some(i64::MAX), "later"),
        ] {
            assert_eq!(when(resets_at, &now), expected);
        }
    }

    fn remedy(plan: Option<&str>) -> String {
        ReachedLimit { plan, ..ReachedLimit::default() }.remedy()
    }

    #[test]
    fn a_named_limit_comes_first_then_the_promo_then_the_plan() {
        let limit = |json: &str| -> RateLimitSnapshot { serde_json::from_str(json).unwrap() };
        let general = limit(r#"{"limit_id": "codex", "limit_name": "All"}"#);
        let (named, nameless) =
            (limit(r#"{"limit_id": "codex_x", "limit_name": "X"}"#), limit(r#"{"limit_id": "codex_x"}"#));
        let (plan, promo) = (Some("free"), Some("Half price today."));
        for (active, promo, expected) in [
            (Some(&named), promo, "it is the limit X: use another model"),
            (Some(&nameless), promo, "it is the limit codex_x: use another model"),
            (Some(&general), promo, "Half price today"),
            (None, promo, "Half price today"),
            (Some(&general), None, "upgrade to Plus (https://chatgpt.com/explore/plus)"),
        ] {
            let reached = ReachedLimit { plan, resets_at: None, active, promo };
            assert_eq!(reached.remedy(), format!("{expected}, or wait: it resets later"));
        }
    }

    #[test]
    fn the_advice_fits_the_plan() {
        for (plan, part) in [
            (Some("plus"), "upgrade to Pro"),
            (Some("pro"), "buy credits"),
            (Some("free"), "upgrade to Plus"),
            (Some("go"), "upgrade to Plus"),
            (Some("team"), "ask the admin"),
            (Some("business"), "ask the admin"),
        ] {
            let remedy = remedy(plan);
            assert!(remedy.starts_with(part) && remedy.ends_with("it resets later"), "{remedy}");
        }
        for plan in [Some("enterprise"), Some("edu"), Some("new"), None] {
            assert_eq!(remedy(plan), "it resets later");
        }
    }
}
