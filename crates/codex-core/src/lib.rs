#![doc = include_str!("../README.md")]

mod answer_source;
mod config;
mod model_client;
pub mod paths;
mod turn;

pub use config::{
    BuiltIn, Config, ConfigError, ConfigProblem, ConfigWarning, Environment, KeySource, Loaded,
    MAX_CONFIG_BYTES, MAX_RETRIES, Origin, Place, ProviderChoice, ProviderConfig, ResolvedProvider,
    Selection, TimeoutConfig, WhySimulator,
};
pub use model_client::{ModelClient, SessionSettings, Transport};
pub use turn::{Turn, TurnEvent};
