#![doc = include_str!("../README.md")]

mod answer_source;
mod auth;
mod client_identity;
mod codex_err;
mod config;
mod model_client;
mod model_client_session;
pub mod models;
pub mod paths;
mod recording;
mod report_sender;
mod turn;
mod turn_metadata;

pub use auth::{
    AUTHORITY_TIMEOUT, AnswerProblem, AuthError, AuthFile, AuthManager, AuthSetup, CLIENT_ID, Claims,
    CredentialStore, DEFAULT_POLL_INTERVAL, DEVICE_CODE_LIFETIME, Damage, DeviceCode, EXTERNAL_TIMEOUT,
    ExternalRefresher, ExternalSetup, FileStore, ForcedMethod, HostRefresh, HostRefreshReason, HostTokens,
    KeyringProblem, LOCK_PATIENCE, LoggedIn, LoggedOut, LoginError, LoginMode, LoginProblem,
    LoginRestrictions, LoginStatus, MAX_API_KEY_BYTES, MAX_AUTH_FILE_BYTES, MAX_AUTHORITY_BODY_BYTES,
    MAX_LOGIN_AGE, MAX_TOKEN_BYTES, MemoryStore, READY_PATIENCE, READY_PAUSE, REFRESH_MARGIN,
    REFRESH_URL_VARIABLE, REVOKE_TIMEOUT, REVOKE_URL_VARIABLE, RefreshError, RestrictionBroken, Revocation,
    StoreChoice, StoreError, StoreKind, StoreLock, TokenAuthority, Tokens, UnauthorizedRecovery,
    UnknownStore, read_api_key,
};
#[cfg(feature = "keyring")]
pub use auth::{AutoStore, KeyringStore};
pub use client_identity::ClientIdentity;
pub use codex_err::CodexErr;
pub use config::{
    BuiltIn, CHATGPT_BASE_URL, CODEX_API_KEY_VARIABLE, Config, ConfigError, ConfigProblem, ConfigWarning,
    Environment, FEEDBACK_DSN_VARIABLE, FeedbackConfig, KeySource, Loaded, LoginConfig, MAX_CONFIG_BYTES,
    MAX_RETRIES, Origin, Place, ProviderChoice, ProviderConfig, ResolvedProvider, Selection, TimeoutConfig,
    WhySimulator,
};
pub use model_client::{ModelClient, SessionSettings, Transport};
pub use model_client_session::{ModelClientSession, TurnSettings};
pub use recording::{
    FINISH_PATIENCE, MAX_WAITING_BYTES, RecordError, RecordedTexts, Recorder, RecordingCut, RecordingOptions,
    RecordingSummary,
};
pub use report_sender::{REPORT_TIMEOUT, ReportSender};
pub use turn::{Turn, TurnEvent};
pub use turn_metadata::{TurnMetadata, Workspace};
