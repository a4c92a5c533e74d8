//! `config.toml`: which providers there are, and which one to talk to.

mod built_in;
mod environment;
mod error;
mod file;
mod login_config;
mod provider_config;
mod resolve;
mod table_reader;
mod telemetry_config;

use std::{collections::BTreeMap, fmt, path::Path};

pub use built_in::BuiltIn;
pub use environment::Environment;
pub use error::{ConfigError, ConfigProblem, Origin, Place};
pub use file::{Loaded, MAX_CONFIG_BYTES};
pub use login_config::LoginConfig;
pub use provider_config::{MAX_RETRIES, ProviderConfig, TimeoutConfig};
pub use resolve::{
    CHATGPT_BASE_URL, CODEX_API_KEY_VARIABLE, KeySource, ProviderChoice, ResolvedProvider, Selection,
    WhySimulator,
};
pub use telemetry_config::{FEEDBACK_DSN_VARIABLE, FeedbackConfig};

use codex_otel::OtelConfig;
use table_reader::TableReader;

#[doc = include_str!("config/README.md")]
///
/// ```
/// use codex_core::{Config, Environment, ProviderChoice, Selection};
///
/// let loaded = Config::parse(
///     r#"
///     model_provider = "local"
///     [model_providers.local]
///     name = "llama.cpp"
///     base_url = "http://127.0.0.1:8080/v1"
///     "#,
///     "config.toml".as_ref(),
/// )?;
/// let choice = ProviderChoice::default();
/// let Selection::Provider(local) = loaded.config.select(&choice, &Environment::from([]), None)? else {
///     return Err("a provider is named".into());
/// };
/// assert_eq!(local.provider.base_url().as_str(), "http://127.0.0.1:8080/v1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Config {
    /// Model to ask when the request names none.
    pub model: Option<String>,
    /// Id of the provider to use when none is named: a built-in one, or a key of `model_providers`.
    pub model_provider: Option<String>,
    /// Base URL of the built-in provider `openai`; wins over `OPENAI_BASE_URL`.
    pub openai_base_url: Option<String>,
    /// Where logins are kept, and which are allowed.
    pub login: LoginConfig,
    /// `[otel]`: telemetry.
    pub otel: OtelConfig,
    /// `[feedback]`: reports.
    pub feedback: FeedbackConfig,
    /// `[model_providers.<id>]`.
    pub model_providers: BTreeMap<String, ProviderConfig>,
}

/// Something in a configuration that has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigWarning {
    /// Where it stands.
    pub place: Place,
    /// The key, with the tables around it, such as `model_providers.azure.base_ulr`.
    pub key: String,
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: the key `{}` is not known and has no effect; check its spelling", self.place, self.key)
    }
}

impl Config {
    /// Reads a configuration from text; `file` is what errors call it.
    ///
    /// A key that is not known is a warning, not an error: one file can serve newer versions and other programs.
    ///
    /// # Errors
    /// When the text is no TOML, or a value cannot be used. Values are never quoted: they may be secrets.
    pub fn parse(text: &str, file: &Path) -> Result<Loaded, ConfigError> {
        let table = table_reader::parse(text, file)?;
        let mut reader = TableReader::root(text, file, &table);
        let (feedback, feedback_warnings) = FeedbackConfig::read(&mut reader)?;
        let mut config = Self {
            model: reader.string("model")?,
            model_provider: reader.checked("model_provider", check_provider_id)?,
            openai_base_url: reader.checked("openai_base_url", provider_config::check_base_url)?,
            login: LoginConfig::read(&mut reader)?,
            otel: telemetry_config::read_otel(&mut reader, text, file)?,
            feedback,
            model_providers: BTreeMap::new(),
        };
        let mut warnings = feedback_warnings;
        if let Some(mut providers) = reader.table("model_providers")? {
            for id in providers.keys() {
                if BuiltIn::from_id(&id).is_some() {
                    return Err(providers.problem(&id, ConfigProblem::ReservedProvider { id: id.clone() }));
                }
                let Some(mut table) = providers.table(&id)? else { continue };
                let provider = ProviderConfig::read(&mut table)?;
                warnings.extend(table.unknown_keys());
                config.model_providers.insert(id, provider);
            }
        }
        warnings.extend(reader.unknown_keys());
        warnings.sort_by_key(|warning: &ConfigWarning| warning.place.line);
        Ok(Loaded { config, warnings })
    }
}

/// `ollama-chat` was the id of an older protocol; whoever has it in an old file is told what to write now.
fn check_provider_id(id: &str) -> Result<(), ConfigProblem> {
    if id == resolve::RETIRED_OLLAMA_CHAT { Err(ConfigProblem::OllamaChat) } else { Ok(()) }
}
