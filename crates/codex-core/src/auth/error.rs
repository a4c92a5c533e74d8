//! What can go wrong with a login. No text here holds a secret.

use std::{io, time::Duration};

use codex_api::{PermanentFailure, RecoveryOutcome, SafeText, TransientFailure, TransportError};
use codex_client::BoxError;
use thiserror::Error;

use super::{
    authority::AnswerProblem, device_code::DeviceStep, restrictions::RestrictionBroken, store::StoreError,
};
use crate::paths::CodexHomeError;

/// Why there can be no login to work with.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The home folder.
    #[error(transparent)]
    Home(#[from] CodexHomeError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Proxy, CA or TLS settings.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The stored login is not allowed here.
    #[error("the stored login cannot be used: {0}; log out, then log in again")]
    Forbidden(#[source] RestrictionBroken),
    /// A variable that replaces a URL holds something else.
    #[error("{variable} holds no http or https URL that could be asked: correct it, or unset it")]
    UrlVariable {
        /// The variable.
        variable: &'static str,
    },
    /// The address of the token authority.
    #[error("the address of the token authority is no http or https URL")]
    IssuerUrl,
    /// Tokens of a host application that no header can carry.
    #[error("the access token that the host application handed in cannot be sent in a header")]
    HostTokenNotHeaderSafe,
}

/// Why a login did not come about, or did not go.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoginError {
    /// Nothing was given.
    #[error("no API key was given: write it to standard input")]
    EmptyKey,
    /// No header could carry it.
    #[error(
        "the API key holds a character that cannot be sent in a header (at position {position}); copy it again without \
         quotes, spaces or line breaks"
    )]
    KeyNotHeaderSafe {
        /// Where the first such character stands, in characters from 1.
        position: usize,
    },
    /// Too long to be one.
    #[error("the API key is longer than {limit} bytes: is it the right input?")]
    KeyTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The input broke off.
    #[error("cannot read the API key")]
    ReadKey(#[source] io::Error),
    /// The login is not allowed here.
    #[error(transparent)]
    Forbidden(#[from] RestrictionBroken),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token authority could not be reached.
    #[error("the token authority cannot be reached")]
    Transport(#[from] TransportError),
    /// The token authority offers no device login.
    #[error("the token authority does not offer to log in with a code: log in with an API key")]
    NoDeviceLogin,
    /// The token authority refused.
    #[error("the token authority refused to {step} (status {status}){}", reason_clause(reason.as_ref()))]
    Refused {
        /// What it was asked for.
        step: DeviceStep,
        /// HTTP status.
        status: u16,
        /// Why, in its own words, made safe.
        reason: Option<SafeText>,
    },
    /// The token authority gave an answer that is of no use.
    #[error("the token authority was to {step}, but its answer is of no use: {problem}")]
    Answer {
        /// What it was asked for.
        step: DeviceStep,
        /// What is wrong with the answer.
        #[source]
        problem: AnswerProblem,
    },
    /// Nobody entered the code.
    #[error("the code was not entered within {} minutes: start again", valid_for.as_secs() / 60)]
    CodeExpired {
        /// How long it was valid.
        valid_for: Duration,
    },
}

/// Why tokens were not renewed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RefreshError {
    /// The token authority refused for good.
    #[error("{}: log in again", refusal(*failure))]
    Refused {
        /// Why.
        failure: PermanentFailure,
    },
    /// Another account is stored now.
    #[error("the stored login is of another account now: start again with it")]
    AccountChanged,
    /// The token authority gave tokens of another account, or of one that is not allowed here. They are kept beside the login,
    /// where its store can do that, and not used.
    #[error("the token authority answered with tokens of another account: log in again")]
    OtherAccount,
    /// The refresh token was sent a short while ago, and nobody knows whether the token authority read it.
    #[error(
        "the token authority did not answer when the refresh token was sent: it is not sent again for {} s",
        pause.as_secs()
    )]
    InDoubt {
        /// How long it is not sent again, from then on.
        pause: Duration,
    },
    /// No login is stored any more.
    #[error("the login was removed: log in again")]
    LoggedOut,
    /// There is nothing to renew the tokens with.
    #[error("the login has no refresh token: log in again")]
    NoRefreshToken,
    /// The token authority could not be reached, or did not answer in time.
    #[error("the token authority cannot be reached")]
    Transport(#[from] TransportError),
    /// It answered with another status than 200, 201 or 401.
    #[error("the token authority answered with status {status}")]
    Status {
        /// HTTP status.
        status: u16,
    },
    /// Its answer is of no use.
    #[error("the answer of the token authority is of no use: {0}")]
    Answer(#[from] AnswerProblem),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The host application failed.
    #[error("the host application could not renew its tokens")]
    Host(#[source] BoxError),
    /// The host application did not answer in time.
    #[error("the host application did not renew its tokens within {} s", limit.as_secs())]
    HostTimeout {
        /// The limit.
        limit: Duration,
    },
    /// The host application handed in a token that no header can carry.
    #[error("the access token that the host application handed in cannot be sent in a header")]
    HostTokenNotHeaderSafe,
    /// The host application handed in tokens of a workspace that is not allowed here.
    #[error("the host application handed in tokens of another workspace: {0}")]
    WrongWorkspace(#[source] RestrictionBroken),
    /// The login cannot be renewed at all.
    #[error("this kind of login cannot be renewed")]
    NotRenewable,
    /// The program is about to end.
    #[error("the program ended before the tokens were renewed")]
    Interrupted,
}

impl RefreshError {
    /// What it means for a request.
    pub fn outcome(&self) -> RecoveryOutcome {
        let transient = RecoveryOutcome::FailedTransient;
        match self {
            Self::Refused { failure } => RecoveryOutcome::FailedPermanent(*failure),
            Self::AccountChanged | Self::OtherAccount | Self::LoggedOut => {
                RecoveryOutcome::FailedPermanent(PermanentFailure::AccountChanged)
            }
            Self::NoRefreshToken | Self::NotRenewable => {
                RecoveryOutcome::FailedPermanent(PermanentFailure::Other)
            }
            Self::Transport(_) | Self::InDoubt { .. } | Self::Interrupted => {
                transient(TransientFailure::Unreachable)
            }
            Self::Status { status } => transient(TransientFailure::Status(*status)),
            Self::Answer(_) => transient(TransientFailure::Undecodable),
            Self::Store(StoreError::Locked { .. }) => transient(TransientFailure::Locked),
            Self::Store(_) => transient(TransientFailure::Store),
            Self::Host(_) | Self::HostTimeout { .. } | Self::HostTokenNotHeaderSafe => {
                transient(TransientFailure::Refresher)
            }
            Self::WrongWorkspace(_) => transient(TransientFailure::WrongWorkspace),
        }
    }

    /// Whether only a new login helps.
    pub fn is_permanent(&self) -> bool {
        matches!(self.outcome(), RecoveryOutcome::FailedPermanent(_))
    }
}

fn refusal(failure: PermanentFailure) -> &'static str {
    match failure {
        PermanentFailure::Expired => "the login has expired",
        PermanentFailure::Exhausted => {
            "the refresh token was used before, by another process or a copy of the login"
        }
        PermanentFailure::Revoked => "the login was revoked",
        PermanentFailure::AccountChanged => "the stored login is of another account now",
        _ => "the token authority refused to renew the login",
    }
}

fn reason_clause(reason: Option<&SafeText>) -> String {
    reason.map(|reason| format!(": {reason}")).unwrap_or_default()
}
