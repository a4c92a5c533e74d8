//! Ladder: simulator. Dialects, and how bodies are cut into writes.

use codex_sim::{Dialect, Failure, HttpErrorShape, LineEnd, Reply, Rule, Scenario, Simulator, Writes};
use serde_json::{Value, json};

use crate::http::{Answer, stream};

async fn spoken(dialect: Dialect) -> Answer {
    let scenario = Scenario::new().reply(Reply::text("one two")).dialect(dialect);
    stream(&Simulator::start(scenario).await.unwrap(), "hello").await
}

#[tokio::test]
async fn dialects_differ_in_lines() {
    let openai = spoken(Dialect::openai()).await.text();
    assert!(
        openai.starts_with(
            "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,"
        )
    );
    assert!(openai.ends_with("}\n\n") && !openai.contains("[DONE]") && !openai.contains('\r'));

    let gateway = spoken(Dialect::gateway()).await.text();
    assert!(!gateway.contains("event:") && gateway.ends_with("}\n\ndata: [DONE]\n\n"));

    for (line_end, text) in [(LineEnd::Crlf, "\r\n"), (LineEnd::Cr, "\r")] {
        let other = spoken(Dialect::openai().line_end(line_end)).await.text();
        assert_eq!(other, openai.replace('\n', text));
    }
    assert_eq!(
        spoken(Dialect::openai().with_done_marker()).await.text(),
        format!("{openai}data: [DONE]\n\n")
    );
}

#[tokio::test]
async fn small_servers_leave_fields_out() {
    let events = spoken(Dialect::llama_cpp()).await.events();
    let named = |event: &Value, name: &str| event.get(name).is_some();
    for event in &events {
        assert!(!["sequence_number", "output_index", "content_index"].iter().any(|name| named(event, name)));
    }
    let id = &events[0]["response"]["id"];
    assert_eq!(events[0]["response"], json!({"id": id, "object": "response", "status": "in_progress"}));
    let usage = &events.last().unwrap()["response"]["usage"];
    assert!(usage["total_tokens"].is_u64() && !named(usage, "output_tokens_details"));
}

#[tokio::test]
async fn any_cut_into_writes_gives_the_same_bytes() {
    let whole = spoken(Dialect::openai()).await;
    assert_eq!(whole.chunks.len(), 1);
    let by_event = spoken(Dialect::openai().writes(Writes::Event)).await;
    assert_eq!(by_event.chunks.len(), whole.events().len());
    assert!(by_event.chunks.iter().all(|chunk| chunk.ends_with(b"}\n\n")));
    assert_eq!(by_event.body, whole.body);
    for size in [0, 1, 7, 1_000_000] {
        let answer = spoken(Dialect::openai().writes(Writes::Bytes(size))).await;
        assert_eq!(answer.body, whole.body, "{size}");
        let (last, others) = answer.chunks.split_last().unwrap();
        assert!(others.iter().all(|chunk| chunk.len() == size.max(1)) && !last.is_empty());
    }
}

#[tokio::test]
async fn errors_have_the_shape_of_the_dialect() {
    let failure = Failure::new(400).code("c").kind("t").message("m").param("p");
    let cases = [
        (HttpErrorShape::Nested, json!({"error": {"message": "m", "type": "t", "param": "p", "code": "c"}})),
        (HttpErrorShape::Flat, json!({"message": "m", "type": "t", "param": "p", "code": "c"})),
        (HttpErrorShape::Detail, json!({"detail": "m"})),
        (HttpErrorShape::Text, json!({"error": "m"})),
    ];
    for (shape, expected) in cases {
        let rule = Rule::fail(failure.clone()).dialect(Dialect::openai().http_errors(shape));
        let simulator = Simulator::start(Scenario::new().rule(rule)).await.unwrap();
        assert_eq!(stream(&simulator, "x").await.json(), expected);
    }
}
