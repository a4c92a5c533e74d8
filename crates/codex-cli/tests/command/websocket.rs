//! `respond --transport`.

use codex_sim::{Reply, Rule, Scenario, Transport, WebSocketOptions, When};
use serde_json::{Value, json};

use crate::{cli::Cli, sim_server::SimServer};

fn transports(server: &SimServer) -> Vec<Transport> {
    server.requests().iter().map(|request| request.transport).collect()
}

#[test]
fn both_transports_print_the_same() {
    for (args, expected) in [
        (vec![], vec![Transport::Http]),
        (vec!["--transport", "http"], vec![Transport::Http]),
        (vec!["--transport", "ws"], vec![Transport::Handshake, Transport::Websocket]),
        (vec!["--transport", "auto"], vec![Transport::Handshake, Transport::Websocket]),
    ] {
        let server = SimServer::text("one two");
        let mut cli = server.respond(["Hi"]);
        for arg in &args {
            cli = cli.args([*arg]);
        }
        cli.run().ended(0).said_nothing().printed("one two\n");
        assert_eq!(transports(&server), expected, "{args:?}");
    }
}

#[test]
fn a_provider_that_offers_it_is_asked_over_a_websocket() {
    for (line, expected) in [("supports_websockets = true", 2), ("", 1)] {
        let server = SimServer::text("hello");
        let url = server.base_url();
        let config = format!(
            "[model_providers.own]\nname = \"Own\"\nbase_url = \"{url}\"\nexperimental_bearer_token = \"t\"\n{line}"
        );
        Cli::new(["respond", "-p", "own", "Hi"]).config(&config).run().ended(0).printed("hello\n");
        assert_eq!(transports(&server).len(), expected, "{line}");
    }
}

#[test]
fn a_tool_loop_stays_on_one_connection_and_sends_only_what_is_new() {
    let answer = Rule::reply(Reply::text("Sunny.")).when(When::new().tool_output_for("weather"));
    let call = Reply::new().function_call("weather", json!({"city": "Paris"}));
    let server = SimServer::start(Scenario::new().rule(answer).reply(call));
    let file = r#"{"name": "weather", "parameters": {"type": "object"}, "command": ["cat"]}"#;
    let run = server
        .respond(["-v", "--transport", "ws", "--tool", "w.json", "Paris?"])
        .file("w.json", file)
        .run()
        .ended(0)
        .printed("Sunny.\n");
    assert_eq!(transports(&server), [Transport::Handshake, Transport::Websocket, Transport::Websocket]);
    let second = server.requests()[2].body.clone().unwrap();
    assert!(second["previous_response_id"].is_string(), "{second}");
    let kinds: Vec<_> =
        second["input"].as_array().unwrap().iter().map(|item: &Value| item["type"].clone()).collect();
    assert_eq!(kinds, ["function_call_output"]);
    for part in [
        "attempt 1 over WebSocket: status 101 ",
        "went out on a new WebSocket",
        "went out on the open WebSocket",
    ] {
        assert!(run.stderr.contains(part), "no {part:?} in {}", run.stderr);
    }
}

#[test]
fn a_server_without_websocket_is_asked_over_http_and_that_is_no_news() {
    let scenario = || Scenario::new().websocket(WebSocketOptions::disabled()).reply(Reply::text("hello"));
    let server = SimServer::start(scenario());
    server.respond(["--transport", "auto", "Hi"]).run().ended(0).said_nothing().printed("hello\n");
    let run = server.respond(["-v", "--transport", "auto", "Hi"]).run().ended(0);
    assert!(run.stderr.contains("going on over HTTP"), "{run:?}");
    let run = server.respond(["--transport", "ws", "Hi"]).run().ended(1).printed("");
    run.said(&["error: ", "426", "--transport http"]);
}

#[test]
fn a_websocket_that_cannot_be_opened_is_told() {
    let refuse = Rule::fail(codex_sim::Failure::new(503)).when(When::new().transport(Transport::Handshake));
    let server = SimServer::start(Scenario::new().rule(refuse).reply(Reply::text("hello")));
    let run = server.respond(["--transport", "auto", "Hi"]).run().ended(0).printed("hello\n");
    run.said(&["the WebSocket did not work", "going on over HTTP"]);
}

#[test]
fn credentials_are_checked_as_over_http() {
    let server = SimServer::start(Scenario::new().require_token("right"));
    let run = Cli::new(["respond", "--transport", "auto", "--base-url", &server.base_url(), "Hi"])
        .env("OPENAI_API_KEY", "wrong-key-1")
        .run()
        .ended(3);
    run.explained(&["401", "the API key in OPENAI_API_KEY"]);
}
