//! Recovery from a 401: which step was taken, and what came of it (`auth-401` contract).

use crate::{AuthEvidence, Endpoint, OperationId};

/// One step of recovery after a 401, or that there was none to take. There is one of these for every 401.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AuthRecovery {
    /// Whose 401 it was.
    pub endpoint: Endpoint,
    /// The call that met the 401.
    pub operation: OperationId,
    /// What the step was and what came of it.
    pub step: RecoveryStep,
    /// Facts of the unauthorized answer.
    pub evidence: AuthEvidence,
}

impl AuthRecovery {
    /// The fact of one step after a 401 of `endpoint`.
    pub fn new(
        endpoint: Endpoint,
        operation: OperationId,
        step: RecoveryStep,
        evidence: AuthEvidence,
    ) -> Self {
        Self { endpoint, operation, step, evidence }
    }
}

/// A step of the state machine, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryStep {
    /// Whom the machine is for.
    pub mode: RecoveryMode,
    /// Where it stood.
    pub phase: RecoveryPhase,
    /// What came of it.
    pub outcome: RecoveryOutcome,
}

impl RecoveryStep {
    /// The step of a client without an auth manager: none.
    pub const NO_AUTH_MANAGER: Self = Self {
        mode: RecoveryMode::None,
        phase: RecoveryPhase::None,
        outcome: RecoveryOutcome::NotRun(NotRunReason::AuthManagerMissing),
    };

    /// What the attempt after this step is told; `None` when the step gave no reason for one.
    pub fn follow_up(&self) -> Option<FollowUp> {
        matches!(self.outcome, RecoveryOutcome::Succeeded { .. })
            .then_some(FollowUp { mode: self.mode, phase: self.phase })
    }
}

/// How the recovery ran that an attempt follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowUp {
    /// Whom the machine is for.
    pub mode: RecoveryMode,
    /// Which step it was.
    pub phase: RecoveryPhase,
}

/// Whose credentials they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecoveryMode {
    /// A login that this client stores.
    Managed,
    /// Tokens handed in by a host application.
    External,
    /// There is no auth manager.
    None,
}

impl RecoveryMode {
    /// The value in tags and telemetry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::External => "external",
            Self::None => "none",
        }
    }
}

/// Where the state machine stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecoveryPhase {
    /// Re-reads the stored credentials.
    Reload,
    /// Asks the token authority for new tokens.
    RefreshToken,
    /// Asks the host application for new tokens.
    ExternalRefresh,
    /// No step is left.
    Done,
    /// There is no machine.
    None,
}

impl RecoveryPhase {
    /// The value in tags and telemetry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reload => "reload",
            Self::RefreshToken => "refresh_token",
            Self::ExternalRefresh => "external_refresh",
            Self::Done => "done",
            Self::None => "none",
        }
    }
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecoveryOutcome {
    /// The step ran; the request is sent again.
    Succeeded {
        /// Whether the credentials differ now.
        state_changed: bool,
    },
    /// The user has to log in again.
    FailedPermanent(PermanentFailure),
    /// It may work later.
    FailedTransient(TransientFailure),
    /// No step could run.
    NotRun(NotRunReason),
}

impl RecoveryOutcome {
    /// The value in tags and telemetry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded { .. } => "recovery_succeeded",
            Self::FailedPermanent(_) => "recovery_failed_permanent",
            Self::FailedTransient(_) => "recovery_failed_transient",
            Self::NotRun(_) => "recovery_not_run",
        }
    }

    /// Whether the credentials differ now; `None` where no step succeeded.
    pub fn state_changed(self) -> Option<bool> {
        match self {
            Self::Succeeded { state_changed } => Some(state_changed),
            _ => None,
        }
    }

    /// Why no step could run.
    pub fn reason(self) -> Option<NotRunReason> {
        match self {
            Self::NotRun(reason) => Some(reason),
            _ => None,
        }
    }
}

/// Why only a new login helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PermanentFailure {
    /// The refresh token has expired (`refresh_token_expired`).
    Expired,
    /// The refresh token was used before, by another process or a copy of the login (`refresh_token_reused`).
    Exhausted,
    /// The refresh token was withdrawn (`refresh_token_invalidated`).
    Revoked,
    /// The stored login is of another account now.
    AccountChanged,
    /// The token authority refused for another reason.
    Other,
}

impl PermanentFailure {
    /// The name of the failure.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Exhausted => "exhausted",
            Self::Revoked => "revoked",
            Self::AccountChanged => "account_changed",
            Self::Other => "other",
        }
    }
}

/// Why it may work later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransientFailure {
    /// The token authority could not be reached, or did not answer in time.
    Unreachable,
    /// It answered with another status than 200 or 401.
    Status(u16),
    /// Its answer could not be understood.
    Undecodable,
    /// The credential store could not be read or written.
    Store,
    /// Another process holds the credential store.
    Locked,
    /// The host application's refresher failed.
    Refresher,
    /// The host application handed in tokens of another workspace.
    WrongWorkspace,
    /// The time that the caller gave its request was up before the step was done.
    OutOfTime,
}

/// Why no step could run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotRunReason {
    /// An API key is never recovered.
    NotChatgptAuth,
    /// The host application gave no refresher.
    NoExternalRefresher,
    /// Every step was taken.
    RecoveryExhausted,
    /// There is no auth manager.
    AuthManagerMissing,
}

impl NotRunReason {
    /// The value in tags and telemetry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotChatgptAuth => "not_chatgpt_auth",
            Self::NoExternalRefresher => "no_external_refresher",
            Self::RecoveryExhausted => "recovery_exhausted",
            Self::AuthManagerMissing => "auth_manager_missing",
        }
    }
}
