//! Pure function: tokens of a host application; the host is a double.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use codex_api::{
    AuthProvider, BoxFuture, NotRunReason, RecoveryMode, RecoveryOutcome, RecoveryPhase, RecoveryStep,
    TransientFailure,
};
use codex_client::BoxError;
use codex_core::{
    AuthError, AuthManager, EXTERNAL_TIMEOUT, ExternalRefresher, ExternalSetup, HostRefresh, HostTokens,
    LoginMode,
};
use tokio::time::Instant;

use crate::support::{access, bearer, secret};

/// What the host answers: nothing (it hangs), a failure, or tokens.
enum Answer {
    Hang,
    Failure,
    Tokens(HostTokens),
}

struct Host {
    answer: Answer,
    asked: AtomicUsize,
    last: Mutex<Option<HostRefresh>>,
}

impl Host {
    fn new(answer: Answer) -> Arc<Self> {
        Arc::new(Self { answer, asked: AtomicUsize::new(0), last: Mutex::new(None) })
    }
}

impl ExternalRefresher for Host {
    fn refresh(&self, request: HostRefresh) -> BoxFuture<'_, Result<HostTokens, BoxError>> {
        self.asked.fetch_add(1, Ordering::AcqRel);
        *self.last.lock().unwrap() = Some(request);
        Box::pin(async {
            tokio::task::yield_now().await;
            match &self.answer {
                Answer::Hang => std::future::pending().await,
                Answer::Failure => Err("the host has no tokens".into()),
                Answer::Tokens(tokens) => Ok(tokens.clone()),
            }
        })
    }
}

fn tokens(name: &str, account: &str) -> HostTokens {
    HostTokens::new(secret(&access(name, 3600)), account)
}

fn manager(host: &Arc<Host>) -> AuthManager {
    let setup =
        ExternalSetup::with_refresher(Arc::clone(host) as Arc<dyn ExternalRefresher>).workspace("acct-1");
    AuthManager::from_host_tokens(&tokens("old", "acct-1").plan("team"), setup).unwrap()
}

async fn step(manager: &AuthManager) -> RecoveryStep {
    manager.recovery().step(manager.credentials().as_ref()).await
}

fn external(phase: RecoveryPhase, outcome: RecoveryOutcome) -> RecoveryStep {
    RecoveryStep { mode: RecoveryMode::External, phase, outcome }
}

#[tokio::test]
async fn the_host_renews_its_tokens_once_for_all() {
    let host = Host::new(Answer::Tokens(tokens("new", "acct-1").plan("pro")));
    let manager = manager(&host);
    assert_eq!(manager.status().unwrap().plan.as_deref(), Some("team"));
    assert_eq!(manager.status().unwrap().mode, LoginMode::ChatgptAuthTokens);
    let refused = manager.credentials();
    let steps: Vec<_> = (0..50)
        .map(|_| {
            let (mut machine, refused) = (manager.recovery(), refused.clone());
            tokio::spawn(async move {
                [machine.step(refused.as_ref()).await, machine.step(refused.as_ref()).await]
            })
        })
        .collect();
    let succeeded = RecoveryOutcome::Succeeded { state_changed: true };
    let exhausted = RecoveryOutcome::NotRun(NotRunReason::RecoveryExhausted);
    for step in steps {
        assert_eq!(
            step.await.unwrap(),
            [external(RecoveryPhase::ExternalRefresh, succeeded), external(RecoveryPhase::Done, exhausted)]
        );
    }
    assert_eq!(host.asked.load(Ordering::Acquire), 1);
    let previous = host.last.lock().unwrap().clone().unwrap().previous_account_id;
    assert_eq!(previous.as_deref(), Some("acct-1"));
    assert_eq!(bearer(&manager), access("new", 3600));
    assert_eq!(manager.status().unwrap().plan.as_deref(), Some("pro"));
    assert!(manager.realtime_credentials().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_host_that_fails_is_transient_and_its_tokens_stay() {
    let unsendable = HostTokens::new(secret("two words"), "acct-1");
    for (answer, failure) in [
        (Answer::Failure, TransientFailure::Refresher),
        (Answer::Hang, TransientFailure::Refresher),
        (Answer::Tokens(unsendable), TransientFailure::Refresher),
        (Answer::Tokens(tokens("new", "acct-2")), TransientFailure::WrongWorkspace),
    ] {
        let is_hanging = matches!(answer, Answer::Hang);
        let manager = manager(&Host::new(answer));
        let started = Instant::now();
        let outcome = RecoveryOutcome::FailedTransient(failure);
        assert_eq!(step(&manager).await, external(RecoveryPhase::ExternalRefresh, outcome));
        assert_eq!(bearer(&manager), access("old", 3600));
        assert_eq!(started.elapsed(), if is_hanging { EXTERNAL_TIMEOUT } else { std::time::Duration::ZERO });
    }
}

#[tokio::test]
async fn without_a_refresher_nothing_runs() {
    let manager = AuthManager::from_host_tokens(&tokens("old", "acct-1"), ExternalSetup::default()).unwrap();
    let outcome = RecoveryOutcome::NotRun(NotRunReason::NoExternalRefresher);
    assert_eq!(step(&manager).await, external(RecoveryPhase::ExternalRefresh, outcome));
}

#[test]
fn tokens_that_cannot_be_used_are_refused() {
    let setup = || ExternalSetup::default().workspace("acct-1");
    let wrong = AuthManager::from_host_tokens(&tokens("a", "acct-2"), setup()).unwrap_err();
    assert!(matches!(wrong, AuthError::Forbidden(_)), "{wrong}");
    let unsendable = HostTokens::new(secret("a\nb"), "acct-1");
    let unsendable = AuthManager::from_host_tokens(&unsendable, setup()).unwrap_err();
    assert!(matches!(unsendable, AuthError::HostTokenNotHeaderSafe), "{unsendable}");
}
