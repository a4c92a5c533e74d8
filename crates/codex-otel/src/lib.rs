#![doc = include_str!("../README.md")]

mod config;
mod error_type;
mod export;
mod fields;
mod host_name;
mod known_kinds;
mod label;
mod log_sink;
mod metric_sink;
mod metric_table;
mod observer;
mod open_operations;
mod part;
mod resource;
mod scope;
mod session;
mod span_attributes;
mod telemetry;
mod trace_context;
mod trace_sink;
mod user_prompt;

pub use config::{
    CollectorUrl, Compression, ConfigError, DEFAULT_BATCH_RECORDS, DEFAULT_DELAY_MS,
    DEFAULT_METRIC_INTERVAL_MS, DEFAULT_QUEUE_RECORDS, DEFAULT_TIMEOUT_MS, ExporterConfig, Headers,
    OtelConfig, Problem, Protocol, Sampler, Signal,
};
pub use export::{ExportCounts, KeyProblem, MAX_ANSWER_BYTES, SendError, SignalCounts, StartError};
pub use known_kinds::MAX_KIND_LABELS;
pub use label::{MAX_LABEL_CHARS, label};
pub use metric_table::{DEFAULT_LABELS, MetricKind, MetricRow, metric_table};
pub use observer::{ObserverOptions, OtelObserver, Sinks};
pub use open_operations::{MAX_CLOSED_OPERATIONS, MAX_OPEN_OPERATIONS};
pub use resource::Program;
pub use scope::{LOG_ONLY, METRICS, TRACE_SAFE};
pub use telemetry::Telemetry;
pub use trace_context::parent_from_lookup;
pub use user_prompt::UserPrompt;
