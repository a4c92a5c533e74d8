//! Whom we talk to: base URL, parameters, headers, limits of patience.

use std::fmt;

use codex_client::{Compression, RetryPolicy, SseLimits, Timeouts};
use http::{HeaderMap, HeaderName, HeaderValue};
use thiserror::Error;
use url::Url;

/// The service's own base URL.
pub const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";

/// Hosts of the service itself: request bodies may be compressed for these without being asked to.
const FIRST_PARTY_HOSTS: [&str; 2] = ["api.openai.com", "chatgpt.com"];

/// What an Azure deployment's base URL contains.
const AZURE_MARKERS: [&str; 6] = [
    "openai.azure.",
    "cognitiveservices.azure.",
    "aoai.azure.",
    "azure-api.",
    "azurefd.",
    "windows.net/openai",
];

/// Headers that belong to the transport: another value would cut the body short or lead it astray.
const FRAMING_HEADERS: [&str; 8] = [
    "connection",
    "content-encoding",
    "content-length",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers whose values are no secret, whoever sets them: they name the client, the conversation or a format. Any other
/// may hold a key.
const PUBLIC_HEADERS: [&str; 14] = [
    "accept",
    "openai-beta",
    "originator",
    "session_id",
    "traceparent",
    "tracestate",
    "user-agent",
    "version",
    "x-client-request-id",
    "x-codex-beta-features",
    "x-codex-turn-state",
    "x-openai-subagent",
    "x-responsesapi-include-timing-metrics",
    "x-session-id",
];

/// A service that speaks the Responses API.
///
/// ```
/// use codex_api::Provider;
///
/// let provider = Provider::new("local", "http://localhost:11434/v1/")?.query("api-version", "a b&c")?;
/// assert_eq!(provider.url("/responses").as_str(), "http://localhost:11434/v1/responses?api-version=a+b%26c");
/// # Ok::<(), codex_api::ProviderError>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Provider {
    /// Name for people; `azure` (any case) marks an Azure deployment.
    pub name: String,
    /// Where the paths of the API begin; kept without a final slash.
    base_url: Url,
    /// Query parameters of every request, escaped when the URL is built.
    query: Vec<(String, String)>,
    /// Headers of every request. Per-request headers and authorization win over them.
    headers: HeaderMap,
    /// How often and when a request is tried again before its first event.
    pub retry: RetryPolicy,
    /// How long each phase may take.
    pub timeouts: Timeouts,
    /// How long a line and an event of a stream may be.
    pub sse_limits: SseLimits,
    /// Whether request bodies are compressed. By default only for the service's own base URLs: unasked compression
    /// breaks proxies and gateways.
    pub compression: Compression,
}

impl Provider {
    /// A provider at `base_url` (`http` or `https`, with the version part, such as `https://host/v1`).
    ///
    /// # Errors
    /// When the URL does not parse, has another scheme or no host, or carries a query, a fragment or credentials.
    pub fn new(name: impl Into<String>, base_url: &str) -> Result<Self, ProviderError> {
        let base_url = parse_base_url(base_url)?;
        let compression = if is_first_party(&base_url) { Compression::on() } else { Compression::off() };
        Ok(Self {
            name: name.into(),
            base_url,
            query: Vec::new(),
            headers: HeaderMap::new(),
            retry: RetryPolicy::default(),
            timeouts: Timeouts::default(),
            sse_limits: SseLimits::default(),
            compression,
        })
    }

    /// The public service, at [`OPENAI_BASE_URL`].
    ///
    /// # Errors
    /// Never in practice: the constant is a URL. It is an error type so that no panic hides here.
    pub fn openai() -> Result<Self, ProviderError> {
        Self::new("OpenAI", OPENAI_BASE_URL)
    }

    /// Adds a query parameter to every request.
    ///
    /// # Errors
    /// When the name is empty: it would be a parameter that no server reads.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Result<Self, ProviderError> {
        let name = name.into();
        if name.is_empty() {
            return Err(ProviderError::EmptyQueryName);
        }
        self.query.push((name, value.into()));
        Ok(self)
    }

    /// Adds a header to every request. Its value is marked sensitive and never shown, unless the name is one that holds no
    /// secrets (such as `user-agent`): who sets a header may well set a key.
    ///
    /// # Errors
    /// When name or value cannot stand in an HTTP header.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, ProviderError> {
        let (name, value) = header(name, value)?;
        self.headers.insert(name, value);
        Ok(self)
    }

    /// The base URL, without a final slash.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// Headers of every request.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Query parameters of every request.
    pub fn query_pairs(&self) -> &[(String, String)] {
        &self.query
    }

    /// The URL of a path below the base URL (`/responses`), with the provider's parameters, escaped.
    pub fn url(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        let joined = format!("{}{path}", self.base_url.path().trim_end_matches('/'));
        url.set_path(&joined);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }

    /// Whether this is an Azure deployment, which wants `store: true` (wire.md 16).
    pub fn is_azure(&self) -> bool {
        let base = self.base_url.as_str().to_ascii_lowercase();
        self.name.eq_ignore_ascii_case("azure") || AZURE_MARKERS.iter().any(|marker| base.contains(marker))
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Parameters and headers may carry keys: their names are enough to debug with.
        f.debug_struct("Provider")
            .field("name", &self.name)
            .field("base_url", &self.base_url.as_str())
            .field("query", &self.query.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("retry", &self.retry)
            .field("timeouts", &self.timeouts)
            .field("compression", &self.compression)
            .finish()
    }
}

/// What is wrong with a provider's settings.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The base URL does not parse.
    #[error("the base URL is not a URL ({source}); it should look like https://api.openai.com/v1")]
    BaseUrl {
        /// What the parser objects to.
        source: url::ParseError,
    },
    /// The base URL parses, but cannot be one.
    #[error("the base URL {problem}; it should look like https://api.openai.com/v1")]
    UnusableBaseUrl {
        /// The objection.
        problem: BaseUrlProblem,
    },
    /// A query parameter without a name.
    #[error("a query parameter has an empty name")]
    EmptyQueryName,
    /// An id that cannot stand in a path.
    #[error("{value:?} is no id of a response")]
    NoId {
        /// The id as given.
        value: String,
    },
    /// A header name or value that HTTP does not allow.
    #[error("the header {name:?} cannot be sent: {problem}")]
    Header {
        /// Name as given.
        name: String,
        /// Which half of it.
        problem: HeaderProblem,
    },
}

/// Why a URL that parses is no base URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BaseUrlProblem {
    /// Neither `http` nor `https`.
    #[error("is neither http nor https")]
    Scheme,
    /// User name or password in it: they would end up in logs; use a header.
    #[error("carries a user name or password (use a header instead)")]
    Credentials,
    /// A query or fragment, which would swallow the path; use query parameters.
    #[error("has a query or a fragment (use query parameters instead)")]
    Query,
}

/// Which half of a header is wrong. The value is never shown: it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HeaderProblem {
    /// The name.
    #[error("its name is empty or holds a character that HTTP does not allow")]
    Name,
    /// It says how the message is framed or routed, which the transport alone knows.
    #[error("it says how the message is framed or where it goes, which the client decides; leave it out")]
    Framing,
    /// The value.
    #[error("its value holds a line break or another character that HTTP does not allow")]
    Value,
}

/// A checked header, its value marked sensitive.
///
/// # Errors
/// When name or value cannot stand in an HTTP header.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), ProviderError> {
    let problem = |problem| ProviderError::Header { name: name.to_owned(), problem };
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| problem(HeaderProblem::Name))?;
    if FRAMING_HEADERS.contains(&parsed.as_str()) {
        return Err(problem(HeaderProblem::Framing));
    }
    let mut value = HeaderValue::from_str(value.trim()).map_err(|_| problem(HeaderProblem::Value))?;
    value.set_sensitive(!PUBLIC_HEADERS.contains(&parsed.as_str()));
    Ok((parsed, value))
}

fn parse_base_url(text: &str) -> Result<Url, ProviderError> {
    let mut url = Url::parse(text.trim()).map_err(|source| ProviderError::BaseUrl { source })?;
    let unusable = |problem| Err(ProviderError::UnusableBaseUrl { problem });
    if !matches!(url.scheme(), "http" | "https") {
        return unusable(BaseUrlProblem::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return unusable(BaseUrlProblem::Credentials);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return unusable(BaseUrlProblem::Query);
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

fn is_first_party(url: &Url) -> bool {
    url.host_str().is_some_and(|host| FIRST_PARTY_HOSTS.contains(&host))
}
