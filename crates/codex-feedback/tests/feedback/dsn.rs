//! Pure function.

use codex_feedback::{Dsn, DsnError};

#[test]
fn an_address_has_its_endpoint() {
    for (dsn, endpoint) in [
        ("https://key@host/42", "https://host/api/42/envelope/"),
        ("http://key:secret@127.0.0.1:8000/1", "http://127.0.0.1:8000/api/1/envelope/"),
        (" https://key@host/a/b/42/ ", "https://host/a/b/api/42/envelope/"),
        ("https://key@[::1]:9/p_1-x", "https://[::1]:9/api/p_1-x/envelope/"),
    ] {
        assert_eq!(dsn.parse::<Dsn>().unwrap().endpoint().as_str(), endpoint);
    }
}

#[test]
fn what_is_wrong_is_named_and_the_key_is_not_shown() {
    for (dsn, expected) in [
        ("", DsnError::Empty),
        ("  ", DsnError::Empty),
        ("ftp://canary@host/1", DsnError::Scheme),
        ("https://host/1", DsnError::Key),
        ("https://can%20ary@host/1", DsnError::Key),
        ("https://canary@host", DsnError::Project),
        ("https://canary@host/", DsnError::Project),
        ("https://canary@host/a b", DsnError::Project),
        ("https://canary@host/1?x=1", DsnError::Query),
        ("https://canary@host/1#x", DsnError::Query),
    ] {
        let error = dsn.parse::<Dsn>().unwrap_err();
        assert_eq!(error, expected, "{dsn}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
    for dsn in ["canary", "https://", "https://canary@:1/2", "https://canary@host:99999/1"] {
        assert!(matches!(dsn.parse::<Dsn>(), Err(DsnError::Url(_))), "{dsn}");
    }
}

#[test]
fn key_and_secret_are_not_shown() {
    let dsn: Dsn = "https://canary-key:canary-secret@host/1".parse().unwrap();
    assert!(!format!("{dsn} {dsn:?} {}", dsn.endpoint()).contains("canary"));
    assert!(dsn.auth_header().ends_with("sentry_key=canary-key"));
    assert!(dsn.auth_header().starts_with("Sentry sentry_version=7, sentry_client=codex-api/"));
}
