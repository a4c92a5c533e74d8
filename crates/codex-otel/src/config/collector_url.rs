//! Where a collector listens.

use std::{fmt, str::FromStr};

use serde::Deserialize;
use url::Url;

use super::{Problem, Protocol, Signal};

const LOCAL_HTTP: &str = "http://localhost:4318";
const LOCAL_GRPC: &str = "http://localhost:4317";

/// URL of a collector: `http` or `https`, with a host. `Debug` and `Display` leave out user-info and query.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct CollectorUrl(Url);

impl CollectorUrl {
    /// A collector on this machine, at the port of the protocol.
    #[expect(clippy::unwrap_used, reason = "constants, which a test looks at")]
    pub(crate) fn local(protocol: Protocol) -> Self {
        Self(Url::parse(if protocol == Protocol::Grpc { LOCAL_GRPC } else { LOCAL_HTTP }).unwrap())
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

impl FromStr for CollectorUrl {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let url = Url::parse(text.trim()).map_err(|source| Problem::Url { source })?;
        match url.scheme() {
            "http" | "https" if url.has_host() => Ok(Self(url)),
            _ => Err(Problem::Scheme),
        }
    }
}

impl TryFrom<String> for CollectorUrl {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        text.parse()
    }
}

impl fmt::Display for CollectorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(url) = self;
        write!(f, "{}://{}", url.scheme(), url.host_str().unwrap_or_default())?;
        if let Some(port) = url.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(url.path())
    }
}

impl fmt::Debug for CollectorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
