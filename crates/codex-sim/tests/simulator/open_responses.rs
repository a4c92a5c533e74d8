//! Ladder: simulator. What the vendor-neutral description asks of a server: shapes and WebSocket rules.

use std::collections::BTreeSet;

use codex_sim::{Dialect, Failure, Faults, Output, Reply, Rule, Scenario, Simulator, StreamFailure, When};
use serde_json::{Value, json};

use crate::http::Request;
use crate::schema::Schemas;
use crate::socket::{Socket, create, go_on, id, kinds};

/// Where the service itself differs from the description, and so does the simulator: it has items that the
/// description does not know, here a custom tool call and a web search. (The checker names the described item
/// that comes closest.)
const DIFFERENCES: &[(&str, &str)] = &[
    ("ResponseCompletedStreamingEvent", ".response.output[4].summary: missing"),
    ("ResponseCompletedStreamingEvent", ".response.output[4].type: \"custom_tool_call\" is not allowed"),
    ("ResponseCompletedStreamingEvent", ".response.output[5].summary: missing"),
    ("ResponseCompletedStreamingEvent", ".response.output[5].type: \"web_search_call\" is not allowed"),
    ("ResponseOutputItemAddedStreamingEvent", ".item: not null"),
    ("ResponseOutputItemDoneStreamingEvent", ".item: not null"),
    ("ResponseResource", ".output[4].summary: missing"),
    ("ResponseResource", ".output[4].type: \"custom_tool_call\" is not allowed"),
    ("ResponseResource", ".output[5].summary: missing"),
    ("ResponseResource", ".output[5].type: \"web_search_call\" is not allowed"),
];

/// Events that the description does not have. It names those of reasoning text `response.reasoning.*`.
const NOT_DESCRIBED: &[&str] = &[
    "response.reasoning_text.delta",
    "response.reasoning_text.done",
    "response.custom_tool_call_input.delta",
    "response.custom_tool_call_input.done",
    "response.web_search_call.in_progress",
    "response.web_search_call.searching",
    "response.web_search_call.completed",
];

fn rich_reply() -> Reply {
    Reply::new()
        .reasoning_summary("**Plan**\n\nshort")
        .reasoning_text("raw")
        .message_in_phase("commentary", "Looking.")
        .function_call("f", json!({"a": 1}))
        .custom_tool_call("apply_patch", "*** Begin Patch")
        .web_search("rust")
        .output(Output::Refusal { text: "No.".into() })
        .message("Done.")
}

async fn start(reply: Reply) -> Simulator {
    let when = |text: &str| When::new().user_says(text);
    let scenario = Scenario::new()
        .dialect(Dialect::open_responses())
        .rule(Rule::reply(Reply::text("cut").incomplete("max_output_tokens")).when(when("incomplete")))
        .rule(
            Rule::sensible()
                .faults(Faults::new().fail(StreamFailure::new(2, "server_error", "x")))
                .when(when("fail")),
        )
        .rule(Rule::fail(Failure::new(500).code("server_error").message("x")).when(when("refuse")))
        .reply(reply);
    Simulator::start(scenario).await.unwrap()
}

#[tokio::test]
async fn answers_fit_the_description() {
    let Some(schemas) = Schemas::load() else { return };
    let simulator = start(rich_reply()).await;
    let mut socket = Socket::connect(&simulator).await;
    let mut problems = BTreeSet::new();
    let mut described = BTreeSet::new();
    for prompt in ["hello", "incomplete", "fail"] {
        let mut body = create(prompt);
        let over_socket = socket.ask(&body).await;
        body.as_object_mut().unwrap().remove("type");
        let plain = Request::post(&body).send(&simulator).await.json();
        problems.extend(problems_of(&schemas, "ResponseResource", &plain));
        body["stream"] = json!(true);
        for event in Request::post(&body).send(&simulator).await.events().iter().chain(&over_socket) {
            let kind = event["type"].as_str().unwrap();
            match schemas.of_event(kind) {
                Some(name) => {
                    described.insert(kind.to_owned());
                    problems.extend(problems_of(&schemas, name, event));
                }
                None => assert!(NOT_DESCRIBED.contains(&kind), "{kind} is not described"),
            }
        }
    }
    let refused = &socket.ask(&create("refuse")).await[0];
    problems.extend(problems_of(&schemas, "WebSocketErrorEvent", refused));
    let unknown = &socket.ask(&go_on(&json!("resp_x"), "x")).await[0];
    problems.extend(problems_of(&schemas, "WebSocketErrorEvent", unknown));
    let compact =
        Request { path: "/v1/responses/compact", ..Request::post(&json!({"model": "m", "input": "x"})) };
    problems.extend(problems_of(&schemas, "CompactResource", &compact.send(&simulator).await.json()));
    let expected: BTreeSet<(String, String)> =
        DIFFERENCES.iter().map(|(name, problem)| ((*name).to_owned(), (*problem).to_owned())).collect();
    assert_eq!(problems, expected);
    assert!(described.len() >= 18, "{described:?}");
}

fn problems_of(schemas: &Schemas, name: &str, value: &Value) -> BTreeSet<(String, String)> {
    schemas.problems(name, value).into_iter().map(|problem| (name.to_owned(), problem)).collect()
}

fn completed(events: &[Value]) -> bool {
    kinds(events).last() == Some(&"response.completed")
}

/// websocket-response and websocket-sequential.
#[tokio::test]
async fn one_socket_answers_one_request_after_the_other() {
    let simulator = start(Reply::text("hi")).await;
    let mut socket = Socket::connect(&simulator).await;
    let first = socket.ask(&create("one")).await;
    let second = socket.ask(&create("two")).await;
    assert!(completed(&first) && completed(&second));
    assert_ne!(id(&first), id(&second));
    assert_eq!(kinds(&first)[0], "response.created");
}

/// websocket-continuation.
#[tokio::test]
async fn the_latest_response_is_continued() {
    let simulator = start(Reply::text("hi")).await;
    let mut socket = Socket::connect(&simulator).await;
    let first = socket.ask(&create("one")).await;
    assert!(completed(&socket.ask(&go_on(&id(&first), "two")).await));
}

/// websocket-reconnect-store-false-recovery.
#[tokio::test]
async fn a_new_socket_does_not_know_what_was_not_stored() {
    let simulator = start(Reply::text("hi")).await;
    let first = Socket::connect(&simulator).await.ask(&create("one")).await;
    let mut socket = Socket::connect(&simulator).await;
    let refused = socket.ask(&go_on(&id(&first), "two")).await;
    assert_eq!(refused[0]["error"]["code"], "previous_response_not_found");
    assert!(completed(&socket.ask(&create("one, two")).await), "the full input recovers");
}

/// websocket-previous-response-not-found.
#[tokio::test]
async fn an_unknown_response_is_an_error_with_status_and_code() {
    let simulator = start(Reply::text("hi")).await;
    let refused = Socket::connect(&simulator).await.ask(&go_on(&json!("resp_nothing"), "x")).await;
    assert_eq!((refused.len(), &refused[0]["status"]), (1, &json!(400)));
    assert_eq!(refused[0]["error"]["code"], "previous_response_not_found");
    assert!(refused[0]["error"]["message"].is_string());
}

/// websocket-failed-continuation-evicts-cache.
#[tokio::test]
async fn a_failed_continuation_evicts_what_it_named() {
    let simulator = start(Reply::text("hi")).await;
    let mut socket = Socket::connect(&simulator).await;
    let first = socket.ask(&create("one")).await;
    let mut failing = go_on(&id(&first), "");
    failing["input"] = json!([{"type": "function_call_output", "call_id": "call_nothing", "output": "x"}]);
    assert_eq!(socket.ask(&failing).await[0]["status"], 400);
    let evicted = socket.ask(&go_on(&id(&first), "two")).await;
    assert_eq!(evicted[0]["error"]["code"], "previous_response_not_found");
}

/// websocket-compact-new-chain.
#[tokio::test]
async fn a_compacted_window_begins_a_new_chain() {
    let simulator = start(Reply::text("hi")).await;
    let mut socket = Socket::connect(&simulator).await;
    socket.ask(&create("one")).await;
    let body = json!({"model": "m", "input": [{"role": "user", "content": "one"}]});
    let compact = Request { path: "/v1/responses/compact", ..Request::post(&body) };
    let window = compact.send(&simulator).await.json()["output"].clone();
    let mut request = create("");
    request["input"] = window;
    let renewed = socket.ask(&request).await;
    assert!(completed(&renewed));
    assert!(completed(&socket.ask(&go_on(&id(&renewed), "on")).await));
}
