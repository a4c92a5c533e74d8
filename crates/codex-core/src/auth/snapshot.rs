//! The login of a moment, ready to be used.

use std::time::SystemTime;

use codex_api::Credentials;
use secrecy::{ExposeSecret, SecretString};

use super::{
    auth_file::{AuthFile, LoginMode},
    claims::Claims,
    due::{Due, due},
    status::LoginProblem,
    tokens::{Tokens, same},
};

/// The login that a file holds.
#[derive(Clone, Debug)]
pub(super) enum Held {
    /// None at all.
    Nothing,
    ApiKey(SecretString),
    Chatgpt(Tokens),
}

impl Held {
    /// Reads the login out of a file, by the rules of wire.md 15.
    pub(super) fn of(file: &AuthFile) -> Result<Self, LoginProblem> {
        let key = file.openai_api_key.as_ref().filter(|key| !key.expose_secret().trim().is_empty());
        match (&file.auth_mode, key) {
            (Some(LoginMode::ApiKey) | None, Some(key)) => {
                Ok(Self::ApiKey(SecretString::from(key.expose_secret().trim())))
            }
            (Some(LoginMode::ApiKey), None) => Err(LoginProblem::NoApiKey),
            (None, None) if file.tokens.is_none() => Ok(Self::Nothing),
            (Some(LoginMode::Chatgpt | LoginMode::ChatgptAuthTokens) | None, _) => chatgpt(file),
            (Some(LoginMode::Other(_)), _) => Err(LoginProblem::UnknownMode),
        }
    }
}

fn chatgpt(file: &AuthFile) -> Result<Held, LoginProblem> {
    let tokens = file.tokens.as_ref().filter(|tokens| !tokens.access_token.expose_secret().trim().is_empty());
    match tokens {
        None => Err(LoginProblem::NoTokens),
        Some(_) if !file.has_last_refresh() => Err(LoginProblem::NoLastRefresh),
        Some(tokens) => Ok(Held::Chatgpt(tokens.clone())),
    }
}

/// A login, and what requests need of it.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) file: AuthFile,
    pub(super) held: Held,
    pub(super) credentials: Option<Credentials>,
    pub(super) realtime: Option<Credentials>,
    /// When the access token stops working.
    expires_at: Option<SystemTime>,
    /// How due the tokens were when they came. Tokens that were due from the start are no reason to ask for others: the
    /// clock of this machine is wrong, or they live for minutes only.
    due_from_start: Due,
}

impl Snapshot {
    /// The login of a file; one that is of no use counts as none, and is warned of.
    pub(super) fn of(file: AuthFile) -> Self {
        let held = Held::of(&file).unwrap_or_else(|problem| {
            tracing::warn!(%problem, "the stored login cannot be used");
            Held::Nothing
        });
        let stored_key = file.openai_api_key.as_ref().map(|key| key.expose_secret().trim());
        let realtime = stored_key.filter(|key| !key.is_empty()).map(Credentials::api_key);
        let (credentials, expires_at) = match &held {
            Held::Nothing => (None, None),
            Held::ApiKey(key) => (Some(Credentials::api_key(key.expose_secret())), None),
            Held::Chatgpt(tokens) => (
                Some(Credentials::chatgpt(tokens.access_token.clone(), tokens.account_id.clone())),
                Claims::of(tokens.access_token.expose_secret()).expires_at,
            ),
        };
        Self { file, held, credentials, realtime, expires_at, due_from_start: Due::No }
    }

    /// The login of a file with tokens that have just been given out.
    pub(super) fn renewed(file: AuthFile, now: SystemTime) -> Self {
        let snapshot = Self::of(file);
        Self { due_from_start: snapshot.due(now), ..snapshot }
    }

    pub(super) fn tokens(&self) -> Option<&Tokens> {
        match &self.held {
            Held::Chatgpt(tokens) => Some(tokens),
            Held::Nothing | Held::ApiKey(_) => None,
        }
    }

    /// Whether this login's bearer is `token`.
    pub(super) fn bears(&self, token: &SecretString) -> bool {
        self.credentials.as_ref().is_some_and(|credentials| same(&credentials.bearer, token))
    }

    /// Whether requests go out with the same credentials under both.
    pub(super) fn sends_the_same_as(&self, other: &Self) -> bool {
        match (&self.credentials, &other.credentials) {
            (None, None) => true,
            (Some(a), Some(b)) => {
                same(&a.bearer, &b.bearer) && a.account_id == b.account_id && a.mode == b.mode
            }
            _ => false,
        }
    }

    /// How urgently it is to be renewed ahead of use, if at all.
    pub(super) fn wants_renewal(&self, now: SystemTime) -> Option<Due> {
        Some(self.due(now)).filter(|due| *due > self.due_from_start)
    }

    fn due(&self, now: SystemTime) -> Due {
        match self.held {
            Held::Chatgpt(_) => due(self.expires_at, self.file.last_refresh(), now),
            Held::Nothing | Held::ApiKey(_) => Due::No,
        }
    }
}
