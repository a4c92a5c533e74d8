//! `--json`: the events as the service sent them.

use codex_sim::{Faults, Insert, Reply, Rule, Scenario, StreamFailure};
use serde_json::{Value, json};

use crate::{
    raw_server::{RawServer, Then},
    sim_server::SimServer,
};

fn kinds(stdout: &str) -> Vec<String> {
    let kind = |line: &str| serde_json::from_str::<Value>(line).unwrap()["type"].as_str().unwrap().to_owned();
    stdout.lines().map(kind).collect()
}

#[test]
fn each_event_is_a_line() {
    let run = SimServer::text("Hello there").respond(["--json", "Hi"]).run().ended(0).said_nothing();
    assert_eq!(
        kinds(&run.stdout),
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
}

#[test]
fn unknown_events_and_keepalives_are_lines_too() {
    let event = json!({"type": "response.hologram", "x": [1, 2]});
    let Value::Object(event) = event else { panic!() };
    let faults = Faults::new().insert(Insert::Keepalive { at: 1 }).insert(Insert::Event { at: 2, event });
    let server = SimServer::start(Scenario::new().rule(Rule::reply(Reply::text("a")).faults(faults)));
    let run = server.respond(["--json", "Hi"]).run().ended(0);
    assert_eq!(kinds(&run.stdout)[1..4], ["keepalive", "response.in_progress", "response.hologram"]);
}

#[test]
fn the_event_that_fails_is_a_line_and_the_error_is_said() {
    for faults in [
        Faults::new().fail(StreamFailure::new(6, "invalid_prompt", "No.")),
        Faults::new().error(StreamFailure::new(6, "invalid_prompt", "No.")),
    ] {
        let server =
            SimServer::start(Scenario::new().rule(Rule::reply(Reply::text("a b c d")).faults(faults)));
        let run = server.respond(["--json", "Hi"]).run().ended(1);
        let last = kinds(&run.stdout).pop().unwrap();
        assert!(last == "response.failed" || last == "error", "{last}");
        run.said(&["error: ", "No."]);
    }
}

#[test]
fn an_event_over_several_lines_becomes_one() {
    let body = "data: {\"type\":\ndata: \"response.completed\",\ndata: \"response\":{\"id\":\"r\"}}\n\n";
    let run = RawServer::events(body, Then::Close).respond(["--json", "Hi"]).run().ended(0);
    run.printed("{\"type\": \"response.completed\", \"response\":{\"id\":\"r\"}}\n");
}

#[test]
fn an_event_that_is_no_json_is_told_as_json() {
    let body =
        "event: x\ndata: {oops\n\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\"}}\n\n";
    // Text may be missing, so it is a failure as well.
    let run = RawServer::events(body, Then::Close).respond(["--json", "Hi"]).run().ended(1);
    assert_eq!(run.stdout.lines().count(), 1, "{run:?}");
    let first: Value = serde_json::from_str(run.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(first["raw"], "{oops");
}

#[test]
fn the_connection_that_breaks_repeats_no_event() {
    let body = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n";
    let run = RawServer::events(body, Then::Close).respond(["--json", "Hi"]).run().ended(1);
    assert_eq!(run.stdout.lines().count(), 1, "{run:?}");
}

#[test]
fn a_retry_prints_what_failed_and_then_all_events_anew() {
    let faults = Faults::new().error(StreamFailure::new(1, "server_error", "Not now."));
    let server = SimServer::start(
        Scenario::new().rule(Rule::reply(Reply::text("never")).faults(faults).once()).reply(Reply::text("a")),
    );
    let run = server.respond_with_retries("1", ["--json", "Hi"]).run().ended(0).said(&["retry 1 of 1"]);
    assert_eq!(kinds(&run.stdout)[..3], ["response.created", "error", "response.created"], "{run:?}");
}

#[test]
fn every_line_is_json_whatever_was_sent() {
    let created = r#"data: {"type":"response.created","response":{"id":"r"}}"#;
    for data in [r#"{"type":"response.output_text.delta","delta":"xx"#, "hello", r#"{"type":"error","#, "{}x"]
    {
        for body in [format!("data: {data}\n\n"), format!("{created}\n\nevent: e\ndata: {data}\n\n")] {
            let run = RawServer::events(&body, Then::Close).respond(["--json", "Hi"]).run().ended(1);
            let lines = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            let last = lines.collect::<Vec<_>>().pop();
            assert_eq!(last.unwrap_or_else(|| panic!("{run:?}"))["raw"], data);
        }
    }
}

#[test]
fn an_event_that_is_passed_over_is_told_to_those_who_ask() {
    let body = "data: {\"type\":\"response.in_progress\",\"response\":7}\n\n\
                data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\"}}\n\n";
    let server = RawServer::events(body, Then::Close);
    server.respond(["Hi"]).run().ended(0).said_nothing();
    let run = server.respond(["-v", "Hi"]).run().ended(0);
    assert!(run.stderr.contains("cannot be decoded: response.in_progress: "), "{run:?}");
}
