//! Ladder: simulator. Responses that outlive a connection: background, resume, cancel.

use std::time::Duration;

use codex_sim::{
    BackgroundTiming, Cut, Faults, Insert, Position, Reply, Rule, Scenario, Simulator, StreamFailure,
};
use serde_json::{Value, json};

use crate::http::{Answer, End, Request};

fn body(stream: bool) -> Value {
    json!({"model": "m", "input": "hello", "background": true, "stream": stream})
}

async fn simulator(faults: Faults, queued: u64) -> Simulator {
    let timing = BackgroundTiming { queued: Duration::from_millis(queued), event: Duration::from_millis(1) };
    let rule = Rule::reply(Reply::text("one two three")).faults(faults);
    Simulator::start(Scenario::new().background(timing).rule(rule)).await.unwrap()
}

async fn get(simulator: &Simulator, path: &str) -> Answer {
    Request::new("GET", path).send(simulator).await
}

fn numbers(answer: &Answer) -> Vec<u64> {
    answer.events().iter().map(|event| event["sequence_number"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn responses_come_over_time() {
    let simulator = simulator(Faults::new(), 20).await;
    let queued = Request::post(&body(false)).send(&simulator).await.json();
    assert_eq!(
        (&queued["status"], &queued["output"], &queued["background"]),
        (&json!("queued"), &json!([]), &json!(true))
    );
    let path = format!("/v1/responses/{}", queued["id"].as_str().unwrap());
    let mut seen = Vec::new();
    let last = loop {
        let response = get(&simulator, &path).await.json();
        if seen.last() != Some(&response["status"]) {
            seen.push(response["status"].clone());
        }
        if response["status"] == "completed" {
            break response;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(last["output"][0]["content"][0]["text"], "one two three");
    assert!(seen.len() > 1, "{seen:?}");
    let refused = get(&simulator, &format!("{path}?stream=true")).await;
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("stream")));
}

#[tokio::test]
async fn a_cut_stream_is_resumed_without_loss() {
    let cut = Faults::new().insert(Insert::Keepalive { at: 3 }).cut(Position::Events(6), Cut::Drop);
    let simulator = simulator(cut, 1).await;
    let first = Request::post(&body(true)).send(&simulator).await;
    assert_eq!((first.end, numbers(&first)), (End::Closed, (0..6).collect()));
    assert_eq!(
        first.kinds()[..4],
        ["response.created", "response.queued", "response.in_progress", "keepalive"]
    );
    assert_eq!(first.events()[0]["response"]["status"], "queued");
    let id = first.events()[0]["response"]["id"].as_str().unwrap().to_owned();
    let all = get(&simulator, &format!("/v1/responses/{id}?stream=true")).await;
    let rest = get(&simulator, &format!("/v1/responses/{id}?stream=true&starting_after=5")).await;
    assert_eq!(rest.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert_eq!([first.events(), rest.events()].concat(), all.events());
    assert_eq!(numbers(&all), (0..13).collect::<Vec<_>>());
    assert_eq!(all.output_text(), "one two three");
    assert_eq!(rest.kinds().last().unwrap(), "response.completed");
    let path = |query: &str| format!("/v1/responses/{id}?stream=true&{query}");
    assert!(get(&simulator, &path("starting_after=12")).await.body.is_empty());
    assert!(get(&simulator, &path("starting_after=999")).await.body.is_empty());
    assert_eq!(get(&simulator, &path("starting_after=x")).await.status, 400);
    assert!(all.text().contains("obfuscation"));
    assert!(!get(&simulator, &path("include_obfuscation=false")).await.text().contains("obfuscation"));
    assert_eq!(get(&simulator, "/v1/responses/resp_x?stream=true").await.status, 404);
}

#[tokio::test]
async fn a_stream_is_resumed_while_it_still_runs() {
    let simulator = simulator(Faults::new(), 15).await;
    let request = Request::post(&body(true));
    let streamed = request.send(&simulator);
    let resumed = async {
        let id = loop {
            if let Some(answer) = simulator.requests().first() {
                // Ids follow from the number of the request.
                assert_eq!(answer.path, "/v1/responses");
                break first_id().await;
            }
            tokio::task::yield_now().await;
        };
        get(&simulator, &format!("/v1/responses/{id}?stream=true&starting_after=0")).await
    };
    let (streamed, resumed) = tokio::join!(streamed, resumed);
    assert_eq!(streamed.events()[1..], resumed.events());
}

/// The id that every simulator gives to its first response.
async fn first_id() -> String {
    let other = Simulator::start(Scenario::new()).await.unwrap();
    let answer = Request::post(&json!({"model": "m", "input": "x"})).send(&other).await;
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn running_responses_are_cancelled() {
    let simulator = simulator(Faults::new(), 60_000).await;
    let queued = Request::post(&body(true)).open(&simulator).await;
    let id = first_id().await;
    let cancel = Request::new("POST", "").header("content-length", "0");
    let cancel = Request { path: &format!("/v1/responses/{id}/cancel"), ..cancel };
    let cancelled = loop {
        let answer = cancel.send(&simulator).await;
        if answer.status == 200 {
            break answer.json();
        }
    };
    assert_eq!(cancelled["status"], "cancelled");
    let path = format!("/v1/responses/{id}");
    assert_eq!(get(&simulator, &path).await.json()["status"], "cancelled");
    let stream = get(&simulator, &format!("{path}?stream=true")).await;
    assert_eq!(
        (stream.end, stream.kinds()),
        (End::Complete, vec!["response.created".into(), "response.queued".into()])
    );
    drop(queued);

    let finished = Request::post(&json!({"model": "m", "input": "x"})).send(&simulator).await.json();
    let path = format!("/v1/responses/{}/cancel", finished["id"].as_str().unwrap());
    assert_eq!(Request::new("POST", &path).send(&simulator).await.status, 400);
    assert_eq!(Request::new("POST", "/v1/responses/resp_x/cancel").send(&simulator).await.status, 404);
}

#[tokio::test]
async fn background_responses_fail_too() {
    let failure = StreamFailure::new(4, "server_error", "Broken.");
    let simulator = simulator(Faults::new().fail(failure), 0).await;
    let streamed = Request::post(&body(true)).send(&simulator).await;
    let last = streamed.events().pop().unwrap();
    assert_eq!(last["type"], "response.failed");
    let stored =
        get(&simulator, &format!("/v1/responses/{}", last["response"]["id"].as_str().unwrap())).await;
    assert_eq!(stored.json()["status"], "failed");
    let mut unstored = body(false);
    unstored["store"] = json!(false);
    assert_eq!(Request::post(&unstored).send(&simulator).await.json()["error"]["param"], "background");
}
