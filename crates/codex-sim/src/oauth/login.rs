//! The tokens of a login.

use std::fmt;
use std::time::SystemTime;

use jiff::Timestamp;
use serde_json::json;

/// The tokens that an account holds at some time.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), codex_sim::SimError> {
/// use codex_sim::{Account, Scenario, Simulator};
///
/// let simulator = Simulator::start(Scenario::new().account(Account::new("rt-1"))).await?;
/// let login = simulator.login(0).unwrap();
/// assert_eq!(login.refresh_token, "rt-1");
/// // std::fs::write(codex_home.join("auth.json"), login.auth_json())?;
/// assert!(login.auth_json().contains("\"auth_mode\": \"chatgpt\""));
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Login {
    /// Id token, a JWT unless the scenario says otherwise.
    pub id_token: String,
    /// Access token, the same.
    pub access_token: String,
    /// Refresh token.
    pub refresh_token: String,
    /// Account (workspace) id.
    pub account_id: String,
    /// E-mail of the account.
    pub email: String,
    /// When the tokens were given.
    pub last_refresh: SystemTime,
}

impl Login {
    /// Pretends that the tokens were given at another time.
    #[must_use]
    pub fn refreshed_at(mut self, time: SystemTime) -> Self {
        self.last_refresh = time;
        self
    }

    /// The text of an `auth.json` with this login, as the Codex client stores it.
    #[must_use]
    pub fn auth_json(&self) -> String {
        // Times that no calendar reaches are not worth an error here.
        let last_refresh = Timestamp::try_from(self.last_refresh).unwrap_or(Timestamp::UNIX_EPOCH);
        let stored = json!({
            "auth_mode": "chatgpt",
            "OPENAI_API_KEY": null,
            "tokens": {
                "id_token": self.id_token,
                "access_token": self.access_token,
                "refresh_token": self.refresh_token,
                "account_id": self.account_id,
            },
            "last_refresh": last_refresh.to_string(),
        });
        format!("{stored:#}")
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Login")
            .field("account_id", &self.account_id)
            .field("last_refresh", &self.last_refresh)
            .finish_non_exhaustive()
    }
}
