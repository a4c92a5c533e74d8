//! Ladder: simulator. Replies have the events, order and fields of the recorded streams.

use std::collections::BTreeMap;

use crate::http::{Request, ask};
use codex_sim::{DeltaSize, Faults, Insert, Output, Reply, Rule, Scenario, Simulator, StreamFailure, Usage};
use serde_json::{Value, json};

const STREAMS: &str = include_str!("fixtures/streams.json");

/// The scenario that should give each recorded stream.
fn rule(name: &str) -> Option<Rule> {
    let reasoning = Output::Reasoning {
        summary: vec!["**Planning**\n\ntwo calls".into()],
        text: None,
        encrypted_content: Some("gAAAAABfinal".into()),
    };
    Some(match name {
        "reasoning_then_parallel_function_calls" => Reply::new()
            .output(reasoning)
            .function_call("get_weather", json!({"city": "Paris"}))
            .function_call("get_weather", json!({"city": "Rome"}))
            .usage(Usage::new(120, 60).cached(64).reasoning(32))
            .into(),
        "commentary_then_final" => Reply::new()
            .message_in_phase("commentary", "Looking…")
            .message_in_phase("final_answer", "Done.")
            .into(),
        "web_search" => Reply::new().web_search("rust sse").message("Found it.").into(),
        "refusal" => Reply::refusal("I can't help.").into(),
        "incomplete_max_tokens" => Reply::text("Once upon").incomplete("max_output_tokens").into(),
        "failed_rate_limit" => {
            Rule::sensible().faults(Faults::new().fail(StreamFailure::new(2, "rate_limit_exceeded", "x")))
        }
        "keepalive_and_unknown_events" => {
            let Value::Object(event) = json!({"type": "acme:trace_event", "phase": "x"}) else { return None };
            let faults =
                Faults::new().insert(Insert::Keepalive { at: 2 }).insert(Insert::Event { at: 2, event });
            Rule::reply(Reply::text("ok")).faults(faults)
        }
        "truncated_no_terminal" => {
            let faults = Faults::new().cut(codex_sim::Position::Events(3), codex_sim::Cut::Clean);
            Rule::reply(Reply::text("ok")).faults(faults)
        }
        _ => return None,
    })
}

fn with_size(mut rule: Rule) -> Rule {
    if let codex_sim::Answer::Reply(reply) = &mut rule.answer {
        **reply = std::mem::take(&mut **reply).delta(DeltaSize::Whole);
    }
    rule
}

/// Successive deltas of one text count as one.
fn merged(events: &[Value]) -> Vec<&Value> {
    let mut merged: Vec<&Value> = Vec::new();
    for event in events {
        let delta = event["type"].as_str().unwrap().ends_with(".delta");
        let place = |event: &Value| (event["type"].clone(), event["item_id"].clone());
        if !(delta && merged.last().is_some_and(|last| place(last) == place(event))) {
            merged.push(event);
        }
    }
    merged
}

/// Every field of `recorded` is in `ours`, with the same JSON type, at any depth.
fn assert_has_fields(ours: &Value, recorded: &Value, path: &str) {
    match (ours, recorded) {
        (Value::Object(ours), Value::Object(recorded)) => {
            for (name, value) in recorded {
                // Padding is left out at random; an effort is asked for by the recorded request only.
                if matches!(name.as_str(), "obfuscation" | "effort" | "summary" | "encrypted_content") {
                    continue;
                }
                let path = format!("{path}.{name}");
                assert_has_fields(
                    ours.get(name).unwrap_or_else(|| panic!("{path} is missing")),
                    value,
                    &path,
                );
            }
        }
        (Value::Array(ours), Value::Array(recorded)) => {
            assert_eq!(ours.len(), recorded.len(), "{path}");
            for (ours, recorded) in ours.iter().zip(recorded) {
                assert_has_fields(ours, recorded, path);
            }
        }
        (ours, recorded) => {
            let same = std::mem::discriminant(ours) == std::mem::discriminant(recorded);
            // The recorded requests set these, ours do not.
            assert!(
                same || path.ends_with("max_output_tokens") || path.ends_with("usage"),
                "{path}: {ours} for {recorded}"
            );
        }
    }
}

#[tokio::test]
async fn replies_equal_the_recorded_streams() {
    let streams: Vec<Value> = serde_json::from_str(STREAMS).unwrap();
    let mut compared = 0;
    for recorded in streams.iter().filter(|stream| stream["transport"] == "sse") {
        let name = recorded["name"].as_str().unwrap();
        let rule = with_size(rule(name).unwrap_or_else(|| panic!("no scenario for {name}")));
        let simulator = Simulator::start(Scenario::new().rule(rule)).await.unwrap();
        let answer = Request::post(&ask("hello")).send(&simulator).await;
        let ours = answer.events();
        let theirs = recorded["events"].as_array().unwrap();
        let (ours, theirs) = (merged(&ours), merged(theirs));
        let kinds = |events: &[&Value]| events.iter().map(|event| event["type"].clone()).collect::<Vec<_>>();
        assert_eq!(kinds(&ours), kinds(&theirs), "{name}");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_has_fields(ours, theirs, name);
        }
        compared += 1;
    }
    assert_eq!(compared, 8);
}

#[tokio::test]
async fn recorded_streams_are_replayed_as_they_are() {
    let streams: Vec<Value> = serde_json::from_str(STREAMS).unwrap();
    for recorded in &streams {
        let Some(sse) = recorded["sse"].as_str() else { continue };
        let scenario = Scenario::new().rule(codex_sim::RawStream::sse(sse));
        let simulator = Simulator::start(scenario).await.unwrap();
        assert_eq!(crate::http::stream(&simulator, "hello").await.text(), sse);
    }
}

#[tokio::test]
async fn numbers_have_no_gaps_and_ids_agree() {
    let reply = Reply::new()
        .reasoning_text("raw thoughts")
        .reasoning_summary("a summary")
        .message("text")
        .custom_tool_call("apply_patch", "*** Begin Patch\n")
        .output(Output::Item {
            item: json!({"type": "image_generation_call", "status": "completed", "result": null}),
        });
    let simulator = Simulator::start(Scenario::new().reply(reply)).await.unwrap();
    let events = crate::http::stream(&simulator, "hello").await.events();
    let numbers: Vec<u64> = events.iter().map(|event| event["sequence_number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (0..events.len() as u64).collect::<Vec<_>>());

    let mut ids = BTreeMap::new();
    for event in events.iter().filter(|event| event["type"] == "response.output_item.added") {
        ids.insert(event["output_index"].as_u64().unwrap(), event["item"]["id"].clone());
    }
    for event in &events {
        if let (Some(index), Some(id)) = (event["output_index"].as_u64(), event.get("item_id")) {
            assert_eq!(&ids[&index], id);
        }
    }
    let completed = &events.last().unwrap()["response"];
    for (index, item) in completed["output"].as_array().unwrap().iter().enumerate() {
        assert_eq!(ids[&(index as u64)], item["id"]);
    }
    assert_eq!(completed["id"], events[0]["response"]["id"]);
    let usage = &completed["usage"];
    let sum = usage["input_tokens"].as_u64().unwrap() + usage["output_tokens"].as_u64().unwrap();
    assert_eq!(usage["total_tokens"], sum);
}

#[tokio::test]
async fn padding_can_be_switched_off() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let mut body = ask("hello");
    assert!(Request::post(&body).send(&simulator).await.text().contains("\"obfuscation\""));
    body["stream_options"] = json!({"include_obfuscation": false});
    assert!(!Request::post(&body).send(&simulator).await.text().contains("\"obfuscation\""));
}

#[tokio::test]
async fn the_json_answer_is_the_response_of_the_last_event() {
    let first = Simulator::start(Scenario::new()).await.unwrap();
    let second = Simulator::start(Scenario::new()).await.unwrap();
    let mut body = ask("hello");
    let streamed = Request::post(&body).send(&first).await;
    body["stream"] = json!(false);
    let plain = Request::post(&body).send(&second).await;
    assert_eq!(plain.header("content-type"), Some("application/json"));
    assert_eq!(streamed.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert_eq!(streamed.events().last().unwrap()["response"], plain.json());
}

/// Fields of the published response type, where that list is at hand.
#[tokio::test]
async fn responses_have_the_published_fields() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/request_fields.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: request_fields.json is not there");
        return;
    };
    let fields: Value = serde_json::from_str(&text).unwrap();
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let response = Request::post(&json!({"model": "m", "input": "hi"})).send(&simulator).await.json();
    for field in fields["response_object"].as_array().unwrap() {
        let name = field["name"].as_str().unwrap();
        if field["required"] == true {
            assert!(response.get(name).is_some(), "{name} is missing");
        }
    }
}
