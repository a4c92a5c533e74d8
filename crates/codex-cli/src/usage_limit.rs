//! What the user is told when the plan's usage limit is reached (wire.md 12): who can lift it, and when it resets.

use jiff::{Timestamp, Zoned};

/// What can be done on a plan, and when waiting is enough.
pub(crate) fn remedy(plan: Option<&str>, resets_at: Option<i64>) -> String {
    let now = Zoned::now();
    let reset = format!("it resets {}", when(resets_at, &now));
    match advice(plan) {
        Some(advice) => format!("{advice}, or wait: {reset}"),
        None => reset,
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
            let remedy = remedy(plan, None);
            assert!(remedy.starts_with(part) && remedy.ends_with("it resets later"), "{remedy}");
        }
        for plan in [Some("enterprise"), Some("edu"), Some("new"), None] {
            assert_eq!(remedy(plan, None), "it resets later");
        }
    }
}
