//! W3C Trace Context: what joins two programs in one trace (<https://www.w3.org/TR/trace-context/>).

use std::str::FromStr;

use codex_observe::TraceContext;
use opentelemetry::{
    Context, SpanId, TraceFlags, TraceId,
    trace::{SpanContext, TraceContextExt, TraceState},
};

const VERSION: &str = "00";
const INVALID_VERSION: &str = "ff";

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
    let parent =
        TraceContext { traceparent, tracestate: lookup("TRACESTATE").filter(|state| !state.is_empty()) };
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
        traceparent: format!("{VERSION}-{trace}-{id}-{flags:02x}"),
        tracestate: Some(state).filter(|state| !state.is_empty()),
    })
}

/// The parent that the headers name. A `tracestate` that cannot be read does not spoil the `traceparent`.
pub(crate) fn parse(headers: &TraceContext) -> Option<Context> {
    let mut parts = headers.traceparent.trim().split('-');
    let mut hex = |digits: usize| {
        let part = parts.next()?;
        let well_formed =
            part.len() == digits && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        well_formed.then_some(part)
    };
    let (version, trace, span, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
    // Later versions may add parts; this one has none.
    if version == INVALID_VERSION || (version == VERSION && parts.next().is_some()) {
        return None;
    }
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
    let state = headers.tracestate.as_deref().and_then(|state| TraceState::from_str(state).ok());
    let span = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        flags,
        true,
        state.unwrap_or_default(),
    );
    span.is_valid().then(|| Context::new().with_remote_span_context(span))
}
