//! The login of the user, where a run has one, and whether it needs it.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use codex_api::{API_KEY_VARIABLE, AuthMode, SetupError};
use codex_client::{ClientConfig, ReqwestTransport};
use codex_core::{
    AuthError, AuthManager, AuthSetup, CODEX_API_KEY_VARIABLE, Config, Environment, Selection,
    TokenAuthority, paths::CodexHomeError,
};
use tokio::time::timeout;

use crate::{args::ConnectionArgs, command::Context, failure::Failure, run::of_login_file};

/// Replaces the token authority: for private ones, and for the simulator.
pub(crate) const ISSUER_VARIABLE: &str = "CODEX_API_ISSUER";

/// How long the end of the command may wait for tokens that are being renewed: a refresh token works once, so that an
/// answer nobody stores is a lost login.
const SETTLE_PATIENCE: Duration = Duration::from_secs(10);

/// Where logins are kept and renewed, as the configuration and the environment say. `issuer` goes over the environment.
pub(crate) fn setup(
    config: &Config,
    context: &Context,
    issuer: Option<&str>,
) -> Result<AuthSetup, AuthError> {
    let (environment, run) = (&context.environment, &context.run);
    let mut setup = AuthSetup::from_environment(environment, config.login.store)?;
    setup.restrictions = config.login.restrictions.clone();
    let issuer = issuer.map(str::to_owned).or_else(|| environment.variable(ISSUER_VARIABLE));
    if issuer.is_some() || run.records() {
        let transport = run.recorded(Arc::new(ReqwestTransport::shared(&ClientConfig::default())?));
        let authority = match issuer {
            Some(issuer) => TokenAuthority::with_issuer(transport, &issuer)?,
            None => TokenAuthority::new(transport)?,
        };
        setup.authority = authority.with_environment(environment)?;
    }
    of_login_file(&*setup.store, |secret| run.protect(secret));
    Ok(setup)
}

/// The variable whose key wins over a login at the service itself, where one does.
pub(crate) fn key_variable(environment: &Environment) -> Option<&'static str> {
    [CODEX_API_KEY_VARIABLE, API_KEY_VARIABLE].into_iter().find(|name| environment.variable(name).is_some())
}

/// The stored login, or why it cannot be read. That is an error only for those who need it.
pub(crate) struct StoredLogin(Result<Option<AuthManager>, AuthError>);

impl StoredLogin {
    /// Reads the store.
    ///
    /// # Errors
    /// When the connections of this process cannot be set up: then nothing at all can be asked.
    pub(crate) async fn read(config: &Config, context: &Context) -> Result<Self, Failure> {
        let read = match setup(config, context, None) {
            Ok(setup) => setup.manager().await.map(Some),
            Err(error) => Err(error),
        };
        match read {
            // Without a home there is no place for a login: nobody has lost one.
            Err(AuthError::Home(CodexHomeError::NoHome)) => Ok(Self(Ok(None))),
            Err(AuthError::Transport(error)) => Err(SetupError::Transport(error).into()),
            read => Ok(Self(read)),
        }
    }

    /// The provider of this run, and the login where it uses one.
    ///
    /// # Errors
    /// When the configuration cannot be used, and when the provider needs a login that cannot be read.
    pub(crate) fn select(
        self,
        args: &ConnectionArgs,
        config: &Config,
        context: &Context,
    ) -> Result<Selected, Failure> {
        let (choice, environment) = (args.choice(), &context.environment);
        if args.says_who_asks()? {
            // A flag is more than a login that happens to be there.
            return Ok(config.select(&choice, environment, None)?.into());
        }
        match self.0 {
            Ok(login) => {
                let mode = login.as_ref().and_then(AuthManager::mode);
                let problem = login.as_ref().and_then(AuthManager::status).and_then(|status| status.problem);
                let problem = problem.map(Failure::UselessLogin);
                Ok(Selected { selection: config.select(&choice, environment, mode)?, login, problem })
            }
            Err(error) => {
                // Would a login have been used?
                let selection = config.select(&choice, environment, Some(AuthMode::Chatgpt))?;
                if matches!(&selection, Selection::Provider(provider) if provider.uses_login) {
                    return Err(error.into());
                }
                Ok(Selected { selection, login: None, problem: Some(error.into()) })
            }
        }
    }
}

/// Whom to ask, and as whom.
pub(crate) struct Selected {
    pub(crate) selection: Selection,
    pub(crate) login: Option<AuthManager>,
    /// Why a login that is there, but not needed, cannot be used.
    pub(crate) problem: Option<Failure>,
}

impl From<Selection> for Selected {
    fn from(selection: Selection) -> Self {
        Self { selection, login: None, problem: None }
    }
}

/// The login that this run uses, known to whoever ends the run. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct LoginInUse(Arc<OnceLock<AuthManager>>);

impl LoginInUse {
    /// There is one per run; another one would be the same.
    pub(crate) fn set(&self, manager: &AuthManager) {
        let _the_first_one_counts = self.0.set(manager.clone());
    }

    /// Waits for tokens that are being renewed, up to a limit.
    pub(crate) async fn settle(&self) {
        if let Some(manager) = self.0.get() {
            // Past the limit the tokens may be lost, and the next run says so.
            let _given_up = timeout(SETTLE_PATIENCE, manager.settle()).await;
        }
    }
}
