//! Each event shows exactly the fields of its row in the contract.

use codex_observe::*;

use crate::facts::*;

#[track_caller]
fn check(event: &Event, name: &str, fields: &str) {
    let mut seen = String::new();
    event.visit(&mut |field, value| {
        let name = field.name().unwrap_or("a field without a name");
        seen += &format!("{name}={value}\n");
    });
    let expected: String = fields.lines().map(|line| format!("{}\n", line.trim())).collect();
    assert_eq!(event.name(), name);
    assert_eq!(seen.trim(), expected.trim());
}

#[test]
fn an_api_request_with_every_fact() {
    check(
        &http(login().after(REFRESH), refused(evidence(1, "token_expired"))),
        "codex.api_request",
        "duration_ms=12
        http.response.status_code=401
        error.message=http 401
        attempt=2
        endpoint=/responses
        auth.header_attached=true
        auth.header_name=authorization
        auth.retry_after_unauthorized=true
        auth.recovery_mode=managed
        auth.recovery_phase=refresh_token
        auth.request_id=req-1
        auth.cf_ray=ray-1
        auth.error=invalid_token
        auth.error_code=token_expired",
    );
}

#[test]
fn an_absent_fact_is_not_shown() {
    check(
        &http(context(AuthAttachment::none(None)), failed(AttemptError::network("dns lookup failed"))),
        "codex.api_request",
        "duration_ms=12
        error.message=dns lookup failed
        attempt=1
        endpoint=/responses
        auth.header_attached=false
        auth.retry_after_unauthorized=false",
    );
}

#[test]
fn a_handshake_has_no_attempt_and_is_never_reused() {
    check(
        &handshake(login().after(RELOAD), worked().status(101).evidence(request_id(3))),
        "codex.websocket_connect",
        "duration_ms=12
        http.response.status_code=101
        success=true
        endpoint=/responses
        auth.header_attached=true
        auth.header_name=authorization
        auth.retry_after_unauthorized=true
        auth.recovery_mode=managed
        auth.recovery_phase=reload
        auth.connection_reused=false
        auth.request_id=req-3",
    );
}

#[test]
fn a_websocket_request_has_four_fields() {
    check(
        &frame(login().reused(true), failed(AttemptError::stream("socket closed"))),
        "codex.websocket_request",
        "duration_ms=12
        success=false
        error.message=socket closed
        auth.connection_reused=true",
    );
}

#[test]
fn recovery_says_what_ran_and_what_did_not() {
    check(
        &renewed(REFRESH, evidence(1, "token_expired")),
        "codex.auth_recovery",
        "auth.mode=managed
        auth.step=refresh_token
        auth.outcome=recovery_succeeded
        auth.request_id=req-1
        auth.cf_ray=ray-1
        auth.error=invalid_token
        auth.error_code=token_expired
        auth.state_changed=true",
    );
    check(
        &no_manager(request_id(2)),
        "codex.auth_recovery",
        "auth.mode=none
        auth.step=none
        auth.outcome=recovery_not_run
        auth.request_id=req-2
        auth.recovery_reason=auth_manager_missing",
    );
    for (outcome, word) in [
        (RecoveryOutcome::FailedPermanent(PermanentFailure::Revoked), "recovery_failed_permanent"),
        (RecoveryOutcome::FailedTransient(TransientFailure::Unreachable), "recovery_failed_transient"),
    ] {
        check(
            &step(REFRESH, outcome, AuthEvidence::default()),
            "codex.auth_recovery",
            &format!("auth.mode=managed\nauth.step=refresh_token\nauth.outcome={word}"),
        );
    }
}

#[test]
fn a_change_of_transport_and_the_end_of_a_stream() {
    check(
        &fallback(FallbackReason::ConnectFailed),
        "codex.transport_fallback",
        "endpoint=/responses\nfallback.reason=connect_failed",
    );
    check(
        &ended(login(), worked().error(AttemptError::http(401)).evidence(request_id(7)), 3),
        "codex.stream_ended",
        "duration_ms=12
        http.response.status_code=200
        error.message=http 401
        success=false
        endpoint=/responses
        stream.events=3
        stream.bytes=300
        auth.request_id=req-7",
    );
}

#[test]
fn no_event_shows_who_the_user_is() {
    let events = [
        http(login().after(REFRESH), refused(evidence(1, "x"))),
        handshake(login().after(REFRESH), refused(evidence(1, "x"))),
        frame(login().reused(true), worked()),
        renewed(REFRESH, evidence(1, "x")),
        fallback(FallbackReason::RetriesSpent),
        ended(login(), worked(), 1),
    ];
    for event in &events {
        event.visit(&mut |field, _| assert_eq!(field.privacy(), Privacy::Both, "{field:?}"));
    }
    let names = events.each_ref().map(Event::name);
    for name in event_name::ALL {
        assert!(names.contains(&name), "{name} is not tested here");
    }
}

#[test]
fn a_session_shows_what_it_knows() {
    let mut session = SessionFacts::default();
    session.visit(&mut |field, _| panic!("{field:?} is not known"));

    let text = |value: &str| Some(value.to_owned());
    session.conversation_id = text("conv-1");
    session.app_version = text("1.2.3");
    session.auth_mode = Some(AuthMode::Chatgpt);
    session.originator = text("cli");
    session.terminal_type = text("xterm");
    session.model = text("gpt-5");
    session.slug = text("gpt-5-x");
    session.account_id = text("acc-1");
    session.email = text("ada@example.com");
    let mut both = Vec::new();
    let mut log_only = Vec::new();
    session.visit(&mut |field, value| {
        let privacy = field.privacy();
        let shown = format!("{}={value}", field.name().expect("telemetry fields have names"));
        if privacy.in_trace() { both.push(shown) } else { log_only.push(shown) }
    });
    both.sort();
    assert_eq!(
        both,
        [
            "app.version=1.2.3",
            "auth_mode=Chatgpt",
            "conversation.id=conv-1",
            "model=gpt-5",
            "originator=cli",
            "slug=gpt-5-x",
            "terminal.type=xterm"
        ]
    );
    assert_eq!(log_only, ["user.account_id=acc-1", "user.email=ada@example.com"]);
}

#[test]
fn a_duration_beyond_all_bounds_is_the_largest_number() {
    let event = frame(login(), Outcome::after(std::time::Duration::MAX));
    event.visit(&mut |field, value| {
        if field == Field::DurationMs {
            assert_eq!(value, FieldValue::Millis(u64::MAX));
        }
    });
}
