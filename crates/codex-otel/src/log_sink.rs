//! The log sink: one record per event.

use std::time::SystemTime;

use opentelemetry::{
    logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity},
    trace::SpanContext,
};
use opentelemetry_sdk::logs::{SdkLogger, SdkLoggerProvider};

use crate::{fields::Fields, scope};

/// Writes events as log records of the scope [`scope::LOG_ONLY`].
pub(crate) struct LogSink(SdkLogger);

/// What every record has, beside its fields.
#[derive(Clone, Copy)]
pub(crate) struct RecordHead<'a> {
    pub(crate) name: &'static str,
    pub(crate) at: SystemTime,
    pub(crate) failed: bool,
    /// The span that the event is part of.
    pub(crate) span: Option<&'a SpanContext>,
}

impl LogSink {
    pub(crate) fn new(provider: &SdkLoggerProvider) -> Self {
        Self(provider.logger(scope::LOG_ONLY))
    }

    pub(crate) fn emit(&self, head: RecordHead<'_>, fields: &Fields<'_>) {
        let mut record = self.0.create_log_record();
        record.set_event_name(head.name);
        record.set_timestamp(head.at);
        record.set_observed_timestamp(head.at);
        let (severity, text) = if head.failed { (Severity::Warn, "WARN") } else { (Severity::Info, "INFO") };
        record.set_severity_number(severity);
        record.set_severity_text(text);
        record.set_body(AnyValue::from(head.name));
        record.add_attributes(fields.for_log());
        if let Some(span) = head.span {
            record.set_trace_context(span.trace_id(), span.span_id(), Some(span.trace_flags()));
        }
        self.0.emit(record);
    }
}
