//! The two sinks, by the names of their instrumentation scopes: a collector routes by them.

/// The log sink. It may say who the user is (`user.account_id`, `user.email`).
pub const LOG_ONLY: &str = "codex_otel.log_only";

/// The trace sink. It never says who the user is.
pub const TRACE_SAFE: &str = "codex_otel.trace_safe";

/// The scope of the metrics, which name neither a user nor a request.
pub const METRICS: &str = "codex_otel.metrics";
