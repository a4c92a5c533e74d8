//! The way out of a 401, one step each (`auth-401` contract).

use std::sync::Arc;

use codex_api::{
    AuthMode, BoxFuture, Credentials, NotRunReason, Recovery, RecoveryMode, RecoveryOutcome, RecoveryPhase,
    RecoveryStep,
};
use secrecy::SecretString;

use super::{
    error::RefreshError,
    external::ExternalSetup,
    manager::{AuthManager, Origin, Shared},
    renewal::{Need, read_again, renew},
    setup::AuthSetup,
};

/// The machine of one request or turn.
///
/// | login | steps, in order |
/// | --- | --- |
/// | ChatGPT, stored by this client | `reload` the store, then `refresh_token`, then `done` |
/// | ChatGPT, tokens of a host application | `external_refresh`, then `done` |
/// | API key, or none | none: API keys are never recovered |
///
/// A step that fails is over as well, so that one request asks the token authority at most once.
#[derive(Debug)]
pub struct UnauthorizedRecovery {
    manager: AuthManager,
    next: Next,
}

/// Which step is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    First,
    Second,
    Done,
}

impl UnauthorizedRecovery {
    /// A machine at its start.
    pub fn new(manager: &AuthManager) -> Self {
        Self { manager: manager.clone(), next: Next::First }
    }

    async fn take_step(&mut self, refused: Option<&Credentials>) -> RecoveryStep {
        let shared = Arc::clone(&self.manager.shared);
        let bearer = match refused {
            Some(refused) if refused.mode == AuthMode::Chatgpt => Some(refused.bearer.clone()),
            // A key, or nothing at all: realtime takes keys only, also under a ChatGPT login. Other tokens would not help.
            _ => None,
        };
        match (&shared.origin, bearer.filter(|_| shared.current().tokens().is_some())) {
            (Origin::Stored(setup), Some(bearer)) => self.managed(&shared, setup, bearer).await,
            (Origin::Host(setup), Some(bearer)) => self.external(&shared, setup, bearer).await,
            (Origin::Stored(_) | Origin::Fixed, _) => managed(RecoveryPhase::Reload, not_chatgpt()),
            (Origin::Host(_), None) => external(RecoveryPhase::ExternalRefresh, not_chatgpt()),
        }
    }

    async fn managed(
        &mut self,
        shared: &Arc<Shared>,
        setup: &AuthSetup,
        refused: SecretString,
    ) -> RecoveryStep {
        match self.next {
            Next::First => {
                self.next = Next::Second;
                let outcome = reload(shared, setup, &refused).await;
                if matches!(outcome, RecoveryOutcome::FailedPermanent(_)) {
                    self.next = Next::Done;
                }
                managed(RecoveryPhase::Reload, outcome)
            }
            Next::Second => {
                self.next = Next::Done;
                managed(RecoveryPhase::RefreshToken, replace(shared, refused).await)
            }
            Next::Done => managed(RecoveryPhase::Done, exhausted()),
        }
    }

    async fn external(
        &mut self,
        shared: &Arc<Shared>,
        setup: &ExternalSetup,
        refused: SecretString,
    ) -> RecoveryStep {
        if setup.refresher.is_none() {
            let outcome = RecoveryOutcome::NotRun(NotRunReason::NoExternalRefresher);
            return external(RecoveryPhase::ExternalRefresh, outcome);
        }
        if self.next == Next::Done {
            return external(RecoveryPhase::Done, exhausted());
        }
        self.next = Next::Done;
        external(RecoveryPhase::ExternalRefresh, replace(shared, refused).await)
    }
}

impl Recovery for UnauthorizedRecovery {
    fn step<'a>(&'a mut self, refused: Option<&'a Credentials>) -> BoxFuture<'a, RecoveryStep> {
        Box::pin(self.take_step(refused))
    }

    fn upcoming(&self) -> (RecoveryMode, RecoveryPhase) {
        match (&self.manager.shared.origin, self.next) {
            (Origin::Host(_), Next::Done) => (RecoveryMode::External, RecoveryPhase::Done),
            (Origin::Host(_), _) => (RecoveryMode::External, RecoveryPhase::ExternalRefresh),
            (_, Next::First) => (RecoveryMode::Managed, RecoveryPhase::Reload),
            (_, Next::Second) => (RecoveryMode::Managed, RecoveryPhase::RefreshToken),
            (_, Next::Done) => (RecoveryMode::Managed, RecoveryPhase::Done),
        }
    }
}

/// Reads the store again, unless the refused token was replaced already.
async fn reload(shared: &Shared, setup: &AuthSetup, refused: &SecretString) -> RecoveryOutcome {
    if !shared.current().bears(refused) {
        return RecoveryOutcome::Succeeded { state_changed: true };
    }
    match read_again(shared, setup).await {
        Ok(()) => RecoveryOutcome::Succeeded { state_changed: !shared.current().bears(refused) },
        Err(error) => failed(&error),
    }
}

/// Has the refused token replaced.
async fn replace(shared: &Arc<Shared>, refused: SecretString) -> RecoveryOutcome {
    match renew(shared, Need::Replacement { refused: refused.clone() }).await {
        Ok(()) => RecoveryOutcome::Succeeded { state_changed: !shared.current().bears(&refused) },
        Err(error) => error.outcome(),
    }
}

fn failed(error: &RefreshError) -> RecoveryOutcome {
    tracing::warn!(%error, "the stored login could not be taken over");
    error.outcome()
}

fn managed(phase: RecoveryPhase, outcome: RecoveryOutcome) -> RecoveryStep {
    RecoveryStep { mode: RecoveryMode::Managed, phase, outcome }
}

fn external(phase: RecoveryPhase, outcome: RecoveryOutcome) -> RecoveryStep {
    RecoveryStep { mode: RecoveryMode::External, phase, outcome }
}

fn not_chatgpt() -> RecoveryOutcome {
    RecoveryOutcome::NotRun(NotRunReason::NotChatgptAuth)
}

fn exhausted() -> RecoveryOutcome {
    RecoveryOutcome::NotRun(NotRunReason::RecoveryExhausted)
}
