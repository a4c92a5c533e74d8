//! Streams that break, and what of them stays.

use codex_sim::{Cut, Dialect, Faults, Insert, Position, RawStream, Reply, Rule, Scenario};
use serde_json::json;

use crate::{
    cli::Cli,
    raw_server::{RawServer, Then},
    sim_server::SimServer,
};

const DELTA: &str = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"kept \"}\n\n";

#[test]
fn what_was_streamed_stays_printed() {
    for how in [Cut::Drop, Cut::Reset, Cut::Clean] {
        let faults = Faults::new().cut(Position::Events(6), how);
        let server =
            SimServer::start(Scenario::new().rule(Rule::reply(Reply::text("one two three")).faults(faults)));
        let run = server.respond(["Hi"]).run().ended(1);
        run.printed("one two\n").said(&["error: ", "request id req_"]);
    }
}

#[test]
fn a_stream_that_broke_before_output_is_asked_again() {
    let faults = Faults::new().cut(Position::Events(2), Cut::Clean);
    let broken = Rule::reply(Reply::text("never")).faults(faults).once();
    let server = SimServer::start(Scenario::new().rule(broken).reply(Reply::text("second")));
    let run =
        Cli::new(["respond", "--provider", "sim", "--base-url", &server.base_url(), "Hi"]).run().ended(0);
    run.printed("second\n").said(&["without a terminal event", "trying again in ", "(retry 1 of 5)"]);
}

#[test]
fn a_terminal_event_ends_it_though_the_connection_stays_open() {
    let faults = Faults::new().hold_open();
    let server = SimServer::start(Scenario::new().rule(Rule::reply(Reply::text("done")).faults(faults)));
    server.respond(["Hi"]).run().ended(0).printed("done\n");
}

#[test]
fn silence_is_bounded() {
    for (args, parts) in [
        (["--idle-timeout", "50ms"], ["no byte within 50 ms", "--idle-timeout sets this limit"]),
        (["--event-timeout", "50ms"], ["no event within 50 ms", "--event-timeout sets this limit"]),
        (["--timeout", "50ms"], ["not finished", "--timeout sets this limit"]),
    ] {
        let run = RawServer::events(DELTA, Then::Stall).respond(["Hi"]).args(args).run().ended(1);
        run.printed("kept \n").said(&parts);
    }
    RawServer::start("", Then::Stall)
        .respond(["--timeout", "50ms", "Hi"])
        .run()
        .ended(1)
        .said(&["--timeout"]);
}

#[test]
fn other_dialects_are_understood() {
    for dialect in [Dialect::openai(), Dialect::llama_cpp()] {
        let server = SimServer::start(Scenario::new().dialect(dialect).reply(Reply::text("same text")));
        server.respond(["Hi"]).run().ended(0).printed("same text\n");
    }
}

#[test]
fn text_without_deltas_is_printed_too() {
    let message = json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "whole"}]});
    for output in [json!([message]), json!([])] {
        let events = vec![
            json!({"type": "response.output_item.done", "item": message}),
            json!({"type": "response.completed", "response": {"id": "r", "output": output}}),
        ];
        let server = SimServer::start(Scenario::new().rule(Rule::raw(RawStream::events(events))));
        server.respond(["Hi"]).run().ended(0).printed("whole\n");
    }
}

#[test]
fn a_garbled_event_is_asked_for_again_and_else_a_failure() {
    let faults = Faults::new().insert(Insert::BadJson { at: 3 });
    let garbled = || Rule::reply(Reply::text("never")).faults(faults.clone());
    let server = SimServer::start(Scenario::new().rule(garbled().once()).reply(Reply::text("fine")));
    Cli::new(["respond", "-q", "-p", "sim", "--base-url", &server.base_url(), "Hi"])
        .run()
        .ended(0)
        .printed("fine\n");
    let server = SimServer::start(Scenario::new().rule(garbled()));
    server.respond(["Hi"]).run().ended(1).printed("").said(&["cannot be decoded"]);
}

#[test]
fn marks_and_bad_bytes_in_between_are_survived() {
    let faults = Faults::new().insert(Insert::Bom { at: 0 }).insert(Insert::BadUtf8 { at: 2 });
    let server = SimServer::start(Scenario::new().rule(Rule::reply(Reply::text("fine")).faults(faults)));
    let run = server.respond(["Hi"]).run().ended(0);
    assert!(run.stdout.ends_with("fine\n"), "{run:?}");
}

#[test]
fn text_comes_through_before_the_response_is_over() {
    use std::{io::Read, process::Stdio};
    let server = RawServer::events(DELTA, Then::Stall);
    let (mut command, _home) = server.respond(["Hi"]).into_parts();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut text = [0; 5];
    child.stdout.take().unwrap().read_exact(&mut text).unwrap();
    assert_eq!(&text, b"kept ");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn an_incomplete_response_is_one_though_its_status_is_missing() {
    for response in [
        r#"{"id":"r","incomplete_details":{"reason":"max_output_tokens"}}"#,
        r#"{"id":"r","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}"#,
    ] {
        let body = format!("{DELTA}data: {{\"type\":\"response.incomplete\",\"response\":{response}}}\n\n");
        let run = RawServer::events(body, Then::Close).respond(["Hi"]).run().ended(1).printed("kept \n");
        run.said(&["the response is incomplete (max_output_tokens)", "(request id req_raw)"]);
    }
}
