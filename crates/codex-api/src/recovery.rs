//! Recovery from a 401: what a login can do about it, and how far one request has come with it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use codex_client::BoxFuture;
use codex_observe::{
    AuthEvidence, AuthRecovery, Endpoint, Event, FollowUp, Observer, OperationId, RecoveryMode,
    RecoveryOutcome, RecoveryPhase, RecoveryStep, TransientFailure,
};
use tokio::time::Instant;

use crate::auth::Credentials;

/// A login's way out of a 401: a state machine, one step per 401 (`auth-401` contract).
///
/// An [`AuthProvider`](crate::AuthProvider) makes a new one for every request, or for every turn of several requests.
/// `codex-core` has the machines of a stored login and of tokens that a host application hands in.
///
/// When: after each 401, before anything is sent again. Available: the credentials that were refused. On error: the
/// step says so in its outcome, and the 401 goes to the caller.
pub trait Recovery: Send + 'static {
    /// Takes the next step. `refused` are the credentials that went out, so that a token which was replaced since is not
    /// refreshed again.
    ///
    /// The future can be dropped at any await: whatever must not be lost on the way has to run apart from it.
    fn step<'a>(&'a mut self, refused: Option<&'a Credentials>) -> BoxFuture<'a, RecoveryStep>;

    /// Which step comes next: told when the caller's time ran out during it.
    fn upcoming(&self) -> (RecoveryMode, RecoveryPhase) {
        (RecoveryMode::None, RecoveryPhase::None)
    }
}

/// The machine of a client without an auth manager: there is no step to take.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRecovery;

impl Recovery for NoRecovery {
    fn step<'a>(&'a mut self, _refused: Option<&'a Credentials>) -> BoxFuture<'a, RecoveryStep> {
        Box::pin(async { RecoveryStep::NO_AUTH_MANAGER })
    }
}

/// How far the requests of one turn have come with their recovery. Clones share it.
#[derive(Clone)]
pub struct RecoveryProgress {
    machine: Arc<tokio::sync::Mutex<Box<dyn Recovery>>>,
    told: Arc<Mutex<Told>>,
}

/// What the next request has to know of the last one.
#[derive(Default)]
struct Told {
    /// The credentials that went out last.
    sent: Option<Credentials>,
    /// Set between a step that succeeded and the attempt that follows it.
    follow_up: Option<FollowUp>,
}

/// A 401 that a request met.
pub(crate) struct Refused<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) operation: OperationId,
    pub(crate) evidence: &'a AuthEvidence,
    /// When the caller's time is up.
    pub(crate) deadline: Option<Instant>,
}

impl RecoveryProgress {
    /// A machine at its start.
    pub fn new(machine: Box<dyn Recovery>) -> Self {
        Self { machine: Arc::new(tokio::sync::Mutex::new(machine)), told: Arc::default() }
    }

    /// Notes what goes out, and takes the recovery that this attempt follows: it holds for one attempt only.
    pub(crate) fn begin_attempt(&self, credentials: Option<Credentials>) -> Option<FollowUp> {
        let mut told = self.told();
        told.sent = credentials;
        told.follow_up.take()
    }

    /// Takes one step, and records it.
    pub(crate) async fn after_401(&self, refused: Refused<'_>, observer: &dyn Observer) -> RecoveryStep {
        let sent = self.told().sent.clone();
        let Refused { endpoint, operation, evidence, deadline } = refused;
        // Requests of a turn follow one another, so the lock is free.
        let mut machine = self.machine.lock().await;
        let (mode, phase) = machine.upcoming();
        let step = match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, machine.step(sent.as_ref())).await.ok(),
            None => Some(machine.step(sent.as_ref()).await),
        };
        let step = step.unwrap_or(RecoveryStep {
            mode,
            phase,
            outcome: RecoveryOutcome::FailedTransient(TransientFailure::OutOfTime),
        });
        self.told().follow_up = step.follow_up();
        observer.on_event(&Event::AuthRecovery(AuthRecovery::new(
            endpoint,
            operation,
            step,
            evidence.clone(),
        )));
        step
    }

    /// The attempt that followed a recovery was none: the next one follows it.
    pub(crate) fn follow_again(&self, follow_up: Option<FollowUp>) {
        self.told().follow_up = follow_up;
    }

    /// The credentials that went out last.
    pub(crate) fn sent(&self) -> Option<Credentials> {
        self.told().sent.clone()
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RecoveryProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryProgress").field("follow_up", &self.told().follow_up).finish_non_exhaustive()
    }
}
