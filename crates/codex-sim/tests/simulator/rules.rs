//! Ladder: simulator. Which rule answers.

use std::time::Duration;

use codex_sim::{
    Failure, RawStream, Reply, Rule, RuleProblem, Scenario, ScenarioError, SimError, Simulator, When,
};
use serde_json::json;

use crate::http::{Request, ask, stream};

#[tokio::test]
async fn the_first_rule_that_matches_answers() {
    let reply = |text: &str, when: When| Rule::reply(Reply::text(text)).when(when);
    let scenario = Scenario::new()
        .rule(reply("third", When::new().nth(3)))
        .rule(reply("model", When::new().model("other")))
        .rule(reply("header", When::new().header("x-lane", "7")))
        .rule(reply("any header", When::new().header("x-any", "*")))
        .rule(reply("said", When::new().user_says("WEATHER")))
        .rule(reply("input", When::new().input_contains("assistant")))
        .rule(reply("plain", When::new().stream(false)));
    let simulator = Simulator::start(scenario).await.unwrap();
    let with = |body| Request::post(&body);
    let cases = [
        (with(json!({"model": "other", "stream": true})), "model"),
        (with(ask("the weather")), "said"),
        (with(ask("the weather")), "third"),
        (with(ask("x")).header("x-lane", "7"), "header"),
        (with(ask("x")).header("x-lane", "8").header("x-any", "8"), "any header"),
        (
            with(json!({"model": "m", "stream": true, "input": [{"role": "assistant", "content": "x"}]})),
            "input",
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(request.send(&simulator).await.output_text(), expected);
    }
    let plain = with(json!({"model": "m"})).send(&simulator).await.json();
    assert_eq!(plain["output"][0]["content"][0]["text"], "plain");
}

#[tokio::test]
async fn rules_are_used_up() {
    let scenario = Scenario::new()
        .rule(Rule::fail(Failure::new(500)).times(2))
        .rule(Rule::reply(Reply::text("at last")).once());
    let simulator = Simulator::start(scenario).await.unwrap();
    for expected in [500, 500, 200] {
        assert_eq!(stream(&simulator, "x").await.status, expected);
    }
    assert!(stream(&simulator, "x").await.output_text().starts_with("You said"));
}

#[tokio::test]
async fn pushed_rules_come_first_and_once() {
    let simulator = Simulator::start(Scenario::new().reply(Reply::text("usual"))).await.unwrap();
    simulator.push(Reply::text("one")).unwrap();
    simulator.push(Failure::rate_limit(Duration::from_millis(1500))).unwrap();
    simulator.push(RawStream::sse("data: raw\n\n").status(201)).unwrap();
    assert_eq!(stream(&simulator, "x").await.output_text(), "one");
    let limited = stream(&simulator, "x").await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("2")));
    let raw = stream(&simulator, "x").await;
    assert_eq!((raw.status, raw.text().as_str()), (201, "data: raw\n\n"));
    assert_eq!(stream(&simulator, "x").await.output_text(), "usual");
}

#[tokio::test]
async fn failures_are_sent_as_given() {
    let failure = Failure::new(429)
        .kind("usage_limit_reached")
        .message("The usage limit has been reached")
        .extra("resets_at", 1_793_003_600)
        .header("x-request-id", "req_mine")
        .header("x-should-retry", "false");
    let page = Failure::new(502).raw_body("text/html", "<html>");
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    simulator.push(failure).unwrap();
    simulator.push(page).unwrap();
    let answer = stream(&simulator, "x").await;
    assert_eq!(answer.header("x-request-id"), Some("req_mine"));
    assert_eq!(answer.header("x-should-retry"), Some("false"));
    let error = json!({"message": "The usage limit has been reached", "type": "usage_limit_reached",
        "param": null, "code": null, "resets_at": 1_793_003_600});
    assert_eq!(answer.json(), json!({"error": error}));
    let answer = stream(&simulator, "x").await;
    assert_eq!((answer.status, answer.header("content-type")), (502, Some("text/html")));
    assert_eq!(answer.text(), "<html>");
}

#[tokio::test]
async fn tool_outputs_choose_rules() {
    let simulator = Simulator::start(
        Scenario::new()
            .rule(Rule::reply(Reply::text("by name")).when(When::new().tool_output_for("clock")))
            .rule(Rule::reply(Reply::text("by id")).when(When::new().tool_output_for("call_2"))),
    )
    .await
    .unwrap();
    for (id, name, expected) in [("call_1", "clock", "by name"), ("call_2", "other", "by id")] {
        let input = json!([
            {"type": "function_call", "call_id": id, "name": name, "arguments": "{}"},
            {"type": "function_call_output", "call_id": id, "output": [{"type": "input_text", "text": "noon"}]},
        ]);
        let body = json!({"model": "m", "stream": true, "input": input});
        assert_eq!(Request::post(&body).send(&simulator).await.output_text(), expected);
    }
}

#[tokio::test]
async fn other_paths_need_a_rule_of_their_own() {
    let scenario = Scenario::new()
        .rule(Rule::fail(Failure::new(500)))
        .rule(Rule::fail(Failure::new(503)).when(When::new().path("/models")).once())
        .rule(Rule::sensible().when(When::new().path("*")));
    let simulator = Simulator::start(scenario).await.unwrap();
    assert_eq!(Request::new("GET", "/v1/models").send(&simulator).await.status, 503);
    assert_eq!(Request::new("GET", "/v1/models").send(&simulator).await.status, 200);
    assert_eq!(stream(&simulator, "x").await.status, 500);
}

#[tokio::test]
async fn rules_that_cannot_work_are_refused() {
    let cases = [
        (Rule::fail(Failure::new(99)), RuleProblem::Status { status: 99 }),
        (Rule::fail(Failure::new(600)), RuleProblem::Status { status: 600 }),
        (Rule::fail(Failure::new(500).header("a b", "c")), RuleProblem::Header { name: "a b".into() }),
        (Rule::reply(Reply::new().header("a", "b\n")), RuleProblem::Header { name: "a".into() }),
        (Rule::sensible().times(0), RuleProblem::NeverUsed),
    ];
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    for (rule, expected) in cases {
        let Err(ScenarioError::Rule { problem, .. }) = simulator.push(rule.clone()) else {
            panic!("{rule:?} was accepted");
        };
        assert_eq!(problem, expected);
        let started = Simulator::start(Scenario::new().rule(rule)).await;
        assert!(matches!(started, Err(SimError::Scenario(ScenarioError::Rule { number: 1, .. }))));
    }
}
