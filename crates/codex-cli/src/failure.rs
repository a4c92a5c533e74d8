//! Why the command failed, and with which code it ends.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use codex_api::{
    ApiError, ApiErrorKind, SafeText, SetupError, TransportError,
    realtime::{RealtimeError, TranscriptionFailed},
};
use codex_core::{AuthError, ConfigError, KeySource, LoginError, LoginProblem, RecordError, StoreError};
use codex_observe::Diagnosis;
use codex_sim::{RecordingError, ScenarioError, SimError};
use thiserror::Error;

use crate::{
    args::PairError, command::FeedbackFailure, exit::Exit, input::InputError, round::Round,
    tool_command::ToolCommandError,
};

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
    #[error("there is no usable login")]
    Login(#[from] AuthError),
    #[error("the stored login cannot be used")]
    UselessLogin(#[source] LoginProblem),
    #[error("the login failed")]
    LoggingIn(#[from] LoginError),
    #[error("the login cannot be looked at")]
    LoginStore(#[from] StoreError),
    #[error(
        "standard input is a terminal: pipe the key in, so that nobody sees it and no history keeps it, as in \
         `printenv OPENAI_API_KEY | codex-api login --with-api-key`"
    )]
    TypedKey,
    #[error("cannot set up the connection")]
    Setup(#[from] SetupError),
    #[error("cannot use the scenario{}", named(file, source))]
    Scenario { file: PathBuf, source: ScenarioError },
    #[error("--header Authorization and the key {key_source} exclude each other; leave one of them out")]
    TwoKeys { key_source: KeySource },
    #[error("cannot replay")]
    Replay(#[from] RecordingError),
    #[error("cannot record")]
    Record(#[from] RecordError),
    #[error(transparent)]
    Feedback(#[from] FeedbackFailure),
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
        /// Why, where the credentials have to do with it.
        diagnosis: Option<Box<Diagnosis>>,
    },
    #[error("the response is incomplete ({reason})")]
    Incomplete { reason: String, request_id: Option<String> },
    #[error("the response {id} is not deleted, says the server")]
    NotDeleted { id: String },
    #[error("the input of the response has more than {limit} pages, the most that is read")]
    TooManyPages { limit: usize },
    #[error("version v1 of the realtime protocol has no transcription; use --protocol v2")]
    NoTranscription,
    /// The service said so inside a realtime session.
    #[error("the service reported an error: {}", realtime_message(error))]
    Realtime { error: Box<RealtimeError> },
    #[error("the sound could not be written down: {}", transcription_message(event))]
    Transcription { event: Box<TranscriptionFailed> },
    #[error("the service was silent for {:.1} s; --idle-timeout sets this limit", limit.as_secs_f64())]
    Silence { limit: Duration },
    #[error("the service ended the session")]
    Hangup,
    #[error("not every message was answered")]
    Unanswered,
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
    /// Of a response that ended before it was whole.
    pub(crate) fn incomplete(round: Round) -> Self {
        let reason = round.response.incomplete_reason();
        let reason = reason.map_or("no reason given", |reason| reason.as_str()).to_owned();
        Self::Incomplete { reason, request_id: round.request_id }
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Config(ConfigError::MissingKey { .. })
            | Self::Login(AuthError::Store(_) | AuthError::Forbidden(_))
            | Self::UselessLogin(_)
            | Self::LoginStore(_)
            | Self::LoggingIn(LoginError::Refused { .. } | LoginError::Forbidden(_)) => Exit::Auth,
            Self::LoggingIn(
                LoginError::Transport(_)
                | LoginError::NoDeviceLogin
                | LoginError::Answer { .. }
                | LoginError::CodeExpired { .. },
            ) => Exit::Failed,
            Self::Config(_)
            | Self::Pair(_)
            | Self::Flag { .. }
            | Self::Input(_)
            | Self::Login(_)
            | Self::LoggingIn(_)
            | Self::TypedKey
            | Self::Setup(_)
            | Self::Scenario { .. }
            | Self::TwoKeys { .. }
            | Self::Record(_)
            | Self::Replay(_)
            | Self::Simulator(_)
            | Self::LogFilter(_)
            | Self::NoTranscription
            | Self::Tool(_) => Exit::Usage,
            Self::Feedback(failure) => failure.exit(),
            Self::Request { error, .. } => exit_of(error),
            Self::Incomplete { .. }
            | Self::TooManyRounds { .. }
            | Self::NotDeleted { .. }
            | Self::TooManyPages { .. }
            | Self::Realtime { .. }
            | Self::Transcription { .. }
            | Self::Silence { .. }
            | Self::Hangup
            | Self::Unanswered
            | Self::Runtime(_) => Exit::Failed,
            // Whoever reads has had enough, as `head` does: that is no failure.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Ok,
            Self::Output(_) => Exit::Failed,
        }
    }

    /// Why a request failed, where the credentials have to do with it.
    pub(crate) fn diagnosis(&self) -> Option<&Diagnosis> {
        match self {
            Self::Request { diagnosis, .. } => diagnosis.as_deref(),
            _ => None,
        }
    }

    /// Whether there is nothing to say about it.
    pub(crate) fn is_quiet(&self) -> bool {
        self.exit() == Exit::Ok
    }
}

/// The file, unless the cause names it.
fn named(file: &Path, source: &ScenarioError) -> String {
    match source {
        ScenarioError::File { path, .. } if path == file => String::new(),
        _ => format!(" {}", file.display()),
    }
}

const NO_REASON: &str = "it gave no reason";
/// The longest message of a realtime service that is told, in characters.
const MAX_MESSAGE_CHARS: usize = 500;

/// Scrubbed: services repeat keys that they refuse.
fn realtime_message(error: &RealtimeError) -> SafeText {
    SafeText::prose(error.error.message.as_deref().unwrap_or(NO_REASON), MAX_MESSAGE_CHARS)
}

fn transcription_message(event: &TranscriptionFailed) -> SafeText {
    let message = event.error.as_ref().map_or(NO_REASON, |error| error.message.as_str());
    SafeText::prose(message, MAX_MESSAGE_CHARS)
}

fn exit_of(error: &ApiError) -> Exit {
    match error.kind() {
        _ if error.is_unauthorized() => Exit::Auth,
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
