//! From the facts of the client to the three sinks.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use codex_observe::{
    Event, Observer, OperationEnded, OperationId, OperationStarted, SessionFacts, TraceContext,
    rfc3339_millis,
};
use opentelemetry_sdk::{logs::SdkLoggerProvider, metrics::SdkMeterProvider, trace::SdkTracerProvider};

use crate::{
    fields::Fields,
    log_sink::{LogSink, RecordHead},
    metric_sink::MetricSink,
    open_operations::{OpenOperation, OpenOperations},
    part::Part,
    session::Session,
    trace_sink::{Fact, TraceSink},
    user_prompt::{self, UserPrompt},
};

/// Where the facts go: providers of the OpenTelemetry SDK. `None` is off.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Sinks {
    /// For records of the scope [`LOG_ONLY`](crate::LOG_ONLY).
    pub logs: Option<SdkLoggerProvider>,
    /// For spans of the scope [`TRACE_SAFE`](crate::TRACE_SAFE).
    pub traces: Option<SdkTracerProvider>,
    /// For the metrics of [`metric_table`](crate::metric_table).
    pub metrics: Option<SdkMeterProvider>,
}

/// How the observer writes.
#[derive(Clone)]
#[non_exhaustive]
pub struct ObserverOptions {
    /// What is known about the session at the start.
    pub session: SessionFacts,
    /// The span of the program that started this one.
    pub parent: Option<TraceContext>,
    /// Whether the log sink may carry what the user wrote. Off unless the user allows it.
    pub log_user_prompts: bool,
    /// Label `service_name` of the metrics: `service.name` of the resource.
    pub service_name: Option<String>,
    /// The time of day.
    pub clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Default for ObserverOptions {
    fn default() -> Self {
        Self {
            session: SessionFacts::default(),
            parent: None,
            log_user_prompts: false,
            service_name: None,
            clock: Arc::new(SystemTime::now),
        }
    }
}

/// Writes each [`Event`] as one log record and one span event, by the privacy class of its fields, and counts it.
///
/// It never waits: what the sinks cannot take at once is dropped by them, and counted.
pub struct OtelObserver {
    logs: Option<LogSink>,
    traces: Option<TraceSink>,
    metrics: Option<MetricSink>,
    session: Session,
    operations: Mutex<OpenOperations>,
    log_user_prompts: bool,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl OtelObserver {
    /// An observer that writes to `sinks`.
    pub fn new(sinks: &Sinks, options: ObserverOptions) -> Self {
        let parent = options.parent.as_ref();
        let service_name = options.service_name.as_deref();
        Self {
            logs: sinks.logs.as_ref().map(LogSink::new),
            traces: sinks.traces.as_ref().map(|provider| TraceSink::new(provider, parent)),
            metrics: sinks.metrics.as_ref().map(|provider| MetricSink::new(provider, service_name)),
            session: Session::new(options.session),
            operations: Mutex::default(),
            log_user_prompts: options.log_user_prompts,
            clock: options.clock,
        }
    }

    /// What is known about the session now.
    pub fn session(&self) -> SessionFacts {
        self.session.read().clone()
    }

    /// Changes what is known about the session, for the events from now on: after a login, or another model.
    pub fn update_session(&self, change: impl FnOnce(&mut SessionFacts)) {
        change(&mut self.session.write());
    }

    /// The user asked for something. Its text goes to the log sink only, and only when that is allowed.
    pub fn user_prompt(&self, prompt: &UserPrompt<'_>) {
        let at = (self.clock)();
        let session = self.session.read();
        let timestamp = rfc3339_millis(at);
        let name = user_prompt::NAME;
        let mut fields = Fields::of_session(&session, name, &timestamp);
        prompt.visit(self.log_user_prompts, &mut |name, privacy, value| fields.add(name, privacy, value));
        self.write(Fact { name, fields: &fields, at }, None);
    }

    /// Closes the spans that are open. For the end of the program, before the sinks are shut down.
    pub fn close(&self) {
        self.operations().close_all();
    }

    /// The fact as a span event and as a log record that names the span.
    fn write(&self, fact: Fact<'_, '_>, event: Option<&Event>) {
        let span = self.traces.as_ref().map(|traces| traces.record(&mut self.operations(), event, fact));
        if let Some(logs) = &self.logs {
            let failed = event.is_some_and(|event| Part::of(event).failed());
            logs.emit(RecordHead { name: fact.name, at: fact.at, failed, span: span.as_ref() }, fact.fields);
        }
    }

    fn operations(&self) -> MutexGuard<'_, OpenOperations> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for OtelObserver {
    fn on_event(&self, event: &Event) {
        let at = (self.clock)();
        let session = self.session.read();
        if self.logs.is_some() || self.traces.is_some() {
            let timestamp = rfc3339_millis(at);
            let fields = Fields::of_session(&session, event.name(), &timestamp).with_event(event);
            self.write(Fact { name: event.name(), fields: &fields, at }, Some(event));
        }
        if let Some(metrics) = &self.metrics {
            let mut operations = self.operations();
            let operation = Part::of(event).operation().and_then(|id| operations.find(id));
            metrics.record(event, &session, operation.map(|operation| &operation.started));
        }
    }

    fn on_operation_started(&self, started: &OperationStarted) {
        let at = (self.clock)();
        let span = self.traces.as_ref().map(|traces| traces.operation(started, &self.session.read(), at));
        let operation = OpenOperation { started: started.clone(), span, attempt: None, last_fact: at };
        self.operations().open(operation);
    }

    fn on_operation_ended(&self, ended: &OperationEnded) {
        // The session is locked before the operations, here as everywhere.
        let session = self.session.read();
        let mut operations = self.operations();
        let Some(operation) = operations.find(ended.operation) else { return };
        operation.last_fact = (self.clock)();
        if let (Some(traces), Some(span)) = (&self.traces, &mut operation.span) {
            traces.finish(span, ended);
        }
        if let Some(metrics) = &self.metrics {
            metrics.end(ended, &session, &operation.started);
        }
        operations.close(ended.operation);
    }

    /// Begins the span of the next attempt.
    fn trace_context(&self, operation: OperationId) -> Option<TraceContext> {
        self.traces.as_ref()?.attempt_context(&mut self.operations(), operation, (self.clock)())
    }
}

impl Drop for OtelObserver {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::fmt::Debug for OtelObserver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OtelObserver")
            .field("logs", &self.logs.is_some())
            .field("traces", &self.traces.is_some())
            .field("metrics", &self.metrics.is_some())
            .finish_non_exhaustive()
    }
}
