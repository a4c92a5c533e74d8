//! Fake transport: disks that are full, runtimes that shut down, and answers that bring nothing new.

use std::{
    fs,
    pin::pin,
    sync::{Arc, mpsc},
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use codex_api::{AuthProvider, PermanentFailure, RecoveryOutcome, TransientFailure};
use codex_client::fake::{FakeAnswer, FakeTransport};
use codex_core::{AuthFile, CredentialStore, FileStore, LoginRestrictions, MemoryStore, Tokens};
use serde_json::json;

use crate::support::{
    access, bearer, chatgpt, id_token, jwt, locked, login, login_of, manager, now, renewed, secret, setup,
    stored_access_token, stored_refresh_token, two_steps,
};

/// How long a step may take that waits for nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// A folder in the place of the unfinished file stands for a disk that cannot be written: tests may run as a user whom
/// permissions do not stop.
#[tokio::test]
async fn no_refresh_token_is_spent_while_the_result_could_not_be_stored() {
    let home = tempfile::tempdir().unwrap();
    let store = FileStore::new(home.path());
    let old = access("old", 60);
    store.save(&login(&old, "rt-1"), &locked(&store)).unwrap();
    let transport = FakeTransport::new([renewed(&access("new", 3600), "rt-2")]);
    let manager = setup(store.clone(), &transport).manager().await.unwrap();
    let blocker = home.path().join(format!("auth.json.tmp-{}", std::process::id()));
    fs::create_dir(&blocker).unwrap();

    manager.make_ready().await;
    let failed = RecoveryOutcome::FailedTransient(TransientFailure::Store);
    assert_eq!(two_steps(&manager).await[1].outcome, failed);
    assert!(transport.requests().is_empty());
    assert_eq!((bearer(&manager), stored_refresh_token(&store)), (old, "rt-1".to_owned()));

    fs::remove_dir(&blocker).unwrap();
    assert_eq!(two_steps(&manager).await[1].outcome, RecoveryOutcome::Succeeded { state_changed: true });
    assert_eq!(stored_refresh_token(&store), "rt-2");
}

#[test]
fn what_was_prepared_is_filled_by_the_save_or_goes_with_the_lock() {
    let home = tempfile::tempdir().unwrap();
    let store = FileStore::new(home.path());
    store.save(&login("a", "rt-1"), &locked(&store)).unwrap();
    let stored = fs::metadata(home.path().join("auth.json")).unwrap().len();
    let unfinished = home.path().join(format!("auth.json.tmp-{}", std::process::id()));

    let lock = locked(&store);
    store.prepare(&lock).unwrap();
    store.prepare(&lock).unwrap();
    assert_eq!(fs::metadata(&unfinished).unwrap().len(), stored + 16 * 1024);
    assert_eq!(stored_refresh_token(&store), "rt-1");
    drop(lock);
    assert!(!unfinished.exists());

    let lock = locked(&store);
    store.prepare(&lock).unwrap();
    store.save(&login("a", "rt-2"), &lock).unwrap();
    store.save(&login("a", "rt-3"), &lock).unwrap();
    drop(lock);
    assert!(!unfinished.exists());
    assert_eq!(stored_refresh_token(&store), "rt-3");
    assert_eq!(fs::metadata(home.path().join("auth.json")).unwrap().len(), stored);
}

#[test]
fn a_runtime_that_shuts_down_ends_a_renewal_and_hangs_nobody() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let store = MemoryStore::holding(login(&access("old", -60), "rt-1"));
    let manager = runtime.block_on(setup(store, &FakeTransport::new([])).manager()).unwrap();
    let closed = runtime.handle().clone();
    runtime.shutdown_background();
    while !closed.spawn(std::future::pending::<()>()).is_finished() {
        thread::yield_now();
    }
    let (done, waiting) = mpsc::channel();
    thread::spawn(move || {
        let _inside = closed.enter();
        // Polled by hand, as by a task of the runtime that is shutting down.
        let ended = pin!(manager.make_ready()).poll(&mut Context::from_waker(Waker::noop()));
        done.send(ended).unwrap();
    });
    assert_eq!(waiting.recv_timeout(PATIENCE), Ok(Poll::Ready(())));
}

#[tokio::test]
async fn a_token_that_comes_again_costs_one_refresh_for_all_that_wait() {
    let same = access("same", 3600);
    let script = (0..20).map(|number| renewed(&same, &format!("rt-{number}"))).collect();
    let (manager, transport, _) = manager(login(&same, "rt-start"), script).await;
    let mut tasks = Vec::new();
    for _ in 0..20 {
        let mut machine = manager.recovery();
        machine.step(Some(&chatgpt(&same))).await;
        tasks.push(machine);
    }
    let tasks: Vec<_> = tasks
        .into_iter()
        .map(|mut machine| {
            let refused = Arc::new(chatgpt(&same));
            tokio::spawn(async move { machine.step(Some(&refused)).await.outcome })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), RecoveryOutcome::Succeeded { state_changed: false });
    }
    assert_eq!(transport.requests().len(), 1);
}

/// New tokens with an id token of this account.
fn renewed_for(account: &str) -> FakeAnswer {
    let tokens = json!({
        "access_token": access("new", 3600), "refresh_token": "rt-2", "id_token": id_token(account),
    });
    FakeAnswer::ok().body(tokens.to_string())
}

#[tokio::test]
async fn tokens_of_another_account_are_not_taken_for_this_one_and_not_lost() {
    let changed = RecoveryOutcome::FailedPermanent(PermanentFailure::AccountChanged);
    let home = tempfile::tempdir().unwrap();
    let store = FileStore::new(home.path());
    let old = access("old", 3600);
    store.save(&login(&old, "rt-1"), &locked(&store)).unwrap();
    let transport = FakeTransport::new([renewed_for("acct-other")]);
    let manager = setup(store.clone(), &transport).manager().await.unwrap();

    assert_eq!(two_steps(&manager).await[1].outcome, changed);
    assert_eq!(two_steps(&manager).await[1].outcome, changed);

    assert_eq!(transport.requests().len(), 1);
    assert_eq!(bearer(&manager), old);
    assert_eq!((stored_access_token(&store), stored_refresh_token(&store)), (old, "rt-1".to_owned()));
    let kept = AuthFile::parse(&fs::read(home.path().join("auth.json.other-1")).unwrap()).unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&kept.tokens.unwrap().refresh_token), "rt-2");
}

#[tokio::test]
async fn the_workspace_that_is_forced_holds_for_new_tokens_too() {
    let changed = RecoveryOutcome::FailedPermanent(PermanentFailure::AccountChanged);
    let succeeded = RecoveryOutcome::Succeeded { state_changed: true };
    for (stored, told, forced, outcome) in [
        ("acct-1", "acct-1", Some("acct-1"), succeeded),
        ("acct-1", "acct-2", Some("acct-1"), changed),
        ("", "acct-2", Some("acct-1"), changed),
        ("", "acct-2", None, succeeded),
        // An account that was chosen: the id token names another one, and did before.
        ("chosen", "acct-1", None, succeeded),
    ] {
        let mut file =
            login_of(if stored == "chosen" { "acct-1" } else { stored }, &access("old", 3600), "rt-1");
        let account = if stored.is_empty() { forced } else { Some(stored) };
        file.tokens.as_mut().unwrap().account_id = account.map(str::to_owned);
        let restrictions = LoginRestrictions { workspace: forced.map(str::to_owned), ..Default::default() };
        let setup = setup(MemoryStore::holding(file), &FakeTransport::new([renewed_for(told)]));
        let manager = setup.with_restrictions(restrictions).manager().await.unwrap();
        assert_eq!(two_steps(&manager).await[1].outcome, outcome, "{stored} {told} {forced:?}");
    }
}

#[tokio::test]
async fn logins_without_accounts_are_told_apart_by_who_they_are_of() {
    let user = |id: &str, email: &str| {
        jwt(&json!({"email": email, "https://api.openai.com/auth": {"chatgpt_user_id": id}}))
    };
    let of = |id_token: &str, access: &str, refresh: &str| {
        AuthFile::chatgpt(Tokens::new(secret(id_token), secret(access), secret(refresh)), now())
    };
    for (before, after, refresh, same) in [
        (user("ada", "a@x"), user("ada", "new@x"), "rt-2", true),
        (user("ada", "a@x"), user("bob", "a@x"), "rt-2", false),
        (user("", "a@x"), user("", "a@x"), "rt-2", true),
        (user("", "a@x"), user("", "b@x"), "rt-2", false),
        ("opaque".to_owned(), "opaque".to_owned(), "rt-2", true),
        ("opaque".to_owned(), "another".to_owned(), "rt-1", true),
        ("opaque".to_owned(), "another".to_owned(), "rt-2", false),
        (String::new(), String::new(), "rt-2", false),
        (user("ada", "a@x"), id_token("acct-1"), "rt-2", false),
    ] {
        let (manager, _, store) = manager(of(&before, "old", "rt-1"), vec![]).await;
        store.save(&of(&after, "new", refresh), &locked(&store)).unwrap();
        let step = manager.recovery().step(manager.credentials().as_ref()).await;
        let expected = if same {
            RecoveryOutcome::Succeeded { state_changed: true }
        } else {
            RecoveryOutcome::FailedPermanent(PermanentFailure::AccountChanged)
        };
        assert_eq!(step.outcome, expected, "{before} {after} {refresh}");
    }
}
