//! Fake collector on loopback: what is sent, in each protocol, and what becomes of it when the collector fails.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod collector;
mod harness;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use codex_observe::{
    ApiRequest, AttemptError, AuthAttachment, AuthMode, Carrier, Endpoint, Event, FallbackReason, Observer,
    OperationEnded, OperationId, OperationStarted, Outcome, RequestContext, RequestTarget, TransportFallback,
};
use codex_otel::{MAX_ANSWER_BYTES, OtelConfig, OtelObserver, Program, Telemetry};
use collector::{Collector, Received, Reply, wait_until};
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    common::v1::{KeyValue, any_value::Value},
};
use serde::de::DeserializeOwned;

const PROGRAM: Program = Program::new("codex-api", "1.2.3");
const ENOUGH: Duration = Duration::from_secs(10);

fn config(toml: &str) -> OtelConfig {
    toml::from_str(toml).unwrap()
}

/// Telemetry that goes to `collector` as `settings` say.
fn telemetry(collector: &Collector, settings: &str) -> Telemetry {
    let exporter = format!("[exporter]\nendpoint = {:?}\n{settings}", collector.url());
    Telemetry::start(&config(&exporter), PROGRAM).unwrap()
}

/// As [`telemetry`], but logs only: one request per event.
fn logs_only(collector: &Collector, settings: &str) -> Telemetry {
    let off = "[traces]\nenabled = false\n[metrics]\nenabled = false\n";
    telemetry(collector, &format!("delay_ms = 1\n{settings}\n{off}"))
}

fn fallback() -> Event {
    Event::TransportFallback(TransportFallback::new(Endpoint::RESPONSES, FallbackReason::Negotiated))
}

/// One refused attempt of one operation.
fn observe(observer: &OtelObserver) {
    let id = OperationId::next();
    let target =
        RequestTarget::new("POST", "https://api.openai.com/v1/responses", "api.openai.com", Carrier::Http);
    observer.on_operation_started(&OperationStarted::new(id, Endpoint::RESPONSES, target));
    let attachment = AuthAttachment::attached(AuthMode::Chatgpt, "authorization");
    let mut context = RequestContext::new(Endpoint::RESPONSES, 1, attachment);
    context.operation = id;
    let outcome = Outcome::after(Duration::from_millis(20)).status(401).error(AttemptError::http(401));
    let refused = outcome.evidence(harness::evidence());
    observer.on_event(&Event::ApiRequest(ApiRequest::new(context, refused.clone())));
    observer.on_operation_ended(&OperationEnded::new(id, Endpoint::RESPONSES, refused));
}

fn decode<M: prost::Message + Default + DeserializeOwned>(received: &Received) -> M {
    if received.headers["content-type"] == "application/json" {
        serde_json::from_slice(&received.body).unwrap()
    } else {
        M::decode(received.body.clone()).unwrap()
    }
}

fn find<'r>(received: &'r [Received], what: &str) -> &'r Received {
    received
        .iter()
        .find(|request| request.path.contains(what))
        .unwrap_or_else(|| panic!("no {what}: {received:?}"))
}

fn text(attributes: &[KeyValue], name: &str) -> Option<String> {
    let value = attributes.iter().find(|kv| kv.key == name)?.value.clone()?.value?;
    match value {
        Value::StringValue(text) => Some(text),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}

/// All three signals arrive, with the same content in every protocol.
fn check_signals(received: &[Received]) {
    let logs: ExportLogsServiceRequest = decode(find(received, "logs"));
    let resource = logs.resource_logs[0].resource.as_ref().unwrap();
    assert_eq!(text(&resource.attributes, "service.name").as_deref(), Some("codex-api"));
    assert_eq!(text(&resource.attributes, "service.version").as_deref(), Some("1.2.3"));
    let named = std::fs::read_to_string("/etc/hostname").is_ok_and(|name| !name.trim().is_empty());
    assert!(!named || text(&resource.attributes, "host.name").is_some(), "{resource:?}");
    let scope = &logs.resource_logs[0].scope_logs[0];
    assert_eq!(scope.scope.as_ref().unwrap().name, "codex_otel.log_only");
    let record = &scope.log_records[0];
    assert_eq!(record.event_name, "codex.api_request");
    assert_eq!(text(&record.attributes, "event.name").as_deref(), Some("codex.api_request"));
    assert_eq!(text(&record.attributes, "auth.request_id").as_deref(), Some("req-401"));
    assert_eq!(text(&record.attributes, "user.email").as_deref(), Some(harness::EMAIL));

    let traces: ExportTraceServiceRequest = decode(find(received, "trace"));
    let scope = &traces.resource_spans[0].scope_spans[0];
    assert_eq!(scope.scope.as_ref().unwrap().name, "codex_otel.trace_safe");
    let [attempt, operation] = scope.spans.as_slice() else { panic!("two spans, not {scope:?}") };
    assert_eq!((attempt.name.as_str(), operation.name.as_str()), ("POST /responses", "chat gpt-5.1"));
    assert_eq!(attempt.parent_span_id, operation.span_id);
    assert_eq!(record.span_id, operation.span_id);
    assert_eq!(operation.events[0].name, "codex.api_request");
    assert!(!format!("{traces:?}").contains(harness::EMAIL));
    assert!(!format!("{traces:?}").contains("host.name"));

    let metrics: ExportMetricsServiceRequest = decode(find(received, "metrics"));
    let names: Vec<_> = metrics.resource_metrics[0].scope_metrics[0]
        .metrics
        .iter()
        .map(|metric| metric.name.as_str())
        .collect();
    let all = format!("{metrics:?}");
    assert!(all.contains("service_name") && !all.contains("host.name"), "{all}");
    assert!(names.contains(&"codex.api_request") && names.contains(&"gen_ai.client.operation.duration"));
}

#[test]
fn all_signals_arrive_in_every_protocol() {
    for protocol in ["http/protobuf", "http/json", "grpc"] {
        for compression in ["none", "gzip"] {
            let collector = Collector::start(&[]);
            let settings = format!("protocol = {protocol:?}\ncompression = {compression:?}");
            let telemetry = telemetry(&collector, &settings);
            observe(&telemetry.observer(harness::session(), None));
            let counts = telemetry.shutdown(ENOUGH);
            let received = collector.received(3);
            assert_eq!(received.len(), 3, "{settings}");
            check_signals(&received);
            assert_eq!(
                (counts.logs.delivered, counts.traces.delivered, counts.metrics.delivered),
                (1, 2, 1),
                "{settings}"
            );
        }
    }
}

#[test]
fn the_counts_of_histograms_are_numbers_in_json() {
    let collector = Collector::start(&[]);
    let telemetry = telemetry(&collector, "protocol = \"http/json\"");
    observe(&telemetry.observer(harness::session(), None));
    telemetry.shutdown(ENOUGH);
    let received = collector.received(3);
    let message: serde_json::Value = serde_json::from_slice(&find(&received, "metrics").body).unwrap();
    let metrics = message["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap();
    let histogram = metrics.iter().find(|metric| metric["name"] == "codex.api_request.duration_ms").unwrap();
    let point = &histogram["histogram"]["dataPoints"][0];
    assert_eq!(point["count"], 1);
    assert!(point["bucketCounts"].as_array().unwrap().iter().all(serde_json::Value::is_u64));
}

#[test]
fn each_signal_has_its_path() {
    for (protocol, paths) in [
        ("http/json", ["/base/v1/logs", "/base/v1/metrics", "/base/v1/traces"]),
        (
            "grpc",
            [
                "/base/opentelemetry.proto.collector.logs.v1.LogsService/Export",
                "/base/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
                "/base/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            ],
        ),
    ] {
        let collector = Collector::start(&[]);
        let exporter =
            format!("[exporter]\nendpoint = \"{}/base/\"\nprotocol = {protocol:?}", collector.url());
        let telemetry = Telemetry::start(&config(&exporter), PROGRAM).unwrap();
        observe(&telemetry.observer(harness::session(), None));
        telemetry.shutdown(ENOUGH);
        let mut seen: Vec<_> = collector.received(3).into_iter().map(|request| request.path).collect();
        seen.sort();
        assert_eq!(seen, paths);
    }
}

#[test]
fn configured_headers_are_sent_and_never_shown() {
    let collector = Collector::start(&[]);
    let settings = "headers = { \"x-key\" = \"very-secret\" }";
    let telemetry = logs_only(&collector, settings);
    telemetry.observer(harness::session(), None).on_event(&fallback());
    let request = &collector.received(1)[0];
    assert_eq!(request.headers["x-key"], "very-secret");
    let shown = format!("{telemetry:?} {:?}", config(&format!("[exporter]\n{settings}")));
    assert!(shown.contains("x-key") && !shown.contains("very-secret"), "{shown}");
}

#[test]
fn failures_that_may_pass_are_tried_again() {
    let check = |protocol: &str, failure| {
        let collector = Collector::start(&[failure]);
        let telemetry = logs_only(&collector, &format!("protocol = {protocol:?}"));
        telemetry.observer(harness::session(), None).on_event(&fallback());
        let received = collector.received(2);
        assert_eq!(received[0].body, received[1].body, "{protocol} {failure:?}");
        wait_until(|| telemetry.counts().logs.delivered == 1);
        assert_eq!(telemetry.counts().logs.failed, 0);
    };
    // Side by side: each waits for half a second.
    std::thread::scope(|scope| {
        for (protocol, failure) in [
            ("http/protobuf", Reply::Status(503)),
            ("http/json", Reply::Status(429)),
            ("http/protobuf", Reply::Close),
            ("grpc", Reply::Grpc(14)),
            ("grpc", Reply::Status(502)),
        ] {
            scope.spawn(move || check(protocol, failure));
        }
    });
}

#[test]
fn refusals_are_final() {
    for (protocol, refusal) in [
        ("http/protobuf", Reply::Status(400)),
        ("http/json", Reply::Status(401)),
        ("http/json", Reply::Status(404)),
        ("grpc", Reply::Grpc(16)),
        ("grpc", Reply::Grpc(3)),
    ] {
        let collector = Collector::start(&[refusal]);
        let telemetry = logs_only(&collector, &format!("protocol = {protocol:?}"));
        telemetry.observer(harness::session(), None).on_event(&fallback());
        wait_until(|| telemetry.counts().logs.failed == 1);
        assert_eq!(collector.received(1).len(), 1, "{protocol} {refusal:?}");
    }
}

#[test]
fn a_collector_can_ask_for_any_wait_and_the_next_batch_goes_all_the_same() {
    for wait in ["18446744073709551615", "99999999999999999999"] {
        let collector = Collector::start(&[Reply::Busy(wait)]);
        let telemetry = logs_only(&collector, "");
        let observer = telemetry.observer(harness::session(), None);
        observer.on_event(&fallback());
        wait_until(|| telemetry.counts().logs.failed == 1);
        observer.on_event(&fallback());
        let logs = telemetry.shutdown(ENOUGH).logs;
        assert_eq!((logs.failed, logs.delivered, logs.lost), (1, 1, 0), "{wait}");
    }
    for wait in ["0", "-1", "1e400", "Fri, 31 Dec 1999 23:59:59 GMT"] {
        let collector = Collector::start(&[Reply::Busy(wait)]);
        let telemetry = logs_only(&collector, "");
        telemetry.observer(harness::session(), None).on_event(&fallback());
        collector.received(2);
        wait_until(|| telemetry.counts().logs.delivered == 1);
    }
}

#[test]
fn a_page_is_no_yes() {
    for (reply, delivered) in [
        (Reply::Status(200), 0),
        (Reply::Say("text/html", "<html>log in</html>"), 0),
        (Reply::Say("application/json", "<html>log in</html>"), 0),
        (Reply::Say("text/html", ""), 1),
        (Reply::Say("application/json", "{}"), 1),
    ] {
        let collector = Collector::start(&[reply]);
        let telemetry = logs_only(&collector, "protocol = \"http/json\"");
        telemetry.observer(harness::session(), None).on_event(&fallback());
        let logs = telemetry.shutdown(ENOUGH).logs;
        assert_eq!((logs.delivered, logs.failed), (delivered, 1 - delivered), "{reply:?}");
    }
}

#[test]
fn records_that_the_collector_rejects_are_counted() {
    let text = r#"{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}}"#;
    for (protocol, reply) in [
        ("http/protobuf", Reply::Reject(1)),
        ("grpc", Reply::Reject(1)),
        ("http/json", Reply::Say("application/json", text)),
    ] {
        let collector = Collector::start(&[reply]);
        let telemetry = logs_only(&collector, &format!("protocol = {protocol:?}"));
        let observer = telemetry.observer(harness::session(), None);
        observer.on_event(&fallback());
        wait_until(|| telemetry.counts().logs.rejected == 1);
        assert_eq!(telemetry.counts().logs.delivered, 0);
    }
}

#[test]
fn an_answer_that_is_too_large_is_not_read_and_the_batch_not_sent_twice() {
    for (protocol, bytes, delivered) in [
        ("http/protobuf", MAX_ANSWER_BYTES + 1, 0),
        ("http/json", 10, 0),
        ("grpc", MAX_ANSWER_BYTES - 5, 1),
        ("grpc", MAX_ANSWER_BYTES, 0),
    ] {
        let collector = Collector::start(&[Reply::Talk(bytes)]);
        let telemetry = logs_only(&collector, &format!("protocol = {protocol:?}"));
        telemetry.observer(harness::session(), None).on_event(&fallback());
        collector.received(1);
        let logs = telemetry.shutdown(ENOUGH).logs;
        assert_eq!((logs.delivered, logs.failed), (delivered, 1 - delivered), "{protocol} {bytes}");
        assert_eq!(collector.received(1).len(), 1);
    }
}

#[test]
fn a_collector_that_is_down_costs_no_time_at_the_end() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for protocol in ["http/protobuf", "grpc"] {
        let exporter = format!(
            "[exporter]\nendpoint = \"http://127.0.0.1:{port}\"\nprotocol = {protocol:?}\ndelay_ms = 60000"
        );
        let telemetry = Telemetry::start(&config(&exporter), PROGRAM).unwrap();
        observe(&telemetry.observer(harness::session(), None));
        let started = Instant::now();
        let counts = telemetry.shutdown(ENOUGH);
        assert!(started.elapsed() < ENOUGH / 2, "{protocol}: {:?}", started.elapsed());
        assert_eq!(
            (counts.logs.failed, counts.traces.failed, counts.metrics.failed),
            (1, 2, 1),
            "{protocol}"
        );
    }
}

#[test]
fn a_pause_between_two_attempts_ends_with_the_program() {
    let collector = Collector::start(&[Reply::Status(503); 100]);
    let telemetry = logs_only(&collector, "timeout_ms = 60000");
    telemetry.observer(harness::session(), None).on_event(&fallback());
    collector.received(2);
    let started = Instant::now();
    assert_eq!(telemetry.shutdown(ENOUGH).logs.failed, 1);
    assert!(started.elapsed() < ENOUGH / 2);
}

#[test]
fn a_collector_that_never_answers_delays_the_end_no_longer_than_allowed() {
    const LIMIT: Duration = Duration::from_millis(200);
    let collector = Collector::start(&[Reply::Stall; 3]);
    let telemetry = telemetry(&collector, "");
    observe(&telemetry.observer(harness::session(), None));
    let started = Instant::now();
    let counts = telemetry.shutdown(LIMIT);
    assert!(started.elapsed() >= LIMIT && started.elapsed() < ENOUGH);
    assert_eq!(counts.logs.delivered, 0);
    assert_eq!((counts.logs.lost, counts.traces.lost, counts.metrics.lost), (1, 2, 1));
}

#[test]
fn a_batch_has_a_time_limit() {
    let collector = Collector::start(&[Reply::Stall]);
    let telemetry = logs_only(&collector, "timeout_ms = 50");
    let observer = telemetry.observer(harness::session(), None);
    observer.on_event(&fallback());
    wait_until(|| telemetry.counts().logs.failed == 1);
    observer.on_event(&fallback());
    wait_until(|| telemetry.counts().logs.delivered == 1);
}

#[test]
fn a_full_queue_drops_what_comes_and_nobody_waits() {
    const EVENTS: u64 = 1_000;
    let collector = Collector::start(&[Reply::Stall]);
    let telemetry = logs_only(&collector, "queue_records = 10\nbatch_records = 5");
    let observer = telemetry.observer(harness::session(), None);
    observer.on_event(&fallback());
    collector.received(1);
    for _ in 0..EVENTS {
        observer.on_event(&fallback());
    }
    assert_eq!(telemetry.counts().logs.dropped, EVENTS - 10);
    assert_eq!(telemetry.counts().logs.lost, 0);
    let logs = telemetry.shutdown(Duration::from_millis(50)).logs;
    // Ten in the queue, and the one that the collector does not answer.
    assert_eq!((logs.dropped, logs.lost, logs.delivered), (EVENTS - 10, 11, 0));
}

#[test]
fn events_after_the_end_are_dropped() {
    let collector = Collector::start(&[]);
    let telemetry = logs_only(&collector, "");
    let observer = telemetry.observer(harness::session(), None);
    telemetry.shutdown(ENOUGH);
    observer.on_event(&fallback());
    assert_eq!(collector.received(0).len(), 0);
}

#[test]
fn a_flush_sends_what_waits_and_goes_on() {
    let collector = Collector::start(&[]);
    let telemetry = telemetry(&collector, "delay_ms = 60000");
    let observer = telemetry.observer(harness::session(), None);
    for round in 1..=2 {
        observe(&observer);
        assert!(telemetry.flush(ENOUGH));
        assert_eq!(collector.received(0).len(), 3 * round);
    }
}

#[test]
fn what_is_turned_off_is_not_sent() {
    let collector = Collector::start(&[]);
    let telemetry = telemetry(&collector, "[logs]\nenabled = false\n[metrics]\nenabled = false");
    assert!(telemetry.sinks().logs.is_none() && telemetry.sinks().metrics.is_none());
    observe(&telemetry.observer(harness::session(), None));
    telemetry.shutdown(ENOUGH);
    let paths: Vec<_> = collector.received(1).into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/v1/traces"]);
}

#[test]
fn traces_that_are_not_sampled_are_not_sent_but_their_context_says_so() {
    let collector = Collector::start(&[]);
    let off = format!("sampler = \"always_off\"\n[exporter]\nendpoint = {:?}", collector.url());
    let telemetry = Telemetry::start(&config(&off), PROGRAM).unwrap();
    let observer = telemetry.observer(harness::session(), None);
    let id = OperationId::next();
    let target = RequestTarget::new("POST", "http://a/", "a", Carrier::Http);
    observer.on_operation_started(&OperationStarted::new(id, Endpoint::RESPONSES, target));
    let context = observer.trace_context(id).unwrap();
    assert!(context.traceparent.ends_with("-00"), "{context:?}");
    let counts = telemetry.shutdown(ENOUGH);
    assert_eq!(counts.traces.delivered, 0);
}

#[test]
fn observers_can_be_used_from_many_threads() {
    let collector = Collector::start(&[]);
    let telemetry = telemetry(&collector, "queue_records = 100000");
    let observer = telemetry.observer(harness::session(), None);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let observer = Arc::clone(&observer);
            scope.spawn(move || {
                for round in 0..200 {
                    observe(&observer);
                    if round % 50 == 0 {
                        observer.update_session(|session| session.model = Some("gpt-5.1".to_owned()));
                    }
                }
            });
        }
    });
    let counts = telemetry.shutdown(ENOUGH);
    assert_eq!((counts.logs.delivered, counts.traces.delivered), (800, 1_600));
}
