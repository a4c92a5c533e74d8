//! Fake transport: what the answers of the token authority mean for a request.

use codex_api::{
    AuthProvider, ClosedReason, ClosedStage, PermanentFailure, RecoveryMode, RecoveryOutcome, RecoveryPhase,
    RecoveryStep, TransientFailure, TransportError,
};
use codex_client::fake::FakeAnswer;
use codex_core::MAX_AUTHORITY_BODY_BYTES;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{
    access, bearer, login, manager, renewed, stored_access_token, stored_refresh_token, two_steps,
};

const SUCCEEDED: RecoveryOutcome = RecoveryOutcome::Succeeded { state_changed: true };

fn body(status: u16, body: &str) -> FakeAnswer {
    FakeAnswer::status(status).body(body.to_owned())
}

/// What the refresh step says about this answer.
async fn outcome(answer: FakeAnswer) -> RecoveryOutcome {
    let (manager, transport, _) = manager(login(&access("old", 3600), "rt-1"), vec![answer]).await;
    let [reload, refresh] = two_steps(&manager).await;
    assert_eq!(reload.outcome, RecoveryOutcome::Succeeded { state_changed: false });
    assert_eq!((refresh.mode, refresh.phase), (RecoveryMode::Managed, RecoveryPhase::RefreshToken));
    assert_eq!(transport.requests().len(), 1);
    refresh.outcome
}

#[tokio::test]
async fn a_401_is_permanent_and_says_why() {
    let permanent = RecoveryOutcome::FailedPermanent;
    for (text, failure) in [
        (r#"{"error":{"code":"refresh_token_expired"}}"#, PermanentFailure::Expired),
        (r#"{"error":"Refresh_Token_Reused"}"#, PermanentFailure::Exhausted),
        (r#"{"code":"REFRESH_TOKEN_INVALIDATED"}"#, PermanentFailure::Revoked),
        (r#"{"error":{"message":"x"},"code":"refresh_token_expired"}"#, PermanentFailure::Expired),
        (
            r#"{"error":{"code":"refresh_token_reused"},"code":"refresh_token_expired"}"#,
            PermanentFailure::Exhausted,
        ),
        (r#"{"error":{"code":"token_expired"}}"#, PermanentFailure::Other),
        (r#"{"error":{"code":5}}"#, PermanentFailure::Other),
        ("<html>401</html>", PermanentFailure::Other),
        ("", PermanentFailure::Other),
    ] {
        assert_eq!(outcome(body(401, text)).await, permanent(failure), "{text}");
    }
}

#[tokio::test]
async fn everything_else_may_work_later() {
    let transient = RecoveryOutcome::FailedTransient;
    for status in [202, 204, 302, 400, 403, 404, 429, 500, 502, 503] {
        let answer = body(status, r#"{"error":{"code":"refresh_token_expired"}}"#);
        assert_eq!(outcome(answer).await, transient(TransientFailure::Status(status)));
    }
    let long = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(MAX_AUTHORITY_BODY_BYTES));
    for text in [
        "<html>hello</html>",
        "",
        "null",
        "[]",
        "{}",
        r#"{"access_token":null}"#,
        r#"{"access_token":""}"#,
        r#"{"access_token":5}"#,
        r#"{"access_token":"two words"}"#,
        r#"{"id_token":"a.b.c"}"#,
        long.as_str(),
    ] {
        assert_eq!(outcome(body(200, text)).await, transient(TransientFailure::Undecodable), "{text:.60}");
    }
    let closed = TransportError::Closed {
        stage: ClosedStage::BeforeHead,
        reason: ClosedReason::Early,
        source: "gone".into(),
    };
    let unreachable = transient(TransientFailure::Unreachable);
    assert_eq!(outcome(FakeAnswer::error(closed)).await, unreachable);
    assert_eq!(outcome(FakeAnswer::ok().chunks(["{\"access_"]).cut()).await, unreachable);
}

#[tokio::test]
async fn a_grant_that_is_called_invalid_is_permanent_on_a_401_only() {
    for status in [400, 403] {
        let outcome = outcome(body(status, r#"{"error":"invalid_grant"}"#)).await;
        assert_eq!(outcome, RecoveryOutcome::FailedTransient(TransientFailure::Status(status)));
    }
}

#[tokio::test]
async fn tokens_that_were_created_are_as_good_as_others() {
    let tokens = json!({"access_token": access("new", 3600), "refresh_token": "rt-2"}).to_string();
    assert_eq!(outcome(body(201, &tokens)).await, SUCCEEDED);
}

#[tokio::test]
async fn an_answer_that_is_compressed_unasked_cannot_be_read() {
    let tokens = json!({"access_token": access("new", 3600)}).to_string();
    let undecodable = RecoveryOutcome::FailedTransient(TransientFailure::Undecodable);
    assert_eq!(outcome(body(200, &tokens).header("content-encoding", "gzip")).await, undecodable);
    assert_eq!(outcome(body(200, &tokens).header("content-encoding", "identity")).await, SUCCEEDED);
    assert!(codex_core::AnswerProblem::Encoded.to_string().contains("lost"));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_whose_fate_is_unknown_is_not_sent_again_at_once() {
    let script = vec![FakeAnswer::silence(), renewed(&access("new", 3600), "rt-2")];
    let (manager, transport, _) = manager(login(&access("old", -60), "rt-1"), script).await;
    manager.make_ready().await;
    let unreachable = RecoveryOutcome::FailedTransient(TransientFailure::Unreachable);
    assert_eq!(two_steps(&manager).await[1].outcome, unreachable);
    assert_eq!(transport.requests().len(), 1);

    tokio::time::advance(std::time::Duration::from_secs(60)).await;
    assert_eq!(two_steps(&manager).await[1].outcome, SUCCEEDED);
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn a_refresh_token_that_was_not_sent_can_be_sent_at_once() {
    let gone = TransportError::Dns { host: "authority.test".into(), source: "no network".into() };
    let script = vec![FakeAnswer::error(gone), renewed(&access("new", 3600), "rt-2")];
    let (manager, _, _) = manager(login(&access("old", 3600), "rt-1"), script).await;
    two_steps(&manager).await;
    assert_eq!(two_steps(&manager).await[1].outcome, SUCCEEDED);
}

#[tokio::test(start_paused = true)]
async fn an_authority_that_hangs_is_given_up() {
    for answer in [FakeAnswer::silence(), FakeAnswer::ok().chunks(["{"]).stall()] {
        let started = Instant::now();
        let outcome = outcome(answer).await;
        assert_eq!(outcome, RecoveryOutcome::FailedTransient(TransientFailure::Unreachable));
        assert_eq!(started.elapsed(), codex_core::AUTHORITY_TIMEOUT);
    }
}

#[tokio::test]
async fn the_request_is_json_and_the_new_tokens_are_stored() {
    let new = access("new", 3600);
    let (manager, transport, store) =
        manager(login(&access("old", 3600), "rt-1"), vec![renewed(&new, "rt-2")]).await;

    let [_, RecoveryStep { outcome, .. }] = two_steps(&manager).await;

    assert_eq!(outcome, SUCCEEDED);
    let request = &transport.requests()[0];
    assert_eq!(request.url.as_str(), "https://authority.test/oauth/token");
    let sent: Value = serde_json::from_slice(request.body.as_ref().unwrap().content()).unwrap();
    let client_id = codex_core::CLIENT_ID;
    assert_eq!(sent, json!({"client_id": client_id, "grant_type": "refresh_token", "refresh_token": "rt-1"}));
    assert_eq!(bearer(&manager), new);
    assert_eq!(stored_access_token(&store), new);
    assert_eq!(stored_refresh_token(&store), "rt-2");
    assert_eq!(manager.credentials().unwrap().account_id.as_deref(), Some("acct-1"));
}

#[tokio::test]
async fn absent_tokens_keep_their_value() {
    let new = access("new", 3600);
    let answer = body(200, &json!({"access_token": new}).to_string());
    let (manager, _, store) = manager(login(&access("old", 3600), "rt-1"), vec![answer]).await;
    assert_eq!(two_steps(&manager).await[1].outcome, SUCCEEDED);
    assert_eq!(stored_refresh_token(&store), "rt-1");
    assert_eq!(manager.status().unwrap().email.as_deref(), Some("ada@example.com"));
}

#[tokio::test]
async fn a_refresh_token_that_comes_without_an_access_token_is_not_lost() {
    let old = access("old", 3600);
    let answer = body(200, r#"{"refresh_token":"rt-2"}"#);
    let (manager, transport, store) =
        manager(login(&old, "rt-1"), vec![answer, renewed(&access("new", 3600), "rt-3")]).await;
    let transient = RecoveryOutcome::FailedTransient(TransientFailure::Undecodable);
    assert_eq!(two_steps(&manager).await[1].outcome, transient);
    assert_eq!((stored_refresh_token(&store), bearer(&manager)), ("rt-2".to_owned(), old));

    assert_eq!(two_steps(&manager).await[1].outcome, SUCCEEDED);
    assert_eq!(transport.requests().len(), 2);
    assert_eq!(stored_refresh_token(&store), "rt-3");
}
