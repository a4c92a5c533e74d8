//! From the configuration and the environment to the provider of this run.

use std::fmt;

use codex_api::{
    API_KEY_VARIABLE, ApiKey, AuthMode, ORGANIZATION_VARIABLE, PROJECT_VARIABLE, Provider, ProviderError,
    RetryPolicy,
};

use super::Environment;
use super::{BuiltIn, Config, ConfigError, Origin, ProviderConfig};
use crate::model_client::Transport;

/// Variable that holds a key for this client alone; wins over `OPENAI_API_KEY`.
pub const CODEX_API_KEY_VARIABLE: &str = "CODEX_API_KEY";

/// Where a ChatGPT login is served (wire.md 1).
pub const CHATGPT_BASE_URL: &str = "https://chatgpt.com/backend-api/codex";

/// The id of a provider that older programs had.
pub(super) const RETIRED_OLLAMA_CHAT: &str = "ollama-chat";

/// What the user chose for this run, over the configuration.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ProviderChoice {
    /// Id of the provider.
    pub id: Option<String>,
    /// Base URL, in place of the provider's own.
    pub base_url: Option<String>,
}

impl ProviderChoice {
    /// Chooses a provider by its id.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Chooses another base URL.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }
}

/// Whom to talk to: one or the other.
#[derive(Debug)]
pub enum Selection {
    /// The simulator, which the caller has to start.
    Simulator(WhySimulator),
    /// A service.
    Provider(Box<ResolvedProvider>),
}

/// Why it is the simulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhySimulator {
    /// It was named.
    Named,
    /// No provider and no base URL is named, and there is no key: the user should be told.
    NothingNamed,
}

/// A provider that can be talked to.
#[derive(Debug)]
#[non_exhaustive]
pub struct ResolvedProvider {
    /// Its id.
    pub id: String,
    /// Base URL, headers, limits of patience.
    pub provider: Provider,
    /// The key, where there is one.
    pub key: Option<ApiKey>,
    /// Where the key came from, for errors.
    pub key_source: KeySource,
    /// Whether requests go out with the login of the user instead of a key.
    pub uses_login: bool,
    /// How often a turn is tried again whose stream broke before any output.
    pub stream_retries: RetryPolicy,
    /// The transport to take unless the user says otherwise: [`Transport::Auto`] when the configuration says
    /// `supports_websockets`, else HTTP.
    pub transport: Transport,
}

impl ResolvedProvider {
    /// A simulator that runs at `base_url`. It takes any key, and refuses requests without one, as the service does.
    ///
    /// # Errors
    /// When the base URL cannot be used.
    pub fn simulator(base_url: &str) -> Result<Self, ConfigError> {
        let choice = ProviderChoice::default().base_url(base_url);
        Config::default().resolve(BuiltIn::Sim.id(), &choice, &Environment::from([]), None)
    }
}

/// Where a key came from. Prints as a clause: `from OPENAI_API_KEY`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySource {
    /// There is none.
    None,
    /// An environment variable.
    Variable {
        /// Its name.
        name: String,
    },
    /// `experimental_bearer_token` in the configuration.
    Configuration {
        /// The provider.
        id: String,
    },
    /// The login of the user.
    Login {
        /// Which kind.
        mode: AuthMode,
    },
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("from nowhere"),
            Self::Variable { name } => write!(f, "from {name}"),
            Self::Login { .. } => f.write_str("from the stored login"),
            Self::Configuration { id } => write!(f, "from experimental_bearer_token of the provider `{id}`"),
        }
    }
}

impl Config {
    /// The provider of this run: the chosen one, else `model_provider`, else `openai` when there is a key or a base URL
    /// for it, or a login of the user (`login` says of which kind), else the simulator.
    ///
    /// # Errors
    /// When the provider is not known, its key is missing, or its base URL or headers cannot be used.
    pub fn select(
        &self,
        choice: &ProviderChoice,
        environment: &Environment,
        login: Option<AuthMode>,
    ) -> Result<Selection, ConfigError> {
        let named = choice.id.as_deref().or(self.model_provider.as_deref());
        match named {
            Some(id) if BuiltIn::from_id(id) == Some(BuiltIn::Sim) && choice.base_url.is_none() => {
                Ok(Selection::Simulator(WhySimulator::Named))
            }
            None if login.is_none() && !self.has_openai(choice, environment) => {
                Ok(Selection::Simulator(WhySimulator::NothingNamed))
            }
            named => {
                let id = named.unwrap_or(BuiltIn::Openai.id());
                self.resolve(id, choice, environment, login)
                    .map(|provider| Selection::Provider(Box::new(provider)))
            }
        }
    }

    /// Whether anything points to `openai`.
    fn has_openai(&self, choice: &ProviderChoice, environment: &Environment) -> bool {
        choice.base_url.is_some()
            || self.openai_base_url.is_some()
            || [CODEX_API_KEY_VARIABLE, API_KEY_VARIABLE, codex_api::BASE_URL_VARIABLE]
                .iter()
                .any(|name| environment.variable(name).is_some())
    }

    fn resolve(
        &self,
        id: &str,
        choice: &ProviderChoice,
        environment: &Environment,
        login: Option<AuthMode>,
    ) -> Result<ResolvedProvider, ConfigError> {
        if id == RETIRED_OLLAMA_CHAT {
            return Err(ConfigError::OllamaChat);
        }
        let built_in = BuiltIn::from_id(id);
        let own;
        let config = match (built_in, self.model_providers.get(id)) {
            (Some(built_in), _) => {
                own = self.built_in_config(built_in);
                &own
            }
            (None, Some(config)) => config,
            (None, None) => return Err(self.unknown(id)),
        };
        let (key, key_source) = match built_in {
            Some(BuiltIn::Openai) => openai_key(environment),
            Some(BuiltIn::Sim) => (Some(ApiKey::new(SIMULATOR_KEY)), KeySource::None),
            _ => configured_key(id, config, environment)?,
        };
        let wants_login = key.is_none() && (built_in == Some(BuiltIn::Openai) || config.requires_openai_auth);
        let login = login.filter(|_| wants_login);
        let by_login = match login {
            Some(AuthMode::Chatgpt) => CHATGPT_BASE_URL,
            _ => codex_api::OPENAI_BASE_URL,
        };
        let (base_url, origin) = match &choice.base_url {
            Some(url) => (url.clone(), Origin::ChosenBaseUrl),
            None => base_url(id, config, environment, by_login),
        };
        let problem = |source| ConfigError::Provider { origin: origin.clone(), source };
        let mut provider = config.provider(&base_url).map_err(problem)?;
        for (header, variable) in &config.env_http_headers {
            provider = env_header(provider, header, variable, environment)?;
        }
        if wants_login && login.is_none() && needs_key(built_in, &provider) {
            return Err(missing(id, API_KEY_VARIABLE, config.env_key_instructions.clone()));
        }
        let key_source = login.map_or(key_source, |mode| KeySource::Login { mode });
        let stream_retries = config.stream_retries();
        let transport = if config.supports_websockets { Transport::Auto } else { Transport::Http };
        let uses_login = login.is_some();
        let id = id.to_owned();
        Ok(ResolvedProvider { id, provider, key, key_source, uses_login, stream_retries, transport })
    }

    /// A built-in provider in the terms of a configured one.
    fn built_in_config(&self, built_in: BuiltIn) -> ProviderConfig {
        let mut config = ProviderConfig::new(built_in.name());
        if built_in == BuiltIn::Openai {
            config.base_url = self.openai_base_url.clone();
            config.env_http_headers =
                [("OpenAI-Organization", ORGANIZATION_VARIABLE), ("OpenAI-Project", PROJECT_VARIABLE)]
                    .map(|(header, variable)| (header.to_owned(), variable.to_owned()))
                    .into();
        }
        config
    }

    fn unknown(&self, id: &str) -> ConfigError {
        let built_in = BuiltIn::ALL.iter().map(|built_in| built_in.id().to_owned());
        let known = built_in.chain(self.model_providers.keys().cloned()).collect();
        ConfigError::UnknownProvider { id: id.to_owned(), known }
    }
}

/// The simulator takes any key, and refuses requests without one, as the service does.
const SIMULATOR_KEY: &str = "sim";

/// The base URL, and what to name when it cannot be used. `by_login` is where the service serves this login.
fn base_url(
    id: &str,
    config: &ProviderConfig,
    environment: &Environment,
    by_login: &str,
) -> (String, Origin) {
    let provider = Origin::Provider { id: id.to_owned() };
    if let Some(url) = &config.base_url {
        return (url.clone(), provider);
    }
    match BuiltIn::from_id(id).map(|built_in| built_in.base_url(environment)) {
        Some((url, Some(variable))) => (url, Origin::Variable { name: variable.to_owned() }),
        Some((url, None)) if url != codex_api::OPENAI_BASE_URL => (url, provider),
        _ => (by_login.to_owned(), provider),
    }
}

fn env_header(
    provider: Provider,
    header: &str,
    variable: &str,
    environment: &Environment,
) -> Result<Provider, ConfigError> {
    let Some(value) = environment.variable(variable) else { return Ok(provider) };
    let problem = |source: ProviderError| ConfigError::Provider {
        origin: Origin::Variable { name: variable.to_owned() },
        source,
    };
    provider.header(header, &value).map_err(problem)
}

/// The key in the environment. It wins over a login, so that one command can be run with another key.
fn openai_key(environment: &Environment) -> (Option<ApiKey>, KeySource) {
    variable_key(CODEX_API_KEY_VARIABLE, environment)
        .or_else(|| variable_key(API_KEY_VARIABLE, environment))
        .unwrap_or((None, KeySource::None))
}

/// The service needs a key; another server in its place may not.
fn needs_key(built_in: Option<BuiltIn>, provider: &Provider) -> bool {
    built_in != Some(BuiltIn::Openai) || provider.base_url().as_str().starts_with(codex_api::OPENAI_BASE_URL)
}

fn configured_key(
    id: &str,
    config: &ProviderConfig,
    environment: &Environment,
) -> Result<(Option<ApiKey>, KeySource), ConfigError> {
    let variable = config.env_key.as_deref();
    if let (None, Some(token)) = (variable, &config.experimental_bearer_token) {
        return Ok((Some(ApiKey::new(token)), KeySource::Configuration { id: id.to_owned() }));
    }
    match variable {
        None if config.requires_openai_auth => Ok(openai_key(environment)),
        None => Ok((None, KeySource::None)),
        Some(name) => variable_key(name, environment)
            .ok_or_else(|| missing(id, name, config.env_key_instructions.clone())),
    }
}

fn variable_key(name: &str, environment: &Environment) -> Option<(Option<ApiKey>, KeySource)> {
    let key = environment.variable(name)?;
    Some((Some(ApiKey::new(key)), KeySource::Variable { name: name.to_owned() }))
}

fn missing(id: &str, variable: &str, instructions: Option<String>) -> ConfigError {
    ConfigError::MissingKey { id: id.to_owned(), variable: variable.to_owned(), instructions }
}
