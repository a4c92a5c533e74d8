//! Fake transport: recordings are bounded, and requests do not notice.

use std::{fs, sync::Arc};

use bytes::Bytes;
use codex_client::{
    HttpTransport, Request, RequestBody,
    fake::{FakeAnswer, FakeTransport},
};
use codex_core::{Recorder, RecordingCut, RecordingOptions, RecordingSummary};
use codex_sim::{RecordingState, Scenario, Simulator};
use http::Method;
use serde_json::Value;

const MIB: usize = 1024 * 1024;

/// Sends one request and reads its answer to the end; how many bytes came.
async fn exchange(transport: &dyn HttpTransport, body: Option<RequestBody>) -> usize {
    let mut request = Request::new(Method::POST, "https://service.test/v1/responses".parse().unwrap());
    request.body = body;
    let mut answer = transport.send(request).await.unwrap().body;
    let mut length = 0;
    while let Some(chunk) = answer.chunk().await.unwrap() {
        length += chunk.len();
    }
    length
}

/// Records requests with these bodies and answers; the lines after the first.
async fn record(
    options: &RecordingOptions,
    answers: Vec<FakeAnswer>,
    bodies: Vec<Option<RequestBody>>,
) -> (Vec<Value>, RecordingSummary, Vec<usize>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.ndjson");
    let recorder = Recorder::with_options(&path, options).unwrap();
    let transport = recorder.http(Arc::new(FakeTransport::new(answers)));
    let mut lengths = Vec::new();
    for body in bodies {
        lengths.push(exchange(&*transport, body).await);
    }
    let summary = recorder.finish().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.len() as u64, summary.bytes);
    let scenario = Scenario::from_recording(&text).unwrap();
    let simulator = Simulator::start(scenario).await.unwrap();
    let state = simulator.replay_report().unwrap().recording;
    assert_eq!(state == RecordingState::Cut, summary.cut.is_some());
    let lines = text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
    (lines, summary, lengths)
}

#[tokio::test]
async fn a_stream_of_100_mb_ends_the_recording_and_not_the_stream() {
    let line = Bytes::from(format!("data: {}\n\n", "a ".repeat(MIB / 2)));
    let answer = FakeAnswer::ok().header("content-type", "text/event-stream").chunks(vec![line.clone(); 100]);
    let mut options = RecordingOptions::default();
    options.max_bytes = 4 * MIB as u64;
    let (lines, summary, lengths) = record(&options, vec![answer], vec![None]).await;
    assert_eq!(lengths, [100 * line.len()]);
    assert!(summary.bytes <= options.max_bytes);
    let last = lines.last().unwrap();
    assert_eq!(last["kind"], "cut");
    match summary.cut.unwrap() {
        RecordingCut::FileLimit => assert_eq!(last["limit_bytes"], options.max_bytes),
        // A slow machine: more waited to be written than may.
        cut => assert_eq!((cut, &last["limit"]), (RecordingCut::QueueLimit, &Value::from("queue"))),
    }
}

#[tokio::test]
async fn what_does_not_fit_a_line_is_left_out() {
    let mut options = RecordingOptions::default();
    options.max_line_bytes = 2000;
    let body = RequestBody::json(&"p".repeat(3000)).unwrap();
    let answers = vec![FakeAnswer::ok().chunks([Bytes::from("q".repeat(2500)), Bytes::from("short")])];
    let (lines, summary, _) = record(&options, answers, vec![Some(body)]).await;
    assert_eq!(summary.cut, None);
    assert_eq!(lines[0]["body"]["omitted"], 3002);
    assert_eq!(lines[2]["data"]["omitted"], 2500);
    assert_eq!(lines[3]["data"]["text"], "short");
}

#[tokio::test]
async fn a_head_that_does_not_fit_a_line_ends_the_recording() {
    let mut options = RecordingOptions::default();
    options.max_line_bytes = 300;
    let answers =
        vec![FakeAnswer::ok().header("x-long", &"h".repeat(400)).body("ok"), FakeAnswer::ok().body("ok")];
    let (lines, summary, lengths) = record(&options, answers, vec![None, None]).await;
    assert_eq!((summary.cut, lengths), (Some(RecordingCut::LineLimit), vec![2, 2]));
    assert_eq!(lines.len(), 2);
}

#[tokio::test]
async fn a_client_that_leaves_and_one_that_finds_no_service_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.ndjson");
    let recorder = Recorder::create(&path).unwrap();
    let unreachable = codex_client::TransportError::Dns { host: "service.test".into(), source: "no".into() };
    let answers = [FakeAnswer::ok().chunks(["one", "two"]), FakeAnswer::error(unreachable)];
    let transport = recorder.http(Arc::new(FakeTransport::new(answers)));
    let request = Request::new(Method::GET, "https://service.test/v1/models".parse().unwrap());
    let mut body = transport.send(request.clone()).await.unwrap().body;
    body.chunk().await.unwrap();
    drop(body);
    transport.send(request).await.unwrap_err();
    recorder.finish().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let ends: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|it: &Value| it["kind"] == "end")
        .collect();
    assert_eq!((&ends[0]["how"], &ends[1]["how"]), (&"abandoned".into(), &"unreachable".into()));
    assert_eq!(ends[1]["class"], "dns");
}
