//! Events and reports for the tests.

use std::time::Duration;

use codex_feedback::{
    Classification, Environment, Feedback, LoadedRuns, Redactor, Report, ReportRequest, RunFacts,
};
use codex_observe::{
    ApiRequest, AttemptError, AuthAttachment, AuthEvidence, AuthMode, AuthRecovery, Endpoint, Event,
    FollowUp, OperationId, Outcome, RecoveryMode, RecoveryOutcome, RecoveryPhase, RecoveryStep,
    RequestContext,
};

pub(crate) fn context(attempt: u32, follow_up: Option<FollowUp>) -> RequestContext {
    let attached = AuthAttachment::attached(AuthMode::Chatgpt, "authorization");
    let mut context = RequestContext::new(Endpoint::RESPONSES, attempt, attached);
    context.follow_up = follow_up;
    context
}

pub(crate) fn evidence(request_id: &str) -> AuthEvidence {
    AuthEvidence::from_headers(|name| match name {
        "x-request-id" => Some(request_id.as_bytes()),
        "x-openai-authorization-error" => Some(b"missing_authorization_header"),
        _ => None,
    })
}

pub(crate) fn unauthorized(attempt: u32, request_id: &str) -> Event {
    let outcome = Outcome::after(Duration::from_millis(40)).status(401).error(AttemptError::http(401));
    Event::ApiRequest(ApiRequest::new(context(attempt, None), outcome.evidence(evidence(request_id))))
}

pub(crate) fn reload() -> RecoveryStep {
    RecoveryStep {
        mode: RecoveryMode::Managed,
        phase: RecoveryPhase::Reload,
        outcome: RecoveryOutcome::Succeeded { state_changed: true },
    }
}

pub(crate) fn recovered(request_id: &str) -> Event {
    Event::AuthRecovery(AuthRecovery::new(
        Endpoint::RESPONSES,
        OperationId::default(),
        reload(),
        evidence(request_id),
    ))
}

pub(crate) fn retried(attempt: u32) -> Event {
    let outcome = Outcome::after(Duration::from_millis(30)).status(200);
    Event::ApiRequest(ApiRequest::new(context(attempt, reload().follow_up()), outcome))
}

/// A report on what `feedback` knows.
pub(crate) fn report(feedback: &Feedback, request: ReportRequest) -> Report {
    Report::build(LoadedRuns::from(feedback.run(RunFacts::default())), request, feedback.redactor())
}

pub(crate) fn request() -> ReportRequest {
    ReportRequest::new(Classification::Bug, Environment::collect("1.2.3", |_| None))
}

pub(crate) fn plain_report() -> Report {
    report(&Feedback::new(Redactor::new()), request())
}
