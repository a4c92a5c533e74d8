//! `compact` and `memories`.

use codex_sim::{Failure, Rule, Scenario, When};
use serde_json::{Value, json};

use crate::{cli::Cli, sim_server::SimServer};

fn cli(command: &str, server: &SimServer) -> Cli {
    Cli::new([command, "--provider", "sim", "--retries", "0", "--base-url", &server.base_url()])
}

fn conversation() -> Value {
    let answer = json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello.", "annotations": []}]});
    json!([{"type": "message", "role": "user", "content": "Hi"}, answer])
}

#[test]
fn a_conversation_is_compacted_in_every_form() {
    let items = conversation();
    let lines: String = items.as_array().unwrap().iter().map(|item| format!("{item}\n")).collect();
    for text in [items.to_string(), json!({"id": "r", "output": items}).to_string(), lines] {
        let server = SimServer::start(Scenario::new());
        let run = cli("compact", &server)
            .args(["c.json", "-m", "gpt-x", "-i", "be brief"])
            .file("c.json", &text)
            .run()
            .ended(0)
            .said_nothing();
        let compacted: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(compacted.as_array().unwrap().last().unwrap()["type"], "compaction", "{run:?}");
        let body = server.body();
        assert_eq!(body["input"], items);
        assert_eq!((&body["model"], &body["instructions"]), (&json!("gpt-x"), &json!("be brief")));
        let piped = cli("compact", &server).stdin(text).run().ended(0);
        assert!(piped.stdout.contains("compaction"), "{piped:?}");
    }
}

#[test]
fn what_the_service_refuses_fails() {
    let refuse = Rule::fail(Failure::new(400).code("context_length_exceeded").message("Too long."));
    let rule = refuse.when(When::new().path("/responses/compact"));
    let server = SimServer::start(Scenario::new().rule(rule));
    let run = cli("compact", &server).stdin(conversation().to_string()).run().ended(1).printed("");
    run.said(&["error: ", "Too long.", "request id req_"]);
}

#[test]
fn traces_are_summed_up() {
    let server = SimServer::start(Scenario::new());
    let cli = || {
        cli("memories", &server)
            .args(["days/monday.jsonl", "tuesday.json"])
            .file("days/monday.jsonl", "{\"type\": \"message\"}\n{\"type\": \"anything\"}\n")
            .file("tuesday.json", "[]")
    };
    let run = cli().run().ended(0).said_nothing();
    let monday = "# monday.jsonl\n\nTrace monday.jsonl of days/monday.jsonl: 2 items.\n\n## To remember\n\nA simulated memory of monday.jsonl.\n";
    assert!(run.stdout.starts_with(&format!("{monday}\n# tuesday.json\n")), "{run:?}");
    let run = cli().args(["--json"]).run().ended(0);
    let summaries: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(summaries[0]["id"], "monday.jsonl");
    assert_eq!(summaries[1]["memory_summary"], "A simulated memory of tuesday.json.");
    assert_eq!(
        server.requests()[0].body.as_ref().unwrap()["traces"][0]["items"][1],
        json!({"type": "anything"})
    );
}

#[test]
fn a_trace_may_come_from_standard_input() {
    let server = SimServer::start(Scenario::new());
    let run = cli("memories", &server).stdin("[{\"type\": \"message\"}]").run().ended(0);
    assert!(run.stdout.starts_with("# -\n"), "{run:?}");
}
