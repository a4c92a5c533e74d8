//! Why an attempt failed that the service did not refuse with 401.

use super::{
    attempt::{Attempt, AttemptKind},
    cause::Cause,
};
use crate::{AttemptError, Circumstances, CredentialOrigin, ErrorClass, SafeText, VariableState};

/// The cause of `failed`, which met no 401.
pub(super) fn cause(failed: &Attempt<'_>, circumstances: &Circumstances) -> Cause {
    let Some(error) = &failed.outcome.error else {
        return Cause::NothingFailed;
    };
    if failed.is_stale() {
        return Cause::StaleConnection;
    }
    if let (AttemptKind::Stream { .. }, ErrorClass::Network) = (failed.kind, error.class()) {
        return Cause::StreamBroken { detail: error.message().clone() };
    }
    // Nothing is attached, though there is a login: its credentials are what could not be sent.
    if error.class() == ErrorClass::Build && failed.context.attachment.mode.is_some() && !failed.is_attached()
    {
        return unsendable(error.message(), &circumstances.credentials);
    }
    match (error.class(), failed.outcome.final_status()) {
        (ErrorClass::Http, Some(status)) => refused_with(status, circumstances),
        _ => without_events(error, circumstances),
    }
}

/// The cause of a failure of which no attempt is known.
pub(super) fn without_events(error: &AttemptError, circumstances: &Circumstances) -> Cause {
    let detail = error.message().clone();
    let proxy_variable = circumstances.proxy_variable.clone();
    match error.class() {
        ErrorClass::Http => match error.status() {
            Some(status) => refused_with(status, circumstances),
            None => Cause::ResponseFailed { detail },
        },
        ErrorClass::Network => Cause::Unreachable { detail, proxy_variable },
        ErrorClass::Timeout => Cause::TimedOut { proxy_variable },
        ErrorClass::RetryLimit => Cause::RetriesSpent,
        ErrorClass::Build => Cause::RequestNotBuilt { detail },
        ErrorClass::Stream => Cause::StreamBroken { detail },
        ErrorClass::Response => Cause::ResponseFailed { detail },
        ErrorClass::Cancelled => Cause::NothingFailed,
    }
}

fn unsendable(detail: &SafeText, origin: &CredentialOrigin) -> Cause {
    let origin = origin.clone();
    match origin {
        CredentialOrigin::Variable { state: VariableState::Blank, .. } => {
            Cause::CredentialsMissing { origin }
        }
        _ => Cause::CredentialsUnsendable { origin, detail: detail.clone() },
    }
}

fn refused_with(status: u16, circumstances: &Circumstances) -> Cause {
    match status {
        403 => Cause::AccessDenied,
        407 => Cause::ProxyRefused { proxy_variable: circumstances.proxy_variable.clone() },
        426 => Cause::WebsocketUnsupported,
        429 => Cause::RateLimited,
        500.. => Cause::ServiceFailed { status },
        _ => Cause::RequestRefused { status },
    }
}
