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

    /// The account: the stored one, else that of the id token.
    pub(super) fn account(&self) -> Option<String> {
        self.account_id.clone().or_else(|| self.claims().account_id)
    }

    /// Whether the tokens of a store are of the same login as these.
    ///
    /// The account decides. Where neither has one, the user does, else the e-mail
    /// address, as the id token has them. Where nothing is known of either, they are the same only if the id token or the
    /// refresh token is: another process that renewed them left the id token, but somebody who logged in left neither.
    pub(super) fn is_of_same_login(&self, stored: &Self) -> bool {
        let (account, of_stored) = (self.account(), stored.account());
        if account.is_some() || of_stored.is_some() {
            return account == of_stored;
        }
        let is_same = |a: &SecretString, b: &SecretString| !a.expose_secret().is_empty() && same(a, b);
        same_person(&self.claims(), &stored.claims()).unwrap_or_else(|| {
            is_same(&self.id_token, &stored.id_token) || is_same(&self.refresh_token, &stored.refresh_token)
        })
    }

    /// Whether an id token that came in answer to this login's refresh token names somebody else.
    ///
    /// An account that is stored may differ from that of the id token before; the new one may be either. What the new token
    /// does not tell contradicts nothing: the refresh token was this login's.
    pub(super) fn is_contradicted_by(&self, id_token: &SecretString) -> bool {
        let (ours, theirs) = (self.claims(), Claims::of(id_token.expose_secret()));
        let known = [&self.account_id, &ours.account_id];
        match &theirs.account_id {
            Some(account) if known.iter().any(|known| known.is_some()) => {
                !known.iter().any(|known| known.as_ref() == Some(account))
            }
            _ => same_person(&ours, &theirs) == Some(false),
        }
    }

    fn claims(&self) -> Claims {
        Claims::of(self.id_token.expose_secret())
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens([REDACTED])")
    }
}

/// Whether two tokens are of the same user, as far as both tell.
fn same_person(a: &Claims, b: &Claims) -> Option<bool> {
    let both = |a: &Option<String>, b: &Option<String>| Some(a.as_ref()? == b.as_ref()?);
    both(&a.user_id, &b.user_id).or_else(|| both(&a.email, &b.email))
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
