//! Pure function: what a JWT says.

use std::time::{Duration, SystemTime};

use codex_core::{Claims, MAX_TOKEN_BYTES};
use serde_json::{Value, json};

use crate::support::jwt;

fn claims(value: &Value) -> Claims {
    Claims::of(&jwt(value))
}

#[test]
fn claims_are_read_where_they_stand() {
    let all = claims(&json!({
        "email": "ada@example.com",
        "exp": 1_800_000_000,
        "https://api.openai.com/auth": {
            "chatgpt_plan_type": "a new plan", "chatgpt_user_id": "u-1", "user_id": "u-2", "chatgpt_account_id": "a-1",
        },
    }));
    assert_eq!(all.email.as_deref(), Some("ada@example.com"));
    assert_eq!(all.plan.as_deref(), Some("a new plan"));
    assert_eq!(all.user_id.as_deref(), Some("u-1"));
    assert_eq!(all.account_id.as_deref(), Some("a-1"));
    assert_eq!(all.expires_at, Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)));

    let others = claims(&json!({
        "https://api.openai.com/profile": {"email": "bob@example.com"},
        "https://api.openai.com/auth": {"user_id": "u-2"},
    }));
    assert_eq!(others.email.as_deref(), Some("bob@example.com"));
    assert_eq!(others.user_id.as_deref(), Some("u-2"));
}

#[test]
fn an_expiry_that_cannot_be_is_none() {
    for exp in
        [json!(0), json!(-1), json!(1e300), json!(-1e300), json!(u64::MAX), json!("1800000000"), json!(null)]
    {
        assert_eq!(claims(&json!({"exp": exp})).expires_at, None, "{exp}");
    }
    assert!(claims(&json!({"exp": 1.5})).expires_at.is_some());
}

#[test]
fn what_is_no_jwt_has_no_claims() {
    let long = format!("a.{}.c", "e".repeat(MAX_TOKEN_BYTES));
    let whole = jwt(&json!({"email": "x"}));
    let unsigned = format!("{}.", whole.rsplit_once('.').unwrap().0);
    for token in
        ["", ".", "..", "a.b.c", "a.b", "sk-1", "e30.W10.x", &long, &unsigned, &format!("{whole}.more")]
    {
        assert_eq!(Claims::of(token), Claims::default(), "{token:.40}");
    }
    let odd = claims(
        &json!({"email": 5, "https://api.openai.com/auth": "text", "https://api.openai.com/profile": []}),
    );
    assert_eq!(odd, Claims::default());
}
