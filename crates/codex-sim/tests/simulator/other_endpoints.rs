//! Ladder: simulator. Compaction, memories, token counts, input items, limits.

use codex_sim::{
    Credits, Failure, FrameErrorShape, LimitFamily, LimitWindow, Limits, Output, RateLimit, Reply, Rule,
    Scenario, ScenarioError, SimError, Simulator, WebSocketOptions, When,
};
use serde_json::{Value, json};

use crate::http::{Answer, Request, ask, stream};
use crate::socket::{Socket, create, kinds};

async fn simulator() -> Simulator {
    Simulator::start(Scenario::new()).await.unwrap()
}

async fn post(simulator: &Simulator, path: &str, body: &Value) -> Answer {
    Request { path, ..Request::post(body) }.send(simulator).await
}

#[tokio::test]
async fn conversations_are_compacted() {
    let simulator = simulator().await;
    let input = json!([
        {"role": "user", "content": "first"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hm"}]},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "ok"},
        {"role": "user", "content": [{"type": "input_text", "text": "second"}]},
    ]);
    // With what Codex adds to the public fields.
    let body = json!({
        "model": "m", "instructions": "be short", "input": input, "tools": [], "parallel_tool_calls": true,
        "reasoning": {"effort": "low"}, "text": {"verbosity": "low"},
    });
    let compacted = post(&simulator, "/v1/responses/compact", &body).await.json();
    assert_eq!(compacted["object"], "response.compaction");
    let output = compacted["output"].as_array().unwrap();
    let texts: Vec<&Value> = output.iter().map(|item| &item["content"][0]["text"]).collect();
    assert_eq!(texts, [&json!("first"), &json!("second"), &Value::Null]);
    assert_eq!(output[2]["type"], "compaction");
    assert!(output[2]["encrypted_content"].is_string());
    assert!(compacted["usage"]["input_tokens"].as_u64().unwrap() > 0);

    // It is the next input, as it is; its id is no response id.
    let next = json!({"model": "m", "input": output});
    assert_eq!(Request::post(&next).send(&simulator).await.status, 200);
    let wrong = json!({"model": "m", "input": "x", "previous_response_id": compacted["id"]});
    assert_eq!(Request::post(&wrong).send(&simulator).await.status, 400);
}

#[tokio::test]
async fn compaction_checks_and_follows_rules() {
    let rule =
        Reply::new().output(Output::Item { item: json!({"type": "compaction", "encrypted_content": "x"}) });
    let when = When::new().path("/responses/compact");
    let simulator =
        Simulator::start(Scenario::new().rule(Rule::reply(rule).when(when.nth(9)))).await.unwrap();
    let cases = [
        (json!({"input": "x"}), "missing_required_parameter", "model"),
        (json!({"model": null}), "missing_required_parameter", "model"),
        (json!({"model": 1}), "invalid_type", "model"),
        (json!({"model": "m", "input": 1}), "invalid_type", "input"),
        (json!({"model": "m", "wat": 1}), "unknown_parameter", "wat"),
        (json!({"model": "m", "stream": true}), "unknown_parameter", "stream"),
        (
            json!({"model": "m", "previous_response_id": "r"}),
            "previous_response_not_found",
            "previous_response_id",
        ),
        (
            json!({"model": "m", "prompt_cache_key": "x".repeat(65)}),
            "string_above_max_length",
            "prompt_cache_key",
        ),
    ];
    for (body, code, param) in cases {
        let answer = post(&simulator, "/v1/responses/compact", &body).await;
        let error = &answer.json()["error"];
        assert_eq!(
            (answer.status, &error["code"], &error["param"]),
            (400, &json!(code), &json!(param)),
            "{body}"
        );
    }
    let chosen = post(&simulator, "/responses/compact", &json!({"model": "m", "input": null})).await.json();
    assert_eq!(chosen["output"].as_array().unwrap().len(), 1);
    assert_eq!(chosen["output"][0]["encrypted_content"], "x");
}

#[tokio::test]
async fn a_trigger_in_the_input_compacts() {
    let simulator = simulator().await;
    let mut body = ask("x");
    body["input"] = json!([{"role": "user", "content": "hi"}, {"type": "compaction_trigger"}]);
    let events = Request::post(&body).send(&simulator).await.events();
    let output = &events.last().unwrap()["response"]["output"];
    assert_eq!((output.as_array().unwrap().len(), &output[0]["type"]), (1, &json!("compaction")));
}

#[tokio::test]
async fn traces_are_summarized() {
    let simulator = simulator().await;
    let trace = |id: &str| json!({"id": id, "metadata": {"source_path": "/tmp/a.jsonl"}, "items": [{}, {}]});
    let body = json!({"model": "m", "traces": [trace("t1"), trace("t2")], "reasoning": {"effort": "low"}});
    let output = post(&simulator, "/v1/memories/trace_summarize", &body).await.json();
    let summaries = output["output"].as_array().unwrap();
    assert_eq!(summaries.len(), 2);
    assert_eq!(summaries[0]["trace_summary"], "Trace t1 of /tmp/a.jsonl: 2 items.");
    assert!(summaries[1]["memory_summary"].is_string());
    let cases = [
        (json!({"traces": []}), "model"),
        (json!({"model": "m"}), "traces"),
        (json!({"model": "m", "traces": {}}), "traces"),
        (json!({"model": "m", "traces": [{"id": "t"}]}), "traces[0].metadata.source_path"),
    ];
    for (body, param) in cases {
        let error = post(&simulator, "/v1/memories/trace_summarize", &body).await.json();
        assert_eq!(error["error"]["param"], param, "{body}");
    }
}

#[tokio::test]
async fn tokens_are_counted_and_inputs_listed() {
    let simulator = simulator().await;
    let body = json!({"model": "m", "input": "abcdefgh"});
    let counted = post(&simulator, "/v1/responses/input_tokens", &body).await.json();
    assert_eq!(counted, json!({"object": "response.input_tokens", "input_tokens": 2}));

    let input: Vec<Value> = (0..5).map(|n| json!({"role": "user", "content": n.to_string()})).collect();
    let response = Request::post(&json!({"model": "m", "input": input})).send(&simulator).await.json();
    let path = format!("/v1/responses/{}/input_items", response["id"].as_str().unwrap());
    let list = |query: &str| {
        let path = format!("{path}{query}");
        let simulator = &simulator;
        async move { Request::new("GET", &path).send(simulator).await }
    };
    let texts = |answer: &Answer| -> Vec<Value> {
        let json = answer.json();
        json["data"].as_array().unwrap().iter().map(|item| item["content"][0]["text"].clone()).collect()
    };
    let all = list("").await;
    assert_eq!(texts(&all), ["4", "3", "2", "1", "0"]);
    assert_eq!(all.json()["has_more"], false);
    let page = list("?limit=2&order=asc").await.json();
    assert_eq!((&page["has_more"], &page["first_id"]), (&json!(true), &page["data"][0]["id"]));
    let next = list(&format!("?limit=2&order=asc&after={}", page["last_id"].as_str().unwrap())).await;
    assert_eq!(texts(&next), ["2", "3"]);
    for query in ["?limit=0", "?limit=101", "?limit=x", "?order=up", "?after=nothing"] {
        assert_eq!(list(query).await.status, 400, "{query}");
    }
    assert_eq!(Request::new("GET", "/v1/responses/r/input_items").send(&simulator).await.status, 404);
}

fn limits() -> Limits {
    Limits::new()
        .requests(RateLimit::new(60, 0, "6m0s"))
        .project_tokens(RateLimit::new(1_000, 10, "20ms"))
        .family(
            LimitFamily::new("codex").primary(LimitWindow::new(97.5).minutes(300).resets_at(1_793_000_300)),
        )
        .family(LimitFamily::new("codex-other").limit_name("other").secondary(LimitWindow::new(1.0)))
        .credits(Credits::balance("12"))
        .plan_type("pro")
        .active_limit("codex")
        .promo_message("Try again later.")
}

#[tokio::test]
async fn limits_are_told_in_headers_and_events() {
    let simulator = Simulator::start(Scenario::new().limits(limits())).await.unwrap();
    let answer = stream(&simulator, "hi").await;
    let expected = [
        ("x-ratelimit-limit-requests", "60"),
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-reset-requests", "6m0s"),
        ("x-ratelimit-remaining-project-tokens", "10"),
        ("x-ratelimit-limit-tokens", "2000000"),
        ("x-codex-primary-used-percent", "97.5"),
        ("x-codex-primary-window-minutes", "300"),
        ("x-codex-primary-reset-at", "1793000300"),
        ("x-codex-other-secondary-used-percent", "1"),
        ("x-codex-other-limit-name", "other"),
        ("x-codex-credits-has-credits", "true"),
        ("x-codex-credits-balance", "12"),
        ("x-codex-active-limit", "codex"),
        ("x-codex-promo-message", "Try again later."),
    ];
    for (name, value) in expected {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let mut socket = Socket::connect(&simulator).await;
    assert_eq!(socket.head.headers()["x-codex-primary-used-percent"], "97.5");
    let events = socket.ask(&create("hi")).await;
    assert_eq!(kinds(&events)[..3], ["codex.rate_limits", "codex.rate_limits", "response.created"]);
    let credits = json!({"has_credits": true, "unlimited": false, "balance": "12"});
    let first = json!({
        "type": "codex.rate_limits",
        "plan_type": "pro",
        "rate_limits": {
            "primary": {"used_percent": 97.5, "window_minutes": 300, "reset_at": 1_793_000_300},
            "secondary": null,
        },
        "credits": credits,
    });
    assert_eq!(events[0], first);
    assert_eq!(
        (&events[1]["metered_limit_name"], &events[1]["limit_name"]),
        (&json!("codex_other"), &json!("other"))
    );
    assert_eq!(events[2]["sequence_number"], 0);
}

#[tokio::test]
async fn headers_that_cannot_be_sent_are_refused() {
    let wrong = [
        Scenario::new().limits(Limits::new().promo_message("two\nlines")),
        Scenario::new().limits(Limits::new().family(LimitFamily::new("a b").primary(LimitWindow::new(1.0)))),
        Scenario::new().websocket(WebSocketOptions::new().header("bad name", "x")),
    ];
    for scenario in wrong {
        assert!(matches!(
            Simulator::start(scenario).await,
            Err(SimError::Scenario(ScenarioError::Header { .. }))
        ));
    }
}

#[tokio::test]
async fn usage_limits_are_errors_with_their_limits() {
    let dialect = codex_sim::Dialect::openai().frame_errors(FrameErrorShape::StatusCode);
    let scenario =
        Scenario::new().limits(limits()).dialect(dialect).fail(Failure::usage_limit("pro", 1_793_000_300));
    let simulator = Simulator::start(scenario).await.unwrap();
    let answer = stream(&simulator, "hi").await;
    let error = &answer.json()["error"];
    assert_eq!(answer.status, 429);
    assert_eq!(
        (&error["type"], &error["plan_type"], &error["resets_at"]),
        (&json!("usage_limit_reached"), &json!("pro"), &json!(1_793_000_300))
    );
    assert_eq!(answer.header("x-codex-primary-used-percent"), Some("97.5"));
    let frame = &Socket::connect(&simulator).await.ask(&create("hi")).await[0];
    assert_eq!((&frame["status_code"], &frame["error"]["plan_type"]), (&json!(429), &json!("pro")));
    assert_eq!(frame["headers"]["x-codex-primary-window-minutes"], 300);
    assert_eq!(frame["headers"]["x-codex-primary-used-percent"], "97.5");
}
