//! Tokens of a host application, which keeps and renews them itself.

use std::{fmt, sync::Arc, time::Duration};

use codex_client::{BoxError, BoxFuture};
use secrecy::{ExposeSecret, SecretString};

use super::{
    auth_file::{AuthFile, LoginMode},
    error::RefreshError,
    restrictions::Workspaces,
    snapshot::Snapshot,
    tokens::{Tokens, is_sendable},
};

/// How long the host application may take to renew its tokens: 30 s.
pub const EXTERNAL_TIMEOUT: Duration = Duration::from_secs(30);

/// Renews the tokens of a host application.
///
/// When: after a 401, once for all requests that met it. On error: the 401 goes to the caller, and the next request may
/// ask again.
pub trait ExternalRefresher: Send + Sync + 'static {
    /// New tokens, within [`EXTERNAL_TIMEOUT`]. It runs on a task of its own and is not cancelled with a request.
    fn refresh(&self, request: HostRefresh) -> BoxFuture<'_, Result<HostTokens, BoxError>>;
}

/// Why a host application is asked for tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostRefresh {
    /// What happened.
    pub reason: HostRefreshReason,
    /// The account of the tokens before.
    pub previous_account_id: Option<String>,
}

/// What happened to the tokens before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostRefreshReason {
    /// The service answered 401.
    Unauthorized,
}

/// Tokens of a host application: kept in memory only. `Debug` shows no token.
///
/// ```
/// use codex_core::HostTokens;
/// use secrecy::SecretString;
///
/// let tokens = HostTokens::new(SecretString::from("eyJ.access"), "acct-1").plan("plus");
/// assert!(!format!("{tokens:?}").contains("eyJ"));
/// ```
#[derive(Clone)]
pub struct HostTokens {
    access_token: SecretString,
    account_id: String,
    plan: Option<String>,
}

impl HostTokens {
    /// The access token of an account.
    pub fn new(access_token: SecretString, account_id: impl Into<String>) -> Self {
        Self { access_token, account_id: account_id.into(), plan: None }
    }

    /// The plan of the account, where the token does not say it.
    #[must_use]
    pub fn plan(mut self, plan: impl Into<String>) -> Self {
        self.plan = Some(plan.into());
        self
    }

    pub(super) fn given_plan(&self) -> Option<&str> {
        self.plan.as_deref()
    }

    /// Whether a header can carry the access token.
    pub(super) fn is_sendable(&self) -> bool {
        is_sendable(self.access_token.expose_secret())
    }

    /// The login of these tokens. The access token says who is logged in.
    pub(super) fn snapshot(&self, now: std::time::SystemTime) -> Snapshot {
        let access_token = self.access_token.clone();
        let mut tokens = Tokens::new(access_token.clone(), access_token, SecretString::default());
        tokens.account_id = Some(self.account_id.clone());
        let mut file = AuthFile::chatgpt(tokens, now);
        file.auth_mode = Some(LoginMode::ChatgptAuthTokens);
        Snapshot::of(file)
    }
}

impl fmt::Debug for HostTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostTokens")
            .field("access_token", &"[REDACTED]")
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

/// How tokens of a host application are dealt with.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct ExternalSetup {
    /// Renews them; without one a 401 goes to the caller.
    pub refresher: Option<Arc<dyn ExternalRefresher>>,
    /// The only workspace that is allowed (`forced_chatgpt_workspace_id`).
    pub workspace: Option<String>,
}

impl ExternalSetup {
    /// Tokens that `refresher` renews.
    pub fn with_refresher(refresher: Arc<dyn ExternalRefresher>) -> Self {
        Self { refresher: Some(refresher), workspace: None }
    }

    /// Allows this workspace only.
    #[must_use]
    pub fn workspace(mut self, workspace: impl Into<String>) -> Self {
        self.workspace = Some(workspace.into());
        self
    }

    /// Asks the host application.
    pub(super) async fn refresh(
        &self,
        previous_account_id: Option<String>,
    ) -> Result<HostTokens, RefreshError> {
        let refresher = self.refresher.as_ref().ok_or(RefreshError::NotRenewable)?;
        let request = HostRefresh { reason: HostRefreshReason::Unauthorized, previous_account_id };
        let tokens = tokio::time::timeout(EXTERNAL_TIMEOUT, refresher.refresh(request))
            .await
            .map_err(|_elapsed| RefreshError::HostTimeout { limit: EXTERNAL_TIMEOUT })?
            .map_err(RefreshError::Host)?;
        self.check(&tokens).map_err(RefreshError::WrongWorkspace)?;
        if !tokens.is_sendable() {
            return Err(RefreshError::HostTokenNotHeaderSafe);
        }
        Ok(tokens)
    }

    /// Whether tokens of this workspace may be used.
    pub(super) fn check(&self, tokens: &HostTokens) -> Result<(), super::RestrictionBroken> {
        Workspaces { allowed: self.workspace.as_deref(), actual: Some(&tokens.account_id) }.check()
    }
}

impl fmt::Debug for ExternalSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalSetup")
            .field("refresher", &self.refresher.is_some())
            .field("workspace", &self.workspace)
            .finish()
    }
}
