//! `[model_providers.<id>]`.

use std::{fmt, time::Duration};

use codex_api::{OPENAI_BASE_URL, Provider, ProviderError, RetryPolicy};

use super::{ConfigError, ConfigProblem, table_reader::TableReader};

/// The most retries that can be configured.
pub const MAX_RETRIES: u32 = 100;

const DEFAULT_REQUEST_RETRIES: u32 = 4;
const DEFAULT_STREAM_RETRIES: u32 = 5;

/// `[model_providers.<id>]` of `config.toml`, with the names and defaults of wire.md 16, and timeouts of our own. What
/// can be checked without the environment has been checked.
#[derive(Clone)]
#[non_exhaustive]
pub struct ProviderConfig {
    /// Name for people; required. `azure` (any case) marks an Azure deployment.
    pub name: String,
    /// Where the paths of the API begin. Default: the service's own.
    pub base_url: Option<String>,
    /// Variable that holds the key. Without it, and without a token, requests go out without credentials.
    pub env_key: Option<String>,
    /// Shown when that variable is unset.
    pub env_key_instructions: Option<String>,
    /// A token in the file. Discouraged: files are copied and shared.
    pub experimental_bearer_token: Option<String>,
    /// Parameters of every request's URL.
    pub query_params: Vec<(String, String)>,
    /// Headers of every request.
    pub http_headers: Vec<(String, String)>,
    /// Headers whose values stand in variables; left out when the variable is unset or blank.
    pub env_http_headers: Vec<(String, String)>,
    /// Retries of a request before its first event. Default 4, at most [`MAX_RETRIES`].
    pub request_max_retries: u32,
    /// Retries of a whole turn whose stream broke before any output. Default 5, at most [`MAX_RETRIES`].
    pub stream_max_retries: u32,
    /// Whether it wants the login of the service: here, `OPENAI_API_KEY`.
    pub requires_openai_auth: bool,
    /// Whether it offers the WebSocket transport.
    pub supports_websockets: bool,
    /// How long each phase may take.
    pub timeouts: TimeoutConfig,
}

/// The timeouts of a provider; `None` leaves the default of [`Timeouts`](codex_api::Timeouts).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeoutConfig {
    /// `connect_timeout_ms`.
    pub connect: Option<Duration>,
    /// `head_timeout_ms`: to status and headers of the answer.
    pub head: Option<Duration>,
    /// `stream_idle_timeout_ms`: silence in a stream, in bytes.
    pub byte_idle: Option<Duration>,
    /// `event_idle_timeout_ms`: silence in a stream, in events; keep-alive comments do not count.
    pub event_idle: Option<Duration>,
    /// `total_timeout_ms`: over all attempts.
    pub total: Option<Duration>,
}

impl ProviderConfig {
    /// The settings of a provider that is only a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            base_url: None,
            env_key: None,
            env_key_instructions: None,
            experimental_bearer_token: None,
            query_params: Vec::new(),
            http_headers: Vec::new(),
            env_http_headers: Vec::new(),
            request_max_retries: DEFAULT_REQUEST_RETRIES,
            stream_max_retries: DEFAULT_STREAM_RETRIES,
            requires_openai_auth: false,
            supports_websockets: false,
            timeouts: TimeoutConfig::default(),
        }
    }

    pub(super) fn read(table: &mut TableReader<'_>) -> Result<Self, ConfigError> {
        let Some(name) = table.string("name")? else {
            return Err(table.missing("name", "what to call this provider"));
        };
        let mut config = Self::new(name);
        config.base_url = table.checked("base_url", check_base_url)?;
        config.env_key = table.string("env_key")?;
        config.env_key_instructions = table.string("env_key_instructions")?;
        config.experimental_bearer_token = table.string("experimental_bearer_token")?;
        table.checked("wire_api", check_wire_api)?;
        config.query_params = table.strings("query_params", check_query)?;
        config.http_headers = table.strings("http_headers", check_header)?;
        config.env_http_headers = table.strings("env_http_headers", |name, _| check_header(name, ""))?;
        config.request_max_retries =
            retries(table, "request_max_retries")?.unwrap_or(DEFAULT_REQUEST_RETRIES);
        config.stream_max_retries = retries(table, "stream_max_retries")?.unwrap_or(DEFAULT_STREAM_RETRIES);
        config.requires_openai_auth = table.flag("requires_openai_auth")?;
        config.supports_websockets = table.flag("supports_websockets")?;
        config.timeouts = TimeoutConfig {
            connect: milliseconds(table, "connect_timeout_ms")?,
            head: milliseconds(table, "head_timeout_ms")?,
            byte_idle: milliseconds(table, "stream_idle_timeout_ms")?,
            event_idle: milliseconds(table, "event_idle_timeout_ms")?,
            total: milliseconds(table, "total_timeout_ms")?,
        };
        Ok(config)
    }

    /// These settings as a provider at `base_url`.
    pub(super) fn provider(&self, base_url: &str) -> Result<Provider, ProviderError> {
        let mut provider = Provider::new(&self.name, base_url)?;
        for (name, value) in &self.query_params {
            provider = provider.query(name, value)?;
        }
        for (name, value) in &self.http_headers {
            provider = provider.header(name, value)?;
        }
        provider.retry.max_retries = self.request_max_retries;
        self.timeouts.apply(&mut provider);
        Ok(provider)
    }

    /// How often a turn is tried again whose stream broke.
    pub(super) fn stream_retries(&self) -> RetryPolicy {
        RetryPolicy { max_retries: self.stream_max_retries, ..RetryPolicy::default() }
    }
}

impl TimeoutConfig {
    fn apply(&self, provider: &mut Provider) {
        let timeouts = &mut provider.timeouts;
        timeouts.connect = self.connect.unwrap_or(timeouts.connect);
        timeouts.head = self.head.or(timeouts.head);
        timeouts.byte_idle = self.byte_idle.or(timeouts.byte_idle);
        timeouts.event_idle = self.event_idle.or(timeouts.event_idle);
        timeouts.total = self.total.or(timeouts.total);
    }
}

impl fmt::Debug for ProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Tokens, headers and parameters may be secrets: that they are there is enough to debug with.
        let names =
            |pairs: &[(String, String)]| pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("ProviderConfig")
            .field("name", &self.name)
            .field("base_url", &self.base_url)
            .field("env_key", &self.env_key)
            .field(
                "experimental_bearer_token",
                &self.experimental_bearer_token.as_ref().map(|_| "[REDACTED]"),
            )
            .field("query_params", &names(&self.query_params))
            .field("http_headers", &names(&self.http_headers))
            .field("env_http_headers", &self.env_http_headers)
            .field("request_max_retries", &self.request_max_retries)
            .field("stream_max_retries", &self.stream_max_retries)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

pub(super) fn check_base_url(url: &str) -> Result<(), ConfigProblem> {
    provider_problem(Provider::new("", url))
}

fn check_query(name: &str, value: &str) -> Result<(), ConfigProblem> {
    provider_problem(Provider::new("", OPENAI_BASE_URL).and_then(|provider| provider.query(name, value)))
}

fn check_header(name: &str, value: &str) -> Result<(), ConfigProblem> {
    provider_problem(Provider::new("", OPENAI_BASE_URL).and_then(|provider| provider.header(name, value)))
}

fn provider_problem(result: Result<Provider, ProviderError>) -> Result<(), ConfigProblem> {
    result.map(drop).map_err(|source| ConfigProblem::Provider { source })
}

fn check_wire_api(name: &str) -> Result<(), ConfigProblem> {
    match name {
        "responses" => Ok(()),
        "chat" => Err(ConfigProblem::ChatApi),
        _ => Err(ConfigProblem::UnknownWireApi),
    }
}

fn retries(table: &mut TableReader<'_>, key: &'static str) -> Result<Option<u32>, ConfigError> {
    let Some(number) = table.integer(key)? else { return Ok(None) };
    match u32::try_from(number) {
        Ok(number) if number <= MAX_RETRIES => Ok(Some(number)),
        _ => Err(table.problem(key, ConfigProblem::TooManyRetries)),
    }
}

fn milliseconds(table: &mut TableReader<'_>, key: &'static str) -> Result<Option<Duration>, ConfigError> {
    match table.integer(key)? {
        Some(0) => Err(table.problem(key, ConfigProblem::ZeroTimeout)),
        number => Ok(number.map(Duration::from_millis)),
    }
}
