#![doc = include_str!("../README.md")]

mod answer_source;
mod client_identity;
mod config;
mod model_client;
mod model_client_session;
pub mod models;
pub mod paths;
mod turn;
mod turn_metadata;

pub use client_identity::ClientIdentity;
pub use config::{
    BuiltIn, CHATGPT_BASE_URL, CODEX_API_KEY_VARIABLE, Config, ConfigError, ConfigProblem, ConfigWarning,
    Environment, KeySource, Loaded, MAX_CONFIG_BYTES, MAX_RETRIES, Origin, Place, ProviderChoice,
    ProviderConfig, ResolvedProvider, Selection, TimeoutConfig, WhySimulator,
};
pub use model_client::{ModelClient, SessionSettings, Transport};
pub use model_client_session::{ModelClientSession, TurnSettings};
pub use turn::{Turn, TurnEvent};
pub use turn_metadata::{TurnMetadata, Workspace};
