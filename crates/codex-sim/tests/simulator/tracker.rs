//! Ladder: simulator. The tracker: envelopes are taken, kept and refused.

use std::io::Write;
use std::time::Duration;

use codex_sim::{Envelope, Failure, Faults, HeadFault, Reply, Rule, Scenario, Sentry, Simulator, When};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tokio::io::AsyncReadExt;

use crate::http::{Answer, Request};

const ID: &str = "9ec79c33ec9942ab8353589fcb2e04dc";
const PATH: &str = "/api/1/envelope/";
const AUTH: &str = "Sentry sentry_version=7, sentry_client=test/1.0, sentry_key=public";

fn envelope(log: &str) -> String {
    let event = json!({"event_id": ID, "timestamp": 1, "platform": "other", "tags": {"auth_mode": "ApiKey"}});
    format!(
        "{{\"event_id\":\"{ID}\"}}\n{{\"type\":\"event\"}}\n{event}\n\
         {{\"type\":\"attachment\",\"filename\":\"a.log\",\"length\":{}}}\n{log}\n",
        log.len()
    )
}

fn request(body: impl Into<Vec<u8>>) -> Request<'static> {
    Request::new("POST", PATH).without("authorization").header("x-sentry-auth", AUTH).body(body)
}

async fn start(sentry: Sentry) -> Simulator {
    Simulator::start(Scenario::new().sentry(sentry).require_token("sk")).await.unwrap()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn reason(answer: &Answer) -> String {
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("x-sentry-error"), Some(detail.as_str()));
    detail
}

#[tokio::test]
async fn envelopes_are_kept_in_order() {
    let simulator = start(Sentry::new().public_key("public")).await;
    let answer = request(envelope("one\n\ntwo\n")).send(&simulator).await;
    assert_eq!((answer.status, answer.json()), (200, json!({"id": ID})));
    let packed = request(gzip(&envelope("packed"))).header("content-encoding", "gzip");
    assert_eq!(packed.send(&simulator).await.status, 200);
    let zstd = zstd::encode_all(envelope("zstd").as_bytes(), 3).unwrap();
    assert_eq!(request(zstd).header("content-encoding", "zstd").send(&simulator).await.status, 200);
    let empty = request("{}\n").header("x-sentry-auth", "").send(&simulator).await;
    assert_eq!(empty.status, 401);

    let envelopes = simulator.envelopes();
    let log = |envelope: &Envelope| envelope.items[1].payload.clone();
    assert_eq!(envelopes.iter().map(log).collect::<Vec<_>>(), ["one\n\ntwo\n", "packed", "zstd"]);
    let first = &envelopes[0];
    assert_eq!((first.project.as_str(), first.event_id()), ("1", Some(ID)));
    assert_eq!((first.items[0].kind(), first.items[1].kind()), ("event", "attachment"));
    assert_eq!(first.items[1].header["filename"], "a.log");
    let authorized: Vec<bool> = simulator.requests().iter().map(|request| request.authorized).collect();
    assert_eq!(authorized, [true, true, true, false]);
}

#[tokio::test]
async fn keys_are_checked() {
    let simulator = start(Sentry::new().public_key("public")).await;
    let cases = [
        (Some(AUTH), PATH, 200),
        (Some("Sentry sentry_key=public"), PATH, 200),
        (None, "/api/1/envelope/?sentry_key=public", 200),
        (None, PATH, 401),
        (Some("Sentry sentry_version=7"), PATH, 401),
        (Some("Bearer public"), PATH, 401),
        (Some("Sentry sentry_key=other"), PATH, 403),
        (None, "/api/1/envelope/?sentry_key=other", 403),
    ];
    for (auth, path, status) in cases {
        let mut request = Request::new("POST", path).without("authorization").body("{}\n");
        if let Some(auth) = auth {
            request = request.header("x-sentry-auth", auth);
        }
        assert_eq!(request.send(&simulator).await.status, status, "{auth:?} {path}");
    }
    let any = start(Sentry::new()).await;
    assert_eq!(request("{}\n").send(&any).await.json(), json!({}));
}

#[tokio::test]
async fn wrong_envelopes_are_refused_with_a_reason() {
    let simulator = start(Sentry::new().envelope_limit(2_000_000)).await;
    let event = format!("{{\"event_id\":\"{ID}\"}}\n{{\"type\":\"event\"}}\n");
    let cases = [
        (Vec::new(), 400, "empty"),
        (b"no json\n".to_vec(), 400, "envelope header"),
        (b"{}\n{\"type\":\"x\",\"length\":9}\nshort".to_vec(), 400, "item 1 is shorter"),
        (format!("{event}{{}}").into_bytes(), 400, "`event_id`"),
        (format!("{event}{}", "x".repeat(1_100_000)).into_bytes(), 413, "larger than 1048576"),
    ];
    for (body, status, named) in cases {
        let answer = request(body).send(&simulator).await;
        assert_eq!(answer.status, status);
        assert!(reason(&answer).contains(named), "{}", answer.text());
    }
    assert_eq!(request(vec![b'x'; 2_000_001]).send(&simulator).await.status, 413);
    let bomb = request(gzip(&" ".repeat(2_000_001))).header("content-encoding", "gzip");
    assert_eq!(bomb.send(&simulator).await.status, 413);
    assert_eq!(request("{}").header("content-encoding", "gzip").send(&simulator).await.status, 400);
    assert_eq!(request("{}").header("content-encoding", "br").send(&simulator).await.status, 415);
    assert_eq!(Request::new("GET", PATH).send(&simulator).await.status, 405);
    assert!(simulator.envelopes().is_empty());
}

#[tokio::test]
async fn rules_stand_in_front_of_the_tracker() {
    let here = || When::new().path(PATH);
    let busy = Failure::new(429).header("retry-after", "3").header("x-sentry-rate-limits", "3:error:key");
    let mut told = Reply::new();
    told.headers.insert("x-sentry-rate-limits".into(), "60:transaction:key".into());
    let page = Failure::new(502).raw_body("text/html", "<html>");
    let scenario = Scenario::new()
        .rule(Rule::fail(busy).when(here()).once())
        .rule(Rule::reply(told).when(here()).once())
        .rule(Rule::fail(page).when(here()).once())
        .rule(Rule::from(Faults::new().head(HeadFault::Never)).when(here()).once());
    let simulator = Simulator::start(scenario).await.unwrap();
    let refused = request(envelope("x")).send(&simulator).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("3")));
    assert_eq!(refused.header("x-sentry-rate-limits"), Some("3:error:key"));
    assert!(simulator.envelopes().is_empty());
    let taken = request(envelope("x")).send(&simulator).await;
    assert_eq!((taken.status, taken.header("x-sentry-rate-limits")), (200, Some("60:transaction:key")));
    assert_eq!(request(envelope("x")).send(&simulator).await.text(), "<html>");
    let mut hanging = request(envelope("x")).open(&simulator).await;
    let read = tokio::time::timeout(Duration::from_millis(50), hanging.read(&mut [0])).await;
    assert!(read.is_err());
    assert_eq!(simulator.envelopes().len(), 2, "the one that hangs was taken");
}
