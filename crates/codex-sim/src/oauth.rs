//! The token authority: who may log in, and the tokens it gives.

mod account;
mod authority;
mod device_codes;
mod device_flow;
mod jwt;
mod lifetime;
mod login;

use std::collections::HashSet;

use serde::Deserialize;

pub use account::{Account, RefreshState};
pub use authority::MAX_ISSUED;
pub(crate) use authority::{Access, Authority, RefreshRefusal};
pub use device_codes::MAX_DEVICE_CODES;
pub(crate) use device_codes::Poll;
pub use device_flow::DeviceFlow;
pub use lifetime::Lifetime;
pub use login::Login;

use crate::error::OAuthProblem;

/// The client id that the Codex client sends, and that the simulator expects unless told otherwise.
pub const DEFAULT_CLIENT_ID: &str = "app_EMoamEEZ73f0CkXaXp7hrann";

/// The refresh token of the account that exists when a scenario names none.
const DEFAULT_REFRESH_TOKEN: &str = "rt-sim";

/// The token authority of a scenario and its accounts.
///
/// With one, the service takes only access tokens that the authority gave and have not expired, and those added with
/// [`Scenario::token`](crate::Scenario::token). A refresh token works once.
///
/// ```
/// use codex_sim::{Account, Lifetime, OAuth, Scenario};
/// use std::time::Duration;
///
/// // The first access token has expired already; a refresh gives one that works.
/// let account = Account::new("rt-1").initial_lifetime(Lifetime::For(Duration::ZERO));
/// let scenario = Scenario::new().oauth(OAuth::new().account(account).require_account_id());
/// # let _ = scenario;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct OAuth {
    /// The client id that requests must name.
    pub client_id: String,
    /// The accounts, numbered from 0.
    #[serde(rename = "account")]
    pub accounts: Vec<Account>,
    /// How a device logs in.
    pub device: DeviceFlow,
    /// Whether a request with a token of an account must name that account in `ChatGPT-Account-ID`. Realtime requests,
    /// and requests with one of the scenario's own tokens, need not.
    pub require_account_id: bool,
}

impl Default for OAuth {
    fn default() -> Self {
        Self {
            client_id: DEFAULT_CLIENT_ID.to_owned(),
            accounts: Vec::new(),
            device: DeviceFlow::new(),
            require_account_id: false,
        }
    }
}

impl OAuth {
    /// An authority without accounts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The authority of a scenario that says nothing about it.
    pub(crate) fn with_default_account() -> Self {
        Self::new().account(Account::new(DEFAULT_REFRESH_TOKEN))
    }

    /// Adds an account.
    #[must_use]
    pub fn account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// Sets how a device logs in.
    #[must_use]
    pub fn device(mut self, device: DeviceFlow) -> Self {
        self.device = device;
        self
    }

    /// Sets the client id that requests must name.
    #[must_use]
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = client_id.into();
        self
    }

    /// Wants `ChatGPT-Account-ID` beside a token of an account.
    #[must_use]
    pub fn require_account_id(mut self) -> Self {
        self.require_account_id = true;
        self
    }

    pub(crate) fn check(&self) -> Result<(), OAuthProblem> {
        let mut refresh_tokens = HashSet::new();
        let mut access_tokens = HashSet::new();
        for (number, account) in self.accounts.iter().enumerate() {
            let access = account.access_token.as_ref();
            if !refresh_tokens.insert(account.refresh_token.reveal())
                || access.is_some_and(|token| !access_tokens.insert(token.reveal()))
            {
                return Err(OAuthProblem::SharedToken { account: number });
            }
        }
        let device = &self.device;
        if device.enabled && !self.accounts.is_empty() && device.account >= self.accounts.len() {
            return Err(OAuthProblem::NoSuchAccount { account: device.account });
        }
        if !(400..600).contains(&device.pending_status) {
            return Err(OAuthProblem::PendingStatus { status: device.pending_status });
        }
        Ok(())
    }
}
