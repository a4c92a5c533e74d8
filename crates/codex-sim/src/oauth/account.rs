//! An account of the token authority.

use std::time::Duration;

use serde::Deserialize;

use super::lifetime::Lifetime;
use crate::secret::Secret;

/// Default lifetime of an access token.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// An account: who it is, and the tokens with which it begins.
///
/// ```
/// use codex_sim::{Account, Lifetime, RefreshState};
///
/// let account = Account::new("rt-1")
///     .email("ada@example.com")
///     .plan("pro")
///     .access_lifetime(Lifetime::Never)
///     .refresh_state(RefreshState::Expired);
/// assert!(!format!("{account:?}").contains("rt-1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Account {
    /// E-mail, a claim of the id token.
    #[serde(default = "default_email")]
    pub email: String,
    /// Account (workspace) id, a claim of both tokens.
    #[serde(default = "default_account_id")]
    pub account_id: String,
    /// Plan, a claim of both tokens.
    #[serde(default = "default_plan")]
    pub plan: String,
    /// User id, a claim of both tokens.
    #[serde(default = "default_user_id")]
    pub user_id: String,
    /// The refresh token with which it begins.
    pub(crate) refresh_token: Secret,
    /// The access token with which it begins; a made-up one without.
    #[serde(default)]
    pub(crate) access_token: Option<Secret>,
    /// The id token with which it begins; a made-up one without.
    #[serde(default)]
    pub(crate) id_token: Option<Secret>,
    /// How long each access token works.
    #[serde(default = "default_lifetime", rename = "access_lifetime_ms")]
    pub access_lifetime: Lifetime,
    /// How long the first access token works, when not as long as the others.
    #[serde(default, rename = "initial_lifetime_ms")]
    pub initial_lifetime: Option<Lifetime>,
    /// What `exp` of a made-up access token claims instead of the truth; [`Lifetime::Never`]: there is no `exp`.
    #[serde(default, rename = "told_lifetime_ms")]
    pub told_lifetime: Option<Lifetime>,
    /// What becomes of the first refresh token.
    #[serde(default)]
    pub refresh_state: RefreshState,
}

/// What becomes of a refresh token that is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefreshState {
    /// It works, once.
    #[default]
    Valid,
    /// 401 `refresh_token_expired`.
    Expired,
    /// 401 `refresh_token_reused`: it was used before.
    Reused,
    /// 401 `refresh_token_invalidated`: it was revoked.
    Invalidated,
}

impl Account {
    /// An account with this refresh token; all else is made up.
    pub fn new(refresh_token: impl Into<String>) -> Self {
        Self {
            email: default_email(),
            account_id: default_account_id(),
            plan: default_plan(),
            user_id: default_user_id(),
            refresh_token: Secret::new(refresh_token),
            access_token: None,
            id_token: None,
            access_lifetime: default_lifetime(),
            initial_lifetime: None,
            told_lifetime: None,
            refresh_state: RefreshState::Valid,
        }
    }

    /// Sets the e-mail.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = email.into();
        self
    }

    /// Sets the account id.
    #[must_use]
    pub fn account_id(mut self, account_id: impl Into<String>) -> Self {
        self.account_id = account_id.into();
        self
    }

    /// Sets the plan.
    #[must_use]
    pub fn plan(mut self, plan: impl Into<String>) -> Self {
        self.plan = plan.into();
        self
    }

    /// Sets the user id.
    #[must_use]
    pub fn user_id(mut self, user_id: impl Into<String>) -> Self {
        self.user_id = user_id.into();
        self
    }

    /// Sets the first access token.
    #[must_use]
    pub fn access_token(mut self, token: impl Into<String>) -> Self {
        self.access_token = Some(Secret::new(token));
        self
    }

    /// Sets the first id token.
    #[must_use]
    pub fn id_token(mut self, token: impl Into<String>) -> Self {
        self.id_token = Some(Secret::new(token));
        self
    }

    /// Sets how long access tokens work.
    #[must_use]
    pub fn access_lifetime(mut self, lifetime: Lifetime) -> Self {
        self.access_lifetime = lifetime;
        self
    }

    /// Sets how long the first access token works.
    #[must_use]
    pub fn initial_lifetime(mut self, lifetime: Lifetime) -> Self {
        self.initial_lifetime = Some(lifetime);
        self
    }

    /// Sets what `exp` of made-up access tokens claims, so that a client cannot see that they expire earlier.
    #[must_use]
    pub fn told_lifetime(mut self, lifetime: Lifetime) -> Self {
        self.told_lifetime = Some(lifetime);
        self
    }

    /// Sets what becomes of the first refresh token.
    #[must_use]
    pub fn refresh_state(mut self, state: RefreshState) -> Self {
        self.refresh_state = state;
        self
    }
}

fn default_email() -> String {
    "user@example.com".to_owned()
}

fn default_account_id() -> String {
    "acct-sim".to_owned()
}

fn default_plan() -> String {
    "plus".to_owned()
}

fn default_user_id() -> String {
    "user-sim".to_owned()
}

fn default_lifetime() -> Lifetime {
    Lifetime::For(DEFAULT_LIFETIME)
}
