//! The trace sink: a span for an operation, a child span for each of its attempts, and the facts as events of the
//! operation's span, so that one span tells the whole story.

use std::time::{Duration, SystemTime};

use codex_observe::{
    Event, OperationEnded, OperationId, OperationStarted, Outcome, SessionFacts, TraceContext,
};
use opentelemetry::{
    Context, KeyValue,
    trace::{Span as _, SpanBuilder, SpanContext, SpanKind, Status, Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span};

use crate::{
    error_type::error_type,
    fields::Fields,
    open_operations::OpenOperations,
    part::{Attempt, Part},
    scope,
    span_attributes::{self, ERROR_TYPE},
    trace_context,
};

/// Writes spans of the scope [`scope::TRACE_SAFE`].
pub(crate) struct TraceSink {
    tracer: SdkTracer,
    /// The span of the program that started this one.
    parent: Context,
}

/// The name and the fields of a fact, and when it happened.
#[derive(Clone, Copy)]
pub(crate) struct Fact<'f, 'a> {
    pub(crate) name: &'static str,
    pub(crate) fields: &'f Fields<'a>,
    pub(crate) at: SystemTime,
}

impl TraceSink {
    pub(crate) fn new(provider: &SdkTracerProvider, parent: Option<&TraceContext>) -> Self {
        Self {
            tracer: provider.tracer(scope::TRACE_SAFE),
            parent: parent.and_then(trace_context::parse).unwrap_or_default(),
        }
    }

    /// The span of an operation that begins.
    pub(crate) fn operation(
        &self,
        started: &OperationStarted,
        session: &SessionFacts,
        at: SystemTime,
    ) -> Span {
        let builder = SpanBuilder::from_name(span_attributes::operation_name(started, session))
            .with_kind(SpanKind::Client)
            .with_start_time(at)
            .with_attributes(span_attributes::of_operation(started, session));
        self.tracer.build_with_context(builder, &self.parent)
    }

    /// Begins the span of an operation's next attempt, and tells what names it.
    pub(crate) fn attempt_context(
        &self,
        operations: &mut OpenOperations,
        id: OperationId,
        at: SystemTime,
    ) -> Option<TraceContext> {
        let parent = operations.context(id)?;
        let operation = operations.find(id)?;
        let span = self.attempt_span(&parent, at);
        let headers = trace_context::of_span(span.span_context());
        if let Some(mut given_up) = operation.attempt.replace(span) {
            given_up.end_with_timestamp(at);
        }
        headers
    }

    /// Adds a fact to the span of its operation, and ends the span of its attempt. Returns the span that tells the fact.
    pub(crate) fn record(
        &self,
        operations: &mut OpenOperations,
        event: Option<&Event>,
        fact: Fact<'_, '_>,
    ) -> SpanContext {
        let part = event.map_or(Part::Session, Part::of);
        let parent = part.operation().and_then(|id| operations.context(id));
        let parent = parent.as_ref().unwrap_or(&self.parent);
        let attempt = match &part {
            Part::Attempt(attempt) => Some(self.finished_attempt(operations, parent, attempt, fact.at)),
            _ => None,
        };
        let operation = part.operation().and_then(|id| operations.find(id));
        let told_by = match operation {
            Some(operation) => {
                operation.last_fact = fact.at;
                operation.span.as_mut().map(|span| add_fact(span, fact))
            }
            None => None,
        };
        match (told_by, attempt) {
            (Some(told_by), attempt) => {
                end(attempt, fact.at);
                told_by
            }
            (None, attempt) => self.told_alone(attempt, parent, fact),
        }
    }

    /// Sets what came of an operation on its span.
    pub(crate) fn finish(&self, span: &mut Span, ended: &OperationEnded) {
        if let Some(answer) = &ended.answer {
            span.set_attributes(span_attributes::of_answer(answer));
        }
        if let Some(kind) = error_type(&ended.outcome) {
            span.set_attribute(KeyValue::new(ERROR_TYPE, kind));
        }
        set_status(span, &ended.outcome);
    }

    /// The span of an attempt, with all that is known of it, still to be ended.
    fn finished_attempt(
        &self,
        operations: &mut OpenOperations,
        parent: &Context,
        attempt: &Attempt<'_>,
        at: SystemTime,
    ) -> Span {
        let Attempt { context, outcome, kind } = *attempt;
        let operation = operations.find(context.operation);
        let (announced, target) = match operation {
            Some(operation) => (operation.attempt.take(), Some(&operation.started.target)),
            None => (None, None),
        };
        let started = before(at, outcome.duration);
        let mut span = announced.unwrap_or_else(|| self.attempt_span(parent, started));
        span.update_name(span_attributes::attempt_name(attempt, target));
        span.set_attributes(span_attributes::of_attempt(context, outcome, kind, target));
        set_status(&mut span, outcome);
        span
    }

    fn attempt_span(&self, parent: &Context, at: SystemTime) -> Span {
        // The name is set when the attempt is over.
        let builder = SpanBuilder::from_name("attempt").with_kind(SpanKind::Client).with_start_time(at);
        self.tracer.build_with_context(builder, parent)
    }

    /// A fact whose operation is not open: on the span of its attempt, else on a span of its own.
    fn told_alone(&self, attempt: Option<Span>, parent: &Context, fact: Fact<'_, '_>) -> SpanContext {
        let mut span = attempt.unwrap_or_else(|| {
            let builder =
                SpanBuilder::from_name(fact.name).with_kind(SpanKind::Internal).with_start_time(fact.at);
            self.tracer.build_with_context(builder, parent)
        });
        let told_by = add_fact(&mut span, fact);
        end(Some(span), fact.at);
        told_by
    }
}

fn add_fact(span: &mut Span, fact: Fact<'_, '_>) -> SpanContext {
    span.add_event_with_timestamp(fact.name, fact.at, fact.fields.for_trace());
    span.span_context().clone()
}

fn end(span: Option<Span>, at: SystemTime) {
    if let Some(mut span) = span {
        span.end_with_timestamp(at);
    }
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
