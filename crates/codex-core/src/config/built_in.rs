//! The providers that need no configuration.

use codex_api::OPENAI_BASE_URL;

use super::Environment;

/// Replaces the base URL of the local providers.
const OSS_BASE_URL_VARIABLE: &str = "CODEX_OSS_BASE_URL";
/// Replaces the port of the local providers.
const OSS_PORT_VARIABLE: &str = "CODEX_OSS_PORT";

/// A provider that needs no configuration. Its id is reserved (wire.md 16, and `sim`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuiltIn {
    /// The service itself, with `OPENAI_API_KEY`.
    Openai,
    /// Ollama on this machine, at port 11434.
    Ollama,
    /// LM Studio on this machine, at port 1234.
    Lmstudio,
    /// The simulator.
    Sim,
}

impl BuiltIn {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Openai, Self::Ollama, Self::Lmstudio, Self::Sim];

    /// The id, as in `model_provider`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::Ollama => "ollama",
            Self::Lmstudio => "lmstudio",
            Self::Sim => "sim",
        }
    }

    /// The built-in provider of this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|built_in| built_in.id() == id)
    }

    /// Name for people. `OpenAI` is how services tell their own client from others.
    pub fn name(self) -> &'static str {
        match self {
            Self::Openai => "OpenAI",
            Self::Ollama => "Ollama",
            Self::Lmstudio => "LM Studio",
            Self::Sim => "simulator",
        }
    }

    /// Where it is, and the variable that says so if one does.
    pub(crate) fn base_url(self, environment: &Environment) -> (String, Option<&'static str>) {
        match self {
            Self::Openai => first_of(environment, codex_api::BASE_URL_VARIABLE, OPENAI_BASE_URL),
            Self::Ollama => local(environment, 11434),
            Self::Lmstudio => local(environment, 1234),
            // Whoever starts the simulator knows its port.
            Self::Sim => (String::new(), None),
        }
    }
}

fn first_of(
    environment: &Environment,
    variable: &'static str,
    default: &str,
) -> (String, Option<&'static str>) {
    match environment.variable(variable) {
        Some(url) => (url, Some(variable)),
        None => (default.to_owned(), None),
    }
}

fn local(environment: &Environment, port: u16) -> (String, Option<&'static str>) {
    if let Some(url) = environment.variable(OSS_BASE_URL_VARIABLE) {
        return (url, Some(OSS_BASE_URL_VARIABLE));
    }
    match environment.variable(OSS_PORT_VARIABLE) {
        Some(port) => (format!("http://localhost:{port}/v1"), Some(OSS_PORT_VARIABLE)),
        None => (format!("http://localhost:{port}/v1"), None),
    }
}
