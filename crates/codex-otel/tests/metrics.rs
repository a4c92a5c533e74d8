//! Pure function (exporters in memory): the metrics are those of the table, with its units and attributes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod harness;

use std::{collections::BTreeSet, fmt::Write, time::Duration};

use codex_observe::{
    AnswerFacts, ApiRequest, AttemptError, AuthAttachment, AuthEvidence, AuthRecovery, Carrier, Endpoint,
    Event, EventCount, FallbackReason, Observer, OperationEnded, OperationId, OperationStarted, Outcome,
    RecoveryStep, RequestContext, RequestTarget, SafeText, SessionFacts, StreamEnded, TokenCounts,
    TransportFallback, WebsocketConnect, WebsocketRequest,
};
use codex_otel::{DEFAULT_LABELS, MetricKind, metric_table};
use harness::{Harness, fields};

fn start(id: OperationId, carrier: Carrier) -> OperationStarted {
    let mut target = RequestTarget::new("POST", "http://127.0.0.1:1/v1/responses", "127.0.0.1", carrier);
    target.port = Some(1);
    let mut started = OperationStarted::new(id, Endpoint::RESPONSES, target);
    started.model = Some(SafeText::new("gpt 5"));
    started.provider = SafeText::new("OpenAI");
    started.streams = true;
    started
}

/// A handshake opens the way to answers and is none: nobody would want to see it among them.
#[test]
fn a_handshake_is_no_answer() {
    let harness = Harness::new();
    let id = OperationId::next();
    let mut handshake = start(id, Carrier::Websocket);
    handshake.streams = false;
    harness.observer.on_operation_started(&handshake);
    let outcome = Outcome::after(Duration::from_secs(1)).status(101);
    harness.observer.on_operation_ended(&OperationEnded::new(id, Endpoint::RESPONSES, outcome));
    assert!(!harness.points().contains_key("gen_ai.client.operation.duration"));
}

fn answer() -> AnswerFacts {
    let mut usage = TokenCounts::default();
    (usage.input, usage.cached_input, usage.output, usage.reasoning_output, usage.total) = (10, 4, 20, 5, 30);
    let mut answer = AnswerFacts::default();
    answer.usage = Some(usage);
    answer.first_event = Some(Duration::from_millis(500));
    answer.first_output = Some(Duration::from_secs(1));
    answer.last_output = Some(Duration::from_secs(3));
    answer.output_events = 5;
    answer.kinds = vec![EventCount::first("response.created"), EventCount::first("response.failed")];
    answer.kinds[0].count = 20_000;
    answer
}

/// Every kind of event once, for an operation over each of the two carriers.
fn all_events(harness: &Harness) {
    for carrier in [Carrier::Http, Carrier::Websocket] {
        let id = OperationId::next();
        let mut context = RequestContext::new(Endpoint::RESPONSES, 1, AuthAttachment::none(None));
        context.operation = id;
        let refused = Outcome::after(Duration::from_millis(20)).status(401).error(AttemptError::http(401));
        let fine = Outcome::after(Duration::from_secs(4)).status(200);
        harness.observer.on_operation_started(&start(id, carrier));
        let events = match carrier {
            Carrier::Http => vec![Event::ApiRequest(ApiRequest::new(context.clone(), refused))],
            _ => vec![
                Event::WebsocketConnect(WebsocketConnect::new(context.clone(), refused)),
                Event::WebsocketRequest(WebsocketRequest::new(context.clone(), fine.clone())),
            ],
        };
        let step = RecoveryStep::NO_AUTH_MANAGER;
        let recovery = AuthRecovery::new(Endpoint::RESPONSES, id, step, AuthEvidence::default());
        let fallback = TransportFallback::new(Endpoint::RESPONSES, FallbackReason::Negotiated);
        let stream = StreamEnded::new(context, fine.clone(), 1, 1);
        for event in events.into_iter().chain([
            Event::AuthRecovery(recovery),
            Event::TransportFallback(fallback),
            Event::StreamEnded(stream),
        ]) {
            harness.observer.on_event(&event);
        }
        let mut ended = OperationEnded::new(id, Endpoint::RESPONSES, fine);
        ended.answer = Some(answer());
        harness.observer.on_operation_ended(&ended);
    }
}

#[test]
fn every_row_has_points_with_its_unit_and_no_other_attributes() {
    let harness = Harness::new();
    all_events(&harness);
    let points = harness.points();
    let names: BTreeSet<_> = metric_table().iter().map(|row| format!("{} {}", row.name, row.unit)).collect();
    assert_eq!(points.keys().cloned().collect::<BTreeSet<_>>(), names);
    for row in metric_table() {
        let mut allowed: BTreeSet<_> = row.attributes.iter().copied().collect();
        if row.session_labels {
            allowed.extend(DEFAULT_LABELS);
        }
        for (attributes, _) in &points[&format!("{} {}", row.name, row.unit)] {
            let other: Vec<_> = attributes.keys().filter(|key| !allowed.contains(key.as_str())).collect();
            assert!(other.is_empty(), "{}: {other:?} are not in the table", row.name);
        }
    }
}

#[test]
fn the_service_is_a_label_of_the_codex_metrics_alone() {
    let harness = Harness::with(|options| options.service_name = Some("my app".to_owned()));
    all_events(&harness);
    for (name, points) in harness.points() {
        for (attributes, _) in points {
            let expected = name.starts_with("codex.").then_some("my_app");
            assert_eq!(attributes.get("service_name").map(String::as_str), expected, "{name}");
        }
    }
}

#[test]
fn no_attribute_holds_an_id_or_says_who_the_user_is() {
    let harness = Harness::new();
    all_events(&harness);
    let all = format!("{:?}", harness.points());
    for id in ["conversation-1", harness::ACCOUNT, harness::EMAIL, "req-401", "resp-1"] {
        assert!(!all.contains(id), "{id} in {all}");
    }
}

#[test]
fn attempts_are_counted_by_status() {
    let harness = Harness::with(|options| options.session = SessionFacts::default());
    all_events(&harness);
    let points = harness.points();
    let refused = fields(&[("status", "401"), ("success", "false")]);
    assert_eq!(points["codex.api_request {request}"], [(refused.clone(), "1".to_owned())]);
    assert_eq!(points["codex.api_request.duration_ms ms"], [(refused, "1x 20".to_owned())]);
    assert_eq!(
        points["codex.websocket.request {request}"],
        [(fields(&[("success", "true")]), "1".to_owned())]
    );
}

#[test]
fn an_answer_is_measured_by_the_conventions() {
    let harness = Harness::new();
    all_events(&harness);
    let points = harness.points();
    let common = [
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "openai"),
        ("gen_ai.request.model", "gpt_5"),
        ("server.address", "127.0.0.1"),
        ("server.port", "1"),
    ];
    let with = |more: &[(&str, &str)]| fields(&[&common, more].concat());
    assert_eq!(points["gen_ai.client.operation.duration s"], [(with(&[]), "2x 8".to_owned())]);
    assert_eq!(points["gen_ai.client.operation.time_to_first_chunk s"], [(with(&[]), "2x 1".to_owned())]);
    assert_eq!(points["gen_ai.client.operation.time_per_output_chunk s"], [(with(&[]), "2x 1".to_owned())]);
    assert_eq!(
        points["gen_ai.client.token.usage {token}"],
        [
            (with(&[("gen_ai.token.type", "input")]), "2x 20".to_owned()),
            (with(&[("gen_ai.token.type", "output")]), "2x 40".to_owned()),
        ]
    );
}

#[test]
fn stream_events_are_counted_by_kind_at_the_end() {
    let harness = Harness::with(|options| options.session = SessionFacts::default());
    all_events(&harness);
    let points = harness.points();
    for name in ["codex.sse_event {event}", "codex.websocket.event {event}"] {
        assert_eq!(
            points[name],
            [
                (fields(&[("kind", "response.created"), ("success", "true")]), "20000".to_owned()),
                (fields(&[("kind", "response.failed"), ("success", "false")]), "1".to_owned()),
            ]
        );
    }
}

#[test]
fn an_operation_that_fails_says_why_by_a_word() {
    let harness = Harness::new();
    let id = OperationId::next();
    harness.observer.on_operation_started(&start(id, Carrier::Http));
    let outcome = Outcome::after(Duration::from_secs(1)).error(AttemptError::network("dns lookup failed"));
    harness.observer.on_operation_ended(&OperationEnded::new(id, Endpoint::RESPONSES, outcome));
    let points = harness.points();
    assert_eq!(points["gen_ai.client.operation.duration s"][0].0["error.type"], "network");
}

#[test]
fn the_table_is_what_the_documentation_says() {
    let mut table = String::new();
    for row in metric_table() {
        let kind = match row.kind {
            MetricKind::Counter => "counter",
            _ => "histogram",
        };
        let session = if row.session_labels { " + session" } else { "" };
        writeln!(table, "{} | {kind} | {} | {}{session}", row.name, row.unit, row.attributes.join(" "))
            .unwrap();
    }
    insta::assert_snapshot!(table, @r"
    codex.api_request | counter | {request} | status success + session
    codex.api_request.duration_ms | histogram | ms | status success + session
    codex.websocket.connect | counter | {connection} | status success + session
    codex.websocket.connect.duration_ms | histogram | ms | status success + session
    codex.websocket.request | counter | {request} | success + session
    codex.websocket.request.duration_ms | histogram | ms | success + session
    codex.sse_event | counter | {event} | kind success + session
    codex.websocket.event | counter | {event} | kind success + session
    codex.auth_recovery | counter | {step} | mode step outcome + session
    codex.transport.fallback_to_http | counter | {change} | from_wire_api + session
    codex.turn.ttft.duration_ms | histogram | ms |  + session
    codex.turn.token_usage | histogram | {token} | token_type + session
    gen_ai.client.operation.duration | histogram | s | gen_ai.operation.name gen_ai.provider.name gen_ai.request.model server.address server.port error.type
    gen_ai.client.token.usage | histogram | {token} | gen_ai.operation.name gen_ai.provider.name gen_ai.request.model server.address server.port gen_ai.token.type
    gen_ai.client.operation.time_to_first_chunk | histogram | s | gen_ai.operation.name gen_ai.provider.name gen_ai.request.model server.address server.port
    gen_ai.client.operation.time_per_output_chunk | histogram | s | gen_ai.operation.name gen_ai.provider.name gen_ai.request.model server.address server.port
    http.client.request.duration | histogram | s | http.request.method server.address server.port http.response.status_code error.type
    ");
}
