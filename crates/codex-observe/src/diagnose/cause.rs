//! What can go wrong.

use std::fmt;

use crate::{
    ClockSkew, CredentialOrigin, Endpoint, PermanentFailure, RecoveryPhase, SafeText, TransientFailure,
    VariableState,
};

/// What went wrong. Its `Display` is one clause, without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// Nothing.
    NothingFailed,
    /// The request went out without credentials.
    CredentialsMissing {
        /// Where they should have come from.
        origin: CredentialOrigin,
    },
    /// The credentials cannot be put into a header: a line break, a quote, a letter that is not ASCII.
    CredentialsUnsendable {
        /// Where they come from.
        origin: CredentialOrigin,
        /// What is wrong with them, in this client's words.
        detail: SafeText,
    },
    /// The endpoint takes API keys only, and there is another kind of login.
    ApiKeyRequired {
        /// The endpoint.
        endpoint: Endpoint,
    },
    /// They were sent, and the upstream saw none.
    CredentialsLostOnTheWay {
        /// The header that carried them.
        header: &'static str,
        /// The variable that configures a proxy.
        proxy_variable: Option<SafeText>,
    },
    /// The service does not accept the API key.
    ApiKeyRejected {
        /// Where the key comes from.
        origin: CredentialOrigin,
        /// What the upstream called it.
        code: Option<SafeText>,
    },
    /// The service does not accept the login, and no step of recovery is recorded.
    LoginRejected {
        /// What the upstream called it.
        code: Option<SafeText>,
    },
    /// The token was refused, and there is no auth manager to renew it.
    NoAuthManager,
    /// The token was refused, and the host application gave no refresher.
    RefresherMissing,
    /// Only a new login helps.
    LoginOver {
        /// Why.
        failure: PermanentFailure,
    },
    /// A step of recovery could not be taken now.
    RecoveryFailed {
        /// Why.
        failure: TransientFailure,
    },
    /// A step of recovery worked, and the retry was refused too.
    RetryRefused {
        /// The step.
        phase: RecoveryPhase,
        /// Whether the credentials differed after it.
        state_changed: bool,
        /// What the upstream called it.
        code: Option<SafeText>,
    },
    /// A token counts as expired right after it was renewed, and this machine's clock is off.
    ClockWrong {
        /// How far.
        skew: ClockSkew,
    },
    /// A step of recovery worked, and how the retry went is not recorded.
    RetryMissing {
        /// The step.
        phase: RecoveryPhase,
    },
    /// A step of recovery worked, and so did the retry.
    Recovered {
        /// The step.
        phase: RecoveryPhase,
        /// Whether the upstream had said that the token was too old.
        expired: bool,
    },
    /// A WebSocket from an earlier request was gone when it was used again.
    StaleConnection,
    /// 403.
    AccessDenied,
    /// 407: the proxy wants credentials, not the service.
    ProxyRefused {
        /// The variable that configures the proxy.
        proxy_variable: Option<SafeText>,
    },
    /// 426: no WebSocket here.
    WebsocketUnsupported,
    /// 429.
    RateLimited,
    /// A status from 500 on.
    ServiceFailed {
        /// The status.
        status: u16,
    },
    /// Another status that is no success.
    RequestRefused {
        /// The status.
        status: u16,
    },
    /// No answer came: DNS, connect, TLS, proxy.
    Unreachable {
        /// What failed, in this client's words.
        detail: SafeText,
        /// The variable that configures a proxy.
        proxy_variable: Option<SafeText>,
    },
    /// No answer came in time.
    TimedOut {
        /// The variable that configures a proxy.
        proxy_variable: Option<SafeText>,
    },
    /// The request could not be built.
    RequestNotBuilt {
        /// What is wrong with it, in this client's words.
        detail: SafeText,
    },
    /// The stream broke off or could not be read.
    StreamBroken {
        /// How, in this client's words.
        detail: SafeText,
    },
    /// The service reported a failure inside the stream.
    ResponseFailed {
        /// Its code.
        detail: SafeText,
    },
    /// The retries were spent, and what failed before is not recorded.
    RetriesSpent,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingFailed => f.write_str("nothing failed"),
            Self::CredentialsMissing { origin } => {
                write!(f, "no credentials were attached{}", Absence(origin))
            }
            Self::CredentialsUnsendable { origin, detail } => {
                write!(f, "the credentials{} were not sent: {detail}", Origin(origin))
            }
            Self::ApiKeyRequired { endpoint } => {
                write!(f, "no credentials were attached: {endpoint} takes an API key only, no login")
            }
            Self::CredentialsLostOnTheWay { header, .. } => {
                write!(
                    f,
                    "auth was attached (header {header}), but the upstream saw none: a proxy in between removes it"
                )
            }
            Self::ApiKeyRejected { origin, code } => {
                write!(f, "the service does not accept the API key{}{}", Origin(origin), InBrackets(code))
            }
            Self::LoginRejected { code } => {
                write!(f, "the service does not accept the login{}", InBrackets(code))
            }
            Self::NoAuthManager => f.write_str("the token was refused, and this client cannot renew it"),
            Self::RefresherMissing => {
                f.write_str("the token was refused, and the host application gave no way to renew it")
            }
            _ => self.fmt_recovery(f),
        }
    }
}

impl Cause {
    /// The causes that are about recovery.
    fn fmt_recovery(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LoginOver { failure } => f.write_str(login_over(*failure)),
            Self::RecoveryFailed { failure } => recovery_failed(*failure, f),
            Self::RetryRefused { phase, state_changed: true, code } => {
                write!(f, "the token was {}, and the retry was refused too{}", done(*phase), InBrackets(code))
            }
            Self::RetryRefused { phase, state_changed: false, code } => {
                let done = done(*phase);
                write!(f, "the token was {done} but is the same, and was refused again{}", InBrackets(code))
            }
            Self::ClockWrong { skew } => clock_wrong(*skew, f),
            Self::RetryMissing { phase } => {
                write!(f, "the token was refused, then {}; how the retry went is not recorded", done(*phase))
            }
            Self::Recovered { phase, expired } => {
                let refused = if *expired { "had expired" } else { "was refused" };
                write!(f, "the token {refused}, was {}, and the retry worked", done(*phase))
            }
            _ => self.fmt_elsewhere(f),
        }
    }

    /// The causes that are none of the credentials'.
    fn fmt_elsewhere(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StaleConnection => {
                f.write_str("a WebSocket kept from an earlier request was closed when it was used again")
            }
            Self::AccessDenied => {
                f.write_str("access was denied with status 403; the credentials were not refused with 401")
            }
            Self::ProxyRefused { .. } => {
                f.write_str("the proxy asks for credentials of its own (status 407)")
            }
            Self::WebsocketUnsupported => f.write_str("no WebSocket is accepted here (status 426)"),
            Self::RateLimited => f.write_str("too many requests, or the quota is used up (status 429)"),
            Self::ServiceFailed { status } => write!(f, "the service failed with status {status}"),
            Self::RequestRefused { status } => write!(f, "the request was refused with status {status}"),
            Self::Unreachable { detail, .. } => write!(f, "no answer came from the service: {detail}"),
            Self::TimedOut { .. } => f.write_str("no answer came in time"),
            Self::RequestNotBuilt { detail } => write!(f, "the request could not be built: {detail}"),
            Self::StreamBroken { detail } => write!(f, "the answer broke off: {detail}"),
            Self::ResponseFailed { detail } => write!(f, "the service reported a failure: {detail}"),
            _ => f.write_str("every retry failed"),
        }
    }
}

/// What a step of recovery did to the token.
fn done(phase: RecoveryPhase) -> &'static str {
    match phase {
        RecoveryPhase::Reload => "read again from the store",
        RecoveryPhase::RefreshToken => "refreshed",
        RecoveryPhase::ExternalRefresh => "renewed by the host application",
        RecoveryPhase::Done | RecoveryPhase::None => "renewed",
    }
}

fn login_over(failure: PermanentFailure) -> &'static str {
    match failure {
        PermanentFailure::Expired => "the login is over: its refresh token has expired",
        PermanentFailure::Exhausted => {
            "the login is over: its refresh token was used before, by another process or a copy of the login"
        }
        PermanentFailure::Revoked => "the login is over: its refresh token was revoked",
        PermanentFailure::AccountChanged => "the stored login belongs to another account now",
        PermanentFailure::Other => "the login is over: the token authority refused to refresh it",
    }
}

fn recovery_failed(failure: TransientFailure, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("the token was refused and could not be renewed: ")?;
    match failure {
        TransientFailure::Unreachable => f.write_str("the token authority could not be reached"),
        TransientFailure::Status(status) => write!(f, "the token authority answered with status {status}"),
        TransientFailure::Undecodable => f.write_str("the answer of the token authority could not be read"),
        TransientFailure::Store => f.write_str("the credential store could not be read or written"),
        TransientFailure::Locked => f.write_str("another process holds the credential store"),
        TransientFailure::Refresher => f.write_str("the host application failed to renew it"),
        TransientFailure::OutOfTime => f.write_str("the time limit of the request was reached meanwhile"),
        TransientFailure::WrongWorkspace => {
            f.write_str("the host application handed in a token of another workspace")
        }
    }
}

fn clock_wrong(skew: ClockSkew, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let minutes = skew.amount().as_secs() / 60;
    let direction = if matches!(skew, ClockSkew::Ahead(_)) { "fast" } else { "slow" };
    write!(
        f,
        "a token that was just renewed counts as expired; this machine's clock is {minutes} minutes {direction}"
    )
}

/// Why there are no credentials.
struct Absence<'c>(&'c CredentialOrigin);

impl fmt::Display for Absence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            CredentialOrigin::Unknown => Ok(()),
            CredentialOrigin::Nothing => f.write_str(": there is no login and no API key"),
            CredentialOrigin::Variable { name, state: VariableState::Unset } => {
                write!(f, ": {name} is not set")
            }
            CredentialOrigin::Variable { name, state: VariableState::Blank } => {
                write!(f, ": {name} is empty")
            }
            CredentialOrigin::Variable { name, state: VariableState::Set } => {
                write!(f, ", although {name} is set")
            }
            CredentialOrigin::StoredLogin { .. } => f.write_str(", although there is a stored login"),
            CredentialOrigin::Configuration => f.write_str(", although the configuration holds some"),
            CredentialOrigin::HostApplication => f.write_str(": the host application handed in none"),
        }
    }
}

/// Where credentials come from, after a noun.
struct Origin<'c>(&'c CredentialOrigin);

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            CredentialOrigin::Unknown | CredentialOrigin::Nothing => Ok(()),
            CredentialOrigin::Variable { name, .. } => write!(f, " in {name}"),
            CredentialOrigin::StoredLogin { .. } => f.write_str(" of the stored login"),
            CredentialOrigin::Configuration => f.write_str(" in the configuration"),
            CredentialOrigin::HostApplication => f.write_str(" of the host application"),
        }
    }
}

struct InBrackets<'c>(&'c Option<SafeText>);

impl fmt::Display for InBrackets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(text) => write!(f, " ({text})"),
            None => Ok(()),
        }
    }
}
