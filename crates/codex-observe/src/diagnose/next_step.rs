//! What to do about a cause.

use std::fmt;

use super::{Cause, Diagnosis, DiagnosisState};
use crate::{CredentialOrigin, PermanentFailure, SafeText, TransientFailure, VariableState};

/// What to do about a [`Diagnosis`]: its `Display` is one or two sentences.
#[derive(Clone, Copy, Debug)]
pub struct NextStep<'d>(pub(super) &'d Diagnosis);

impl fmt::Display for NextStep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = &self.0.cause;
        match (self.0.state, cause) {
            (DiagnosisState::NothingFailed, _) | (_, Cause::NothingFailed | Cause::Recovered { .. }) => {
                f.write_str("Nothing to do.")
            }
            (DiagnosisState::Resolved, Cause::StaleConnection | Cause::WebsocketUnsupported) => {
                f.write_str("Nothing to do: the client went on by another connection.")
            }
            (DiagnosisState::Resolved, _) => {
                f.write_str("Nothing to do now: it worked since. If it happens again: ")?;
                remedy(cause, f)
            }
            (DiagnosisState::Unresolved, _) => remedy(cause, f),
        }
    }
}

fn remedy(cause: &Cause, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match cause {
        Cause::CredentialsMissing { origin } => attach(origin, f),
        Cause::CredentialsUnsendable { origin, .. } => copy_again(origin, f),
        Cause::CredentialsLostOnTheWay { header, proxy_variable } => {
            write!(f, "Let the {header} header pass")?;
            match proxy_variable {
                Some(name) => write!(f, " the proxy that {name} names, or go around it (NO_PROXY)."),
                None => f.write_str(" every proxy and gateway between this machine and the service."),
            }
        }
        Cause::ApiKeyRejected { origin, .. } => replace_key(origin, f),
        Cause::LoginOver { failure } => f.write_str(after_login_over(*failure)),
        Cause::RecoveryFailed { failure } => f.write_str(after_recovery_failed(*failure)),
        Cause::ProxyRefused { proxy_variable } | Cause::TimedOut { proxy_variable } => {
            proxy(cause, proxy_variable.as_ref(), f)
        }
        Cause::Unreachable { proxy_variable, .. } => proxy(cause, proxy_variable.as_ref(), f),
        _ => f.write_str(fixed(cause)),
    }
}

/// The remedies that depend on the kind of cause alone.
fn fixed(cause: &Cause) -> &'static str {
    match cause {
        Cause::ApiKeyRequired { .. } => "Set OPENAI_API_KEY to an API key: the login cannot be used here.",
        Cause::LoginRejected { .. } => "Log in again.",
        Cause::NoAuthManager => "Log in with this client, or send the request with a new token.",
        Cause::RefresherMissing => {
            "Start again from the host application, so that it hands in a new token; it can register a refresher."
        }
        Cause::RetryRefused { .. } => {
            "Check that the login is of the right account and workspace, that its access was not withdrawn, and that this \
             machine's clock is right; then log in again. Quote the request id when you ask the service."
        }
        Cause::ClockWrong { .. } => "Set this machine's clock (turn on time synchronization) and try again.",
        Cause::RetryMissing { .. } => "Try again: the request was given up before its retry had ended.",
        Cause::StaleConnection | Cause::StreamBroken { .. } | Cause::RetriesSpent => {
            "Try again; if it happens often, look for a proxy or firewall that closes connections."
        }
        Cause::AccessDenied => {
            "Check what the account, project and region are allowed to use; a new login will not change it."
        }
        Cause::WebsocketUnsupported => {
            "Use HTTP: set the transport to http, or leave the choice to the client."
        }
        Cause::RateLimited => "Wait and try again; if it goes on, check the account's limits and quota.",
        Cause::ServiceFailed { .. } => {
            "Try again later; if it goes on, quote the request id when you ask the service."
        }
        Cause::RequestRefused { .. } | Cause::ResponseFailed { .. } => {
            "Read the error that the service gave; the credentials were accepted."
        }
        Cause::RequestNotBuilt { .. } => "Correct the setting or the argument that the error names.",
        _ => "Try again.",
    }
}

fn attach(origin: &CredentialOrigin, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match origin {
        CredentialOrigin::Variable { name, state: VariableState::Unset } => {
            write!(f, "Set {name} to an API key, or log in.")
        }
        CredentialOrigin::Variable { name, state: VariableState::Blank } => {
            write!(f, "Put an API key into {name}, or log in.")
        }
        CredentialOrigin::Variable { name, state: VariableState::Set } => {
            write!(f, "Check that the configured provider takes its key from {name}.")
        }
        CredentialOrigin::Unknown | CredentialOrigin::Nothing => f.write_str("Log in, or set an API key."),
        CredentialOrigin::StoredLogin { .. } => {
            f.write_str("Check that the configured provider uses the stored login, or log in again.")
        }
        CredentialOrigin::Configuration => {
            f.write_str("Check that the configured provider is the one whose credentials are set.")
        }
        CredentialOrigin::HostApplication => {
            f.write_str("Log in within the host application, so that it hands in a token.")
        }
    }
}

fn copy_again(origin: &CredentialOrigin, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match origin {
        CredentialOrigin::Variable { name, .. } => {
            write!(f, "Copy the key into {name} again, without quotes, spaces or line breaks.")
        }
        CredentialOrigin::StoredLogin { .. } => f.write_str("Log in again: the stored login is damaged."),
        CredentialOrigin::HostApplication => f.write_str("Log in again within the host application."),
        _ => f.write_str("Copy the key or token again, without quotes, spaces or line breaks."),
    }
}

fn replace_key(origin: &CredentialOrigin, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(
        "Check that the key is complete, was not deleted, and belongs to this service and project; then ",
    )?;
    match origin {
        CredentialOrigin::Variable { name, .. } => write!(f, "put a valid one into {name}."),
        CredentialOrigin::StoredLogin { .. } => f.write_str("log in with a valid one."),
        CredentialOrigin::Configuration => f.write_str("put a valid one into the configuration."),
        _ => f.write_str("use a valid one."),
    }
}

fn after_login_over(failure: PermanentFailure) -> &'static str {
    match failure {
        PermanentFailure::Exhausted => {
            "Log in again, once for each machine: a copied login works in one place only."
        }
        PermanentFailure::AccountChanged => {
            "Start again to go on with the account that is stored now, or log in again with the earlier one."
        }
        _ => "Log in again.",
    }
}

fn after_recovery_failed(failure: TransientFailure) -> &'static str {
    match failure {
        TransientFailure::Unreachable => {
            "Check that the network and the proxy let requests to the token authority through, then try again."
        }
        TransientFailure::Status(429) => "Wait some minutes and try again.",
        TransientFailure::Status(_) => "Try again later: the login itself was not refused.",
        TransientFailure::Undecodable => {
            "Check that no proxy or sign-in page of the network answers in place of the token authority, then try again."
        }
        TransientFailure::Store => "Check that the credential store can be read and written, then try again.",
        TransientFailure::Locked => "Wait until the other process has finished, then try again.",
        TransientFailure::Refresher => "Log in again within the host application, then try again.",
        TransientFailure::OutOfTime => "Try again, or give the request more time.",
        TransientFailure::WrongWorkspace => {
            "Choose the workspace in the host application that this client is restricted to."
        }
    }
}

fn proxy(cause: &Cause, variable: Option<&SafeText>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match (cause, variable) {
        (Cause::ProxyRefused { .. }, Some(name)) => {
            write!(f, "Put the proxy's user name and password into {name}; the service's credentials are not the matter.")
        }
        (Cause::ProxyRefused { .. }, None) => f.write_str(
            "Give the proxy's user name and password in its URL; the service's credentials are not the matter.",
        ),
        (_, Some(name)) => write!(f, "Check the network, and the proxy that {name} names; then try again."),
        (_, None) => f.write_str("Check the network and whether it needs a proxy; then try again."),
    }
}
