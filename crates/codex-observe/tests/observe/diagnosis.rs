//! Case by case: from the evidence to a sentence and a next step.

use std::time::Duration;

use codex_observe::*;

use crate::facts::*;

fn judge(events: impl IntoIterator<Item = Event>, circumstances: Circumstances) -> Diagnosis {
    let mut history = History::new().with_circumstances(circumstances);
    history.extend(events);
    diagnose(&history)
}

/// What a case should give: the state, the sentence, the next step.
#[track_caller]
fn check(diagnosis: &Diagnosis, state: DiagnosisState, cause: &str, next_step: &str) {
    assert_eq!(diagnosis.to_string(), cause);
    assert_eq!(diagnosis.next_step().to_string(), next_step);
    assert_eq!(diagnosis.state, state);
}

#[track_caller]
fn unresolved(events: impl IntoIterator<Item = Event>, cause: &str, next_step: &str) {
    check(&judge(events, Circumstances::default()), DiagnosisState::Unresolved, cause, next_step);
}

#[track_caller]
fn resolved(events: impl IntoIterator<Item = Event>, cause: &str, next_step: &str) {
    check(&judge(events, Circumstances::default()), DiagnosisState::Resolved, cause, next_step);
}

fn with_origin(origin: CredentialOrigin) -> Circumstances {
    let mut circumstances = Circumstances::default();
    circumstances.credentials = origin;
    circumstances
}

fn with_proxy() -> Circumstances {
    let mut circumstances = Circumstances::default();
    circumstances.proxy_variable = Some(SafeText::new("HTTPS_PROXY"));
    circumstances
}

fn with_skew(skew: ClockSkew) -> Circumstances {
    let mut circumstances = Circumstances::default();
    circumstances.clock_skew = Some(skew);
    circumstances
}

fn expired(n: u32) -> AuthEvidence {
    evidence(n, "token_expired")
}

#[test]
fn nothing_failed() {
    for events in [
        vec![],
        vec![http(login(), worked()), ended(login(), worked(), 9)],
        vec![fallback(FallbackReason::Negotiated)],
        vec![http(login(), worked()), ended(login(), worked().error(AttemptError::cancelled()), 2)],
        vec![http(login(), failed(AttemptError::cancelled()))],
    ] {
        let diagnosis = judge(events, with_origin(CredentialOrigin::Nothing));
        check(&diagnosis, DiagnosisState::NothingFailed, "nothing failed", "Nothing to do.");
        assert_eq!((diagnosis.endpoint, diagnosis.request_id), (None, None));
    }
}

#[test]
fn no_credentials_were_attached() {
    let refused = || [http(context(AuthAttachment::none(None)), refused(request_id(1)))];
    for (origin, cause, next_step) in [
        (CredentialOrigin::Unknown, "", "Log in, or set an API key."),
        (CredentialOrigin::Nothing, ": there is no login and no API key", "Log in, or set an API key."),
        (
            CredentialOrigin::variable("OPENAI_API_KEY", VariableState::Unset),
            ": OPENAI_API_KEY is not set",
            "Set OPENAI_API_KEY to an API key, or log in.",
        ),
        (
            CredentialOrigin::variable("OPENAI_API_KEY", VariableState::Blank),
            ": OPENAI_API_KEY is empty",
            "Put an API key into OPENAI_API_KEY, or log in.",
        ),
        (
            CredentialOrigin::variable("OPENAI_API_KEY", VariableState::Set),
            ", although OPENAI_API_KEY is set",
            "Check that the configured provider takes its key from OPENAI_API_KEY.",
        ),
        (
            CredentialOrigin::StoredLogin { mode: AuthMode::Chatgpt },
            ", although there is a stored login",
            "Check that the configured provider uses the stored login, or log in again.",
        ),
        (
            CredentialOrigin::Configuration,
            ", although the configuration holds some",
            "Check that the configured provider is the one whose credentials are set.",
        ),
        (
            CredentialOrigin::HostApplication,
            ": the host application handed in none",
            "Log in within the host application, so that it hands in a token.",
        ),
    ] {
        let diagnosis = judge(refused(), with_origin(origin));
        let cause = format!("no credentials were attached{cause}");
        check(&diagnosis, DiagnosisState::Unresolved, &cause, next_step);
        assert_eq!(diagnosis.endpoint, Some(Endpoint::RESPONSES));
        assert_eq!(diagnosis.request_id.as_deref(), Some("req-1"));
    }
}

#[test]
fn realtime_takes_keys_only() {
    let refused =
        || [handshake(context(AuthAttachment::none(None)).at(Endpoint::REALTIME), refused(request_id(1)))];
    for (origin, cause) in [
        (
            CredentialOrigin::StoredLogin { mode: AuthMode::Chatgpt },
            Cause::ApiKeyRequired { endpoint: Endpoint::REALTIME },
        ),
        (CredentialOrigin::HostApplication, Cause::ApiKeyRequired { endpoint: Endpoint::REALTIME }),
        (CredentialOrigin::Nothing, Cause::CredentialsMissing { origin: CredentialOrigin::Nothing }),
    ] {
        assert_eq!(judge(refused(), with_origin(origin)).cause, cause);
    }
    check(
        &judge(refused(), with_origin(CredentialOrigin::StoredLogin { mode: AuthMode::Chatgpt })),
        DiagnosisState::Unresolved,
        "no credentials were attached: /realtime takes an API key only, no login",
        "Set OPENAI_API_KEY to an API key: the login cannot be used here.",
    );
}

#[test]
fn credentials_that_no_header_can_carry() {
    let attempt = |detail| {
        let nothing = AuthAttachment::none(Some(AuthMode::ApiKey));
        [http(context(nothing), failed(AttemptError::build(detail)))]
    };
    let bad = "invalid header value";
    for (origin, cause, next_step) in [
        (
            CredentialOrigin::variable("KEY", VariableState::Set),
            "the credentials in KEY were not sent: invalid header value",
            "Copy the key into KEY again, without quotes, spaces or line breaks.",
        ),
        (
            CredentialOrigin::StoredLogin { mode: AuthMode::ApiKey },
            "the credentials of the stored login were not sent: invalid header value",
            "Log in again: the stored login is damaged.",
        ),
        (
            CredentialOrigin::HostApplication,
            "the credentials of the host application were not sent: invalid header value",
            "Log in again within the host application.",
        ),
        (
            CredentialOrigin::Configuration,
            "the credentials in the configuration were not sent: invalid header value",
            "Copy the key or token again, without quotes, spaces or line breaks.",
        ),
        (
            CredentialOrigin::variable("KEY", VariableState::Blank),
            "no credentials were attached: KEY is empty",
            "Put an API key into KEY, or log in.",
        ),
    ] {
        let diagnosis = judge(attempt(bad), with_origin(origin));
        check(&diagnosis, DiagnosisState::Unresolved, cause, next_step);
    }
}

#[test]
fn the_header_got_lost_on_the_way() {
    let cause =
        "auth was attached (header authorization), but the upstream saw none: a proxy in between removes it";
    let mut in_error = request_id(1);
    in_error.auth_error = Some(SafeText::new("missing_authorization_header"));
    let mut in_code = request_id(1);
    in_code.auth_error_code = Some(SafeText::new("Missing_Authorization_Header"));
    for evidence in [in_error, in_code] {
        let events = || [http(key(), refused(evidence.clone())), handshake(key(), refused(evidence.clone()))];
        unresolved(
            events(),
            cause,
            "Let the authorization header pass every proxy and gateway between this machine and the service.",
        );
        check(
            &judge(events(), with_proxy()),
            DiagnosisState::Unresolved,
            cause,
            "Let the authorization header pass the proxy that HTTPS_PROXY names, or go around it (NO_PROXY).",
        );
    }
}

#[test]
fn a_key_is_rejected() {
    let check_that =
        "Check that the key is complete, was not deleted, and belongs to this service and project; then";
    let rejected = || http(key(), refused(evidence(1, "invalid_api_key")));
    let not_chatgpt = not_run(RecoveryMode::Managed, NotRunReason::NotChatgptAuth, request_id(1));
    for (origin, from, remedy) in [
        (CredentialOrigin::variable("KEY", VariableState::Set), " in KEY", "put a valid one into KEY."),
        (
            CredentialOrigin::StoredLogin { mode: AuthMode::ApiKey },
            " of the stored login",
            "log in with a valid one.",
        ),
        (CredentialOrigin::Configuration, " in the configuration", "put a valid one into the configuration."),
        (CredentialOrigin::Unknown, "", "use a valid one."),
    ] {
        for events in [
            vec![rejected()],
            vec![rejected(), no_manager(request_id(1))],
            vec![rejected(), not_chatgpt.clone()],
        ] {
            check(
                &judge(events, with_origin(origin.clone())),
                DiagnosisState::Unresolved,
                &format!("the service does not accept the API key{from} (invalid_api_key)"),
                &format!("{check_that} {remedy}"),
            );
        }
    }
}

#[test]
fn a_step_and_a_retry_that_worked() {
    for (follow_up, evidence, cause) in [
        (REFRESH, expired(1), "the token had expired, was refreshed, and the retry worked"),
        (REFRESH, request_id(1), "the token was refused, was refreshed, and the retry worked"),
        (RELOAD, request_id(1), "the token was refused, was read again from the store, and the retry worked"),
        (
            HOST,
            expired(1),
            "the token had expired, was renewed by the host application, and the retry worked",
        ),
    ] {
        resolved(
            [
                http(login(), refused(evidence.clone())),
                renewed(follow_up, evidence),
                http(login().after(follow_up), worked()),
            ],
            cause,
            "Nothing to do.",
        );
    }
    let diagnosis = judge(
        [
            http(login(), refused(expired(1))),
            renewed(RELOAD, expired(1)),
            http(login().after(RELOAD), refused(expired(2))),
            renewed(REFRESH, expired(2)),
            http(login().after(REFRESH), worked()),
        ],
        Circumstances::default(),
    );
    assert_eq!(diagnosis.cause, Cause::Recovered { phase: RecoveryPhase::RefreshToken, expired: true });
    assert_eq!(diagnosis.request_id.as_deref(), Some("req-2"));
    assert!(diagnosis.is_resolved());
}

/// Over a WebSocket the retry is a call of its own: it says which step it follows.
#[test]
fn recovery_inside_a_stream() {
    let (first, second) = (OperationId::next(), OperationId::next());
    let inside = worked().error(AttemptError::http(401)).evidence(expired(1));
    let mut recovery = AuthRecovery::new(
        Endpoint::RESPONSES,
        first,
        RecoveryStep {
            mode: RecoveryMode::Managed,
            phase: RecoveryPhase::RefreshToken,
            outcome: RecoveryOutcome::Succeeded { state_changed: true },
        },
        expired(1),
    );
    let mut events = vec![
        frame(login().of(first).reused(true), worked()),
        ended(login().of(first).reused(true), inside.clone(), 0),
        Event::AuthRecovery(recovery.clone()),
    ];
    unresolved(
        events.clone(),
        "the token was refused, then refreshed; how the retry went is not recorded",
        "Try again: the request was given up before its retry had ended.",
    );

    events.push(handshake(login().of(second).after(REFRESH), worked().status(101)));
    resolved(events.clone(), "the token had expired, was refreshed, and the retry worked", "Nothing to do.");

    // And is refused again.
    events.push(ended(login().of(second).after(REFRESH).reused(false), inside, 0));
    recovery.operation = second;
    recovery.step.outcome = RecoveryOutcome::NotRun(NotRunReason::RecoveryExhausted);
    events.push(Event::AuthRecovery(recovery));
    let diagnosis = judge(events, Circumstances::default());
    assert_eq!(
        diagnosis.to_string(),
        "the token was refreshed, and the retry was refused too (token_expired)"
    );
    assert_eq!(diagnosis.state, DiagnosisState::Unresolved);
}

const AFTER_REFUSED_RETRY: &str = "Check that the login is of the right account and workspace, that its access was not \
     withdrawn, and that this machine's clock is right; then log in again. Quote the request id when you ask the service.";

fn refused_again(state_changed: bool, last: AuthEvidence) -> Vec<Event> {
    vec![
        http(login(), refused(expired(1))),
        step(REFRESH, RecoveryOutcome::Succeeded { state_changed }, expired(1)),
        http(login().after(REFRESH), refused(last.clone())),
        not_run(RecoveryMode::Managed, NotRunReason::RecoveryExhausted, last),
    ]
}

#[test]
fn the_retry_is_refused_too() {
    unresolved(
        refused_again(true, evidence(2, "no_access")),
        "the token was refreshed, and the retry was refused too (no_access)",
        AFTER_REFUSED_RETRY,
    );
    unresolved(
        refused_again(false, request_id(2)),
        "the token was refreshed but is the same, and was refused again",
        AFTER_REFUSED_RETRY,
    );
    // The step itself was forgotten by a bounded history.
    let forgotten = refused_again(true, request_id(2)).split_off(2);
    unresolved(forgotten, "the token was refreshed, and the retry was refused too", AFTER_REFUSED_RETRY);
}

#[test]
fn a_wrong_clock_explains_it_only_when_it_can() {
    let ahead = ClockSkew::Ahead(Duration::from_secs(7 * 60 + 5));
    check(
        &judge(refused_again(true, expired(2)), with_skew(ahead)),
        DiagnosisState::Unresolved,
        "a token that was just renewed counts as expired; this machine's clock is 7 minutes fast",
        "Set this machine's clock (turn on time synchronization) and try again.",
    );
    let behind = ClockSkew::Behind(Duration::from_secs(3600));
    let diagnosis = judge(refused_again(true, expired(2)), with_skew(behind));
    assert_eq!(diagnosis.cause, Cause::ClockWrong { skew: behind });

    let small = ClockSkew::Ahead(CLOCK_SKEW_LIMIT);
    for (events, skew) in [
        (refused_again(true, expired(2)), small),
        (refused_again(true, evidence(2, "no_access")), ahead),
        (vec![http(login(), refused(expired(1)))], ahead),
        // Read again, a token is as old as it was.
        (
            vec![
                http(login(), refused(expired(1))),
                renewed(RELOAD, expired(1)),
                http(login().after(RELOAD), refused(expired(2))),
            ],
            ahead,
        ),
    ] {
        let diagnosis = judge(events, with_skew(skew));
        assert!(!matches!(diagnosis.cause, Cause::ClockWrong { .. }), "{diagnosis}");
    }
}

#[test]
fn only_a_new_login_helps() {
    for (failure, cause, next_step) in [
        (PermanentFailure::Expired, "the login is over: its refresh token has expired", "Log in again."),
        (
            PermanentFailure::Exhausted,
            "the login is over: its refresh token was used before, by another process or a copy of the login",
            "Log in again, once for each machine: a copied login works in one place only.",
        ),
        (PermanentFailure::Revoked, "the login is over: its refresh token was revoked", "Log in again."),
        (
            PermanentFailure::AccountChanged,
            "the stored login belongs to another account now",
            "Start again to go on with the account that is stored now, or log in again with the earlier one.",
        ),
        (
            PermanentFailure::Other,
            "the login is over: the token authority refused to refresh it",
            "Log in again.",
        ),
    ] {
        unresolved(
            [
                http(login(), refused(expired(1))),
                step(REFRESH, RecoveryOutcome::FailedPermanent(failure), expired(1)),
            ],
            cause,
            next_step,
        );
    }
}

#[test]
fn a_step_that_may_work_later() {
    for (failure, cause, next_step) in [
        (
            TransientFailure::Unreachable,
            "the token authority could not be reached",
            "Check that the network and the proxy let requests to the token authority through, then try again.",
        ),
        (
            TransientFailure::Status(503),
            "the token authority answered with status 503",
            "Try again later: the login itself was not refused.",
        ),
        (
            TransientFailure::Status(429),
            "the token authority answered with status 429",
            "Wait some minutes and try again.",
        ),
        (
            TransientFailure::Undecodable,
            "the answer of the token authority could not be read",
            "Check that no proxy or sign-in page of the network answers in place of the token authority, then try \
             again.",
        ),
        (
            TransientFailure::Store,
            "the credential store could not be read or written",
            "Check that the credential store can be read and written, then try again.",
        ),
        (
            TransientFailure::Locked,
            "another process holds the credential store",
            "Wait until the other process has finished, then try again.",
        ),
        (
            TransientFailure::Refresher,
            "the host application failed to renew it",
            "Log in again within the host application, then try again.",
        ),
        (
            TransientFailure::WrongWorkspace,
            "the host application handed in a token of another workspace",
            "Choose the workspace in the host application that this client is restricted to.",
        ),
    ] {
        unresolved(
            [
                http(login(), refused(request_id(1))),
                step(HOST, RecoveryOutcome::FailedTransient(failure), request_id(1)),
            ],
            &format!("the token was refused and could not be renewed: {cause}"),
            next_step,
        );
    }
}

#[test]
fn nothing_can_renew_the_token() {
    unresolved(
        [
            http(login(), refused(request_id(1))),
            not_run(RecoveryMode::External, NotRunReason::NoExternalRefresher, request_id(1)),
        ],
        "the token was refused, and the host application gave no way to renew it",
        "Start again from the host application, so that it hands in a new token; it can register a refresher.",
    );
    unresolved(
        [http(login(), refused(request_id(1))), no_manager(request_id(1))],
        "the token was refused, and this client cannot renew it",
        "Log in with this client, or send the request with a new token.",
    );
    unresolved(
        [http(login(), refused(expired(1)))],
        "the service does not accept the login (token_expired)",
        "Log in again.",
    );
}

#[test]
fn a_stale_connection() {
    let (first, second) = (OperationId::next(), OperationId::next());
    let closed = || failed(AttemptError::network("connection reset"));
    let gone = "a WebSocket kept from an earlier request was closed when it was used again";
    for stale in [
        frame(login().of(first).reused(true), closed()),
        ended(login().of(first).reused(true), failed(AttemptError::stream("closed")), 0),
    ] {
        unresolved(
            [stale.clone()],
            gone,
            "Try again; if it happens often, look for a proxy or firewall that closes connections.",
        );
        resolved(
            [
                stale,
                handshake(login().of(second), worked().status(101)),
                frame(login().of(second).reused(false), worked()),
            ],
            gone,
            "Nothing to do: the client went on by another connection.",
        );
    }
    // Not stale: fresh, or something had come.
    for other in [
        frame(login().reused(false), closed()),
        ended(login().reused(true), failed(AttemptError::stream("closed")), 1),
    ] {
        assert_ne!(judge([other], Circumstances::default()).cause, Cause::StaleConnection);
    }
}

#[test]
fn what_is_no_matter_of_credentials() {
    let too_many = "Wait and try again; if it goes on, check the account's limits and quota.";
    let read_it = "Read the error that the service gave; the credentials were accepted.";
    for (error, cause, next_step) in [
        (
            AttemptError::http(403),
            "access was denied with status 403; the credentials were not refused with 401",
            "Check what the account, project and region are allowed to use; a new login will not change it.",
        ),
        (
            AttemptError::http(407),
            "the proxy asks for credentials of its own (status 407)",
            "Give the proxy's user name and password in its URL; the service's credentials are not the matter.",
        ),
        (
            AttemptError::http(426),
            "no WebSocket is accepted here (status 426)",
            "Use HTTP: set the transport to http, or leave the choice to the client.",
        ),
        (AttemptError::http(429), "too many requests, or the quota is used up (status 429)", too_many),
        (
            AttemptError::http(503),
            "the service failed with status 503",
            "Try again later; if it goes on, quote the request id when you ask the service.",
        ),
        (AttemptError::http(400), "the request was refused with status 400", read_it),
        (
            AttemptError::network("dns lookup failed"),
            "no answer came from the service: dns lookup failed",
            "Check the network and whether it needs a proxy; then try again.",
        ),
        (
            AttemptError::timeout(),
            "no answer came in time",
            "Check the network and whether it needs a proxy; then try again.",
        ),
        (
            AttemptError::build("the URL has no host"),
            "the request could not be built: the URL has no host",
            "Correct the setting or the argument that the error names.",
        ),
        (AttemptError::response("content_filter"), "the service reported a failure: content_filter", read_it),
        (
            AttemptError::retry_limit(),
            "every retry failed",
            "Try again; if it happens often, look for a proxy or firewall that closes connections.",
        ),
    ] {
        unresolved([http(login(), failed(error.clone()))], cause, next_step);
        let mut unrecorded = Circumstances::default();
        unrecorded.last_failure = Some(error);
        check(&judge([], unrecorded), DiagnosisState::Unresolved, cause, next_step);
    }
}

#[test]
fn the_proxy_is_named() {
    for (error, next_step) in [
        (
            AttemptError::http(407),
            "Put the proxy's user name and password into HTTPS_PROXY; the service's credentials are not the matter.",
        ),
        (
            AttemptError::network("tunnel refused"),
            "Check the network, and the proxy that HTTPS_PROXY names; then try again.",
        ),
        (AttemptError::timeout(), "Check the network, and the proxy that HTTPS_PROXY names; then try again."),
    ] {
        let diagnosis = judge([http(login(), failed(error))], with_proxy());
        assert_eq!(diagnosis.next_step().to_string(), next_step);
    }
}

#[test]
fn a_stream_that_broke() {
    for error in [AttemptError::network("connection reset"), AttemptError::stream("connection reset")] {
        unresolved(
            [http(login(), worked()), ended(login(), worked().error(error), 4)],
            "the answer broke off: connection reset",
            "Try again; if it happens often, look for a proxy or firewall that closes connections.",
        );
    }
}

#[test]
fn spent_retries_are_explained_by_what_failed_before() {
    unresolved(
        [http(login(), failed(AttemptError::http(502))), http(login(), failed(AttemptError::retry_limit()))],
        "the service failed with status 502",
        "Try again later; if it goes on, quote the request id when you ask the service.",
    );
}

#[test]
fn a_failure_that_a_retry_made_good() {
    resolved(
        [http(login(), failed(AttemptError::http(503))), http(login(), worked())],
        "the service failed with status 503",
        "Nothing to do now: it worked since. If it happens again: Try again later; if it goes on, quote the request id \
         when you ask the service.",
    );
    resolved(
        [
            handshake(login().of(OperationId::next()), failed(AttemptError::http(426))),
            fallback(FallbackReason::Negotiated),
            http(login().of(OperationId::next()), worked()),
        ],
        "no WebSocket is accepted here (status 426)",
        "Nothing to do: the client went on by another connection.",
    );
}

/// Among several calls, the one that still stands is told, even when a later one of another endpoint was made good.
#[test]
fn what_still_stands_comes_first() {
    let call = |endpoint| login().at(endpoint).of(OperationId::next());
    let models = call(Endpoint::MODELS);
    let events = [
        http(call(Endpoint::RESPONSES), failed(AttemptError::http(403))),
        http(models.clone(), failed(AttemptError::http(503))),
        http(models, worked()),
    ];
    let diagnosis = judge(events.clone(), Circumstances::default());
    assert_eq!((diagnosis.cause, diagnosis.endpoint), (Cause::AccessDenied, Some(Endpoint::RESPONSES)));

    let later = http(call(Endpoint::RESPONSES), worked());
    let diagnosis = judge(events.into_iter().chain([later]), Circumstances::default());
    assert_eq!(diagnosis.cause, Cause::ServiceFailed { status: 503 });
    assert!(diagnosis.is_resolved());
}

/// What worked before, or began before, made nothing good.
#[test]
fn an_earlier_success_resolves_nothing() {
    let (first, second) = (OperationId::next(), OperationId::next());
    let refused_later = http(login().of(second), failed(AttemptError::http(403)));
    for events in [
        vec![http(login().of(first), worked()), refused_later.clone()],
        vec![http(login().of(first), worked()), refused_later, ended(login().of(first), worked(), 3)],
    ] {
        assert_eq!(judge(events, Circumstances::default()).state, DiagnosisState::Unresolved);
    }
}

#[test]
fn a_retry_of_another_endpoint_is_another_story() {
    let diagnosis = judge(
        [
            http(login(), refused(expired(1))),
            renewed(REFRESH, expired(1)),
            http(login().at(Endpoint::MODELS).of(OperationId::next()).after(REFRESH), worked()),
        ],
        Circumstances::default(),
    );
    assert_eq!(diagnosis.cause, Cause::RetryMissing { phase: RecoveryPhase::RefreshToken });
}

/// Two calls whose events are mixed: each has its own story.
#[test]
fn calls_at_the_same_time_are_told_apart() {
    let (first, second) = (OperationId::next(), OperationId::next());
    let step = |operation, outcome| {
        let step = RecoveryStep { mode: RecoveryMode::Managed, phase: RecoveryPhase::RefreshToken, outcome };
        Event::AuthRecovery(AuthRecovery::new(Endpoint::RESPONSES, operation, step, request_id(1)))
    };
    let events = [
        http(login().of(first), refused(request_id(1))),
        http(login().of(second), refused(request_id(2))),
        step(second, RecoveryOutcome::FailedTransient(TransientFailure::Locked)),
        step(first, RecoveryOutcome::Succeeded { state_changed: true }),
        http(login().of(first).after(REFRESH), worked()),
    ];
    let diagnosis = judge(events, Circumstances::default());
    assert_eq!(diagnosis.cause, Cause::RecoveryFailed { failure: TransientFailure::Locked });
    assert_eq!(diagnosis.request_id.as_deref(), Some("req-2"));
}

#[test]
fn an_unrecorded_401_is_explained_by_where_credentials_come_from() {
    for (origin, cause) in [
        (CredentialOrigin::Nothing, "no credentials were attached: there is no login and no API key"),
        (
            CredentialOrigin::variable("KEY", VariableState::Unset),
            "no credentials were attached: KEY is not set",
        ),
        (
            CredentialOrigin::variable("KEY", VariableState::Set),
            "the service does not accept the API key in KEY",
        ),
        (CredentialOrigin::StoredLogin { mode: AuthMode::Chatgpt }, "the service does not accept the login"),
    ] {
        let mut circumstances = with_origin(origin);
        circumstances.last_failure = Some(AttemptError::http(401));
        assert_eq!(judge([], circumstances).to_string(), cause);
    }
}
