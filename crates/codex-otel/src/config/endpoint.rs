//! Where a collector listens.

use std::{fmt, str::FromStr};

use serde::Deserialize;
use url::Url;

use super::{Problem, Protocol, Signal};

const HTTP_PORT: u16 = 4318;
const GRPC_PORT: u16 = 4317;

/// URL of a collector: `http` or `https`, with a host. `Debug` and `Display` leave out user-info and query.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Endpoint(Url);

impl Endpoint {
    /// A collector on this machine, at the port of the protocol.
    pub(crate) fn local(protocol: Protocol) -> Self {
        let port = if protocol == Protocol::Grpc { GRPC_PORT } else { HTTP_PORT };
        let mut endpoint = Self(LOCALHOST.clone());
        // Cannot fail: the URL has a host.
        let _ = endpoint.0.set_port(Some(port));
        endpoint
    }

    /// The URL of a signal, below this base.
    pub(crate) fn of_signal(mut self, signal: Signal, protocol: Protocol) -> Self {
        let below = match (protocol, signal) {
            (Protocol::Grpc, Signal::Logs) => "opentelemetry.proto.collector.logs.v1.LogsService/Export",
            (Protocol::Grpc, Signal::Traces) => "opentelemetry.proto.collector.trace.v1.TraceService/Export",
            (Protocol::Grpc, Signal::Metrics) => {
                "opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
            }
            (_, Signal::Logs) => "v1/logs",
            (_, Signal::Traces) => "v1/traces",
            (_, Signal::Metrics) => "v1/metrics",
        };
        let path = format!("{}/{below}", self.0.path().trim_end_matches('/'));
        self.0.set_path(&path);
        self
    }

    /// The URL, with all that may be secret in it.
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// Whether the collector runs on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

static LOCALHOST: std::sync::LazyLock<Url> = std::sync::LazyLock::new(local_url);

#[expect(clippy::unwrap_used, reason = "a constant that a test looks at")]
fn local_url() -> Url {
    Url::parse("http://localhost").unwrap()
}

impl FromStr for Endpoint {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let url = Url::parse(text.trim()).map_err(|source| Problem::Url { source })?;
        match url.scheme() {
            "http" | "https" if url.has_host() => Ok(Self(url)),
            _ => Err(Problem::Scheme),
        }
    }
}

impl TryFrom<String> for Endpoint {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        text.parse()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(url) = self;
        write!(f, "{}://{}", url.scheme(), url.host_str().unwrap_or_default())?;
        if let Some(port) = url.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(url.path())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
