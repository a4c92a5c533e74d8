//! Tokens that can be read: JWTs nobody signed.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::account::Account;

/// The claim under which the account stands, in both tokens.
const AUTH_CLAIM: &str = "https://api.openai.com/auth";

/// The claim under which the access token has the e-mail.
const PROFILE_CLAIM: &str = "https://api.openai.com/profile";

/// Lifetime that an id token claims.
const ID_TOKEN_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// What distinguishes one token from another of the same account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp<'a> {
    /// Unique id (`jti`).
    pub(crate) id: &'a str,
    /// Time of issue, since the Unix epoch.
    pub(crate) issued: Duration,
    pub(crate) client_id: &'a str,
}

/// An id token.
pub(crate) fn id_token(account: &Account, stamp: Stamp<'_>) -> String {
    let mut claims = shared_claims(account, stamp);
    claims.insert("aud".to_owned(), json!([stamp.client_id]));
    claims.insert("email".to_owned(), json!(account.email));
    claims.insert("exp".to_owned(), json!((stamp.issued + ID_TOKEN_LIFETIME).as_secs()));
    encode(claims)
}

/// An access token; `expires` is since the Unix epoch.
pub(crate) fn access_token(account: &Account, stamp: Stamp<'_>, expires: Option<Duration>) -> String {
    let mut claims = shared_claims(account, stamp);
    claims.insert("client_id".to_owned(), json!(stamp.client_id));
    claims.insert(PROFILE_CLAIM.to_owned(), json!({"email": account.email}));
    if let Some(expires) = expires {
        claims.insert("exp".to_owned(), json!(expires.as_secs()));
    }
    encode(claims)
}

fn shared_claims(account: &Account, stamp: Stamp<'_>) -> Map<String, Value> {
    let auth = json!({
        "chatgpt_account_id": account.account_id,
        "chatgpt_plan_type": account.plan,
        "chatgpt_user_id": account.user_id,
        "user_id": account.user_id,
    });
    Map::from_iter([
        ("sub".to_owned(), json!(account.user_id)),
        ("jti".to_owned(), json!(stamp.id)),
        ("iat".to_owned(), json!(stamp.issued.as_secs())),
        (AUTH_CLAIM.to_owned(), auth),
    ])
}

/// Readers want three parts that are not empty, so that the signature is only a word.
fn encode(claims: Map<String, Value>) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let payload = URL_SAFE_NO_PAD.encode(Value::Object(claims).to_string());
    format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode("unsigned"))
}
