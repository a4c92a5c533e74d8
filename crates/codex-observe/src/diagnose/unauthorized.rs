//! Why a 401 happened, and what recovery made of it.

use super::{attempt::Attempt, cause::Cause, story::Story};
use crate::{
    AuthEvidence, AuthMode, Circumstances, CredentialOrigin, Endpoint, NotRunReason, RecoveryOutcome,
    RecoveryPhase, RecoveryStep, SafeText, VariableState,
};

/// What the upstream says when it saw no `Authorization` header.
const MISSING_HEADER: &str = "missing_authorization_header";
/// What it says of a token that is too old.
const TOKEN_EXPIRED: &str = "token_expired";

/// The cause of the 401 that `refused` met.
pub(super) fn cause(story: &Story<'_>, refused: &Attempt<'_>, circumstances: &Circumstances) -> Cause {
    let evidence = &refused.outcome.evidence;
    let origin = &circumstances.credentials;
    let step = story.recovery_after(refused).map(|fact| fact.step);
    if let (Some(RecoveryStep { phase, outcome: RecoveryOutcome::Succeeded { .. }, .. }), true) =
        (step, story.worked())
    {
        return Cause::Recovered { phase, expired: says(evidence, TOKEN_EXPIRED) };
    }
    let Some(header) = refused.context.attachment.header_name else {
        return not_attached(refused.context.endpoint, origin);
    };
    if says(evidence, MISSING_HEADER) {
        return Cause::CredentialsLostOnTheWay {
            header,
            proxy_variable: circumstances.proxy_variable.clone(),
        };
    }
    match step.map(|step| (step.phase, step.outcome)) {
        Some((_, RecoveryOutcome::FailedPermanent(failure))) => return Cause::LoginOver { failure },
        Some((_, RecoveryOutcome::FailedTransient(failure))) => return Cause::RecoveryFailed { failure },
        Some((phase, RecoveryOutcome::Succeeded { .. })) => return Cause::RetryMissing { phase },
        Some((_, RecoveryOutcome::NotRun(NotRunReason::NoExternalRefresher))) => {
            return Cause::RefresherMissing;
        }
        Some((_, RecoveryOutcome::NotRun(_))) | None => {}
    }
    if let Some(refused) = refused_again(story, refused, circumstances) {
        return refused;
    }
    let code = code(evidence);
    let has_manager = !matches!(
        step.map(|step| step.outcome),
        Some(RecoveryOutcome::NotRun(NotRunReason::AuthManagerMissing))
    );
    match refused.context.attachment.mode {
        Some(AuthMode::ApiKey) => Cause::ApiKeyRejected { origin: origin.clone(), code },
        Some(AuthMode::Chatgpt) | None if has_manager => Cause::LoginRejected { code },
        Some(AuthMode::Chatgpt) | None => Cause::NoAuthManager,
    }
}

/// The cause of a 401 of which only the status is known.
pub(super) fn without_events(circumstances: &Circumstances) -> Cause {
    let origin = circumstances.credentials.clone();
    match &origin {
        CredentialOrigin::Nothing
        | CredentialOrigin::Variable { state: VariableState::Unset | VariableState::Blank, .. } => {
            Cause::CredentialsMissing { origin }
        }
        CredentialOrigin::Variable { state: VariableState::Set, .. }
        | CredentialOrigin::StoredLogin { mode: AuthMode::ApiKey } => {
            Cause::ApiKeyRejected { origin, code: None }
        }
        _ => Cause::LoginRejected { code: None },
    }
}

/// Realtime takes API keys only (`wire` reference, 9), so that a login leaves it without credentials.
fn not_attached(endpoint: Endpoint, origin: &CredentialOrigin) -> Cause {
    match origin {
        CredentialOrigin::StoredLogin { mode: AuthMode::Chatgpt } | CredentialOrigin::HostApplication
            if endpoint == Endpoint::REALTIME =>
        {
            Cause::ApiKeyRequired { endpoint }
        }
        _ => Cause::CredentialsMissing { origin: origin.clone() },
    }
}

/// When `refused` was itself the retry after a step that had worked.
fn refused_again(story: &Story<'_>, refused: &Attempt<'_>, circumstances: &Circumstances) -> Option<Cause> {
    let evidence = &refused.outcome.evidence;
    let before = story.success_before(refused).map(|fact| fact.step);
    // The step itself may have been forgotten, while the attempt still says that it follows one.
    let phase =
        before.map(|step| step.phase).or(refused.context.follow_up.map(|follow_up| follow_up.phase))?;
    let skew = circumstances.clock_skew.filter(|skew| skew.is_large());
    if let (Some(skew), true, true) = (skew, phase != RecoveryPhase::Reload, says(evidence, TOKEN_EXPIRED)) {
        return Some(Cause::ClockWrong { skew });
    }
    let state_changed = before.and_then(|step| step.outcome.state_changed()).unwrap_or(true);
    Some(Cause::RetryRefused { phase, state_changed, code: code(evidence) })
}

fn code(evidence: &AuthEvidence) -> Option<SafeText> {
    evidence.auth_error_code.clone().or_else(|| evidence.auth_error.clone())
}

fn says(evidence: &AuthEvidence, word: &str) -> bool {
    let is_it = |text: &Option<SafeText>| text.as_ref().is_some_and(|text| text.eq_ignore_ascii_case(word));
    is_it(&evidence.auth_error) || is_it(&evidence.auth_error_code)
}
