//! Fake transport: renewal ahead of use, by a clock that may be wrong.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use codex_api::AuthProvider;
use codex_client::fake::{FakeAnswer, FakeTransport};
use codex_core::{
    AUTHORITY_TIMEOUT, AuthFile, AuthManager, MemoryStore, READY_PATIENCE, READY_PAUSE, Tokens,
};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{
    access, bearer, id_token, jwt, login, manager, now, renewed, secret, setup, stored_refresh_token,
};

const DAY: u64 = 24 * 60 * 60;

/// A login with a token that tells no expiry, given out so long ago.
fn aged(days: u64) -> AuthFile {
    let tokens = Tokens::new(secret(&id_token("acct-1")), secret("opaque"), secret("rt-1"));
    AuthFile::chatgpt(tokens, now() - Duration::from_secs(days * DAY))
}

/// How many refreshes the first use of this login costs at this time.
async fn refreshes(file: AuthFile, clock: fn() -> SystemTime) -> usize {
    let transport = FakeTransport::new([renewed(&access("new", 3600), "rt-2")]);
    let setup = setup(MemoryStore::holding(file), &transport).with_clock(clock);
    let manager = setup.manager().await.unwrap();
    manager.make_ready().await;
    transport.requests().len()
}

#[tokio::test]
async fn a_login_is_renewed_shortly_before_its_token_expires() {
    for (seconds, expected) in [(3600, 0), (301, 0), (300, 1), (1, 1), (0, 1), (-1, 1), (-1_000_000_000, 1)] {
        assert_eq!(refreshes(login(&access("a", seconds), "rt-1"), now).await, expected, "{seconds}");
    }
}

#[tokio::test]
async fn a_token_that_does_not_say_when_it_expires_is_renewed_after_eight_days() {
    for (days, expected) in [(0, 0), (8, 0), (9, 1), (10_000, 1)] {
        assert_eq!(refreshes(aged(days), now).await, expected, "{days}");
    }
    let never = jwt(&json!({"exp": 32_000_000_000_u64}));
    assert_eq!(refreshes(login(&never, "rt-1"), now).await, 0);
}

#[tokio::test]
async fn a_clock_that_was_set_back_renews_nothing() {
    assert_eq!(refreshes(aged(9), || SystemTime::UNIX_EPOCH).await, 0);
    assert_eq!(refreshes(login(&access("a", -60), "rt-1"), || SystemTime::UNIX_EPOCH).await, 0);
    let before = || SystemTime::UNIX_EPOCH - Duration::from_secs(1_000_000);
    assert_eq!(refreshes(aged(9), before).await, 0);
}

#[tokio::test]
async fn a_clock_that_runs_ahead_renews_once_and_not_for_every_request() {
    let far_ahead = || now() + Duration::from_secs(365 * DAY);
    let transport = FakeTransport::new([renewed(&access("new", 3600), "rt-2")]);
    let store = MemoryStore::holding(login(&access("old", 3600), "rt-1"));
    let manager = setup(store, &transport).with_clock(far_ahead).manager().await.unwrap();
    for _ in 0..5 {
        manager.make_ready().await;
    }
    assert_eq!(transport.requests().len(), 1);
    assert_eq!(bearer(&manager), access("new", 3600));
}

#[tokio::test]
async fn keys_and_no_login_ask_nobody() {
    for file in [AuthFile::default(), AuthFile::api_key(secret("sk-1"))] {
        assert_eq!(refreshes(file, now).await, 0);
    }
    AuthManager::from_api_key(&secret("sk-1")).make_ready().await;
}

#[tokio::test(start_paused = true)]
async fn a_dead_authority_is_not_asked_for_every_request() {
    let old = access("old", 60);
    let script =
        vec![FakeAnswer::status(500), FakeAnswer::status(500), renewed(&access("new", 3600), "rt-2")];
    let (manager, transport, _) = manager(login(&old, "rt-1"), script).await;
    for expected in [1, 2] {
        for _ in 0..10 {
            manager.make_ready().await;
            assert_eq!(bearer(&manager), old);
        }
        assert_eq!(transport.requests().len(), expected);
        tokio::time::advance(READY_PAUSE).await;
    }
    manager.make_ready().await;
    assert_eq!(bearer(&manager), access("new", 3600));
}

#[tokio::test(start_paused = true)]
async fn a_slow_authority_holds_a_request_up_only_when_its_token_is_dead() {
    for (seconds, patience) in [(60, READY_PATIENCE), (-60, AUTHORITY_TIMEOUT)] {
        let (manager, transport, _) =
            manager(login(&access("old", seconds), "rt-1"), vec![FakeAnswer::silence()]).await;
        let started = Instant::now();
        manager.make_ready().await;
        assert_eq!(started.elapsed(), patience);
        manager.settle().await;
        assert_eq!(transport.requests().len(), 1);
    }
}

#[tokio::test]
async fn many_requests_at_once_renew_once() {
    let script = vec![renewed(&access("new", 3600), "rt-2")];
    let (manager, transport, store) = manager(login(&access("old", 60), "rt-1"), script).await;
    let manager = Arc::new(manager);
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let manager = Arc::clone(&manager);
            tokio::spawn(async move {
                manager.make_ready().await;
                bearer(&manager)
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), access("new", 3600));
    }
    assert_eq!(transport.requests().len(), 1);
    assert_eq!(stored_refresh_token(&store), "rt-2");
}
