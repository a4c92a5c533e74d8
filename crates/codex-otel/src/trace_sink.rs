//! The trace sink: a span for an operation, a child span for each of its attempts, and the facts as events of the
//! operation's span, so that one span tells the whole story.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use codex_observe::{Event, OperationId, Outcome, RequestContext, SessionFacts};
use opentelemetry::{
    Context, KeyValue,
    trace::{Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span};

use crate::{
    error_type::error_type,
    fields::Fields,
    open_operations::{OpenOperation, OpenOperations},
    operation::{OperationEnd, OperationStart},
    part::{Attempt, Part},
    scope,
    span_attributes::{self, ERROR_TYPE},
    trace_context::TraceHeaders,
};

/// Writes spans of the scope [`scope::TRACE_SAFE`].
pub(crate) struct TraceSink {
    tracer: SdkTracer,
    /// The span of the program that started this one.
    parent: Context,
    operations: Mutex<OpenOperations>,
}

/// The name and the fields of a fact, and when it happened.
#[derive(Clone, Copy)]
pub(crate) struct Fact<'f, 'a> {
    pub(crate) name: &'static str,
    pub(crate) fields: &'f Fields<'a>,
    pub(crate) session: &'f SessionFacts,
    pub(crate) at: SystemTime,
}

impl TraceSink {
    pub(crate) fn new(provider: &SdkTracerProvider, parent: Option<&TraceHeaders>) -> Self {
        Self {
            tracer: provider.tracer(scope::TRACE_SAFE),
            parent: parent.and_then(TraceHeaders::parent).unwrap_or_default(),
            operations: Mutex::default(),
        }
    }

    /// Opens the span of an operation.
    pub(crate) fn begin(&self, start: &OperationStart, session: &SessionFacts, at: SystemTime) {
        let mut operations = self.lock();
        let operation = operations.find_or_open(start.operation, || self.open(start, session, at));
        operation.announced = true;
        operation.target.clone_from(&start.target);
    }

    /// Begins the span of the operation's next attempt, and names it.
    pub(crate) fn attempt_headers(&self, id: OperationId, at: SystemTime) -> Option<TraceHeaders> {
        let mut operations = self.lock();
        let operation = operations.find(id)?;
        let builder = SpanBuilder::from_name("attempt").with_kind(SpanKind::Client).with_start_time(at);
        let span = self.tracer.build_with_context(builder, &operation.context());
        let headers = TraceHeaders::of(span.span_context());
        if let Some(mut unfinished) = operation.attempt.replace(span) {
            unfinished.end_with_timestamp(at);
        }
        headers
    }

    /// Adds a fact to the span of its operation; returns the span.
    pub(crate) fn record(&self, event: &Event, fact: Fact<'_, '_>) -> SpanContext {
        let mut operations = self.lock();
        operations.close_settled(fact.at);
        match Part::of(event) {
            Part::Attempt(attempt) => self.attempt(&mut operations, &attempt, fact),
            Part::StreamEnd { context, outcome } => self.stream_end(&mut operations, context, outcome, fact),
            Part::Step(id) => self.step(&mut operations, Some(id), fact),
            Part::Session => self.step(&mut operations, None, fact),
        }
    }

    /// Closes the span of an operation with what came of it.
    pub(crate) fn end(&self, end: &OperationEnd, at: SystemTime) {
        let mut operations = self.lock();
        if let Some(operation) = operations.find(end.operation) {
            operation.span.set_attributes(span_attributes::of_answer(&end.answer));
            set_result(&mut operation.span, &end.outcome);
            operation.last_fact = at;
            operations.close(end.operation);
        }
    }

    /// Closes all spans: nothing more will be told.
    pub(crate) fn close_all(&self) {
        self.lock().close_all();
    }

    /// A fact that belongs to an operation only if that is known.
    fn step(
        &self,
        operations: &mut OpenOperations,
        id: Option<OperationId>,
        fact: Fact<'_, '_>,
    ) -> SpanContext {
        if let Some(operation) = id.and_then(|id| operations.find(id)) {
            let place = add_fact(operation, fact);
            operation.settled = !operation.announced;
            return place;
        }
        let parent = id.and_then(|id| operations.closed(id)).map_or_else(
            || self.parent.clone(),
            |closed| Context::new().with_remote_span_context(closed.clone()),
        );
        let builder = SpanBuilder::from_name(fact.name).with_kind(SpanKind::Internal).with_start_time(fact.at);
        let mut span = self.tracer.build_with_context(builder, &parent);
        span.add_event_with_timestamp(fact.name, fact.at, fact.fields.for_trace());
        span.end_with_timestamp(fact.at);
        span.span_context().clone()
    }

    /// A fact of the session.
    pub(crate) fn session_fact(&self, fact: Fact<'_, '_>) -> SpanContext {
        self.step(&mut self.lock(), None, fact)
    }

    fn attempt(
        &self,
        operations: &mut OpenOperations,
        attempt: &Attempt<'_>,
        fact: Fact<'_, '_>,
    ) -> SpanContext {
        let Attempt { context, outcome, kind } = *attempt;
        let started = before(fact.at, outcome.duration);
        let operation = self.ensure_open(operations, context, started, fact.session);
        let place = add_fact(operation, fact);
        let parent = operation.context();
        let mut span = operation.attempt.take().unwrap_or_else(|| {
            let builder =
                SpanBuilder::from_name("attempt").with_kind(SpanKind::Client).with_start_time(started);
            self.tracer.build_with_context(builder, &parent)
        });
        let target = operation.target.as_ref();
        let method = target.map(|target| target.method).or_else(|| kind.method(context.endpoint));
        span.update_name(kind.span_name(context.endpoint, method));
        span.set_attributes(span_attributes::of_attempt(context, outcome, method, target));
        set_status(&mut span, outcome);
        span.end_with_timestamp(fact.at);
        operation.settled = !outcome.is_success() && !operation.announced;
        if !operation.announced && outcome.is_success() && !kind.awaits_stream(context.endpoint) {
            operations.close(context.operation);
        }
        place
    }

    fn stream_end(
        &self,
        operations: &mut OpenOperations,
        context: &RequestContext,
        outcome: &Outcome,
        fact: Fact<'_, '_>,
    ) -> SpanContext {
        let started = before(fact.at, outcome.duration);
        let operation = self.ensure_open(operations, context, started, fact.session);
        let place = add_fact(operation, fact);
        if !operation.announced {
            set_result(&mut operation.span, outcome);
            operations.close(context.operation);
        }
        place
    }

    /// The operation of an attempt; opened now when its beginning was not told.
    fn ensure_open<'o>(
        &self,
        operations: &'o mut OpenOperations,
        context: &RequestContext,
        started: SystemTime,
        session: &SessionFacts,
    ) -> &'o mut OpenOperation {
        let start = OperationStart::new(context.operation, context.endpoint);
        operations.find_or_open(context.operation, || self.open(&start, session, started))
    }

    fn open(&self, start: &OperationStart, session: &SessionFacts, at: SystemTime) -> OpenOperation {
        let builder = SpanBuilder::from_name(span_attributes::operation_name(start, session))
            .with_kind(SpanKind::Client)
            .with_start_time(at)
            .with_attributes(span_attributes::of_operation(start, session));
        let span = self.tracer.build_with_context(builder, &self.parent);
        OpenOperation { span, target: None, announced: false, attempt: None, last_fact: at, settled: false }
    }

    fn lock(&self) -> MutexGuard<'_, OpenOperations> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add_fact(operation: &mut OpenOperation, fact: Fact<'_, '_>) -> SpanContext {
    operation.span.add_event_with_timestamp(fact.name, fact.at, fact.fields.for_trace());
    operation.last_fact = fact.at;
    operation.settled = false;
    operation.span.span_context().clone()
}

fn set_result(span: &mut Span, outcome: &Outcome) {
    if let Some(kind) = error_type(outcome) {
        span.set_attribute(KeyValue::new(ERROR_TYPE, kind));
    }
    set_status(span, outcome);
}

/// A success leaves the status unset, as the conventions want it.
fn set_status(span: &mut Span, outcome: &Outcome) {
    if let Some(error) = &outcome.error {
        span.set_status(Status::error(error.to_string()));
    }
}

fn before(at: SystemTime, duration: Duration) -> SystemTime {
    at.checked_sub(duration).unwrap_or(at)
}
