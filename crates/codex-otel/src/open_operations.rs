//! The operations whose spans are open: a bounded map, so that a call whose end is never told cannot grow it.

use std::{
    collections::{HashMap, VecDeque},
    time::SystemTime,
};

use codex_observe::{OperationId, OperationStarted};
use opentelemetry::{
    Context,
    trace::{Span as _, SpanContext, TraceContextExt},
};
use opentelemetry_sdk::trace::Span;

/// How many operations may be open at a time. Past it the oldest is closed at its last fact.
pub const MAX_OPEN_OPERATIONS: usize = 256;

/// How many closed operations are remembered, for facts that come after their end.
pub const MAX_CLOSED_OPERATIONS: usize = 64;

/// The open operations, and the traces of those that were closed lately.
#[derive(Default)]
pub(crate) struct OpenOperations {
    open: HashMap<OperationId, OpenOperation>,
    /// In the order in which they were opened.
    order: VecDeque<OperationId>,
    closed: VecDeque<(OperationId, SpanContext)>,
}

/// One operation under way.
pub(crate) struct OpenOperation {
    pub(crate) started: OperationStarted,
    /// `None` when traces are off.
    pub(crate) span: Option<Span>,
    /// The attempt whose context was handed out, and whose outcome is not known yet.
    pub(crate) attempt: Option<Span>,
    pub(crate) last_fact: SystemTime,
}

impl OpenOperation {
    fn close(mut self) -> Option<SpanContext> {
        if let Some(mut attempt) = self.attempt.take() {
            attempt.end_with_timestamp(self.last_fact);
        }
        let mut span = self.span.take()?;
        span.end_with_timestamp(self.last_fact);
        Some(span.span_context().clone())
    }
}

impl OpenOperations {
    pub(crate) fn find(&mut self, id: OperationId) -> Option<&mut OpenOperation> {
        self.open.get_mut(&id)
    }

    /// The context whose children are parts of the operation; `None` for one that is not known.
    pub(crate) fn context(&self, id: OperationId) -> Option<Context> {
        let open =
            self.open.get(&id).and_then(|operation| operation.span.as_ref()).map(|span| span.span_context());
        let closed =
            || self.closed.iter().rev().find(|(closed, _)| *closed == id).map(|(_, context)| context);
        open.or_else(closed).map(|span| Context::new().with_remote_span_context(span.clone()))
    }

    pub(crate) fn open(&mut self, operation: OpenOperation) {
        let id = operation.started.operation;
        self.close(id);
        while self.open.len() >= MAX_OPEN_OPERATIONS
            && let Some(oldest) = self.order.pop_front()
        {
            self.close(oldest);
        }
        self.order.push_back(id);
        self.open.insert(id, operation);
    }

    /// Ends the span of an operation at its last fact.
    pub(crate) fn close(&mut self, id: OperationId) {
        let Some(operation) = self.open.remove(&id) else { return };
        self.order.retain(|open| *open != id);
        if let Some(context) = operation.close() {
            if self.closed.len() >= MAX_CLOSED_OPERATIONS {
                self.closed.pop_front();
            }
            self.closed.push_back((id, context));
        }
    }

    /// Closes all of them: nothing more will be told.
    pub(crate) fn close_all(&mut self) {
        for id in std::mem::take(&mut self.order) {
            self.close(id);
        }
    }
}
