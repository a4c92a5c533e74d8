//! What can be wrong with a configuration. No text here quotes a value: it may be a secret.

use std::{fmt, io, path::PathBuf};

use codex_api::ProviderError;
use thiserror::Error;

use super::provider_config::MAX_RETRIES;

/// Why there is no usable configuration.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}", file.display())]
    Read {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is too large to be a configuration.
    #[error("the configuration {} is longer than {limit} bytes; is it the right file?", file.display())]
    TooLarge {
        /// Which file.
        file: PathBuf,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The file is no TOML.
    #[error("{place}: this is not TOML: {objection}")]
    Syntax {
        /// Where the parser stopped.
        place: Place,
        /// What it objects to.
        objection: Box<str>,
    },
    /// A value that cannot be used.
    #[error("{place}: `{key}` {problem}")]
    Invalid {
        /// Where it stands.
        place: Place,
        /// The key, with the tables around it.
        key: String,
        /// What is wrong with it.
        problem: ConfigProblem,
    },
    /// A provider that nobody knows.
    #[error(
        "the provider `{id}` is not known; known are {}; add others as [model_providers.<id>] in config.toml",
        known.join(", ")
    )]
    UnknownProvider {
        /// The id asked for.
        id: String,
        /// The ids that exist.
        known: Vec<String>,
    },
    /// The retired provider `ollama-chat` was asked for.
    #[error("the provider `ollama-chat` {}", ConfigProblem::OllamaChat)]
    OllamaChat,
    /// The variable with the provider's key is unset or blank.
    #[error("the provider `{id}` needs a key, but {variable} is not set{}", remedy(.variable, .instructions))]
    MissingKey {
        /// The provider.
        id: String,
        /// The variable that should hold it.
        variable: String,
        /// `env_key_instructions` of the provider.
        instructions: Option<String>,
    },
    /// A base URL or header that cannot be used.
    #[error("cannot use {origin}")]
    Provider {
        /// Where the value came from.
        origin: Origin,
        /// What is wrong with it.
        source: ProviderError,
    },
}

/// What is wrong with a value. Reads on after the name of its key.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// The value has another type.
    #[error("must be {expected}")]
    Type {
        /// What it should be.
        expected: &'static str,
    },
    /// The value is missing.
    #[error("needs a value: {purpose}")]
    Missing {
        /// What it is for.
        purpose: &'static str,
    },
    /// More retries than can be meant.
    #[error("must be at most {MAX_RETRIES}")]
    TooManyRetries,
    /// A timeout of no time.
    #[error("must be at least 1 millisecond; leave it out for the default")]
    ZeroTimeout,
    /// The id belongs to a built-in provider.
    #[error(
        "is a built-in provider and cannot be replaced: choose another id{}",
        if id == "openai" { ", or set `openai_base_url`" } else { "" }
    )]
    ReservedProvider {
        /// The id.
        id: String,
    },
    /// A DSN that cannot be used.
    #[error("cannot be used: {source}")]
    Dsn {
        /// What is wrong with it; nothing of it is shown.
        source: codex_feedback::DsnError,
    },
    /// A key of `[otel]` that is not known.
    #[error("holds a key on this line that is not known: check its spelling")]
    UnknownOtelKey,
    /// A value of `[otel]` that cannot be used.
    #[error("holds a value on this line that cannot be used: check it against the documentation of the key")]
    OtelValue,
    /// `wire_api = "chat"`.
    #[error(
        "is \"chat\", which is not spoken here: set it to \"responses\" if the server has it, and leave it out else"
    )]
    ChatApi,
    /// Another `wire_api`.
    #[error("must be \"responses\", the only one spoken")]
    UnknownWireApi,
    /// The retired provider `ollama-chat`.
    #[error("is retired: use `ollama`, which speaks the Responses API (from Ollama 0.13.4 on)")]
    OllamaChat,
    /// A base URL or header that cannot be used.
    #[error("cannot be used: {source}")]
    Provider {
        /// What is wrong with it.
        source: ProviderError,
    },
}

/// A line of a file; prints as `file:line`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// Where a value came from, when it was not a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// [`ProviderChoice::base_url`](super::ProviderChoice).
    ChosenBaseUrl,
    /// An environment variable.
    Variable {
        /// Its name.
        name: String,
    },
    /// The configuration of a provider.
    Provider {
        /// Its id.
        id: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChosenBaseUrl => f.write_str("the base URL that was given"),
            Self::Variable { name } => f.write_str(name),
            Self::Provider { id } => write!(f, "the provider `{id}`"),
        }
    }
}

fn remedy(variable: &str, instructions: &Option<String>) -> String {
    match instructions {
        Some(text) => format!(": {text}"),
        None if variable == codex_api::API_KEY_VARIABLE => {
            "; export it, log in with `codex-api login`, or choose another provider".to_owned()
        }
        None => "; export it, or choose another provider".to_owned(),
    }
}
