//! What can be told about a login, without a secret.

use std::time::SystemTime;

use secrecy::ExposeSecret;
use thiserror::Error;

use super::{
    auth_file::{AuthFile, LoginMode},
    claims::Claims,
    snapshot::Held,
    store::StoreKind,
};

/// What a login is, for `login status` and the like. Nothing in it is secret; e-mail and account are personal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoginStatus {
    /// Which kind of login.
    pub mode: LoginMode,
    /// The account, also called the workspace.
    pub account_id: Option<String>,
    /// E-mail of the user.
    pub email: Option<String>,
    /// The plan, such as `plus`.
    pub plan: Option<String>,
    /// When the access token stops working; it is renewed before.
    pub expires_at: Option<SystemTime>,
    /// When the tokens were given out.
    pub last_refresh: Option<SystemTime>,
    /// Where the login is kept; `None` for an API key or tokens that are not stored.
    pub store: Option<StoreKind>,
    /// Why the login cannot be used, if it cannot.
    pub problem: Option<LoginProblem>,
}

/// Why a stored login is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LoginProblem {
    /// It says that it is an API key, but has none.
    #[error("it has no API key: log in again")]
    NoApiKey,
    /// It says that it is a ChatGPT login, but has no access token.
    #[error("it has no access token: log in again")]
    NoTokens,
    /// Nothing says when its tokens were given out: then they do not count.
    #[error("it does not say when its tokens were given out (`last_refresh`): log in again")]
    NoLastRefresh,
    /// It is of a kind that this version cannot use.
    #[error("it is of a kind that this version cannot use: update the program, or log in again")]
    UnknownMode,
}

impl LoginStatus {
    /// What `file` holds; `None` when it holds no login at all.
    pub(super) fn of(file: &AuthFile, store: Option<StoreKind>) -> Option<Self> {
        match Held::of(file) {
            Ok(Held::Nothing) => None,
            Ok(held) => Some(Self::of_login(file, &held, store)),
            Err(problem) => {
                Some(Self { problem: Some(problem), ..Self::of_login(file, &Held::Nothing, store) })
            }
        }
    }

    /// What `held`, the login of `file`, is.
    pub(super) fn of_login(file: &AuthFile, held: &Held, store: Option<StoreKind>) -> Self {
        let implied = if matches!(held, Held::ApiKey(_)) { LoginMode::ApiKey } else { LoginMode::Chatgpt };
        let mut status = Self {
            mode: file.auth_mode.clone().unwrap_or(implied),
            account_id: None,
            email: None,
            plan: None,
            expires_at: None,
            last_refresh: None,
            store,
            problem: None,
        };
        if let Held::Chatgpt(tokens) = held {
            let claims = Claims::of(tokens.id_token.expose_secret());
            status.account_id = tokens.account();
            status.email = claims.email;
            status.plan = claims.plan;
            status.expires_at = Claims::of(tokens.access_token.expose_secret()).expires_at;
            status.last_refresh = file.last_refresh();
        }
        status
    }
}
