//! Why the command failed, and with which code it ends.

use std::io;

use codex_api::{ApiError, ApiErrorKind, SetupError, TransportError};
use codex_core::{ConfigError, KeySource};
use codex_sim::{ScenarioError, SimError};
use thiserror::Error;

use crate::{args::PairError, exit::Exit, input::InputError, tool_command::ToolCommandError};

/// Why the command failed.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Pair(#[from] PairError),
    #[error("cannot use the flag {flag}")]
    Flag { flag: &'static str, source: codex_api::ProviderError },
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("cannot set up the connection")]
    Setup(#[from] SetupError),
    #[error("cannot use the scenario")]
    Scenario(#[from] ScenarioError),
    #[error("cannot start the simulator")]
    Simulator(#[from] SimError),
    #[error("cannot use RUST_LOG")]
    LogFilter(#[from] tracing_subscriber::filter::ParseError),
    /// The service refused, could not be reached, or broke off.
    #[error("{error}")]
    Request {
        error: Box<ApiError>,
        /// Where the key of the request came from.
        key_source: KeySource,
    },
    #[error("the response is incomplete ({reason})")]
    Incomplete { reason: String },
    #[error("the model still calls tools after {limit} rounds")]
    TooManyRounds { limit: u32 },
    #[error(transparent)]
    Tool(#[from] ToolCommandError),
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    #[error("cannot start: the runtime failed")]
    Runtime(#[source] io::Error),
}

impl Failure {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Config(ConfigError::MissingKey { .. }) => Exit::Auth,
            Self::Config(_)
            | Self::Pair(_)
            | Self::Flag { .. }
            | Self::Input(_)
            | Self::Setup(_)
            | Self::Scenario(_)
            | Self::Simulator(_)
            | Self::LogFilter(_)
            | Self::Tool(_) => Exit::Usage,
            Self::Request { error, .. } => exit_of(error),
            Self::Incomplete { .. } | Self::TooManyRounds { .. } | Self::Runtime(_) => Exit::Failed,
            // Whoever reads has had enough, as `head` does: that is no failure.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Ok,
            Self::Output(_) => Exit::Failed,
        }
    }

    /// Whether there is nothing to say about it.
    pub(crate) fn is_quiet(&self) -> bool {
        self.exit() == Exit::Ok
    }
}

fn exit_of(error: &ApiError) -> Exit {
    match error.kind() {
        ApiErrorKind::Auth(_) => Exit::Auth,
        ApiErrorKind::Api { status: Some(401 | 403), .. } => Exit::Auth,
        ApiErrorKind::Request(_) | ApiErrorKind::Settings(_) => Exit::Usage,
        ApiErrorKind::Transport(
            TransportError::Url(_)
            | TransportError::Header { .. }
            | TransportError::Ca(_)
            | TransportError::ProxyConfig(_),
        ) => Exit::Usage,
        _ if matches!(error.status(), Some(401 | 403)) => Exit::Auth,
        _ => Exit::Failed,
    }
}
