//! W3C Trace Context: the headers that join two programs in one trace (<https://www.w3.org/TR/trace-context/>).

use std::{collections::HashMap, fmt};

use opentelemetry::{
    Context,
    propagation::TextMapPropagator,
    trace::{SpanContext, TraceContextExt},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;

/// Name of the header that carries trace and span.
pub const TRACEPARENT: &str = "traceparent";
/// Name of the header that carries what tracing systems add.
pub const TRACESTATE: &str = "tracestate";

/// The two headers of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceHeaders {
    /// Value of [`TRACEPARENT`]: version, trace id, span id, flags.
    pub traceparent: String,
    /// Value of [`TRACESTATE`]; `None` when it would be empty.
    pub tracestate: Option<String>,
}

impl TraceHeaders {
    /// The headers that name `span` as the parent; `None` for a span without ids.
    pub(crate) fn of(span: &SpanContext) -> Option<Self> {
        if !span.is_valid() {
            return None;
        }
        let (trace, id, flags) = (span.trace_id(), span.span_id(), span.trace_flags().to_u8());
        let state = span.trace_state().header();
        Some(Self {
            traceparent: format!("00-{trace}-{id}-{flags:02x}"),
            tracestate: Some(state).filter(|state| !state.is_empty()),
        })
    }

    /// The headers of a program that started this one, from its variables `TRACEPARENT` and `TRACESTATE`. `None` when
    /// there is no parent; what cannot be read is no parent either, as the standard says.
    ///
    /// ```
    /// use codex_otel::TraceHeaders;
    ///
    /// let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    /// let headers = TraceHeaders::from_lookup(|name| (name == "TRACEPARENT").then(|| parent.to_owned()));
    /// assert_eq!(headers.expect("is well formed").traceparent, parent);
    /// ```
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let traceparent = lookup("TRACEPARENT")?;
        let headers = Self { traceparent, tracestate: lookup("TRACESTATE").filter(|state| !state.is_empty()) };
        headers.parent().is_some().then_some(headers)
    }

    /// The context of the span that the headers name.
    pub(crate) fn parent(&self) -> Option<Context> {
        let mut carrier = HashMap::from([(TRACEPARENT.to_owned(), self.traceparent.clone())]);
        if let Some(state) = &self.tracestate {
            carrier.insert(TRACESTATE.to_owned(), state.clone());
        }
        let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier);
        context.has_active_span().then_some(context)
    }
}

impl fmt::Display for TraceHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.traceparent)
    }
}
