//! The complete set of tags after each sequence of events.

use codex_observe::*;

use crate::facts::*;

/// Applies the events, and compares all tags with `expected`: words `tag=value`.
#[track_caller]
fn check(events: &[Event], expected: &str) {
    let mut tags = TagSet::new();
    events.iter().for_each(|event| tags.apply(event));
    let seen: Vec<String> = tags.iter().map(|(tag, value)| format!("{tag}={value}")).collect();
    let mut expected: Vec<&str> = expected.split_whitespace().collect();
    expected.sort_unstable();
    assert_eq!(seen, expected);
    assert_eq!(tags.len(), expected.len());
}

const ATTACHED: &str =
    "endpoint=/responses auth_header_attached=true auth_header_name=authorization auth_mode=Chatgpt";

fn plain(more: &str) -> String {
    format!("{ATTACHED} auth_retry_after_unauthorized=false {more}")
}

fn retried(phase: &str, more: &str) -> String {
    format!(
        "{ATTACHED} auth_retry_after_unauthorized=true auth_recovery_mode=managed auth_recovery_phase={phase} {more}"
    )
}

#[test]
fn nothing_happened() {
    check(&[], "");
    check(&[fallback(FallbackReason::Negotiated)], "");
    assert!(TagSet::new().is_empty());
}

#[test]
fn a_success_without_credentials() {
    check(
        &[http(context(AuthAttachment::none(None)), worked())],
        "endpoint=/responses auth_header_attached=false auth_retry_after_unauthorized=false",
    );
}

#[test]
fn a_success_after_a_success_keeps_nothing_of_the_first() {
    let first = http(login(), worked().evidence(evidence(1, "x")));
    check(&[first, http(login(), worked().evidence(request_id(2)))], &plain("auth_request_id=req-2"));
}

#[test]
fn an_attempt_that_got_no_answer_has_no_ids() {
    let first = http(login(), worked().evidence(request_id(1)));
    check(&[first, http(login(), failed(AttemptError::timeout()))], &plain(""));
}

#[test]
fn a_401_is_kept_with_its_evidence() {
    check(
        &[http(login(), refused(evidence(1, "token_expired")))],
        &plain(
            "auth_request_id=req-1 auth_cf_ray=ray-1 auth_error=invalid_token auth_error_code=token_expired
             auth_401_request_id=req-1 auth_401_cf_ray=ray-1 auth_401_error=invalid_token
             auth_401_error_code=token_expired",
        ),
    );
}

/// 401, refresh, retry: after each event.
#[test]
fn refused_refreshed_and_retried() {
    let mut story = vec![
        http(login(), refused(evidence(1, "token_expired"))),
        renewed(REFRESH, evidence(1, "token_expired")),
    ];
    const UNAUTHORIZED: &str = "auth_401_request_id=req-1 auth_401_cf_ray=ray-1 auth_401_error=invalid_token
        auth_401_error_code=token_expired auth_recovery_outcome=recovery_succeeded";
    check(
        &story,
        &plain(&format!(
            "auth_request_id=req-1 auth_cf_ray=ray-1 auth_error=invalid_token auth_error_code=token_expired
             auth_recovery_mode=managed auth_recovery_phase=refresh_token {UNAUTHORIZED}"
        )),
    );

    story.push(http(login().after(REFRESH), worked().evidence(request_id(2))));
    let after_retry = retried(
        "refresh_token",
        &format!(
            "auth_request_id=req-2 auth_recovery_followup_success=true auth_recovery_followup_status=200
             {UNAUTHORIZED}"
        ),
    );
    check(&story, &after_retry);

    // The end of its stream is no attempt.
    story.push(ended(login().after(REFRESH), worked(), 5));
    check(&story, &after_retry);

    // An ordinary attempt: the 401 and what recovery made of it stay, the follow-up is gone.
    story.push(http(login(), worked().evidence(request_id(3))));
    check(&story, &plain(&format!("auth_request_id=req-3 {UNAUTHORIZED}")));
}

/// Two steps, and the second retry is refused as well: the report still says that the retry failed.
#[test]
fn refused_until_no_step_is_left() {
    check(
        &[
            http(login(), refused(evidence(1, "token_expired"))),
            step(RELOAD, RecoveryOutcome::Succeeded { state_changed: false }, evidence(1, "token_expired")),
            http(login().after(RELOAD), refused(evidence(2, "token_expired"))),
            renewed(REFRESH, evidence(2, "token_expired")),
            http(login().after(REFRESH), refused(request_id(3))),
            not_run(RecoveryMode::Managed, NotRunReason::RecoveryExhausted, request_id(3)),
        ],
        "endpoint=/responses auth_header_attached=true auth_header_name=authorization auth_mode=Chatgpt
         auth_retry_after_unauthorized=true auth_request_id=req-3
         auth_recovery_followup_success=false auth_recovery_followup_status=401
         auth_401_request_id=req-3
         auth_recovery_mode=managed auth_recovery_phase=done auth_recovery_outcome=recovery_not_run",
    );
}

/// The outcome of the first 401's recovery is not that of the second 401.
#[test]
fn a_later_401_replaces_the_first_one_whole() {
    let first = [
        http(login(), refused(evidence(1, "token_expired"))),
        renewed(REFRESH, evidence(1, "token_expired")),
        http(login().after(REFRESH), worked()),
    ];
    let second = http(login(), refused(request_id(2)));
    let story: Vec<Event> = first.into_iter().chain([second]).collect();
    check(&story, &plain("auth_request_id=req-2 auth_401_request_id=req-2"));
}

#[test]
fn a_401_that_told_nothing_erases_the_evidence_of_the_one_before() {
    check(
        &[
            http(login(), refused(evidence(1, "token_expired"))),
            http(login(), refused(AuthEvidence::default())),
        ],
        &plain(""),
    );
}

/// Of two calls at the same time, the one whose recovery comes last is the one whose 401 is kept: whole.
#[test]
fn a_step_brings_the_evidence_of_its_own_401() {
    check(
        &[http(login(), refused(evidence(1, "token_expired"))), renewed(REFRESH, request_id(2))],
        &plain(
            "auth_request_id=req-1 auth_cf_ray=ray-1 auth_error=invalid_token auth_error_code=token_expired
             auth_401_request_id=req-2 auth_recovery_mode=managed auth_recovery_phase=refresh_token
             auth_recovery_outcome=recovery_succeeded",
        ),
    );
}

#[test]
fn a_step_that_failed() {
    let outcome = RecoveryOutcome::FailedPermanent(PermanentFailure::Exhausted);
    check(
        &[http(login(), refused(request_id(1))), step(REFRESH, outcome, request_id(1))],
        &plain(
            "auth_request_id=req-1 auth_401_request_id=req-1 auth_recovery_mode=managed
             auth_recovery_phase=refresh_token auth_recovery_outcome=recovery_failed_permanent",
        ),
    );
}

#[test]
fn a_key_is_not_recovered() {
    check(
        &[http(key(), refused(request_id(1))), no_manager(request_id(1))],
        "endpoint=/responses auth_header_attached=true auth_header_name=authorization auth_mode=ApiKey
         auth_retry_after_unauthorized=false auth_request_id=req-1 auth_401_request_id=req-1
         auth_recovery_mode=none auth_recovery_phase=none auth_recovery_outcome=recovery_not_run",
    );
}

#[test]
fn a_websocket_tells_whether_it_was_reused() {
    let mut story = vec![handshake(login(), worked().status(101).evidence(request_id(1)))];
    check(&story, &plain("auth_connection_reused=false auth_request_id=req-1"));
    story.push(frame(login().reused(false), worked()));
    check(&story, &plain("auth_connection_reused=false"));
    story.push(frame(login().reused(true), worked()));
    check(&story, &plain("auth_connection_reused=true"));
    // Over HTTP there is no such fact.
    story.push(fallback(FallbackReason::RetriesSpent));
    story.push(http(login(), worked()));
    check(&story, &plain(""));
}

/// Within a stream: evidence, recovery, a new handshake that is the follow-up.
#[test]
fn a_401_inside_a_stream_is_a_401() {
    let inside = |n| worked().error(AttemptError::http(401)).evidence(request_id(n));
    let mut story = vec![
        handshake(login(), worked().status(101)),
        frame(login().reused(false), worked()),
        frame(login().reused(true), worked()),
        ended(login().reused(true), inside(4), 0),
    ];
    check(&story, &plain("auth_connection_reused=true auth_request_id=req-4 auth_401_request_id=req-4"));

    story.push(renewed(RELOAD, request_id(4)));
    story.push(handshake(login().after(RELOAD), worked().status(101)));
    const KEPT: &str = "auth_401_request_id=req-4 auth_recovery_outcome=recovery_succeeded";
    check(
        &story,
        &retried(
            "reload",
            &format!(
                "auth_connection_reused=false auth_recovery_followup_success=true
                 auth_recovery_followup_status=101 {KEPT}"
            ),
        ),
    );

    // The retried request is refused inside its stream as well: its status is that of the failure.
    story.push(ended(login().after(RELOAD).reused(false), inside(5), 0));
    check(
        &story,
        &retried(
            "reload",
            "auth_connection_reused=false auth_request_id=req-5 auth_recovery_followup_success=false
             auth_recovery_followup_status=401 auth_401_request_id=req-5",
        ),
    );
}

#[test]
fn a_stream_that_broke_changes_no_tag() {
    let success = http(login(), worked().evidence(request_id(1)));
    let broken = ended(login(), worked().error(AttemptError::stream("closed")), 3);
    check(&[success, broken], &plain("auth_request_id=req-1"));
}

#[test]
fn a_follow_up_without_an_answer_has_no_status() {
    check(
        &[renewed(REFRESH, request_id(1)), http(login().after(REFRESH), failed(AttemptError::timeout()))],
        &retried(
            "refresh_token",
            "auth_recovery_followup_success=false auth_401_request_id=req-1
             auth_recovery_outcome=recovery_succeeded",
        ),
    );
}

#[test]
fn every_tag_that_is_set_stands_in_the_table() {
    let known = |tag: &str| {
        Field::ALL
            .iter()
            .any(|field| field.attempt_tag() == Some(tag) || field.unauthorized_tag() == Some(tag))
    };
    let mut tags = TagSet::new();
    tags.apply(&renewed(HOST, evidence(1, "x")));
    tags.apply(&handshake(login().after(HOST), refused(evidence(2, "y"))));
    assert!(tags.iter().all(|(tag, _)| known(tag)));
    assert_eq!(tags.get("auth_401_error_code"), Some("y"));
    assert_eq!(tags.get("no_such_tag"), None);
}

/// A message that was handed to the socket proves nothing about the credentials: the end of its stream does.
#[test]
fn over_a_websocket_the_follow_up_is_known_at_the_end_of_the_stream() {
    let mut after = login();
    after.follow_up = Some(FollowUp { mode: RecoveryMode::Managed, phase: RecoveryPhase::Reload });
    after.connection_reused = Some(false);
    let sent = Event::WebsocketRequest(WebsocketRequest::new(after.clone(), Outcome::default()));
    let ended = |outcome| Event::StreamEnded(StreamEnded::new(after.clone(), outcome, 1, 1));
    let tags = |more: &str| retried("reload", &format!("auth_connection_reused=false {more}"));
    check(std::slice::from_ref(&sent), &tags(""));
    check(&[sent.clone(), ended(Outcome::default())], &tags("auth_recovery_followup_success=true"));
    check(
        &[sent.clone(), ended(failed(AttemptError::http(403)))],
        &tags("auth_recovery_followup_success=false auth_recovery_followup_status=403"),
    );
    check(&[sent, ended(failed(AttemptError::cancelled()))], &tags(""));
}
