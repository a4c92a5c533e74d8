//! The tokens of a ChatGPT login.

use std::{borrow::Cow, fmt};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::claims::Claims;

/// The tokens of a ChatGPT login. `Debug` shows none of them.
#[derive(Clone)]
#[non_exhaustive]
pub struct Tokens {
    /// Says who is logged in; a JWT.
    pub id_token: SecretString,
    /// Goes out with requests; a JWT in most cases.
    pub access_token: SecretString,
    /// Gives new tokens, once.
    pub refresh_token: SecretString,
    /// Goes out as `ChatGPT-Account-ID`.
    pub account_id: Option<String>,
    rest: Map<String, Value>,
}

impl Tokens {
    /// Tokens as the token authority gives them, of the account that the id token names.
    pub fn new(id_token: SecretString, access_token: SecretString, refresh_token: SecretString) -> Self {
        let account_id = Claims::of(id_token.expose_secret()).account_id;
        Self { id_token, access_token, refresh_token, account_id, rest: Map::new() }
    }

    /// The account that decides whether two logins are the same: the stored one, else that of the id token.
    pub(super) fn account(&self) -> Option<String> {
        self.account_id.clone().or_else(|| Claims::of(self.id_token.expose_secret()).account_id)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens([REDACTED])")
    }
}

/// Whether two secrets are the same.
pub(super) fn same(a: &SecretString, b: &SecretString) -> bool {
    a.expose_secret() == b.expose_secret()
}

/// Whether a header can carry the token: visible ASCII, and at least one character.
pub(super) fn is_sendable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The tokens as JSON has them.
#[derive(Deserialize, Serialize)]
pub(super) struct RawTokens<'a> {
    #[serde(default)]
    id_token: Option<Cow<'a, str>>,
    #[serde(default)]
    access_token: Option<Cow<'a, str>>,
    #[serde(default)]
    refresh_token: Option<Cow<'a, str>>,
    #[serde(default)]
    account_id: Option<Cow<'a, str>>,
    #[serde(flatten)]
    rest: Cow<'a, Map<String, Value>>,
}

impl From<RawTokens<'_>> for Tokens {
    fn from(raw: RawTokens<'_>) -> Self {
        let secret = |value: Option<Cow<'_, str>>| SecretString::from(value.unwrap_or_default().into_owned());
        Self {
            id_token: secret(raw.id_token),
            access_token: secret(raw.access_token),
            refresh_token: secret(raw.refresh_token),
            account_id: raw.account_id.map(Cow::into_owned),
            rest: raw.rest.into_owned(),
        }
    }
}

impl<'a> From<&'a Tokens> for RawTokens<'a> {
    fn from(tokens: &'a Tokens) -> Self {
        let text = |secret: &'a SecretString| Some(Cow::Borrowed(secret.expose_secret()));
        Self {
            id_token: text(&tokens.id_token),
            access_token: text(&tokens.access_token),
            refresh_token: text(&tokens.refresh_token),
            account_id: tokens.account_id.as_deref().map(Cow::Borrowed),
            rest: Cow::Borrowed(&tokens.rest),
        }
    }
}
