//! Fake transport: the tags of the latest 401 and of its recovery.

use codex_api::{PermanentFailure, RecoveryOutcome, RecoveryPhase, TransientFailure};
use codex_client::fake::FakeAnswer;

use crate::bench::{Bench, REFRESHED, RELOADED, managed, models, told};

const PRESERVED: &str = "auth_401_request_id=req-1 auth_401_cf_ray=ray-1 auth_401_error=invalid_token
                         auth_401_error_code=token_expired auth_recovery_outcome=recovery_succeeded";
const PLAIN: &str = "endpoint=/models auth_mode=Chatgpt auth_header_attached=true
                     auth_header_name=authorization auth_retry_after_unauthorized=false";

#[tokio::test]
async fn emit_feedback_auth_recovery_tags_preserve_the_401_across_a_later_success() {
    let bench = Bench::recovering([REFRESHED]);
    bench.fetch([told(401, 1), models()]).await.unwrap();
    bench.check_tags(&format!(
        "endpoint=/models auth_mode=Chatgpt auth_header_attached=true auth_header_name=authorization
         auth_retry_after_unauthorized=true auth_recovery_mode=managed auth_recovery_phase=refresh_token
         auth_recovery_followup_success=true auth_recovery_followup_status=200 {PRESERVED}"
    ));
    for _ in 0..3 {
        bench.fetch([models()]).await.unwrap();
        bench.check_tags(&format!("{PLAIN} {PRESERVED}"));
    }
}

/// Not even a fact that the later 401 does not have survives.
#[tokio::test]
async fn emit_feedback_auth_recovery_tags_of_a_later_401_replace_those_of_the_first_whole() {
    let bench = Bench::recovering([REFRESHED]);
    bench.fetch([told(401, 1), models()]).await.unwrap();
    bench.fetch([FakeAnswer::status(401).header("x-oai-request-id", "req-2")]).await.unwrap_err();
    bench.check_tags(&format!(
        "{PLAIN} auth_request_id=req-2 auth_401_request_id=req-2
         auth_recovery_mode=managed auth_recovery_phase=done auth_recovery_outcome=recovery_not_run"
    ));
}

#[tokio::test]
async fn emit_feedback_auth_recovery_tags_of_absent_facts_are_absent() {
    let bench = Bench::recovering([]);
    let undecodable = [("x-request-id", ""), ("x-error-json", "%%%"), ("x-openai-authorization-error", "")];
    let answer = undecodable.iter().fold(FakeAnswer::status(401), |it, (name, value)| it.header(name, value));
    bench.fetch([answer]).await.unwrap_err();
    bench.check_tags(&format!(
        "{PLAIN} auth_recovery_mode=managed auth_recovery_phase=done auth_recovery_outcome=recovery_not_run"
    ));
}

/// The 401 that counts is the latest one, with the step that handled it.
#[tokio::test]
async fn emit_feedback_auth_recovery_tags_follow_each_step() {
    for (outcome, expected) in [
        (REFRESHED.outcome, "recovery_succeeded"),
        (RecoveryOutcome::FailedPermanent(PermanentFailure::Expired), "recovery_failed_permanent"),
        (RecoveryOutcome::FailedTransient(TransientFailure::Status(500)), "recovery_failed_transient"),
    ] {
        let bench = Bench::recovering([RELOADED, managed(RecoveryPhase::RefreshToken, outcome)]);
        let answers = [told(401, 1), told(401, 2), models()];
        let goes_on = matches!(outcome, RecoveryOutcome::Succeeded { .. });
        let result = bench.fetch(answers.into_iter().take(if goes_on { 3 } else { 2 })).await;
        assert_eq!(result.is_ok(), goes_on);
        let tags = ["auth_recovery_phase", "auth_recovery_outcome", "auth_401_request_id"];
        let values = tags.map(|tag| bench.tag(tag).unwrap());
        assert_eq!(values, ["refresh_token", expected, "req-2"]);
    }
}
