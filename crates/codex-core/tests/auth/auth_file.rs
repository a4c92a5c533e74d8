//! Pure function: the content of `auth.json`.

use codex_core::{AuthFile, Damage, LoginMode, MAX_AUTH_FILE_BYTES};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::support::{id_token, now, secret};

/// As the Codex client writes it, with fields of a newer version.
fn existing() -> Value {
    json!({
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": null,
        "tokens": {
            "id_token": id_token("acct-1"),
            "access_token": "eyJ.access",
            "refresh_token": "rt-1",
            "account_id": "acct-1",
            "newer_token": {"deep": [1, 2]},
        },
        "last_refresh": "2026-11-20T10:11:12.123456789Z",
        "newer": {"field": true},
    })
}

#[test]
fn an_existing_login_is_read_and_written_back_whole() {
    let file = AuthFile::parse(existing().to_string().as_bytes()).unwrap();

    let tokens = file.tokens.as_ref().unwrap();
    assert_eq!(file.auth_mode, Some(LoginMode::Chatgpt));
    assert_eq!(tokens.refresh_token.expose_secret(), "rt-1");
    assert_eq!(tokens.account_id.as_deref(), Some("acct-1"));
    assert!(file.last_refresh().unwrap() < now());
    let written: Value = serde_json::from_str(file.to_json().expose_secret()).unwrap();
    assert_eq!(written, existing());
}

#[test]
fn a_key_is_always_written_be_it_null() {
    let text = AuthFile::default().to_json();
    assert_eq!(text.expose_secret(), "{\n  \"OPENAI_API_KEY\": null\n}\n");
    let text = AuthFile::api_key(secret("sk-1")).to_json();
    assert_eq!(text.expose_secret(), "{\n  \"auth_mode\": \"apikey\",\n  \"OPENAI_API_KEY\": \"sk-1\"\n}\n");
}

#[test]
fn tokens_that_are_no_jwt_make_nothing_unreadable() {
    for token in ["", "a.b", "not a JWT", "\u{0}\u{7f}", "....", "é.é.é"] {
        let mut value = existing();
        value["tokens"]["id_token"] = json!(token);
        value["tokens"]["access_token"] = json!(token);
        let file = AuthFile::parse(value.to_string().as_bytes()).unwrap();
        assert_eq!(file.tokens.unwrap().access_token.expose_secret(), token);
    }
}

#[test]
fn what_is_no_login_is_told_apart() {
    let whole = existing().to_string();
    let long = " ".repeat(usize::try_from(MAX_AUTH_FILE_BYTES).unwrap() + 1);
    let deep = format!("{{\"tokens\": {{\"x\": {}", "[".repeat(100_000));
    let is_damaged = |content: &[u8]| AuthFile::parse(content).unwrap_err();

    for cut in 0..whole.len() {
        assert!(matches!(is_damaged(&whole.as_bytes()[..cut]), Damage::NotJson { .. }), "cut after {cut}");
    }
    for content in ["", "\0\0\0\0", "<html></html>", "{} {}", &deep] {
        assert!(matches!(is_damaged(content.as_bytes()), Damage::NotJson { .. }), "{content:.20}");
    }
    for content in [
        "[]",
        "null",
        "5",
        "{\"tokens\": 5}",
        "{\"OPENAI_API_KEY\": {}}",
        "{\"tokens\": {\"access_token\": 7}}",
        "{\"auth_mode\": \"apikey\", \"auth_mode\": \"chatgpt\"}",
    ] {
        assert!(matches!(is_damaged(content.as_bytes()), Damage::WrongShape { .. }), "{content}");
    }
    assert!(matches!(is_damaged(b"{\"auth_mode\": \"\xff\"}"), Damage::NotJson { .. }));
    assert_eq!(is_damaged(b"{\"name\": \"of another program\"}"), Damage::Foreign);
    assert_eq!(is_damaged(long.as_bytes()), Damage::TooLarge { limit: MAX_AUTH_FILE_BYTES });
}

#[test]
fn odd_files_that_are_logins_are_read() {
    for content in [
        "{}",
        "\u{feff}{\"OPENAI_API_KEY\": \"sk-1\"}",
        "{\"agent_identity\": \"x\"}",
        "{\"tokens\": {}, \"last_refresh\": \"yesterday\"}",
        "{\"tokens\": null, \"OPENAI_API_KEY\": null}",
    ] {
        let file = AuthFile::parse(content.as_bytes()).unwrap();
        assert_eq!(file.last_refresh(), None, "{content}");
    }
}

#[test]
fn no_secret_is_shown() {
    let file = AuthFile::parse(existing().to_string().as_bytes()).unwrap();
    let shown = format!("{file:?} {:?}", file.tokens);
    assert!(!shown.contains("rt-1") && !shown.contains("eyJ"), "{shown}");
    let damage = AuthFile::parse(b"{\"tokens\": \"sk-secret\"}").unwrap_err();
    assert!(!format!("{damage} {damage:?}").contains("sk-secret"));
}
