//! `[otel]` of `config.toml`, and the standard variables that override it.

mod collector_url;
mod environment;
mod error;
mod headers;
mod percent;

use std::{collections::BTreeMap, num::NonZeroUsize, path::PathBuf};

use serde::Deserialize;

pub use collector_url::CollectorUrl;
pub use error::{ConfigError, Problem};
pub use headers::Headers;

/// Which telemetry is written, and where it is sent.
///
/// Nothing is sent unless a collector is named: by `exporter.endpoint`, by the `endpoint` of a signal, by one of the
/// standard variables, or by `enabled = true`, which means a collector on this machine.
///
/// ```
/// use codex_otel::OtelConfig;
///
/// let config: OtelConfig = toml::from_str(
///     r#"
///     service_name = "my-app"
///     [exporter]
///     endpoint = "https://collector.example.com:4318"
///     protocol = "http/json"
///     headers = { "x-tenant" = "blue" }
///     [metrics]
///     enabled = false
///     "#,
/// )?;
/// assert!(config.is_enabled());
/// assert!(!OtelConfig::default().is_enabled());
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct OtelConfig {
    /// Turns all of it off, whatever else is set (`OTEL_SDK_DISABLED`).
    pub disabled: bool,
    /// `service.name` of the resource.
    pub service_name: Option<String>,
    /// `env` of the resource, such as `production`.
    pub environment: Option<String>,
    /// Further attributes of the resource.
    pub resource_attributes: BTreeMap<String, String>,
    /// Whether the log sink may carry what the user wrote.
    pub log_user_prompts: bool,
    /// How much of the traces is kept.
    pub sampler: Sampler,
    /// For all three signals, where a signal does not say otherwise.
    pub exporter: ExporterConfig,
    /// For logs.
    pub logs: ExporterConfig,
    /// For traces.
    pub traces: ExporterConfig,
    /// For metrics.
    pub metrics: ExporterConfig,
}

/// How one signal, or all of them, are sent. What is absent is taken from `[otel.exporter]`, else the default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ExporterConfig {
    /// Whether it is sent; absent: when an endpoint is named.
    pub enabled: Option<bool>,
    /// URL of the collector. For a single signal over HTTP the whole URL, such as `http://127.0.0.1:4318/v1/logs`; for
    /// all signals, and for gRPC, its base. Default: this machine, port 4318 (HTTP) or 4317 (gRPC).
    pub endpoint: Option<CollectorUrl>,
    /// Default: `http/protobuf`.
    pub protocol: Option<Protocol>,
    /// Sent with every request. Their values are secrets: they are never shown.
    pub headers: Option<Headers>,
    /// The longest time that one batch may take, retries included, in milliseconds. Default: [`DEFAULT_TIMEOUT_MS`].
    pub timeout_ms: Option<std::num::NonZeroU64>,
    /// Default: none.
    pub compression: Option<Compression>,
    /// PEM file with the certificates to trust, in place of those of the system.
    pub ca_certificate: Option<PathBuf>,
    /// PEM file with the certificate that says who the client is; needs `client_key`.
    pub client_certificate: Option<PathBuf>,
    /// PEM file with the key of `client_certificate`.
    pub client_key: Option<PathBuf>,
    /// How many records wait at most; what comes on top is dropped and counted. Default: [`DEFAULT_QUEUE_RECORDS`].
    pub queue_records: Option<NonZeroUsize>,
    /// How many records are sent at once, at most. Default: [`DEFAULT_BATCH_RECORDS`].
    pub batch_records: Option<NonZeroUsize>,
    /// The longest time that a record waits for others, in milliseconds; for metrics the time between two exports.
    /// Default: [`DEFAULT_DELAY_MS`], [`DEFAULT_METRIC_INTERVAL_MS`].
    pub delay_ms: Option<std::num::NonZeroU64>,
}

/// The longest time that one batch may take, in milliseconds (OTLP specification).
pub const DEFAULT_TIMEOUT_MS: u64 = 10_000;
/// How many records of a signal wait for the collector (OpenTelemetry specification).
pub const DEFAULT_QUEUE_RECORDS: usize = 2_048;
/// How many records are sent at once (OpenTelemetry specification).
pub const DEFAULT_BATCH_RECORDS: usize = 512;
/// How long a record waits for others, in milliseconds.
pub const DEFAULT_DELAY_MS: u64 = 1_000;
/// The time between two exports of metrics, in milliseconds (OpenTelemetry specification).
pub const DEFAULT_METRIC_INTERVAL_MS: u64 = 60_000;

/// How OTLP is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[non_exhaustive]
pub enum Protocol {
    /// Protobuf over HTTP.
    #[default]
    #[serde(rename = "http/protobuf")]
    HttpProtobuf,
    /// JSON over HTTP.
    #[serde(rename = "http/json")]
    HttpJson,
    /// gRPC: protobuf over HTTP/2.
    #[serde(rename = "grpc")]
    Grpc,
}

/// How bodies are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// As they are.
    #[default]
    None,
    /// With gzip.
    Gzip,
}

/// Which traces are kept. A trace that began elsewhere follows the decision that was taken there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Sampler {
    /// All.
    #[default]
    AlwaysOn,
    /// None.
    AlwaysOff,
    /// This share of them, from 0 to 1.
    Ratio(f64),
}

/// The three kinds of telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Signal {
    /// Records of events.
    Logs,
    /// Spans.
    Traces,
    /// Sums and distributions.
    Metrics,
}

impl Signal {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Logs, Self::Traces, Self::Metrics];

    /// `logs`, `traces`, `metrics`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Traces => "traces",
            Self::Metrics => "metrics",
        }
    }
}

impl OtelConfig {
    /// Whether any signal is sent.
    pub fn is_enabled(&self) -> bool {
        Signal::ALL.into_iter().any(|signal| self.sends(signal))
    }

    /// Whether the signal is sent.
    pub fn sends(&self, signal: Signal) -> bool {
        let own = self.signal(signal);
        let named = own.endpoint.is_some() || self.exporter.endpoint.is_some();
        !self.disabled && own.enabled.or(self.exporter.enabled).unwrap_or(named)
    }

    /// The settings of the signal alone.
    pub fn signal(&self, signal: Signal) -> &ExporterConfig {
        match signal {
            Signal::Logs => &self.logs,
            Signal::Traces => &self.traces,
            Signal::Metrics => &self.metrics,
        }
    }

    /// The settings of the signal, those for all signals included; its endpoint is the whole URL.
    pub(crate) fn effective(&self, signal: Signal) -> ExporterConfig {
        let (own, all) = (self.signal(signal).clone(), self.exporter.clone());
        let protocol = own.protocol.or(all.protocol).unwrap_or_default();
        let endpoint = match (own.endpoint, all.endpoint) {
            (Some(whole), _) if protocol != Protocol::Grpc => whole,
            (Some(base), _) | (None, Some(base)) => base.of_signal(signal, protocol),
            (None, None) => CollectorUrl::local(protocol).of_signal(signal, protocol),
        };
        ExporterConfig {
            enabled: Some(self.sends(signal)),
            endpoint: Some(endpoint),
            protocol: Some(protocol),
            headers: own.headers.or(all.headers),
            timeout_ms: own.timeout_ms.or(all.timeout_ms),
            compression: own.compression.or(all.compression),
            ca_certificate: own.ca_certificate.or(all.ca_certificate),
            client_certificate: own.client_certificate.or(all.client_certificate),
            client_key: own.client_key.or(all.client_key),
            queue_records: own.queue_records.or(all.queue_records),
            batch_records: own.batch_records.or(all.batch_records),
            delay_ms: own.delay_ms.or(all.delay_ms),
        }
    }

    fn signal_mut(&mut self, signal: Signal) -> &mut ExporterConfig {
        match signal {
            Signal::Logs => &mut self.logs,
            Signal::Traces => &mut self.traces,
            Signal::Metrics => &mut self.metrics,
        }
    }
}
