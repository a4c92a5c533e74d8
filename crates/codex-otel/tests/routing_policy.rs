//! Pure function (exporters in memory): every field of every event goes where its privacy class says, and nowhere else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod harness;

use std::{collections::BTreeMap, time::Duration};

use codex_observe::{
    ApiRequest, AttemptError, AuthAttachment, AuthMode, AuthRecovery, Endpoint, Event, FallbackReason,
    FollowUp, Observer, OperationId, Outcome, RecoveryMode, RecoveryOutcome, RecoveryPhase, RecoveryStep,
    RequestContext, StreamEnded, TransportFallback, WebsocketConnect, WebsocketRequest,
};
use codex_otel::UserPrompt;
use harness::{ACCOUNT, EMAIL, Harness, evidence, fields};

/// What every event has in both sinks, beside its name.
const SESSION: &[(&str, &str)] = &[
    ("event.timestamp", "2026-11-22T14:00:00.123Z"),
    ("conversation.id", "conversation-1"),
    ("app.version", "1.2.3"),
    ("auth_mode", "Chatgpt"),
    ("originator", "codex_api"),
    ("terminal.type", "xterm"),
    ("model", "gpt-5.1"),
    ("slug", "gpt-5.1"),
];

/// What only the log sink may have.
const IDENTITY: &[(&str, &str)] = &[("user.account_id", ACCOUNT), ("user.email", EMAIL)];

/// The event reaches both sinks once, with exactly these fields beside those of the session.
fn check(event: &Event, name: &str, own: &[(&str, &str)]) {
    let harness = Harness::new();
    harness.observer.on_event(event);
    harness.observer.close();

    let safe = [&[("event.name", name)], SESSION, own].concat();
    let log = [safe.as_slice(), IDENTITY].concat();
    assert_eq!(harness.log_records(), [(format!("codex_otel.log_only {name}"), fields(&log))]);
    assert_eq!(harness.span_events(), [(format!("codex_otel.trace_safe {name}"), fields(&safe))]);
    assert_no_identity_in_spans(&harness);
}

fn assert_no_identity_in_spans(harness: &Harness) {
    let spans = format!("{:?}", harness.ended_spans());
    for secret in [ACCOUNT, EMAIL, "user.account_id", "user.email"] {
        assert!(!spans.contains(secret), "{secret} is in a span: {spans}");
    }
}

fn follow_up_context(endpoint: Endpoint) -> RequestContext {
    let attachment = AuthAttachment::attached(AuthMode::Chatgpt, "authorization");
    let mut context = RequestContext::new(endpoint, 2, attachment);
    context.follow_up = Some(FollowUp { mode: RecoveryMode::Managed, phase: RecoveryPhase::RefreshToken });
    context.operation = OperationId::next();
    context
}

fn refused() -> Outcome {
    let outcome = Outcome::after(Duration::from_millis(42)).status(401);
    outcome.error(AttemptError::http(401)).evidence(evidence())
}

#[test]
fn otel_export_routing_policy_routes_api_request_auth_observability() {
    let event = Event::ApiRequest(ApiRequest::new(follow_up_context(Endpoint::RESPONSES), refused()));
    check(
        &event,
        "codex.api_request",
        &[
            ("duration_ms", "42"),
            ("http.response.status_code", "401"),
            ("error.message", "http 401"),
            ("attempt", "2"),
            ("endpoint", "/responses"),
            ("auth.header_attached", "true"),
            ("auth.header_name", "authorization"),
            ("auth.retry_after_unauthorized", "true"),
            ("auth.recovery_mode", "managed"),
            ("auth.recovery_phase", "refresh_token"),
            ("auth.request_id", "req-401"),
            ("auth.cf_ray", "ray-1"),
            ("auth.error", "missing_authorization_header"),
            ("auth.error_code", "token_expired"),
        ],
    );
}

#[test]
fn otel_export_routing_policy_routes_websocket_connect_auth_observability() {
    let event =
        Event::WebsocketConnect(WebsocketConnect::new(follow_up_context(Endpoint::RESPONSES), refused()));
    check(
        &event,
        "codex.websocket_connect",
        &[
            ("duration_ms", "42"),
            ("http.response.status_code", "401"),
            ("success", "false"),
            ("error.message", "http 401"),
            ("endpoint", "/responses"),
            ("auth.header_attached", "true"),
            ("auth.header_name", "authorization"),
            ("auth.retry_after_unauthorized", "true"),
            ("auth.recovery_mode", "managed"),
            ("auth.recovery_phase", "refresh_token"),
            ("auth.connection_reused", "false"),
            ("auth.request_id", "req-401"),
            ("auth.cf_ray", "ray-1"),
            ("auth.error", "missing_authorization_header"),
            ("auth.error_code", "token_expired"),
        ],
    );
}

#[test]
fn otel_export_routing_policy_routes_websocket_request_transport_observability() {
    let mut context = follow_up_context(Endpoint::RESPONSES);
    context.connection_reused = Some(true);
    let outcome = Outcome::after(Duration::from_millis(3)).error(AttemptError::network("socket closed"));
    check(
        &Event::WebsocketRequest(WebsocketRequest::new(context, outcome)),
        "codex.websocket_request",
        &[
            ("duration_ms", "3"),
            ("success", "false"),
            ("error.message", "socket closed"),
            ("auth.connection_reused", "true"),
        ],
    );
}

#[test]
fn otel_export_routing_policy_routes_auth_recovery() {
    let step = RecoveryStep {
        mode: RecoveryMode::Managed,
        phase: RecoveryPhase::Reload,
        outcome: RecoveryOutcome::Succeeded { state_changed: true },
    };
    check(
        &Event::AuthRecovery(AuthRecovery::new(Endpoint::MODELS, OperationId::next(), step, evidence())),
        "codex.auth_recovery",
        &[
            ("auth.mode", "managed"),
            ("auth.step", "reload"),
            ("auth.outcome", "recovery_succeeded"),
            ("auth.state_changed", "true"),
            ("auth.request_id", "req-401"),
            ("auth.cf_ray", "ray-1"),
            ("auth.error", "missing_authorization_header"),
            ("auth.error_code", "token_expired"),
        ],
    );
    let none = AuthRecovery::new(
        Endpoint::MODELS,
        OperationId::next(),
        RecoveryStep::NO_AUTH_MANAGER,
        codex_observe::AuthEvidence::default(),
    );
    check(
        &Event::AuthRecovery(none),
        "codex.auth_recovery",
        &[
            ("auth.mode", "none"),
            ("auth.step", "none"),
            ("auth.outcome", "recovery_not_run"),
            ("auth.recovery_reason", "auth_manager_missing"),
        ],
    );
}

#[test]
fn otel_export_routing_policy_routes_transport_fallback() {
    check(
        &Event::TransportFallback(TransportFallback::new(Endpoint::RESPONSES, FallbackReason::Negotiated)),
        "codex.transport_fallback",
        &[("endpoint", "/responses"), ("fallback.reason", "negotiated")],
    );
}

#[test]
fn otel_export_routing_policy_routes_stream_ended() {
    let mut context = RequestContext::new(Endpoint::RESPONSES, 1, AuthAttachment::none(None));
    context.operation = OperationId::next();
    let outcome = Outcome::after(Duration::from_millis(1_500)).status(200);
    check(
        &Event::StreamEnded(StreamEnded::new(context, outcome, 20_000, 1_000_000)),
        "codex.stream_ended",
        &[
            ("duration_ms", "1500"),
            ("http.response.status_code", "200"),
            ("success", "true"),
            ("endpoint", "/responses"),
            ("stream.events", "20000"),
            ("stream.bytes", "1000000"),
        ],
    );
}

#[test]
fn an_absent_fact_is_an_absent_field() {
    let harness = Harness::with(|options| options.session = codex_observe::SessionFacts::default());
    let context = RequestContext::new(Endpoint::MODELS, 1, AuthAttachment::none(None));
    let outcome = Outcome::after(Duration::ZERO).error(AttemptError::network("dns lookup failed"));
    harness.observer.on_event(&Event::ApiRequest(ApiRequest::new(context, outcome)));
    let expected = fields(&[
        ("event.name", "codex.api_request"),
        ("event.timestamp", "2026-11-22T14:00:00.123Z"),
        ("duration_ms", "0"),
        ("error.message", "dns lookup failed"),
        ("attempt", "1"),
        ("endpoint", "/models"),
        ("auth.header_attached", "false"),
        ("auth.retry_after_unauthorized", "false"),
    ]);
    assert_eq!(harness.log_records(), [("codex_otel.log_only codex.api_request".to_owned(), expected)]);
}

#[test]
fn the_session_can_change_between_events() {
    let harness = Harness::new();
    let event =
        Event::TransportFallback(TransportFallback::new(Endpoint::RESPONSES, FallbackReason::Negotiated));
    harness.observer.on_event(&event);
    harness.observer.update_session(|session| {
        session.model = Some("gpt-6".to_owned());
        session.email = None;
    });
    harness.observer.on_event(&event);
    let field = |fields: &BTreeMap<String, String>, name| fields.get(name).cloned();
    let records = harness.log_records();
    assert_eq!(field(&records[0].1, "model").as_deref(), Some("gpt-5.1"));
    assert_eq!(field(&records[1].1, "model").as_deref(), Some("gpt-6"));
    assert_eq!(field(&records[1].1, "user.email"), None);
    assert_eq!(harness.observer.session().model.as_deref(), Some("gpt-6"));
}

#[test]
fn a_prompt_is_written_only_where_the_user_allows_it() {
    const PROMPT: &str = "my secret plan";
    for (allowed, logged) in [(false, "[REDACTED]"), (true, PROMPT)] {
        let harness = Harness::with(|options| options.log_user_prompts = allowed);
        harness.observer.user_prompt(&UserPrompt::new(PROMPT));
        let name = [("event.name", "codex.user_prompt"), ("prompt_length", "14")];
        let log = [&name, SESSION, IDENTITY, &[("prompt", logged)]].concat();
        let counts =
            [("text_input_count", "1"), ("image_input_count", "0"), ("local_image_input_count", "0")];
        let trace = [&name, SESSION, &counts].concat();
        assert_eq!(
            harness.log_records(),
            [("codex_otel.log_only codex.user_prompt".to_owned(), fields(&log))]
        );
        assert_eq!(
            harness.span_events(),
            [("codex_otel.trace_safe codex.user_prompt".to_owned(), fields(&trace))]
        );
        assert!(!format!("{:?}", harness.spans()).contains(PROMPT));
    }
}
