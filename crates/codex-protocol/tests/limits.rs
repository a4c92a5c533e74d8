//! Pure function: usage limits in headers.

mod fixture;

use std::time::Duration;

use codex_protocol::{ApiRateLimits, RateLimitSnapshot, ResponseEvent, WireHeaders};
use serde_json::{Value, json};

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

#[test]
fn the_limits_of_a_key_are_a_snapshot_of_their_own() {
    let limits = snapshots(&[
        ("x-codex-secondary-used-percent", "5"),
        ("x-ratelimit-limit-project-tokens", "10"),
        ("x-ratelimit-reset-project-tokens", "20ms"),
    ]);
    assert_eq!((limits.len(), ids(&limits)), (2, vec!["codex"]));
    assert!(limits[0].api.is_none() && !limits[1].is_empty());
    let api = limits[1].api.unwrap();
    assert_eq!(api.project_tokens.reset, Some(Duration::from_millis(20)));
    let written = serde_json::to_value(&limits[1]).unwrap();
    assert_eq!(written["api"]["project_tokens"], json!({"limit":10,"reset_seconds":0.02}));
    assert_eq!(serde_json::from_value::<RateLimitSnapshot>(written).unwrap(), limits[1]);
    for (name, value) in [("x-ratelimit-reset-tokens", "-1s"), ("x-ratelimit-limit-requests", "1e3")] {
        assert_eq!(snapshots(&[(name, value)]).len(), 1, "{name}: {value}");
    }
}

#[test]
fn ids_and_headers() {
    // An underscore in a header is none in the family its id names.
    let limits = snapshots(&[("x-a_b-primary-used-percent", "5")]);
    assert_eq!(ids(&limits), ["codex"]);
    // A family without a name is the default one, whose headers have it.
    let limits = snapshots(&[("x--primary-used-percent", "5"), ("x-primary-used-percent", "5")]);
    assert!(limits.len() == 1 && limits[0].is_empty());
}

#[test]
fn the_limit_that_was_hit() {
    let active = |limit: Option<&str>| {
        let named = limit.map(|limit| ("x-codex-active-limit", limit));
        let headers = [("x-codex-primary-used-percent", "1"), ("x-codex-other-primary-used-percent", "100")];
        let headers: WireHeaders = headers.into_iter().chain(named).collect();
        let snapshot = RateLimitSnapshot::active(&headers);
        (snapshot.limit_id.unwrap(), snapshot.primary.map(|window| window.used_percent))
    };
    assert_eq!(active(None), ("codex".to_owned(), Some(1.0)));
    assert_eq!(active(Some(" ")), ("codex".to_owned(), Some(1.0)));
    assert_eq!(active(Some("Codex-Other")), ("codex_other".to_owned(), Some(100.0)));
    assert_eq!(active(Some("new")), ("new".to_owned(), None));

    let message = |text: &str| -> WireHeaders { [("X-Codex-Promo-Message", text)].into_iter().collect() };
    assert_eq!(message(" Upgrade. ").promo_message(), Some("Upgrade."));
    assert_eq!(message(" ").promo_message(), None);
}

#[test]
fn parts_of_an_event_that_do_not_fit_are_absent() {
    let json = json!({"type":"codex.rate_limits","plan_type":5,"limit_name":"Other","metered_limit_name":null,
        "rate_limits":{"primary":{"used_percent":"many"},"secondary":{"used_percent":4,"reset_at":"7"}},
        "credits":{"has_credits":true}});
    let ResponseEvent::RateLimits(limits) = ResponseEvent::decode(None, &json.to_string()) else { panic!() };
    assert_eq!((limits.limit_id.as_deref(), limits.limit_name.as_deref()), (Some("other"), Some("Other")));
    assert!(limits.primary.is_none() && limits.credits.is_none() && limits.plan_type.is_none());
    assert_eq!(limits.secondary.as_ref().and_then(|window| window.resets_at), Some(7));
    for json in [r#"{"type":"codex.rate_limits"}"#, r#"{"type":"codex.rate_limits","rate_limits":[]}"#] {
        let ResponseEvent::RateLimits(limits) = ResponseEvent::decode(None, json) else { panic!("{json}") };
        assert_eq!(limits.limit_id.as_deref(), Some("codex"));
        assert!(limits.is_empty());
    }
}

#[test]
fn every_published_limit_header_is_read() {
    let Some(text) = fixture::published("errors_headers.json") else { return };
    let table: Value = serde_json::from_str(&text).unwrap();
    let rows = table["headers"].as_array().unwrap();
    let example = |row: &Value| Some((row["name"].as_str()?.to_owned(), row["example"].as_str()?.to_owned()));
    let headers: WireHeaders = rows.iter().filter_map(example).collect();
    let limits = RateLimitSnapshot::from_headers(&headers);
    let written = serde_json::to_value(&limits).unwrap();
    let example = |name: &str| headers.get(name).unwrap();
    for row in rows {
        let name = row["name"].as_str().unwrap();
        let Some(rest) = name.strip_prefix("x-codex-") else { continue };
        let field = match rest.split_once('-') {
            Some((window @ ("primary" | "secondary"), "reset-at")) => &written[0][window]["resets_at"],
            Some((part @ ("primary" | "secondary" | "credits"), field)) => {
                &written[0][part][field.replace('-', "_")]
            }
            _ => continue,
        };
        let read = field.as_str().map_or_else(|| field.to_string(), str::to_owned);
        assert_eq!(read, example(name), "{name}");
    }
    let api = limits.last().and_then(|limit| limit.api).unwrap();
    for limit in [api.requests, api.tokens, api.project_tokens] {
        assert_eq!((limit.limit, limit.remaining), (Some(150_000), Some(149_984)));
        assert!(limit.reset.is_some());
    }
    let family = rows.iter().find(|row| row["name"] == "x-{limit}-primary-used-percent").unwrap();
    let (name, value) = family["example"].as_str().unwrap().split_once(": ").unwrap();
    let limits = snapshots(&[(name, value)]);
    assert_eq!(ids(&limits), ["codex", "codex_bengalfox"]);
}
