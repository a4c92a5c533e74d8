//! Any sequence of events, with secrets in every input: nothing panics, nothing secret comes out.

use std::{fmt::Write, time::Duration};

use codex_observe::*;
use proptest::prelude::*;

use crate::facts::ContextExt;

/// What is planted. A part of each that must not be seen anywhere.
const SECRETS: [(&str, &str); 4] = [
    ("sk-canary1234567890", "canary1234567890"),
    ("Bearer canarytoken", "canarytoken"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl", "eyJzdWIiOiJjYW5hcnkifQ"),
    ("failed for key=sk-canary_0987654321 at once", "canary_0987654321"),
];

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        3 => prop::sample::select(&SECRETS[..]).prop_map(|(secret, _)| secret.to_owned()),
        1 => Just("missing_authorization_header".to_owned()),
        1 => Just("token_expired".to_owned()),
        1 => Just("req-1".to_owned()),
        1 => "\\PC{0,20}",
        1 => Just("x\n".repeat(300)),
    ]
    .boxed()
}

fn evidence() -> BoxedStrategy<AuthEvidence> {
    let header = || prop::option::of(text());
    (header(), header(), header(), header())
        .prop_map(|(request_id, edge, error, code)| {
            let mut evidence = AuthEvidence::default();
            evidence.request_id = request_id.map(|text| SafeText::new(&text));
            evidence.cf_ray = edge.map(|text| SafeText::new(&text));
            evidence.auth_error = error.map(|text| SafeText::new(&text));
            evidence.auth_error_code = code.map(|text| SafeText::new(&text));
            evidence
        })
        .boxed()
}

fn error() -> BoxedStrategy<AttemptError> {
    prop_oneof![
        2 => Just(AttemptError::http(401)),
        1 => any::<u16>().prop_map(AttemptError::http),
        1 => Just(AttemptError::timeout()),
        1 => Just(AttemptError::retry_limit()),
        1 => Just(AttemptError::cancelled()),
        1 => text().prop_map(|text| AttemptError::network(&text)),
        1 => text().prop_map(|text| AttemptError::build(&text)),
        1 => text().prop_map(|text| AttemptError::stream(&text)),
        1 => text().prop_map(|text| AttemptError::response(&text)),
    ]
    .boxed()
}

fn outcome() -> BoxedStrategy<Outcome> {
    (any::<Duration>(), any::<Option<u16>>(), prop::option::of(error()), evidence())
        .prop_map(|(duration, status, error, evidence)| {
            let mut outcome = Outcome::after(duration).evidence(evidence);
            outcome.status = status;
            outcome.error = error;
            outcome
        })
        .boxed()
}

fn follow_up() -> BoxedStrategy<FollowUp> {
    let mode = prop::sample::select(&[RecoveryMode::Managed, RecoveryMode::External, RecoveryMode::None][..]);
    let phases = [
        RecoveryPhase::Reload,
        RecoveryPhase::RefreshToken,
        RecoveryPhase::ExternalRefresh,
        RecoveryPhase::Done,
        RecoveryPhase::None,
    ];
    (mode, prop::sample::select(phases.to_vec())).prop_map(|(mode, phase)| FollowUp { mode, phase }).boxed()
}

/// A few calls, so that events meet.
fn operation() -> impl Strategy<Value = OperationId> {
    let known: Vec<OperationId> = (0..3).map(|_| OperationId::next()).collect();
    prop::sample::select(known)
}

fn context(operation: OperationId) -> BoxedStrategy<RequestContext> {
    let mode = prop::option::of(prop::sample::select(&[AuthMode::ApiKey, AuthMode::Chatgpt][..]));
    let endpoint = prop::sample::select(&[Endpoint::RESPONSES, Endpoint::MODELS][..]);
    (endpoint, any::<u32>(), mode, any::<bool>(), prop::option::of(follow_up()), any::<Option<bool>>())
        .prop_map(move |(endpoint, attempt, mode, attached, follow_up, reused)| {
            let attachment = match mode {
                Some(mode) if attached => AuthAttachment::attached(mode, "authorization"),
                mode => AuthAttachment::none(mode),
            };
            let mut context = RequestContext::new(endpoint, attempt, attachment).of(operation);
            context.follow_up = follow_up;
            context.connection_reused = reused;
            context
        })
        .boxed()
}

fn step_outcome() -> BoxedStrategy<RecoveryOutcome> {
    prop_oneof![
        any::<bool>().prop_map(|state_changed| RecoveryOutcome::Succeeded { state_changed }),
        Just(RecoveryOutcome::FailedPermanent(PermanentFailure::Exhausted)),
        Just(RecoveryOutcome::FailedPermanent(PermanentFailure::AccountChanged)),
        any::<u16>().prop_map(|it| RecoveryOutcome::FailedTransient(TransientFailure::Status(it))),
        Just(RecoveryOutcome::FailedTransient(TransientFailure::Refresher)),
        Just(RecoveryOutcome::NotRun(NotRunReason::RecoveryExhausted)),
        Just(RecoveryOutcome::NotRun(NotRunReason::NoExternalRefresher)),
        Just(RecoveryOutcome::NotRun(NotRunReason::AuthManagerMissing)),
        Just(RecoveryOutcome::NotRun(NotRunReason::NotChatgptAuth)),
    ]
    .boxed()
}

fn event() -> BoxedStrategy<Event> {
    operation().prop_flat_map(|operation| {
        let pair = move || (context(operation), outcome());
        let recovery = (follow_up(), step_outcome(), evidence()).prop_map(move |(at, outcome, evidence)| {
            let step = RecoveryStep { mode: at.mode, phase: at.phase, outcome };
            Event::AuthRecovery(AuthRecovery::new(Endpoint::RESPONSES, operation, step, evidence))
        });
        prop_oneof![
            3 => pair().prop_map(|(context, outcome)| Event::ApiRequest(ApiRequest::new(context, outcome))),
            1 => pair()
                .prop_map(|(context, outcome)| Event::WebsocketConnect(WebsocketConnect::new(context, outcome))),
            1 => pair()
                .prop_map(|(context, outcome)| Event::WebsocketRequest(WebsocketRequest::new(context, outcome))),
            1 => (pair(), 0..3_u64).prop_map(|((context, outcome), events)| {
                Event::StreamEnded(StreamEnded::new(context, outcome, events, u64::MAX))
            }),
            3 => recovery,
            1 => Just(Event::TransportFallback(TransportFallback::new(
                Endpoint::RESPONSES,
                FallbackReason::RetriesSpent
            ))),
        ]
    })
        .boxed()
}

fn circumstances() -> BoxedStrategy<Circumstances> {
    let state = prop::sample::select(&[VariableState::Unset, VariableState::Blank, VariableState::Set][..]);
    let origin = prop_oneof![
        (text(), state).prop_map(|(name, state)| CredentialOrigin::variable(&name, state)),
        Just(CredentialOrigin::Unknown),
        Just(CredentialOrigin::Nothing),
        Just(CredentialOrigin::Configuration),
        Just(CredentialOrigin::HostApplication),
        Just(CredentialOrigin::StoredLogin { mode: AuthMode::ApiKey }),
    ];
    let skew = prop::option::of(any::<Duration>().prop_map(ClockSkew::Behind));
    (origin, skew, prop::option::of(text()), prop::option::of(error()))
        .prop_map(|(origin, skew, proxy, failure)| {
            let mut circumstances = Circumstances::default();
            circumstances.credentials = origin;
            circumstances.clock_skew = skew;
            circumstances.proxy_variable = proxy.map(|name| SafeText::new(&name));
            circumstances.last_failure = failure;
            circumstances
        })
        .boxed()
}

proptest! {
    #[test]
    fn any_history_gives_a_diagnosis_without_secrets(
        events in prop::collection::vec(event(), 0..12),
        circumstances in circumstances(),
    ) {
        let mut history = History::with_limit(8).with_circumstances(circumstances);
        let mut tags = TagSet::new();
        let mut shown = String::new();
        for event in events {
            tags.apply(&event);
            event.visit(&mut |_, value| {
                let _ = writeln!(shown, "{value}");
            });
            let _ = writeln!(shown, "{event:?}");
            history.push(event);
        }
        let diagnosis = diagnose(&history);
        let _ = writeln!(shown, "{diagnosis}\n{}\n{diagnosis:?}\n{tags:?}\n{history:?}", diagnosis.next_step());
        for (_, secret) in SECRETS {
            prop_assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        prop_assert!(tags.iter().all(|(_, value)| (1..=MAX_SAFE_TEXT_CHARS).contains(&value.chars().count())));
        let (cause, next) = (diagnosis.to_string(), diagnosis.next_step().to_string());
        prop_assert!(!cause.is_empty() && !cause.contains('\n') && next.ends_with('.'), "{cause}\n{next}");
        prop_assert_eq!(
            diagnosis.state == DiagnosisState::NothingFailed,
            diagnosis.cause == Cause::NothingFailed
        );
    }
}
