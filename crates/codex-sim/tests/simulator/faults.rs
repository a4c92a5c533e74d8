//! Ladder: simulator. Every fault, seen from the socket.

use std::time::Duration;

use crate::http::{Answer, End, Request, ask, stream};
use codex_sim::{
    Cut, Drip, Faults, HeadFault, Insert, Position, Reply, Rule, Scenario, Simulator, Stall, StreamFailure,
};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

async fn faulty(faults: Faults) -> Answer {
    let scenario = Scenario::new().rule(Rule::reply(Reply::text("one two three")).faults(faults));
    stream(&Simulator::start(scenario).await.unwrap(), "hello").await
}

#[tokio::test]
async fn bodies_are_cut() {
    let whole = faulty(Faults::new()).await;
    assert_eq!(whole.end, End::Complete);
    let three_events = whole.text().match_indices("\n\n").nth(2).unwrap().0 + 2;
    let cases = [
        (Position::Events(3), Cut::Drop, three_events, End::Closed),
        (Position::Events(3), Cut::Reset, three_events, End::Reset),
        (Position::Events(3), Cut::Clean, three_events, End::Complete),
        (Position::Bytes(100), Cut::Drop, 100, End::Closed),
        (Position::Bytes(0), Cut::Drop, 0, End::Closed),
        (Position::Bytes(0), Cut::Clean, 0, End::Complete),
        (Position::Events(999), Cut::Drop, whole.body.len(), End::Closed),
        (Position::Bytes(usize::MAX), Cut::Clean, whole.body.len(), End::Complete),
    ];
    for (after, how, length, end) in cases {
        let answer = faulty(Faults::new().cut(after, how)).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.end, end, "{after:?} {how:?}");
        assert_eq!(answer.body.len(), length, "{after:?} {how:?}");
        assert!(whole.body.starts_with(&answer.body));
    }
}

#[tokio::test]
async fn a_cut_json_answer_breaks_its_promised_length() {
    let faults = Faults::new().cut(Position::Bytes(10), Cut::Drop);
    let simulator = Simulator::start(Scenario::new().faults(faults)).await.unwrap();
    let answer = Request::post(&json!({"model": "m", "input": "hi"})).send(&simulator).await;
    assert_eq!((answer.end, answer.body.len()), (End::Closed, 10));
    let models = Request::new("GET", "/v1/models").send(&simulator).await;
    assert_eq!(models.end, End::Complete, "the scenario's own faults are about responses");
}

#[tokio::test]
async fn heads_are_withheld() {
    let closed = faulty(Faults::new().head(HeadFault::Close)).await;
    assert_eq!((closed.status, closed.end, closed.body.len()), (0, End::Closed, 0));

    let scenario = Scenario::new().faults(Faults::new().head(HeadFault::Never));
    let simulator = Simulator::start(scenario).await.unwrap();
    let mut socket = Request::post(&ask("hello")).open(&simulator).await;
    let mut byte = [0];
    let read = tokio::time::timeout(Duration::from_millis(50), socket.read(&mut byte)).await;
    assert!(read.is_err(), "neither bytes nor an end");
    assert_eq!(simulator.requests().len(), 1);
}

#[tokio::test]
async fn stalls_keep_the_connection_open() {
    for faults in [Faults::new().stall(Position::Events(2)), Faults::new().hold_open()] {
        let simulator = Simulator::start(Scenario::new().faults(faults)).await.unwrap();
        let mut socket = Request::post(&ask("hello")).open(&simulator).await;
        let mut received = Vec::new();
        let endless = async { while socket.read_buf(&mut received).await.unwrap() > 0 {} };
        assert!(tokio::time::timeout(Duration::from_millis(80), endless).await.is_err());
        let answer = crate::http::parse(&received).unwrap();
        assert!(answer.kinds().len() >= 2 && answer.end == End::Closed);
    }
}

#[tokio::test]
async fn pauses_end_and_send_comments() {
    let stall = Stall::forever(Position::Events(1))
        .lasting(Duration::from_millis(9))
        .comment_every(Duration::from_millis(3));
    let answer = faulty(Faults::new().pause(stall)).await;
    assert_eq!(answer.end, End::Complete);
    assert_eq!(answer.text().matches(": ping\n\n").count(), 3);
    let silent = Stall::forever(Position::Bytes(5)).lasting(Duration::from_millis(1));
    assert_eq!(faulty(Faults::new().pause(silent)).await.text(), faulty(Faults::new()).await.text());
}

#[tokio::test]
async fn drips_come_in_their_own_chunks() {
    let events = faulty(Faults::new().drip(Drip::EventMs(1))).await;
    assert_eq!(events.chunks.len(), events.kinds().len());
    let bytes = faulty(Faults::new().drip(Drip::Bytes { count: 1_000, ms: 1 })).await;
    let (last, others) = bytes.chunks.split_last().unwrap();
    assert!(others.iter().all(|chunk| chunk.len() == 1_000) && last.len() <= 1_000);
    assert_eq!(bytes.text(), events.text());
}

#[tokio::test]
async fn things_are_inserted() {
    let trace = json!({"type": "acme:trace", "sequence_number": 99, "x": 1});
    let Value::Object(trace) = trace else { unreachable!() };
    let faults = Faults::new()
        .insert(Insert::Bom { at: 0 })
        .insert(Insert::BadJson { at: 3 })
        .insert(Insert::Keepalive { at: 1 })
        .insert(Insert::Event { at: 1, event: trace })
        .insert(Insert::Comment { at: 2, text: " hm".into() })
        .insert(Insert::Text { at: 2, text: "data\n\n".into() })
        .insert(Insert::Huge { at: 999, bytes: 70_000 });
    let answer = faulty(faults).await;
    let text = answer.text();
    assert!(text.starts_with("\u{feff}event: response.created\n"));
    let second = text.split("\n\n").nth(1).unwrap();
    assert_eq!(second, "event: keepalive\ndata: {\"type\":\"keepalive\",\"sequence_number\":1}");
    let third = text.split("\n\n").nth(2).unwrap();
    assert_eq!(third, "event: acme:trace\ndata: {\"type\":\"acme:trace\",\"sequence_number\":2,\"x\":1}");
    assert!(text.contains("\n\n: hm\n\ndata\n\nevent: response.output_item.added\n"));
    let broken =
        "data: {\"type\":\"response.output_text.delta\",\"delta\":\n\nevent: response.content_part.added";
    assert!(text.contains(broken));
    assert!(text.contains("\"sequence_number\":4,"), "raw bytes use no number");
    assert!(text.trim_end().rsplit("\n\n").next().unwrap().len() > 70_000);

    let answer = faulty(Faults::new().insert(Insert::BadUtf8 { at: 4 })).await;
    assert!(String::from_utf8(answer.body).is_err());
}

#[tokio::test]
async fn things_are_inserted_into_recordings() {
    let faults = Faults::new().insert(Insert::Keepalive { at: 1 }).insert(Insert::Bom { at: 0 });
    let raw = codex_sim::RawStream::sse("data: a\n\ndata: b\r\n\r\ndata: c");
    let scenario = Scenario::new().rule(Rule::raw(raw).faults(faults));
    let answer = stream(&Simulator::start(scenario).await.unwrap(), "hello").await;
    let keepalive = "event: keepalive\ndata: {\"type\":\"keepalive\",\"sequence_number\":0}\n\n";
    assert_eq!(answer.text(), format!("\u{feff}data: a\n\n{keepalive}data: b\r\n\r\ndata: c"));
}

#[tokio::test]
async fn responses_fail_under_way() {
    let failure = StreamFailure::new(5, "rate_limit_exceeded", "Please try again in 2s.");
    let answer = faulty(Faults::new().fail(failure.clone())).await;
    let events = answer.events();
    assert_eq!(events.len(), 6);
    assert_eq!(events[5]["type"], "response.failed");
    assert_eq!(events[5]["sequence_number"], 5);
    assert_eq!(events[5]["response"]["status"], "failed");
    let error = json!({"code": "rate_limit_exceeded", "message": "Please try again in 2s."});
    assert_eq!(events[5]["response"]["error"], error);

    let answer = faulty(Faults::new().error(StreamFailure::new(2, "server_error", "x"))).await;
    let error =
        json!({"type": "error", "sequence_number": 2, "code": "server_error", "message": "x", "param": null});
    assert_eq!(answer.events()[2..], [error]);

    let simulator = Simulator::start(Scenario::new().faults(Faults::new().fail(failure))).await.unwrap();
    let plain = Request::post(&json!({"model": "m", "input": "hi"})).send(&simulator).await.json();
    assert_eq!(plain["status"], "failed");
    let stored = format!("/v1/responses/{}", plain["id"].as_str().unwrap());
    assert_eq!(Request::new("GET", &stored).send(&simulator).await.status, 404);
}
