//! W3C Trace Context: what joins two programs in one trace (<https://www.w3.org/TR/trace-context/>).

use std::collections::HashMap;

use codex_observe::TraceContext;
use opentelemetry::{
    Context,
    propagation::TextMapPropagator,
    trace::{SpanContext, TraceContextExt},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// The context of the program that started this one, from its variables `TRACEPARENT` and `TRACESTATE`. `None` when
/// there is none; what cannot be read is none either, as the standard says.
///
/// ```
/// use codex_otel::parent_from_lookup;
///
/// let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let parent = parent_from_lookup(|name| (name == "TRACEPARENT").then(|| traceparent.to_owned()));
/// assert_eq!(parent.expect("is well formed").traceparent, traceparent);
/// ```
pub fn parent_from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Option<TraceContext> {
    let traceparent = lookup("TRACEPARENT")?;
    let parent = TraceContext { traceparent, tracestate: lookup("TRACESTATE").filter(|state| !state.is_empty()) };
    parse(&parent).is_some().then_some(parent)
}

/// The headers that name `span` as the parent; `None` for a span without ids.
pub(crate) fn of_span(span: &SpanContext) -> Option<TraceContext> {
    if !span.is_valid() {
        return None;
    }
    let (trace, id, flags) = (span.trace_id(), span.span_id(), span.trace_flags().to_u8());
    let state = span.trace_state().header();
    Some(TraceContext {
        traceparent: format!("00-{trace}-{id}-{flags:02x}"),
        tracestate: Some(state).filter(|state| !state.is_empty()),
    })
}

/// The parent that the headers name.
pub(crate) fn parse(headers: &TraceContext) -> Option<Context> {
    let mut carrier = HashMap::from([(TRACEPARENT.to_owned(), headers.traceparent.clone())]);
    if let Some(state) = &headers.tracestate {
        carrier.insert(TRACESTATE.to_owned(), state.clone());
    }
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier);
    context.has_active_span().then_some(context)
}
