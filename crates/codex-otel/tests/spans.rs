//! Pure function (exporters in memory): an operation is a span, its attempts are its children, and its facts are told by
//! it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod harness;

use std::time::Duration;

use codex_observe::{
    AnswerFacts, ApiRequest, AttemptError, AuthAttachment, AuthEvidence, AuthMode, AuthRecovery, Carrier,
    Endpoint, Event, Observer, OperationEnded, OperationId, OperationStarted, Outcome, RecoveryMode,
    RecoveryOutcome, RecoveryPhase, RecoveryStep, RequestContext, RequestTarget, SafeText, StreamEnded,
    TokenCounts, TraceContext, WebsocketRequest,
};
use codex_otel::{MAX_CLOSED_OPERATIONS, MAX_OPEN_OPERATIONS, parent_from_lookup};
use harness::{Harness, evidence, fields};
use opentelemetry::trace::{SpanId, SpanKind, Status};
use opentelemetry_sdk::trace::SpanData;

fn started(id: OperationId) -> OperationStarted {
    let mut target =
        RequestTarget::new("POST", "https://api.openai.com/v1/responses", "api.openai.com", Carrier::Http);
    target.port = Some(443);
    let mut started = OperationStarted::new(id, Endpoint::RESPONSES, target);
    started.model = Some(SafeText::new("gpt-5.1-codex"));
    started.streams = true;
    started
}

fn context(id: OperationId, attempt: u32) -> RequestContext {
    let attachment = AuthAttachment::attached(AuthMode::Chatgpt, "authorization");
    let mut context = RequestContext::new(Endpoint::RESPONSES, attempt, attachment);
    context.operation = id;
    context
}

fn answered(id: OperationId, attempt: u32) -> Event {
    let outcome = Outcome::after(Duration::from_millis(100)).status(200);
    Event::ApiRequest(ApiRequest::new(context(id, attempt), outcome))
}

fn refused(id: OperationId, attempt: u32) -> Event {
    let outcome = Outcome::after(Duration::from_millis(100)).status(401).error(AttemptError::http(401));
    Event::ApiRequest(ApiRequest::new(context(id, attempt), outcome.evidence(evidence())))
}

fn recovered(id: OperationId) -> Event {
    let step = RecoveryStep {
        mode: RecoveryMode::Managed,
        phase: RecoveryPhase::RefreshToken,
        outcome: RecoveryOutcome::Succeeded { state_changed: true },
    };
    Event::AuthRecovery(AuthRecovery::new(Endpoint::RESPONSES, id, step, evidence()))
}

fn ended(id: OperationId) -> OperationEnded {
    let mut ended =
        OperationEnded::new(id, Endpoint::RESPONSES, Outcome::after(Duration::from_secs(3)).status(200));
    let mut answer = AnswerFacts::default();
    answer.response_id = Some(SafeText::new("resp-1"));
    answer.model = Some(SafeText::new("gpt-5.1-codex-2026"));
    answer.finish_reason = Some("completed");
    answer.first_event = Some(Duration::from_millis(250));
    let mut usage = TokenCounts::default();
    (usage.input, usage.cached_input, usage.output, usage.reasoning_output, usage.total) = (10, 4, 20, 5, 30);
    answer.usage = Some(usage);
    ended.answer = Some(answer);
    ended
}

fn attributes(span: &SpanData) -> std::collections::BTreeMap<String, String> {
    span.attributes.iter().map(|kv| (kv.key.to_string(), kv.value.to_string())).collect()
}

fn event_names(span: &SpanData) -> Vec<&str> {
    span.events.iter().map(|event| &*event.name).collect()
}

fn status(span: &SpanData) -> Option<String> {
    match &span.status {
        Status::Error { description } => Some(description.to_string()),
        _ => None,
    }
}

#[test]
fn a_refused_and_recovered_operation_is_one_trace() {
    let harness = Harness::new();
    let id = OperationId::next();
    harness.observer.on_operation_started(&started(id));
    harness.pass(Duration::from_millis(100));
    harness.observer.on_event(&refused(id, 1));
    harness.observer.on_event(&recovered(id));
    harness.pass(Duration::from_millis(100));
    harness.observer.on_event(&answered(id, 2));
    harness.pass(Duration::from_secs(2));
    let outcome = Outcome::after(Duration::from_secs(3)).status(200);
    harness.observer.on_event(&Event::StreamEnded(StreamEnded::new(context(id, 2), outcome, 9, 900)));
    harness.observer.on_operation_ended(&ended(id));

    let spans = harness.ended_spans();
    let [first, second, operation] = spans.as_slice() else { panic!("three spans, not {spans:?}") };
    assert_eq!(operation.name, "chat gpt-5.1-codex");
    assert_eq!(operation.span_kind, SpanKind::Client);
    assert_eq!(operation.parent_span_id, SpanId::INVALID);
    assert_eq!(status(operation), None);
    assert_eq!(
        attributes(operation),
        fields(&[
            ("gen_ai.conversation.id", "conversation-1"),
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.provider.name", "openai"),
            ("gen_ai.request.model", "gpt-5.1-codex"),
            ("gen_ai.request.stream", "true"),
            ("gen_ai.response.finish_reasons", "[\"completed\"]"),
            ("gen_ai.response.id", "resp-1"),
            ("gen_ai.response.model", "gpt-5.1-codex-2026"),
            ("gen_ai.response.time_to_first_chunk", "0.25"),
            ("gen_ai.usage.cache_read.input_tokens", "4"),
            ("gen_ai.usage.input_tokens", "10"),
            ("gen_ai.usage.output_tokens", "20"),
            ("gen_ai.usage.reasoning.output_tokens", "5"),
            ("openai.api.type", "responses"),
            ("server.address", "api.openai.com"),
            ("server.port", "443"),
            ("url.template", "/responses"),
        ])
    );
    assert_eq!(
        event_names(operation),
        ["codex.api_request", "codex.auth_recovery", "codex.api_request", "codex.stream_ended"]
    );
    assert_eq!(
        operation.end_time.duration_since(operation.start_time).unwrap(),
        Duration::from_millis(2_200)
    );

    for (attempt, http_status) in [(first, "401"), (second, "200")] {
        assert_eq!(attempt.name, "POST /responses");
        assert_eq!(attempt.parent_span_id, operation.span_context.span_id());
        assert_eq!(attempt.span_context.trace_id(), operation.span_context.trace_id());
        assert_eq!(attempt.end_time.duration_since(attempt.start_time).unwrap(), Duration::from_millis(100));
        assert_eq!(attributes(attempt)["http.response.status_code"], http_status);
        assert_eq!(event_names(attempt), [] as [&str; 0]);
    }
    assert_eq!(status(first).as_deref(), Some("http 401"));
    assert_eq!(status(second), None);
    assert_eq!(
        attributes(first),
        fields(&[
            ("error.type", "401"),
            ("http.request.method", "POST"),
            ("http.response.status_code", "401"),
            ("server.address", "api.openai.com"),
            ("server.port", "443"),
            ("url.full", "https://api.openai.com/v1/responses"),
            ("url.template", "/responses"),
        ])
    );
    assert_eq!(attributes(second)["http.request.resend_count"], "1");
}

#[test]
fn a_failed_operation_says_why() {
    let harness = Harness::new();
    let id = OperationId::next();
    harness.observer.on_operation_started(&started(id));
    let outcome = Outcome::after(Duration::from_secs(1)).error(AttemptError::timeout());
    harness.observer.on_event(&Event::ApiRequest(ApiRequest::new(context(id, 1), outcome.clone())));
    harness.observer.on_operation_ended(&OperationEnded::new(id, Endpoint::RESPONSES, outcome));
    for span in harness.ended_spans() {
        assert_eq!(attributes(&span)["error.type"], "timeout");
        assert_eq!(status(&span).as_deref(), Some("timeout"));
    }
}

#[test]
fn an_attempt_carries_the_context_of_its_own_span() {
    let harness = Harness::with(|options| {
        options.parent = Some(TraceContext {
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned(),
            tracestate: Some("vendor=1".to_owned()),
        });
    });
    let id = OperationId::next();
    assert_eq!(harness.observer.trace_context(id), None, "not announced");
    harness.observer.on_operation_started(&started(id));
    let contexts: Vec<_> = [1, 2]
        .into_iter()
        .map(|attempt| {
            let context = harness.observer.trace_context(id).unwrap();
            harness.pass(Duration::from_millis(100));
            harness.observer.on_event(&answered(id, attempt));
            context
        })
        .collect();
    harness.observer.on_operation_ended(&ended(id));
    let spans = harness.ended_spans();
    for (context, span) in contexts.iter().zip(&spans) {
        let ids = &span.span_context;
        assert_eq!(context.traceparent, format!("00-{}-{}-01", ids.trace_id(), ids.span_id()));
        assert_eq!(ids.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(context.tracestate.as_deref(), Some("vendor=1"));
    }
    assert_eq!(spans.len(), 3);
    assert_eq!(spans[2].parent_span_id.to_string(), "b7ad6b7169203331");
    assert!(spans[2].parent_span_is_remote);
}

#[test]
fn what_is_no_parent_is_ignored() {
    for value in [
        "",
        "nonsense",
        "00-1-2-3",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ] {
        let lookup = |name: &str| (name == "TRACEPARENT").then(|| value.to_owned());
        assert_eq!(parent_from_lookup(lookup), None, "{value}");
    }
}

#[test]
fn a_parent_of_a_later_version_and_an_unreadable_state_are_no_obstacle() {
    let lookup = |name: &str| match name {
        "TRACEPARENT" => Some("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more".to_owned()),
        _ => Some("=,=".to_owned()),
    };
    assert!(parent_from_lookup(lookup).is_some());
}

#[test]
fn a_recovery_after_the_end_is_told_in_the_same_trace() {
    let harness = Harness::new();
    let id = OperationId::next();
    harness.observer.on_operation_started(&started(id));
    harness.observer.on_operation_ended(&ended(id));
    harness.observer.on_event(&recovered(id));
    let spans = harness.ended_spans();
    assert_eq!(spans[1].name, "codex.auth_recovery");
    assert_eq!(spans[1].parent_span_id, spans[0].span_context.span_id());
    assert_eq!(event_names(&spans[1]), ["codex.auth_recovery"]);
}

#[test]
fn operations_that_ended_long_ago_are_forgotten() {
    let harness = Harness::new();
    let ids: Vec<_> = (0..=MAX_CLOSED_OPERATIONS).map(|_| OperationId::next()).collect();
    for id in &ids {
        harness.observer.on_operation_started(&started(*id));
        harness.observer.on_operation_ended(&ended(*id));
    }
    harness.observer.on_event(&recovered(ids[0]));
    harness.observer.on_event(&recovered(ids[1]));
    let spans = harness.ended_spans();
    let [.., forgotten, known] = spans.as_slice() else { panic!("two more spans") };
    assert_eq!(forgotten.parent_span_id, SpanId::INVALID);
    assert_eq!(known.parent_span_id, spans[1].span_context.span_id());
}

#[test]
fn an_attempt_of_an_unknown_operation_tells_its_own_fact() {
    let harness = Harness::new();
    harness.observer.on_event(&answered(OperationId::next(), 1));
    let spans = harness.ended_spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0].name, "HTTP /responses");
    assert_eq!(event_names(&spans[0]), ["codex.api_request"]);
}

#[test]
fn a_request_on_a_websocket_is_no_http_request() {
    let harness = Harness::new();
    let id = OperationId::next();
    let mut start = started(id);
    start.target.carrier = Carrier::Websocket;
    harness.observer.on_operation_started(&start);
    let outcome = Outcome::after(Duration::from_millis(2));
    harness.observer.on_event(&Event::WebsocketRequest(WebsocketRequest::new(context(id, 1), outcome)));
    let span = &harness.ended_spans()[0];
    assert_eq!(span.name, "websocket request /responses");
    assert!(!attributes(span).contains_key("http.request.method"));
}

#[test]
fn log_records_name_the_span_of_their_operation() {
    let harness = Harness::new();
    let id = OperationId::next();
    harness.observer.on_operation_started(&started(id));
    harness.observer.on_event(&answered(id, 1));
    harness.observer.on_operation_ended(&ended(id));
    let operation = harness.ended_spans().pop().unwrap();
    assert_eq!(harness.log_spans(), [operation.span_context.span_id()]);
}

#[test]
fn the_oldest_of_too_many_operations_is_closed() {
    let harness = Harness::new();
    let ids: Vec<_> = (0..=MAX_OPEN_OPERATIONS).map(|_| OperationId::next()).collect();
    for id in &ids {
        harness.observer.on_operation_started(&started(*id));
    }
    assert_eq!(harness.ended_spans().len(), 1);
    assert_eq!(harness.observer.trace_context(ids[0]), None);
    assert!(harness.observer.trace_context(ids[1]).is_some());
    // The rest, and the attempt that was begun.
    assert_eq!(harness.spans().len(), MAX_OPEN_OPERATIONS + 2);
}

#[test]
fn an_operation_without_a_model_is_called_by_its_endpoint() {
    let harness = Harness::new();
    let id = OperationId::next();
    let target =
        RequestTarget::new("GET", "https://api.openai.com/v1/models", "api.openai.com", Carrier::Http);
    harness.observer.on_operation_started(&OperationStarted::new(id, Endpoint::MODELS, target));
    harness.observer.on_event(&Event::AuthRecovery(AuthRecovery::new(
        Endpoint::MODELS,
        id,
        RecoveryStep::NO_AUTH_MANAGER,
        AuthEvidence::default(),
    )));
    harness.observer.on_operation_ended(&OperationEnded::new(id, Endpoint::MODELS, Outcome::default()));
    let span = harness.ended_spans().pop().unwrap();
    assert_eq!(span.name, "/models");
    assert_eq!(
        attributes(&span),
        fields(&[("server.address", "api.openai.com"), ("url.template", "/models")])
    );
}
