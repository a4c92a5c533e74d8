//! Fake transport: the tags of the latest attempt: all of them together, none of an earlier one.

use codex_api::{ApiKey, TransportError};
use codex_client::fake::FakeAnswer;

use crate::bench::{Bench, REFRESHED, handshake_told, models, request, serving, told};

const COMPLETED: &str = r#"{"type":"response.completed","response":{"id":"resp_1","output":[]}}"#;

/// A failure without an answer that no retry helps.
fn no_answer() -> FakeAnswer {
    FakeAnswer::error(TransportError::Other { source: "no route".into() })
}

/// Every tag of an attempt has a value on an attempt that follows a recovery and is refused for another reason.
#[tokio::test]
async fn emit_feedback_request_tags_sets_all_tags_of_an_attempt() {
    let bench = Bench::recovering([REFRESHED]);
    assert_eq!(bench.fetch([told(401, 1), told(403, 2)]).await.unwrap_err().status(), Some(403));
    bench.check_tags(
        "endpoint=/models auth_mode=Chatgpt auth_header_attached=true auth_header_name=authorization
         auth_retry_after_unauthorized=true auth_recovery_mode=managed auth_recovery_phase=refresh_token
         auth_request_id=req-2 auth_cf_ray=ray-2 auth_error=invalid_token auth_error_code=token_expired
         auth_recovery_followup_success=false auth_recovery_followup_status=403
         auth_recovery_outcome=recovery_succeeded
         auth_401_request_id=req-1 auth_401_cf_ray=ray-1 auth_401_error=invalid_token
         auth_401_error_code=token_expired",
    );
}

#[tokio::test]
async fn emit_feedback_request_tags_sets_all_tags_of_a_handshake() {
    let bench = Bench::recovering([REFRESHED]);
    let refused = bench.connect([handshake_told(401, 1), handshake_told(403, 2)]).await;
    assert_eq!(refused.unwrap_err().status(), Some(403));
    bench.check_tags(
        "endpoint=/responses auth_mode=Chatgpt auth_header_attached=true auth_header_name=authorization
         auth_retry_after_unauthorized=true auth_recovery_mode=managed auth_recovery_phase=refresh_token
         auth_connection_reused=false
         auth_request_id=req-2 auth_cf_ray=ray-2 auth_error=invalid_token auth_error_code=token_expired
         auth_recovery_followup_success=false auth_recovery_followup_status=403
         auth_recovery_outcome=recovery_succeeded
         auth_401_request_id=req-1 auth_401_cf_ray=ray-1 auth_401_error=invalid_token
         auth_401_error_code=token_expired",
    );
}

#[tokio::test]
async fn emit_feedback_request_tags_clears_stale_ones() {
    let bench = Bench::with(ApiKey::new("sk-test"));
    bench.fetch([told(403, 1)]).await.unwrap_err();
    bench.check_tags(
        "endpoint=/models auth_mode=ApiKey auth_header_attached=true auth_header_name=authorization
         auth_retry_after_unauthorized=false
         auth_request_id=req-1 auth_cf_ray=ray-1 auth_error=invalid_token auth_error_code=token_expired",
    );
    // An answer that tells nothing, and no answer at all.
    let nothing = "endpoint=/models auth_mode=ApiKey auth_header_attached=true auth_header_name=authorization
                   auth_retry_after_unauthorized=false";
    bench.fetch([models()]).await.unwrap();
    bench.check_tags(nothing);
    bench.fetch([told(403, 2)]).await.unwrap_err();
    bench.fetch([no_answer()]).await.unwrap_err();
    bench.check_tags(nothing);
}

/// A WebSocket tells whether it was new; over HTTP there is no such fact.
#[tokio::test]
async fn emit_feedback_request_tags_tell_a_reused_websocket_and_forget_it() {
    let bench = Bench::with(ApiKey::new("sk-test"));
    let connection = bench.connect([serving(&[COMPLETED])]).await.unwrap();
    assert_eq!(bench.tag("auth_request_id").as_deref(), Some("req-handshake"));
    for reused in ["false", "true", "true"] {
        connection.stream(&request()).await.unwrap().collect().await.unwrap();
        assert_eq!(bench.tag("auth_connection_reused").as_deref(), Some(reused));
        assert_eq!(bench.tag("auth_request_id"), None, "the handshake's answer is another attempt's");
    }
    bench.fetch([models()]).await.unwrap();
    assert_eq!(bench.tag("auth_connection_reused"), None);
}

#[tokio::test]
async fn emit_feedback_request_tags_tell_a_follow_up_on_the_attempt_after_a_recovery_only() {
    const FOLLOW_UP: [&str; 2] = ["auth_recovery_followup_success", "auth_recovery_followup_status"];
    let bench = Bench::recovering([REFRESHED]);
    let follow_up = || FOLLOW_UP.map(|tag| bench.tag(tag));
    bench.fetch([models()]).await.unwrap();
    assert_eq!(follow_up(), [None, None]);
    bench.fetch([told(401, 1), models()]).await.unwrap();
    assert_eq!(follow_up(), [Some("true".to_owned()), Some("200".to_owned())]);
    bench.fetch([models()]).await.unwrap();
    assert_eq!(follow_up(), [None, None]);
    assert_eq!(bench.tag("auth_retry_after_unauthorized").as_deref(), Some("false"));
}

/// The attempt after a recovery failed without an answer: then there is no status to tell.
#[tokio::test(start_paused = true)]
async fn emit_feedback_request_tags_tell_a_follow_up_without_an_answer() {
    let bench = Bench::recovering([REFRESHED]);
    bench.fetch([told(401, 1), no_answer()]).await.unwrap_err();
    assert_eq!(bench.tag("auth_recovery_followup_success").as_deref(), Some("false"));
    assert_eq!(bench.tag("auth_recovery_followup_status"), None);
}

#[tokio::test]
async fn emit_feedback_request_tags_are_plain_text() {
    let bench = Bench::recovering([REFRESHED]);
    bench.fetch([told(401, 1), told(403, 2)]).await.unwrap_err();
    for (tag, value) in bench.feedback.tags() {
        assert!(!value.is_empty(), "{tag}");
        assert!(!value.contains(['"', '\'', '(', ')', '{', ' ']), "{tag}={value}");
        assert!(!value.contains("None") && !value.contains("Some"), "{tag}={value}");
    }
}
