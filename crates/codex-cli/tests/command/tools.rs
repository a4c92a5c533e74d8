//! Tool calls: printed, or answered by programs.

use codex_sim::{Reply, Rule, Scenario, When};
use serde_json::{Value, json};

use crate::sim_server::SimServer;

/// Calls the tool until its output is there, then quotes nothing but says it is done.
fn calling(tool: &str) -> SimServer {
    let call = Reply::new().message("Let me see.").function_call(tool, json!({"city": "Paris"}));
    SimServer::start(
        Scenario::new()
            .rule(Rule::reply(Reply::text("It is sunny.")).when(When::new().tool_output_for(tool)))
            .reply(call),
    )
}

fn output(server: &SimServer) -> Value {
    let requests = server.requests();
    let body = requests.last().unwrap().body.clone().unwrap();
    let items = body["input"].as_array().unwrap().clone();
    items.iter().find(|item| item["type"] == "function_call_output").unwrap()["output"].clone()
}

#[test]
fn a_call_without_a_program_is_printed_and_ends_the_command() {
    let server = calling("weather");
    let run = server
        .respond(["--tool", "w.json", "Paris?"])
        .file("w.json", r#"{"name": "weather"}"#)
        .run()
        .ended(0);
    let mut lines = run.stdout.lines();
    assert_eq!(lines.next(), Some("Let me see."));
    let call: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!((call["type"].as_str(), call["name"].as_str()), (Some("function_call"), Some("weather")));
    assert_eq!(call["arguments"], r#"{"city":"Paris"}"#);
    assert_eq!((lines.next(), server.requests().len()), (None, 1));
}

#[test]
fn a_program_gets_the_arguments_and_its_output_goes_back() {
    for (command, expected) in [
        (json!(["cat"]), r#"{"city":"Paris"}"#),
        (json!(["sh", "-c", "echo sunny; echo"]), "sunny"),
        (json!(["true"]), ""),
        (json!(["sh", "-c", "echo half; exit 3"]), "error: the tool failed (exit status: 3)\nhalf"),
    ] {
        let server = calling("weather");
        let file =
            json!({"name": "weather", "parameters": {"type": "object"}, "command": command}).to_string();
        let run = server.respond(["--tool", "w.json", "Paris?"]).file("w.json", file).run().ended(0);
        let run = run.printed("Let me see.\nIt is sunny.\n");
        if expected.starts_with("error: ") {
            assert!(run.stderr.ends_with("warning: the tool weather failed (exit status: 3)\n"), "{run:?}");
        } else {
            run.said(&["the model calls weather"]);
        }
        assert_eq!(output(&server), json!(expected), "{command}");
        let bodies: Vec<_> = server.requests().into_iter().map(|request| request.body.unwrap()).collect();
        let kinds: Vec<_> =
            bodies[1]["input"].as_array().unwrap().iter().map(|item| item["type"].clone()).collect();
        assert_eq!(kinds, ["message", "message", "function_call", "function_call_output"]);
    }
}

#[test]
fn the_output_of_a_program_is_bounded() {
    let server = calling("weather");
    let file = json!({"name": "weather", "command": ["yes"]}).to_string();
    server.respond(["--tool", "w.json", "Paris?"]).file("w.json", file).run().ended(0);
    let output = output(&server).as_str().unwrap().to_owned();
    assert!(output.ends_with("\n[cut after 262144 bytes]") && output.len() < 263_000, "{}", output.len());
}

#[test]
fn rounds_are_bounded() {
    let call = Reply::new().function_call("weather", json!({}));
    let server = SimServer::start(Scenario::new().reply(call));
    let file = json!({"name": "weather", "command": ["true"]}).to_string();
    let run = server.respond(["-q", "--tool", "w.json", "Paris?"]).file("w.json", file).run().ended(1);
    run.said(&["the model still calls tools after 16 rounds"]);
    assert_eq!(server.requests().len(), 16);
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let server = calling("weather");
    let file = json!({"name": "weather", "command": ["no-such-program"]}).to_string();
    let run = server.respond(["-q", "--tool", "w.json", "Paris?"]).file("w.json", file).run().ended(2);
    run.said(&["cannot run the program \"no-such-program\" of the tool weather: No such file"]);
}

#[test]
fn the_calls_of_an_incomplete_response_are_not_answered() {
    let call = Reply::new().function_call("weather", json!({})).incomplete("max_output_tokens");
    let server = SimServer::start(Scenario::new().reply(call));
    let file = json!({"name": "weather", "command": ["true"]}).to_string();
    server.respond(["--tool", "w.json", "Paris?"]).file("w.json", file).run().ended(1).said(&["incomplete"]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn calls_of_custom_tools_are_printed() {
    let reply = Reply::new().custom_tool_call("patch", "*** Begin");
    let server = SimServer::start(Scenario::new().reply(reply));
    let cli =
        server.respond(["--tool", "p.json", "Go"]).file("p.json", r#"{"type": "custom", "name": "patch"}"#);
    let call: Value = serde_json::from_str(&cli.run().ended(0).stdout).unwrap();
    assert_eq!((&call["type"], &call["input"]), (&json!("custom_tool_call"), &json!("*** Begin")));
}
