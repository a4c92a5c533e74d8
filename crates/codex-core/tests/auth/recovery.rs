//! Fake transport: the steps after a 401.

use codex_api::{
    AuthProvider, Credentials, NotRunReason, PermanentFailure, RecoveryMode, RecoveryOutcome, RecoveryPhase,
    RecoveryStep, TransientFailure,
};
use codex_client::fake::{FakeAnswer, FakeTransport};
use codex_core::{AuthFile, AuthManager, CredentialStore, FileStore, MemoryStore};
use secrecy::ExposeSecret;

use crate::support::{
    access, bearer, chatgpt, locked, login, login_of, manager, renewed, secret, setup, two_steps,
};

fn managed(phase: RecoveryPhase, outcome: RecoveryOutcome) -> RecoveryStep {
    RecoveryStep { mode: RecoveryMode::Managed, phase, outcome }
}

fn succeeded(state_changed: bool) -> RecoveryOutcome {
    RecoveryOutcome::Succeeded { state_changed }
}

fn put(store: &dyn CredentialStore, file: &AuthFile) {
    let lock = locked(store);
    store.save(file, &lock).unwrap();
}

#[tokio::test]
async fn reload_then_refresh_then_done() {
    let script = vec![renewed(&access("new", 3600), "rt-2")];
    let (manager, transport, _) = manager(login(&access("old", 3600), "rt-1"), script).await;
    let mut machine = manager.recovery();
    let mut steps = Vec::new();
    for _ in 0..4 {
        let refused = manager.credentials();
        steps.push(machine.step(refused.as_ref()).await);
    }
    let exhausted = RecoveryOutcome::NotRun(NotRunReason::RecoveryExhausted);
    assert_eq!(
        steps,
        [
            managed(RecoveryPhase::Reload, succeeded(false)),
            managed(RecoveryPhase::RefreshToken, succeeded(true)),
            managed(RecoveryPhase::Done, exhausted),
            managed(RecoveryPhase::Done, exhausted),
        ]
    );
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn a_newer_login_in_the_store_is_taken_over_without_a_refresh() {
    let (manager, transport, store) = manager(login(&access("old", 3600), "rt-1"), vec![]).await;
    let new = access("new", 3600);
    put(&store, &login(&new, "rt-2"));

    let step = manager.recovery().step(manager.credentials().as_ref()).await;

    assert_eq!(step, managed(RecoveryPhase::Reload, succeeded(true)));
    assert_eq!(bearer(&manager), new);
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_token_that_was_replaced_since_is_not_refreshed_again() {
    let new = access("new", 3600);
    let (manager, transport, _) = manager(login(&new, "rt-2"), vec![]).await;
    let refused = chatgpt(&access("old", 3600));
    let mut machine = manager.recovery();
    for phase in [RecoveryPhase::Reload, RecoveryPhase::RefreshToken] {
        assert_eq!(machine.step(Some(&refused)).await, managed(phase, succeeded(true)));
    }
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_login_stored_between_the_steps_saves_the_refresh() {
    let (manager, transport, store) = manager(login(&access("old", 3600), "rt-1"), vec![]).await;
    let mut machine = manager.recovery();
    let refused = manager.credentials();
    machine.step(refused.as_ref()).await;
    put(&store, &login(&access("new", 3600), "rt-2"));
    assert_eq!(machine.step(refused.as_ref()).await, managed(RecoveryPhase::RefreshToken, succeeded(true)));
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_login_of_another_account_is_not_taken_over() {
    let changed = RecoveryOutcome::FailedPermanent(PermanentFailure::AccountChanged);
    let old = access("old", 3600);
    for other in [login_of("acct-2", &access("new", 3600), "rt-9"), AuthFile::api_key(secret("sk-1"))] {
        let (manager, transport, store) = manager(login(&old, "rt-1"), vec![]).await;
        put(&store, &other);
        let mut machine = manager.recovery();
        let refused = manager.credentials();
        assert_eq!(machine.step(refused.as_ref()).await, managed(RecoveryPhase::Reload, changed));
        let step = machine.step(refused.as_ref()).await;
        assert_eq!(step.outcome, RecoveryOutcome::NotRun(NotRunReason::RecoveryExhausted));
        assert_eq!(bearer(&manager), old);
        assert!(transport.requests().is_empty());

        assert!(manager.reload().await.unwrap());
        assert_ne!(bearer(&manager), old);
    }
}

#[tokio::test]
async fn a_login_that_was_removed_is_gone_for_good() {
    let (manager, _, store) = manager(login(&access("old", 3600), "rt-1"), vec![]).await;
    store.delete(&locked(&store)).unwrap();
    let step = manager.recovery().step(manager.credentials().as_ref()).await;
    let changed = RecoveryOutcome::FailedPermanent(PermanentFailure::AccountChanged);
    assert_eq!(step, managed(RecoveryPhase::Reload, changed));
    assert!(manager.credentials().is_some());
}

#[tokio::test]
async fn api_keys_and_no_login_at_all_are_never_recovered() {
    let not_run = managed(RecoveryPhase::Reload, RecoveryOutcome::NotRun(NotRunReason::NotChatgptAuth));
    let (stored_key, _, _) = manager(AuthFile::api_key(secret("sk-1")), vec![]).await;
    let (nothing, _, _) = manager(AuthFile::default(), vec![]).await;
    let (chatgpt, _, _) = manager(login(&access("a", 3600), "rt-1"), vec![]).await;
    let key = Credentials::api_key("sk-realtime");
    for (manager, refused) in [
        (&stored_key, stored_key.credentials()),
        (&AuthManager::from_api_key(&secret("sk-2\n")), Some(Credentials::api_key("sk-2"))),
        (&nothing, None),
        (&chatgpt, Some(key)),
    ] {
        let mut machine = manager.recovery();
        for _ in 0..3 {
            assert_eq!(machine.step(refused.as_ref()).await, not_run);
        }
    }
}

#[tokio::test]
async fn a_refusal_for_good_is_remembered_until_another_login_is_there() {
    let refusal = FakeAnswer::status(401).body(r#"{"error":"refresh_token_reused"}"#);
    let new = access("new", 3600);
    let script = vec![refusal, renewed(&access("newer", 3600), "rt-3")];
    let (manager, transport, store) = manager(login(&access("old", 3600), "rt-1"), script).await;
    let exhausted = RecoveryOutcome::FailedPermanent(PermanentFailure::Exhausted);
    for _ in 0..3 {
        assert_eq!(two_steps(&manager).await[1].outcome, exhausted);
    }
    assert_eq!(transport.requests().len(), 1);

    put(&store, &login(&new, "rt-2"));
    let step = manager.recovery().step(manager.credentials().as_ref()).await;
    assert_eq!(step, managed(RecoveryPhase::Reload, succeeded(true)));
    assert_eq!(bearer(&manager), new);
    assert_eq!(two_steps(&manager).await[1].outcome, succeeded(true));
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn a_login_without_a_refresh_token_asks_nobody() {
    let (manager, transport, _) = manager(login(&access("old", 3600), ""), vec![]).await;
    let step = two_steps(&manager).await[1];
    assert_eq!(step.outcome, RecoveryOutcome::FailedPermanent(PermanentFailure::Other));
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_store_that_was_damaged_meanwhile_is_kept_and_no_token_is_spent() {
    let home = tempfile::tempdir().unwrap();
    let store = FileStore::new(home.path());
    put(&store, &login(&access("old", 3600), "rt-1"));
    let transport = FakeTransport::new([]);
    let manager = setup(store, &transport).manager().await.unwrap();
    std::fs::write(home.path().join("auth.json"), "{\"half").unwrap();

    let steps = two_steps(&manager).await;

    let failed = RecoveryOutcome::FailedTransient(TransientFailure::Store);
    assert_eq!(steps.map(|step| step.outcome), [failed, failed]);
    assert!(transport.requests().is_empty());
    assert_eq!(std::fs::read(home.path().join("auth.json")).unwrap(), b"{\"half");
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_never_given_back_is_given_up() {
    let (manager, transport, store) = manager(login(&access("old", 3600), "rt-1"), vec![]).await;
    let lock = locked(&store);
    let step = two_steps(&manager).await[1];
    assert_eq!(step.outcome, RecoveryOutcome::FailedTransient(TransientFailure::Locked));
    assert!(transport.requests().is_empty());
    drop(lock);
}

#[tokio::test]
async fn the_file_keeps_what_is_not_known() {
    let mut value: serde_json::Value =
        serde_json::from_str(login(&access("old", 3600), "rt-1").to_json().expose_secret()).unwrap();
    value["newer"] = serde_json::json!({"kept": true});
    let file = AuthFile::parse(value.to_string().as_bytes()).unwrap();
    let store = MemoryStore::holding(file);
    let transport = FakeTransport::new([renewed(&access("new", 3600), "rt-2")]);
    let manager = setup(store.clone(), &transport).manager().await.unwrap();
    two_steps(&manager).await;
    let written: serde_json::Value =
        serde_json::from_str(store.load().unwrap().unwrap().to_json().expose_secret()).unwrap();
    assert_eq!(written["newer"], value["newer"]);
    assert_eq!(written["last_refresh"], "2027-01-15T08:00:00Z");
}
