//! Fake transport: every recorded stream and every known event, under every chunking, through the public client.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod stories;

use std::path::Path;

use codex_api::{ApiError, ResponseEvent};
use codex_client::fake::FakeAnswer;
use serde_json::Value;
use stories::{client, drain, request, sse};

/// The same bytes as one chunk, one byte a chunk, and twice in random pieces.
fn chunkings(text: &str) -> [Vec<Vec<u8>>; 4] {
    let bytes = text.as_bytes();
    let random = |seed| {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut rest = bytes;
        let mut chunks = Vec::new();
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(random.usize(1..=rest.len().min(97)));
            chunks.push(chunk.to_vec());
            rest = after;
        }
        chunks
    };
    [vec![bytes.to_vec()], bytes.iter().map(|byte| vec![*byte]).collect(), random(1), random(2)]
}

async fn play(chunks: Vec<Vec<u8>>) -> (Vec<ResponseEvent>, Option<ApiError>) {
    let (client, _) = client([FakeAnswer::ok().header("content-type", "text/event-stream").chunks(chunks)]);
    drain(client.responses().stream(&request()).await.expect("the first event comes")).await
}

#[tokio::test]
async fn recorded_streams_are_the_same_under_any_chunking() {
    let streams: Vec<Value> = read_json(&own_fixtures().join("streams.json"));
    let mut played = 0;
    for stream in streams.iter().filter(|stream| stream["transport"] == "sse") {
        let expected: Vec<_> =
            stream["events"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
        let mut seen: Option<String> = None;
        for chunks in chunkings(stream["sse"].as_str().unwrap()) {
            let (events, error) = play(chunks).await;
            let failed = stream["terminal"] == "response.failed";
            let kinds: Vec<_> = events.iter().map(ResponseEvent::kind).collect();
            // A failure is given as the error, not as an event.
            assert_eq!(kinds, expected[..expected.len() - usize::from(failed)], "{}", stream["name"]);
            assert_eq!(error.is_some(), failed || stream["terminal"].is_null(), "{}", stream["name"]);
            let told = format!("{events:?} {:?}", error.map(|error| error.to_string()));
            assert_eq!(*seen.get_or_insert_with(|| told.clone()), told);
        }
        played += 1;
    }
    assert_eq!(played, 8);
}

#[tokio::test]
async fn every_known_event_passes_under_any_chunking() {
    let rows: Vec<Value> = read_lines(&fixtures().join("stream_events.jsonl"));
    let events: Vec<_> = rows.iter().map(|row| row.get("example").unwrap_or(row)).collect();
    assert!(events.len() > 60);
    for event in events {
        passes(event).await;
    }
}

#[tokio::test]
async fn every_official_example_passes_under_any_chunking() {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/examples.jsonl"));
    if !file.exists() {
        println!("skipped: shared/data/examples.jsonl is not beside the checkout");
        return;
    }
    let rows: Vec<Value> = read_lines(file);
    let examples: Vec<_> =
        rows.iter().filter(|row| row["group"] == "responses" && row["type"] != "response.create").collect();
    assert_eq!(examples.len(), 72);
    for row in examples {
        passes(&row["example"]).await;
    }
}

/// The event comes typed, whole, and as the same thing whatever its pieces; errors come as errors.
async fn passes(event: &Value) {
    let kind = event["type"].as_str().unwrap();
    for chunks in chunkings(&sse(event)) {
        let (events, error) = play(chunks).await;
        if matches!(kind, "response.failed" | "error") {
            let error = error.unwrap();
            assert!(
                events.is_empty()
                    && error.context().stream.as_ref().unwrap().last_event.as_deref() == Some(kind)
            );
            continue;
        }
        let [decoded] = &events[..] else { panic!("{kind}: {events:?}") };
        let odd = matches!(decoded, ResponseEvent::Unknown { .. } | ResponseEvent::Undecodable { .. });
        assert!(!odd, "{decoded:?}");
        let expected = if kind == "response.done" { "response.completed" } else { kind };
        assert_eq!(decoded.kind(), expected);
    }
}

fn own_fixtures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn fixtures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../codex-protocol/tests/data")
}

fn read_json<T: serde::de::DeserializeOwned>(file: &Path) -> T {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn read_lines(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
