//! Ladder: simulator. The collector: exports are taken, kept and refused.

use std::io::Write;

use codex_sim::{Failure, Faults, HeadFault, Rule, Scenario, Simulator, TelemetrySignal, When};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::http::{End, Request};

const PROTOBUF: &str = "application/x-protobuf";
const EXPORT: &[u8] = &[0x0A, 0x02, 0x12, 0x00];

fn export(path: &'static str, content_type: &str, body: impl Into<Vec<u8>>) -> Request<'static> {
    Request::new("POST", path).without("authorization").header("content-type", content_type).body(body)
}

#[tokio::test]
async fn exports_are_kept_in_order() {
    let simulator = Simulator::start(Scenario::new().require_token("sk")).await.unwrap();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(EXPORT).unwrap();
    let packed = encoder.finish().unwrap();
    let cases = [
        (export("/v1/logs", PROTOBUF, EXPORT), PROTOBUF, ""),
        (
            export("/v1/traces", "application/json; charset=utf-8", r#"{"resourceSpans":[]}"#),
            "application/json",
            "{}",
        ),
        (export("/v1/metrics", PROTOBUF, packed).header("content-encoding", "gzip"), PROTOBUF, ""),
        (export("/v1/logs", PROTOBUF, Vec::new()), PROTOBUF, ""),
    ];
    for (request, content_type, body) in cases {
        let answer = request.header("authorization", "Bearer canary").send(&simulator).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(content_type)));
        assert_eq!(answer.text(), body);
    }
    let exports = simulator.telemetry();
    let signals: Vec<TelemetrySignal> = exports.iter().map(|export| export.signal).collect();
    assert_eq!(
        signals,
        [TelemetrySignal::Logs, TelemetrySignal::Traces, TelemetrySignal::Metrics, TelemetrySignal::Logs]
    );
    assert_eq!(exports[0].body, EXPORT);
    assert_eq!(
        (exports[1].content_type.as_str(), exports[1].body.as_ref()),
        ("application/json", br#"{"resourceSpans":[]}"#.as_slice())
    );
    assert_eq!(exports[2].body, EXPORT);
    assert_eq!(exports[3].signal.to_string(), "logs");
    assert!(exports[2].headers.contains(&("content-encoding".into(), "gzip".into())));
    assert!(!format!("{exports:?} {:?}", simulator.requests()).contains("canary"));
}

#[tokio::test]
async fn wrong_exports_are_refused() {
    let simulator = Simulator::start(Scenario::new().body_limit(1_000)).await.unwrap();
    let cases = [
        (export("/v1/logs", PROTOBUF, "{}"), 400),
        (export("/v1/logs", "application/json", EXPORT), 400),
        (export("/v1/logs", "application/json", "[]"), 400),
        (export("/v1/logs", "text/plain", "{}"), 415),
        (export("/v1/logs", PROTOBUF, EXPORT).header("content-encoding", "br"), 415),
        (export("/v1/logs", PROTOBUF, vec![0; 1_001]), 413),
        (export("/v1/profiles", PROTOBUF, EXPORT), 401),
    ];
    for (request, status) in cases {
        let answer = request.send(&simulator).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    assert_eq!(Request::new("GET", "/v1/logs").send(&simulator).await.status, 405);
    assert!(simulator.telemetry().is_empty());
}

#[tokio::test]
async fn rules_stand_in_front_of_the_collector() {
    let at = |path: &str| When::new().path(path);
    let scenario = Scenario::new()
        .rule(Rule::fail(Failure::new(503).header("retry-after", "1")).when(at("/v1/traces")).once())
        .rule(Rule::from(Faults::new().head(HeadFault::Close)).when(at("/v1/traces")).once());
    let simulator = Simulator::start(scenario).await.unwrap();
    let send = || export("/v1/traces", "application/json", "{}");
    let down = send().send(&simulator).await;
    assert_eq!((down.status, down.header("retry-after")), (503, Some("1")));
    assert_eq!(send().send(&simulator).await.end, End::Closed);
    let answer = send().send(&simulator).await;
    assert_eq!((answer.status, answer.json()), (200, json!({})));
    assert_eq!(simulator.telemetry().len(), 2, "the answer that was lost was about an export that came");
}
