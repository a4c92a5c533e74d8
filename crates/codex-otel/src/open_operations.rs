//! The operations whose spans are open: a bounded map, so that a call whose end is never told cannot grow it.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, SystemTime},
};

use codex_observe::OperationId;
use opentelemetry::{
    Context,
    trace::{Span as _, SpanContext, TraceContextExt},
};
use opentelemetry_sdk::trace::Span;

use crate::operation::RequestTarget;

/// How many operations may be open at a time. Past it the oldest is closed at its last fact.
pub const MAX_OPEN_OPERATIONS: usize = 256;

/// How many closed operations are remembered, for facts that come after their end.
pub const MAX_CLOSED_OPERATIONS: usize = 64;

/// An operation whose last attempt failed, and of which nothing more was heard for so long, is over.
pub const SETTLED_AFTER: Duration = Duration::from_secs(120);

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
    pub(crate) span: Span,
    pub(crate) target: Option<RequestTarget>,
    /// Whether its end will be told; else it is guessed from its attempts.
    pub(crate) announced: bool,
    /// The attempt whose context was handed out, and whose outcome is not known yet.
    pub(crate) attempt: Option<Span>,
    pub(crate) last_fact: SystemTime,
    /// Whether the last attempt failed: only a further attempt keeps the operation open.
    pub(crate) settled: bool,
}

impl OpenOperation {
    /// The context whose children are parts of this operation.
    pub(crate) fn context(&self) -> Context {
        Context::new().with_remote_span_context(self.span.span_context().clone())
    }

    fn close(mut self) -> SpanContext {
        if let Some(mut attempt) = self.attempt.take() {
            attempt.end_with_timestamp(self.last_fact);
        }
        self.span.end_with_timestamp(self.last_fact);
        self.span.span_context().clone()
    }
}

impl OpenOperations {
    pub(crate) fn find(&mut self, id: OperationId) -> Option<&mut OpenOperation> {
        self.open.get_mut(&id)
    }

    /// The trace of an operation that was closed lately.
    pub(crate) fn closed(&self, id: OperationId) -> Option<&SpanContext> {
        self.closed.iter().rev().find(|(closed, _)| *closed == id).map(|(_, context)| context)
    }

    /// The operation, opened by `open` when it is not.
    pub(crate) fn find_or_open(
        &mut self,
        id: OperationId,
        open: impl FnOnce() -> OpenOperation,
    ) -> &mut OpenOperation {
        if !self.open.contains_key(&id) {
            self.make_room();
            self.order.push_back(id);
        }
        self.open.entry(id).or_insert_with(open)
    }

    /// Ends the span of an operation at its last fact.
    pub(crate) fn close(&mut self, id: OperationId) {
        self.order.retain(|open| *open != id);
        let Some(operation) = self.open.remove(&id) else { return };
        if self.closed.len() >= MAX_CLOSED_OPERATIONS {
            self.closed.pop_front();
        }
        self.closed.push_back((id, operation.close()));
    }

    /// Closes those that are over, as far as anyone can tell.
    pub(crate) fn close_settled(&mut self, now: SystemTime) {
        let over = |operation: &OpenOperation| {
            operation.settled
                && now.duration_since(operation.last_fact).is_ok_and(|silence| silence >= SETTLED_AFTER)
        };
        let ids: Vec<_> = self.open.iter().filter(|(_, operation)| over(operation)).map(|(id, _)| *id).collect();
        for id in ids {
            self.close(id);
        }
    }

    fn make_room(&mut self) {
        while self.open.len() >= MAX_OPEN_OPERATIONS
            && let Some(oldest) = self.order.front().copied()
        {
            self.close(oldest);
        }
    }

    /// Closes all of them: nothing more will be told.
    pub(crate) fn close_all(&mut self) {
        while let Some(id) = self.order.front().copied() {
            self.close(id);
        }
    }
}
