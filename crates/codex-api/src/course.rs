//! How one call is getting on: its clock, its context, its recovery.

use std::{sync::Arc, time::Duration};

use codex_observe::{Observer, Outcome, RequestContext};
use tokio::time::Instant;

use crate::{
    answer,
    auth::Credentials,
    error::{ApiError, ApiErrorKind},
    error_context::ErrorContext,
    exchange::Exchange,
    operation::Operation,
    operation_watch::{Begun, OperationWatch},
    pipeline::Pipeline,
    recovery::{RecoveryProgress, Refused},
};

/// One call under way.
pub(crate) struct Course {
    pub(crate) started: Instant,
    pub(crate) counted_from: Instant,
    pub(crate) total: Option<Duration>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) recovery: RecoveryProgress,
    /// Attempts that followed a recovery: none of the policy's retries.
    pub(crate) recovered: u32,
    pub(crate) context: ErrorContext,
    pub(crate) watch: OperationWatch,
}

impl Course {
    pub(crate) fn begin(pipeline: &Pipeline, operation: &Operation, exchange: &impl Exchange) -> Self {
        let started = Instant::now();
        let counted_from = operation.counted_from.unwrap_or(started);
        let total = operation.timeouts.total;
        let mut context = ErrorContext::new(operation.endpoint);
        context.max_attempts = operation.retry.max_retries.saturating_add(1);
        let begun = Begun {
            endpoint: operation.endpoint,
            provider: &pipeline.provider,
            method: &operation.method,
            url: &operation.url,
            carrier: exchange.carrier(),
            model: operation.model.as_deref(),
            streams: exchange.streams(),
        };
        let watch = OperationWatch::start(Arc::clone(&pipeline.observer), &begun);
        context.operation = watch.id();
        Self {
            started,
            counted_from,
            total,
            deadline: total.and_then(|total| counted_from.checked_add(total)),
            recovery: operation.recovery.clone().unwrap_or_else(|| pipeline.recovery()),
            recovered: 0,
            context,
            watch,
        }
    }

    pub(crate) fn into_call(self, request: RequestContext) -> (Call, OperationWatch) {
        let Self { started, counted_from, total, mut context, recovery, watch, .. } = self;
        // The 401 that it followed is over: another one inside the answer is a new one, and takes a step of its own.
        context.recovery = None;
        (Call { started, counted_from, total, request, context, credentials: recovery.sent() }, watch)
    }

    /// The end of a call that failed.
    pub(crate) fn fail(&mut self, kind: ApiErrorKind) -> ApiError {
        self.context.elapsed = self.started.elapsed();
        let mut outcome = Outcome::after(self.context.elapsed)
            .error(answer::attempt_error(&kind, self.context.status))
            .evidence(self.context.evidence.clone());
        outcome.status = self.context.status;
        self.watch.end(outcome, None);
        ApiError::new(kind, self.context.clone())
    }

    /// One step after a 401. Whether it is worth another attempt.
    pub(crate) async fn recover(&mut self, observer: &dyn Observer) -> bool {
        let refused = Refused {
            endpoint: self.context.endpoint,
            operation: self.context.operation,
            evidence: &self.context.evidence,
            deadline: self.deadline,
        };
        self.context.recovery = Some(self.recovery.after_401(refused, observer).await);
        self.context.elapsed = self.started.elapsed();
        let goes_on = self.context.recovery.is_some_and(|step| step.follow_up().is_some());
        if goes_on {
            self.recovered += 1;
            self.context.max_attempts += 1;
        }
        goes_on
    }
}

/// The course of one call so far: what an error's context and the facts of later steps are made from.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) started: Instant,
    /// From when the total time counts, and how long it is.
    pub(crate) counted_from: Instant,
    pub(crate) total: Option<Duration>,
    pub(crate) request: RequestContext,
    pub(crate) context: ErrorContext,
    /// What went out, for a 401 that comes later.
    pub(crate) credentials: Option<Credentials>,
}
