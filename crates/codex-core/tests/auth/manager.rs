//! Fake transport: what a manager gives out, and what it keeps when callers and disks go away.

use std::{
    fs,
    future::poll_fn,
    pin::pin,
    sync::{Arc, atomic::Ordering},
    task::Poll,
};

use codex_api::{AuthMode, AuthProvider, BoxFuture, HttpTransport, RecoveryOutcome, TransportError};
use codex_client::{
    HttpResponse, Request,
    fake::{FakeAnswer, FakeTransport},
};
use codex_core::{
    AuthError, AuthFile, AuthManager, AuthSetup, Environment, ForcedMethod, LoginMode, LoginProblem,
    LoginRestrictions, MemoryStore, REFRESH_URL_VARIABLE, REVOKE_URL_VARIABLE, StoreError, TokenAuthority,
    paths,
};
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::support::{
    FullDisk, access, bearer, chatgpt, login, manager, now, renewed, secret, setup, stored_access_token,
    stored_refresh_token, two_steps,
};

fn file(value: &serde_json::Value) -> AuthFile {
    AuthFile::parse(value.to_string().as_bytes()).unwrap()
}

#[tokio::test]
async fn the_kind_of_login_follows_from_the_file() {
    let tokens = json!({"id_token": "x", "access_token": "at", "refresh_token": "rt", "account_id": "acct"});
    let when = "2026-11-20T10:11:12Z";
    for (value, mode, realtime, problem) in [
        (json!({}), None, false, None),
        (json!({"OPENAI_API_KEY": " "}), None, false, None),
        (json!({"OPENAI_API_KEY": " sk-1 "}), Some(AuthMode::ApiKey), true, None),
        (
            json!({"OPENAI_API_KEY": "sk-1", "tokens": tokens, "last_refresh": when}),
            Some(AuthMode::ApiKey),
            true,
            None,
        ),
        (
            json!({"auth_mode": "chatgpt", "OPENAI_API_KEY": "sk-1", "tokens": tokens, "last_refresh": when}),
            Some(AuthMode::Chatgpt),
            true,
            None,
        ),
        (json!({"tokens": tokens, "last_refresh": when}), Some(AuthMode::Chatgpt), false, None),
        (json!({"tokens": tokens, "last_refresh": "soon"}), Some(AuthMode::Chatgpt), false, None),
        (json!({"tokens": tokens}), None, false, Some(LoginProblem::NoLastRefresh)),
        (json!({"auth_mode": "chatgpt"}), None, false, Some(LoginProblem::NoTokens)),
        (json!({"auth_mode": "apikey", "tokens": tokens}), None, false, Some(LoginProblem::NoApiKey)),
        (json!({"auth_mode": "agentIdentity"}), None, false, Some(LoginProblem::UnknownMode)),
    ] {
        let (manager, _, _) = manager(file(&value), vec![]).await;
        assert_eq!(manager.mode(), mode, "{value}");
        assert_eq!(manager.realtime_credentials().is_some(), realtime, "{value}");
        assert_eq!(manager.status().and_then(|status| status.problem), problem, "{value}");
        assert_eq!(manager.status().is_some(), mode.is_some() || problem.is_some(), "{value}");
    }
}

#[tokio::test]
async fn the_status_tells_everything_but_secrets() {
    let setup = setup(MemoryStore::holding(login(&access("at", 3600), "rt-1")), &FakeTransport::new([]));
    let status = setup.status().await.unwrap().unwrap();
    assert_eq!(status.mode, LoginMode::Chatgpt);
    assert_eq!(status.account_id.as_deref(), Some("acct-1"));
    assert_eq!(status.email.as_deref(), Some("ada@example.com"));
    assert_eq!(status.plan.as_deref(), Some("plus"));
    assert!(status.expires_at.unwrap() > now());
    assert!(status.last_refresh.unwrap() < now());
    let manager = setup.manager().await.unwrap();
    assert_eq!(manager.status(), Some(status.clone()));
    let shown = format!("{status:?} {manager:?} {setup:?}");
    assert!(!shown.contains("rt-1") && !shown.contains("eyJ"), "{shown}");
    assert!(AuthManager::from_api_key(&secret("sk-1")).status().unwrap().store.is_none());
}

#[test]
fn a_key_of_the_environment_is_trimmed_and_a_blank_one_unset() {
    let of = |key| AuthManager::from_environment(&Environment::from([("CODEX_API_KEY", key)]));
    assert_eq!(bearer(&of(" sk-1 ").unwrap()), "sk-1");
    assert!(of(" ").is_none());
    let other = Environment::from([("OPENAI_API_KEY", "sk-1")]);
    assert!(AuthManager::from_environment(&other).is_none());
}

#[test]
fn urls_of_the_environment_are_checked() {
    let authority = |variable: &'static str, url| {
        let transport = Arc::new(FakeTransport::new([]));
        TokenAuthority::new(transport).unwrap().with_environment(&Environment::from([(variable, url)]))
    };
    for variable in [REFRESH_URL_VARIABLE, REVOKE_URL_VARIABLE] {
        assert!(authority(variable, "http://127.0.0.1:1/x?y=z").is_ok());
        for url in ["nonsense", "ftp://host/", "file:///etc/passwd", "https://user:secret@host/"] {
            let error = authority(variable, url).unwrap_err();
            assert!(matches!(error, AuthError::UrlVariable { .. }));
            assert!(error.to_string().contains(variable) && !error.to_string().contains("secret"), "{error}");
        }
    }
}

#[test]
fn the_home_folder_is_named_or_that_of_the_user() {
    let folder = tempfile::tempdir().unwrap();
    let home = |name, value: &str| paths::codex_home(&Environment::from([(name, value)]));
    let named = folder.path().join(".");
    assert_eq!(home("CODEX_HOME", named.to_str().unwrap()).unwrap(), folder.path().canonicalize().unwrap());
    let user = folder.path().to_str().unwrap();
    assert_eq!(home("HOME", user).unwrap(), folder.path().join(".codex"));
    let missing = folder.path().join("missing");
    let missing = home("CODEX_HOME", missing.to_str().unwrap()).unwrap_err();
    assert!(matches!(missing, paths::CodexHomeError::NotAFolder { .. }), "{missing}");
    assert!(matches!(home("HOME", "relative"), Err(paths::CodexHomeError::NoHome)));
}

#[tokio::test]
async fn a_login_that_is_not_allowed_is_not_used_and_stays() {
    let store = MemoryStore::holding(login(&access("at", 3600), "rt-1"));
    let setup = setup(store.clone(), &FakeTransport::new([]));
    for (method, workspace, allowed) in [
        (None, None, true),
        (Some(ForcedMethod::Chatgpt), Some("acct-1"), true),
        (Some(ForcedMethod::Api), None, false),
        (None, Some("acct-2"), false),
    ] {
        let restrictions = LoginRestrictions { method, workspace: workspace.map(str::to_owned) };
        let manager = setup.clone().with_restrictions(restrictions).manager().await;
        assert_eq!(manager.is_ok(), allowed);
        assert!(allowed || matches!(manager, Err(AuthError::Forbidden(_))));
    }
    assert_eq!(stored_refresh_token(&store), "rt-1");
}

#[tokio::test]
async fn a_damaged_file_is_an_error_that_names_it() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("auth.json"), "{").unwrap();
    let setup = setup(codex_core::FileStore::new(home.path()), &FakeTransport::new([]));
    let error = setup.manager().await.unwrap_err();
    assert!(matches!(error, AuthError::Store(StoreError::Damaged { .. })), "{error}");
    assert!(error.to_string().contains("auth.json"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn tokens_that_cannot_be_stored_are_used_and_stored_later() {
    let disk = FullDisk::holding(login(&access("old", 3600), "rt-1"));
    let transport =
        FakeTransport::new([renewed(&access("new", 3600), "rt-2"), renewed(&access("newer", 3600), "rt-3")]);
    let manager = setup(disk.clone(), &transport).manager().await.unwrap();
    let succeeded = |state_changed| RecoveryOutcome::Succeeded { state_changed };

    assert_eq!(two_steps(&manager).await[1].outcome, succeeded(true));
    assert_eq!((bearer(&manager), stored_refresh_token(&disk)), (access("new", 3600), "rt-1".to_owned()));
    // The store is behind, and the next step knows.
    assert_eq!(two_steps(&manager).await.map(|step| step.outcome), [succeeded(false), succeeded(true)]);
    assert_eq!((bearer(&manager), stored_refresh_token(&disk)), (access("newer", 3600), "rt-1".to_owned()));

    disk.full.store(false, Ordering::Release);
    manager.make_ready().await;
    assert_eq!(stored_refresh_token(&disk), "rt-1", "not for every request");
    tokio::time::advance(codex_core::READY_PAUSE).await;
    manager.make_ready().await;
    assert_eq!(stored_refresh_token(&disk), "rt-3");
    let spent: Vec<String> = transport
        .requests()
        .iter()
        .map(|request| {
            serde_json::from_slice::<serde_json::Value>(request.body.as_ref().unwrap().content()).unwrap()
        })
        .map(|body| body["refresh_token"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(spent, ["rt-1", "rt-2"]);
}

/// A transport that waits for a permit before each answer.
struct Gate {
    open: Arc<Semaphore>,
    transport: FakeTransport,
}

impl HttpTransport for Gate {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let answer = self.transport.send(request);
        Box::pin(async move {
            self.open.acquire().await.unwrap().forget();
            answer.await
        })
    }
}

struct Gated {
    manager: AuthManager,
    store: MemoryStore,
    transport: FakeTransport,
    open: Arc<Semaphore>,
}

async fn gated(file: AuthFile, answer: FakeAnswer) -> Gated {
    let (open, transport) = (Arc::new(Semaphore::new(0)), FakeTransport::new([answer]));
    let gate = Gate { open: Arc::clone(&open), transport: transport.clone() };
    let store = MemoryStore::holding(file);
    let authority = TokenAuthority::with_issuer(Arc::new(gate), "https://authority.test").unwrap();
    let setup = AuthSetup::new(Arc::new(store.clone()), authority).with_clock(now);
    Gated { manager: setup.manager().await.unwrap(), store, transport, open }
}

#[tokio::test]
async fn a_caller_that_goes_away_loses_no_token_that_was_spent() {
    let (old, new) = (access("old", 3600), access("new", 3600));
    let Gated { manager, store, transport, open } = gated(login(&old, "rt-1"), renewed(&new, "rt-2")).await;
    let refused = chatgpt(&old);
    let mut machine = manager.recovery();
    machine.step(Some(&refused)).await;
    {
        let mut step = pin!(machine.step(Some(&refused)));
        // Polled until the request is out, then dropped.
        poll_fn(|cx| match step.as_mut().poll(cx) {
            Poll::Ready(step) => panic!("{step:?}"),
            Poll::Pending if transport.requests().is_empty() => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => Poll::Ready(()),
        })
        .await;
    }
    assert_eq!(stored_refresh_token(&store), "rt-1");

    open.add_permits(1);
    manager.settle().await;

    assert_eq!((bearer(&manager), stored_refresh_token(&store)), (new, "rt-2".to_owned()));
}

#[tokio::test]
async fn a_login_that_came_in_during_the_refresh_is_not_overwritten() {
    let (old, theirs) = (access("old", 3600), access("theirs", 3600));
    let Gated { manager, store, transport, open } =
        gated(login(&old, "rt-1"), renewed(&access("ours", 3600), "rt-2")).await;
    let stepping = tokio::spawn({
        let manager = manager.clone();
        async move { two_steps(&manager).await }
    });
    while transport.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    // Written by a program that knows no lock.
    let flag = codex_core::StoreLock::holding(());
    codex_core::CredentialStore::save(&store, &login(&theirs, "rt-9"), &flag).unwrap();
    open.add_permits(1);

    assert_eq!(stepping.await.unwrap()[1].outcome, RecoveryOutcome::Succeeded { state_changed: true });
    assert_eq!(
        (stored_access_token(&store), stored_refresh_token(&store)),
        (theirs.clone(), "rt-9".to_owned())
    );
    assert_eq!(bearer(&manager), access("ours", 3600));
    manager.recovery().step(manager.credentials().as_ref()).await;
    assert_eq!(bearer(&manager), theirs);
}

#[tokio::test]
async fn the_account_of_a_request_is_the_stored_one() {
    let mut file = login(&access("at", 3600), "rt-1");
    file.tokens.as_mut().unwrap().account_id = Some("stored".to_owned());
    let (manager, _, _) = manager(file, vec![]).await;
    let credentials = manager.credentials().unwrap();
    assert_eq!(credentials.account_id.as_deref(), Some("stored"));
    assert_eq!(credentials.bearer.expose_secret(), access("at", 3600));
}
