#![doc = include_str!("../README.md")]

mod error_type;
mod fields;
mod known_kinds;
mod label;
mod log_sink;
mod metric_sink;
mod metric_table;
mod observer;
mod open_operations;
mod part;
mod scope;
mod session;
mod span_attributes;
mod trace_context;
mod trace_sink;
mod user_prompt;

pub use known_kinds::MAX_KIND_LABELS;
pub use label::{MAX_LABEL_CHARS, label};
pub use metric_table::{DEFAULT_LABELS, MetricKind, MetricRow, metric_table};
pub use observer::{ObserverOptions, OtelObserver, Sinks};
pub use open_operations::{MAX_CLOSED_OPERATIONS, MAX_OPEN_OPERATIONS};
pub use scope::{LOG_ONLY, METRICS, TRACE_SAFE};
pub use trace_context::parent_from_lookup;
pub use user_prompt::UserPrompt;
