//! How the one HTTP client of a configuration is set up.

use std::time::Duration;

use crate::ca::CaSource;
use crate::error::TransportError;
use crate::proxy::ProxyConfig;

/// What connections are like. Everything that differs between requests is in [`Timeouts`](crate::Timeouts) instead,
/// so that all requests of a configuration share one pool.
///
/// ```
/// use std::time::Duration;
/// use codex_client::{CaSource, ClientConfig};
///
/// let mut config = ClientConfig::default();
/// config.ca = CaSource::file("/etc/company/ca.pem");
/// config.pool_idle_timeout = Duration::from_secs(30);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ClientConfig {
    /// Certificate authorities besides those of the system.
    pub ca: CaSource,
    /// Which proxies to use.
    pub proxy: ProxySource,
    /// Value of the `user-agent` header, unless a request sets its own. `None` sends none.
    pub user_agent: Option<String>,
    /// Which versions of HTTP to offer.
    pub http: HttpVersions,
    /// How long an unused connection is kept. Default 90 s.
    pub pool_idle_timeout: Duration,
    /// How many unused connections are kept for each host. Default 32.
    pub pool_max_idle_per_host: usize,
    /// Time of silence after which TCP asks whether the other side is still there. Default 60 s.
    pub tcp_keepalive: Duration,
}

/// Where the proxies come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProxySource {
    /// From the environment; see [`ProxyConfig::from_env`].
    #[default]
    Environment,
    /// These.
    Config(ProxyConfig),
    /// None, whatever the environment says.
    None,
}

/// Which versions of HTTP a connection offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HttpVersions {
    /// HTTP/2 if the server has it, else HTTP/1.1. Without TLS: HTTP/1.1.
    #[default]
    Negotiate,
    /// HTTP/1.1 only: for servers and proxies whose HTTP/2 is broken.
    Http1,
}

impl ClientConfig {
    /// Default of [`pool_idle_timeout`](Self::pool_idle_timeout).
    pub const DEFAULT_POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(90);
    /// Default of [`pool_max_idle_per_host`](Self::pool_max_idle_per_host).
    pub const DEFAULT_POOL_MAX_IDLE_PER_HOST: usize = 32;
    /// Default of [`tcp_keepalive`](Self::tcp_keepalive).
    pub const DEFAULT_TCP_KEEPALIVE: Duration = Duration::from_secs(60);

    /// The same configuration with everything that the environment decides looked up.
    ///
    /// # Errors
    /// [`TransportError::ProxyConfig`] when a proxy variable cannot be used.
    pub fn resolve(self) -> Result<Self, TransportError> {
        let proxy = match self.proxy {
            ProxySource::Environment => ProxySource::Config(ProxyConfig::from_env()?),
            other => other,
        };
        Ok(Self { proxy, ca: self.ca.resolve(|name| std::env::var_os(name)), ..self })
    }

    /// The proxies of this configuration.
    ///
    /// # Errors
    /// [`TransportError::ProxyConfig`] when they come from the environment and cannot be used.
    pub fn proxies(&self) -> Result<ProxyConfig, TransportError> {
        Ok(match &self.proxy {
            ProxySource::Environment => ProxyConfig::from_env()?,
            ProxySource::Config(config) => config.clone(),
            ProxySource::None => ProxyConfig::none(),
        })
    }
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            ca: CaSource::default(),
            proxy: ProxySource::default(),
            user_agent: Some(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned()),
            http: HttpVersions::default(),
            pool_idle_timeout: Self::DEFAULT_POOL_IDLE_TIMEOUT,
            pool_max_idle_per_host: Self::DEFAULT_POOL_MAX_IDLE_PER_HOST,
            tcp_keepalive: Self::DEFAULT_TCP_KEEPALIVE,
        }
    }
}
