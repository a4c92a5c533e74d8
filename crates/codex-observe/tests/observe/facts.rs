//! Short ways to write events down.

use std::time::Duration;

use codex_observe::*;

pub(crate) const RELOAD: FollowUp = FollowUp { mode: RecoveryMode::Managed, phase: RecoveryPhase::Reload };
pub(crate) const REFRESH: FollowUp =
    FollowUp { mode: RecoveryMode::Managed, phase: RecoveryPhase::RefreshToken };
pub(crate) const HOST: FollowUp =
    FollowUp { mode: RecoveryMode::External, phase: RecoveryPhase::ExternalRefresh };

/// A context with a ChatGPT login attached.
pub(crate) fn login() -> RequestContext {
    context(AuthAttachment::attached(AuthMode::Chatgpt, "authorization"))
}

/// A context with an API key attached.
pub(crate) fn key() -> RequestContext {
    context(AuthAttachment::attached(AuthMode::ApiKey, "authorization"))
}

pub(crate) fn context(attachment: AuthAttachment) -> RequestContext {
    RequestContext::new(Endpoint::RESPONSES, 1, attachment)
}

pub(crate) trait ContextExt {
    fn after(self, follow_up: FollowUp) -> Self;
    fn reused(self, reused: bool) -> Self;
    fn of(self, operation: OperationId) -> Self;
    fn at(self, endpoint: Endpoint) -> Self;
}

impl ContextExt for RequestContext {
    fn after(mut self, follow_up: FollowUp) -> Self {
        self.follow_up = Some(follow_up);
        self.attempt += 1;
        self
    }
    fn reused(mut self, reused: bool) -> Self {
        self.connection_reused = Some(reused);
        self
    }
    fn of(mut self, operation: OperationId) -> Self {
        self.operation = operation;
        self
    }
    fn at(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }
}

pub(crate) fn worked() -> Outcome {
    Outcome::after(Duration::from_millis(12)).status(200)
}

pub(crate) fn failed(error: AttemptError) -> Outcome {
    let outcome = Outcome::after(Duration::from_millis(12));
    match error.status() {
        Some(status) => outcome.status(status).error(error),
        None => outcome.error(error),
    }
}

pub(crate) fn refused(evidence: AuthEvidence) -> Outcome {
    failed(AttemptError::http(401)).evidence(evidence)
}

/// All four facts, told apart by `n`.
pub(crate) fn evidence(n: u32, code: &str) -> AuthEvidence {
    let mut evidence = AuthEvidence::default();
    evidence.request_id = Some(SafeText::new(&format!("req-{n}")));
    evidence.cf_ray = Some(SafeText::new(&format!("ray-{n}")));
    evidence.auth_error = Some(SafeText::new("invalid_token"));
    evidence.auth_error_code = Some(SafeText::new(code));
    evidence
}

/// Only a request id.
pub(crate) fn request_id(n: u32) -> AuthEvidence {
    let mut evidence = AuthEvidence::default();
    evidence.request_id = Some(SafeText::new(&format!("req-{n}")));
    evidence
}

pub(crate) fn http(context: RequestContext, outcome: Outcome) -> Event {
    Event::ApiRequest(ApiRequest::new(context, outcome))
}

pub(crate) fn handshake(context: RequestContext, outcome: Outcome) -> Event {
    Event::WebsocketConnect(WebsocketConnect::new(context, outcome))
}

pub(crate) fn frame(context: RequestContext, outcome: Outcome) -> Event {
    Event::WebsocketRequest(WebsocketRequest::new(context, outcome))
}

pub(crate) fn ended(context: RequestContext, outcome: Outcome, events: u64) -> Event {
    Event::StreamEnded(StreamEnded::new(context, outcome, events, events * 100))
}

pub(crate) fn fallback(reason: FallbackReason) -> Event {
    Event::TransportFallback(TransportFallback::new(Endpoint::RESPONSES, reason))
}

/// A step that worked and changed the credentials.
pub(crate) fn renewed(follow_up: FollowUp, evidence: AuthEvidence) -> Event {
    step(follow_up, RecoveryOutcome::Succeeded { state_changed: true }, evidence)
}

pub(crate) fn step(follow_up: FollowUp, outcome: RecoveryOutcome, evidence: AuthEvidence) -> Event {
    let step = RecoveryStep { mode: follow_up.mode, phase: follow_up.phase, outcome };
    Event::AuthRecovery(AuthRecovery::new(Endpoint::RESPONSES, OperationId::default(), step, evidence))
}

pub(crate) fn not_run(mode: RecoveryMode, reason: NotRunReason, evidence: AuthEvidence) -> Event {
    step(FollowUp { mode, phase: RecoveryPhase::Done }, RecoveryOutcome::NotRun(reason), evidence)
}

pub(crate) fn no_manager(evidence: AuthEvidence) -> Event {
    let step = RecoveryStep::NO_AUTH_MANAGER;
    Event::AuthRecovery(AuthRecovery::new(Endpoint::RESPONSES, OperationId::default(), step, evidence))
}
