//! What can go wrong below the API, as facts.

mod reasons;

use std::error::Error as StdError;
use std::time::Duration;

use http::HeaderName;

use crate::body::EncodeError;
use crate::ca::CaError;
use crate::proxy::{ProxyAddress, ProxyError};
use crate::sse::SseError;
use crate::status_error::StatusError;
use crate::timeouts::TimeoutPhase;
use crate::websocket::WebSocketError;

pub use reasons::{Bounded, ClosedReason, ClosedStage, ConnectReason, ProxyReason, TlsReason, UrlError};

/// The cause below an error, of a type that is not promised to stay.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why there is no answer, or no more of it.
///
/// Prints as one short clause; causes are reached through [`source`](StdError::source). No text here holds
/// a secret: URLs are reduced to hosts, and proxies lose their credentials.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The request body could not be encoded.
    #[error("cannot encode the request")]
    Encode(#[from] EncodeError),
    /// The URL cannot be asked over HTTP.
    #[error("cannot use the URL: {0}")]
    Url(UrlError),
    /// A header value holds bytes that HTTP does not allow. The value is not shown.
    #[error(
        "the value of the header `{name}` is not allowed in HTTP: remove line breaks and other control characters"
    )]
    Header {
        /// Name of the header.
        name: HeaderName,
        /// What the `http` crate found.
        #[source]
        source: http::header::InvalidHeaderValue,
    },
    /// The host name does not resolve.
    #[error("cannot find the host {host}: check the name and the network")]
    Dns {
        /// The host asked for.
        host: Box<str>,
        /// What the resolver found.
        #[source]
        source: BoxError,
    },
    /// No TCP connection.
    #[error("cannot connect to {host}: {reason}")]
    Connect {
        /// Host and port.
        host: Box<str>,
        /// Why.
        reason: ConnectReason,
        /// What the system found.
        #[source]
        source: BoxError,
    },
    /// No secure connection.
    #[error("no secure connection to {host}: {reason}")]
    Tls {
        /// Host and port.
        host: Box<str>,
        /// Why.
        reason: TlsReason,
        /// What rustls found.
        #[source]
        source: BoxError,
    },
    /// The proxy does not let the request through.
    #[error("the proxy {proxy} failed: {reason}")]
    Proxy {
        /// The proxy, without credentials.
        proxy: ProxyAddress,
        /// Why.
        reason: ProxyReason,
        /// What the connector found.
        #[source]
        source: BoxError,
    },
    /// A clock of [`Timeouts`](crate::Timeouts) ran out.
    #[error("{phase} within {} ms", limit.as_millis())]
    Timeout {
        /// Which clock.
        phase: TimeoutPhase,
        /// Where it stood.
        limit: Duration,
    },
    /// The connection ended before the answer did.
    #[error("the connection ended {stage}: {reason}")]
    Closed {
        /// How far the answer had come.
        stage: ClosedStage,
        /// How it ended.
        reason: ClosedReason,
        /// What the connection found.
        #[source]
        source: BoxError,
    },
    /// The server does not speak HTTP properly.
    #[error("the answer is not proper HTTP")]
    Protocol {
        /// What hyper found.
        #[source]
        source: BoxError,
    },
    /// The server answered with a status that is no success.
    #[error(transparent)]
    Status(Box<StatusError>),
    /// The answer passed a limit.
    #[error("{what} is longer than {limit} bytes")]
    TooLarge {
        /// What was too large.
        what: Bounded,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The event stream passed a limit.
    #[error(transparent)]
    Sse(#[from] SseError),
    /// The WebSocket cannot be opened, read or written on.
    #[error(transparent)]
    WebSocket(#[from] WebSocketError),
    /// The custom certificates cannot be used.
    #[error(transparent)]
    Ca(Box<CaError>),
    /// The proxy configuration cannot be used.
    #[error(transparent)]
    ProxyConfig(#[from] ProxyError),
    /// The HTTP client cannot be built.
    #[error("cannot set up the HTTP client")]
    Client {
        /// What reqwest or rustls found.
        #[source]
        source: BoxError,
    },
    /// None of the above.
    #[error("the request failed")]
    Other {
        /// What the HTTP client found.
        #[source]
        source: BoxError,
    },
}

impl TransportError {
    /// Whether the same request may well succeed when it is sent again.
    ///
    /// True for what the network does (names, connections, timeouts, cut bodies) and for the statuses of
    /// [`StatusError::is_retryable`]; false for what stays wrong until somebody changes something
    /// (certificates, proxy credentials, configuration, limits) and when [`Timeouts::total`](crate::Timeouts::total)
    /// is used up.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Dns { .. } | Self::Connect { .. } | Self::Closed { .. } => true,
            Self::Tls { reason, .. } => *reason == TlsReason::Interrupted,
            Self::Proxy { reason, .. } => *reason != ProxyReason::AuthenticationRequired,
            Self::Timeout { phase, .. } => *phase != TimeoutPhase::Total,
            Self::Status(status) => status.is_retryable(),
            Self::WebSocket(error) => error.is_retryable(),
            Self::Encode(_)
            | Self::Url(_)
            | Self::Header { .. }
            | Self::Protocol { .. }
            | Self::TooLarge { .. }
            | Self::Sse(_)
            | Self::Ca(_)
            | Self::ProxyConfig(_)
            | Self::Client { .. }
            | Self::Other { .. } => false,
        }
    }

    /// A stable name of the kind of failure for logs and metrics, such as `dns` or `timeout`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Encode(_) => "encode",
            Self::Url(_) => "url",
            Self::Header { .. } => "header",
            Self::Dns { .. } => "dns",
            Self::Connect { .. } => "connect",
            Self::Tls { .. } => "tls",
            Self::Proxy { .. } => "proxy",
            Self::Timeout { .. } => "timeout",
            Self::Closed { .. } => "closed",
            Self::Protocol { .. } => "protocol",
            Self::Status(_) => "status",
            Self::TooLarge { .. } => "too_large",
            Self::Sse(_) => "sse",
            Self::WebSocket(_) => "websocket",
            Self::Ca(_) => "ca",
            Self::ProxyConfig(_) => "proxy_config",
            Self::Client { .. } => "client",
            Self::Other { .. } => "other",
        }
    }
}

impl From<StatusError> for TransportError {
    fn from(error: StatusError) -> Self {
        Self::Status(Box::new(error))
    }
}

impl From<CaError> for TransportError {
    fn from(error: CaError) -> Self {
        Self::Ca(Box::new(error))
    }
}
