//! What a login is kept in, renewed by and held to.

use std::{sync::Arc, time::SystemTime};

use codex_api::{ClientConfig, ReqwestTransport};

use super::{
    auth_file::AuthFile,
    authority::TokenAuthority,
    error::AuthError,
    manager::AuthManager,
    restrictions::{LoginRestrictions, RestrictionBroken},
    snapshot::Held,
    status::LoginStatus,
    store::{CredentialStore, StoreChoice, StoreError, blocking},
};
use crate::{config::Environment, paths};

/// What the login of a user is kept in, renewed by and held to. Cloning is cheap.
///
/// The commands around a login are methods of it; requests get theirs from the [`AuthManager`].
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use codex_api::{ApiClient, Provider};
/// use codex_core::{AuthSetup, CHATGPT_BASE_URL, Environment, StoreChoice};
///
/// let setup = AuthSetup::from_environment(&Environment::process(), StoreChoice::File)?;
/// let client = ApiClient::new(Provider::new("OpenAI", CHATGPT_BASE_URL)?)?.auth(setup.manager().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthSetup {
    /// Where the login is kept.
    pub store: Arc<dyn CredentialStore>,
    /// Who renews it.
    pub authority: TokenAuthority,
    /// Which logins are allowed.
    pub restrictions: LoginRestrictions,
    /// What time it is.
    pub clock: fn() -> SystemTime,
}

impl AuthSetup {
    /// A login kept in `store` and renewed by `authority`.
    pub fn new(store: Arc<dyn CredentialStore>, authority: TokenAuthority) -> Self {
        Self { store, authority, restrictions: LoginRestrictions::default(), clock: SystemTime::now }
    }

    /// The login of the user's home folder ([`paths::codex_home`]), on the transport that the process shares.
    ///
    /// # Errors
    /// When the home folder, the store, a variable or the environment's proxy and CA settings cannot be used.
    pub fn from_environment(environment: &Environment, choice: StoreChoice) -> Result<Self, AuthError> {
        let store = choice.open(&paths::codex_home(environment)?)?;
        let transport = Arc::new(ReqwestTransport::shared(&ClientConfig::default())?);
        Ok(Self::new(store, TokenAuthority::new(transport)?.with_environment(environment)?))
    }

    /// Allows some logins only.
    #[must_use]
    pub fn with_restrictions(mut self, restrictions: LoginRestrictions) -> Self {
        self.restrictions = restrictions;
        self
    }

    /// Takes the time from `clock`.
    #[must_use]
    pub fn with_clock(mut self, clock: fn() -> SystemTime) -> Self {
        self.clock = clock;
        self
    }

    /// Credentials for requests, from the login that is stored now. Without one the manager has none.
    ///
    /// # Errors
    /// When the store cannot be read, or the login in it is not allowed.
    pub async fn manager(&self) -> Result<AuthManager, AuthError> {
        let stored = blocking(&self.store, |store| store.load()).await?.unwrap_or_default();
        self.check(&stored).map_err(AuthError::Forbidden)?;
        Ok(AuthManager::stored(self.clone(), stored))
    }

    /// What is stored; `None` when no login is.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn status(&self) -> Result<Option<LoginStatus>, StoreError> {
        let (stored, kind) = blocking(&self.store, |store| Ok((store.load()?, store.kind()))).await?;
        Ok(stored.and_then(|file| LoginStatus::of(&file, Some(kind))))
    }

    /// Whether the login of a file is allowed.
    pub(super) fn check(&self, file: &AuthFile) -> Result<(), RestrictionBroken> {
        match Held::of(file) {
            Ok(Held::ApiKey(_)) => self.restrictions.check_api_key(),
            Ok(Held::Chatgpt(tokens)) => self.restrictions.check_tokens(&tokens),
            Ok(Held::Nothing) | Err(_) => Ok(()),
        }
    }
}
