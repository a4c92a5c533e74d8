//! An OpenTelemetry collector: takes exports over HTTP and keeps them.

mod protobuf;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

pub(crate) use protobuf::is_export;

/// Most exports kept; the oldest goes first.
pub const MAX_EXPORTS: usize = 10_000;

/// Most bytes of exports kept; the oldest goes first.
pub const MAX_EXPORT_BYTES: usize = 256 * 1024 * 1024;

/// What an export holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TelemetrySignal {
    /// Log records, sent to `/v1/logs`.
    Logs,
    /// Spans, sent to `/v1/traces`.
    Traces,
    /// Metrics, sent to `/v1/metrics`.
    Metrics,
}

impl fmt::Display for TelemetrySignal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Logs => "logs",
            Self::Traces => "traces",
            Self::Metrics => "metrics",
        })
    }
}

/// An export that the collector took (OTLP over HTTP).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TelemetryExport {
    /// What it holds.
    pub signal: TelemetrySignal,
    /// `application/x-protobuf` or `application/json`.
    pub content_type: String,
    /// Headers by lower-case name, in order. Values of credentials are `[REDACTED]`.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Bytes,
    /// Time from the start of the simulator to the head of the request.
    pub at: Duration,
}
