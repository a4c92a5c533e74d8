//! Pure function: usage limits in headers.

use std::time::Duration;

use codex_protocol::{ApiRateLimits, RateLimitSnapshot, WireHeaders};

fn snapshots(headers: &[(&str, &str)]) -> Vec<RateLimitSnapshot> {
    RateLimitSnapshot::from_headers(&headers.iter().copied().collect::<WireHeaders>())
}

fn ids(snapshots: &[RateLimitSnapshot]) -> Vec<&str> {
    snapshots.iter().filter_map(|limit| limit.limit_id.as_deref()).collect()
}

#[test]
fn the_default_family_is_always_there() {
    let limits = snapshots(&[]);
    assert_eq!(ids(&limits), ["codex"]);
    assert!(limits[0].is_empty());
}

#[test]
fn families_come_by_id_when_they_say_something() {
    let limits = snapshots(&[
        ("X-Codex-Zeta-Primary-Used-Percent", "80"),
        ("x-codex-alpha-primary-used-percent", "0"),
        ("x-codex-alpha-primary-reset-at", "7"),
        ("x-codex-beta-primary-used-percent", "0"),
        ("x-codex-gamma-secondary-used-percent", "50"),
        ("x-codex-secondary-primary-used-percent", "9"),
        ("x-codex-zeta-limit-name", " Zeta "),
    ]);
    assert_eq!(ids(&limits), ["codex", "codex_alpha", "codex_secondary", "codex_zeta"]);
    assert_eq!(limits[3].limit_name.as_deref(), Some("Zeta"));
    assert_eq!(limits[1].primary.as_ref().and_then(|window| window.resets_at), Some(7));
}

#[test]
fn a_window_needs_a_finite_percentage_and_one_fact() {
    let cases = [
        ("12.5", None, None, true),
        ("0", None, None, false),
        ("0", Some("0"), None, false),
        ("0", Some("60"), None, true),
        ("0.0", Some("x"), Some("5"), true),
        ("NaN", Some("60"), Some("5"), false),
        ("inf", None, None, false),
        ("x", Some("60"), Some("5"), false),
        ("-3", None, None, true),
    ];
    for (percent, minutes, reset, is_there) in cases {
        let mut headers = vec![("x-codex-primary-used-percent", percent)];
        headers.extend(minutes.map(|minutes| ("x-codex-primary-window-minutes", minutes)));
        headers.extend(reset.map(|reset| ("x-codex-primary-reset-at", reset)));
        assert_eq!(snapshots(&headers)[0].primary.is_some(), is_there, "{headers:?}");
    }
}

#[test]
fn credits_need_both_flags_and_are_in_each_family() {
    let both = [
        ("x-codex-credits-has-credits", "TRUE"),
        ("x-codex-credits-unlimited", "0"),
        ("x-codex-credits-balance", " 123 "),
        ("x-codex-other-primary-used-percent", "0"),
    ];
    let limits = snapshots(&both);
    assert_eq!(ids(&limits), ["codex", "codex_other"]);
    for limit in &limits {
        let credits = limit.credits.as_ref().unwrap();
        assert_eq!(
            (credits.has_credits, credits.unlimited, credits.balance.as_deref()),
            (true, false, Some("123"))
        );
    }
    for (name, value) in [("x-codex-credits-unlimited", "1"), ("x-codex-credits-has-credits", "yes")] {
        assert!(snapshots(&[(name, value)])[0].credits.is_none());
    }
}

#[test]
fn limits_of_a_key() {
    let headers: WireHeaders = [
        ("x-ratelimit-limit-requests", "150000"),
        ("x-ratelimit-remaining-requests", "many"),
        ("x-ratelimit-reset-requests", "6m0s"),
        ("x-ratelimit-reset-tokens", "soon"),
        ("x-ratelimit-remaining-tokens", "5"),
    ]
    .into_iter()
    .collect();
    let limits = ApiRateLimits::from_headers(&headers).unwrap();
    assert_eq!((limits.requests.limit, limits.requests.remaining), (Some(150_000), None));
    assert_eq!((limits.requests.reset, limits.tokens.reset), (Some(Duration::from_secs(360)), None));
    assert_eq!((limits.tokens.remaining, limits.project_tokens.limit), (Some(5), None));
    assert_eq!(ApiRateLimits::from_headers(&WireHeaders::default()), None);
}
