//! `respond --background` and `responses`.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
    time::Duration,
};

use codex_sim::{BackgroundTiming, Cut, Faults, Position, Reply, Rule, Scenario};
use serde_json::Value;

use crate::{cli::Cli, sim_server::SimServer};

fn responses(server: &SimServer, command: &str, id: &str) -> Cli {
    Cli::new(["responses", command, id, "-p", "sim", "--retries", "0", "--base-url", &server.base_url()])
}

/// A server whose background responses never end in the time of a test.
fn slow() -> SimServer {
    let timing = BackgroundTiming { queued: Duration::ZERO, event: Duration::from_secs(600) };
    SimServer::start(Scenario::new().background(timing).reply(Reply::text("one two three")))
}

/// Starts a response in the background and leaves it; its id.
fn left_behind(server: &SimServer) -> String {
    let (mut command, _home) = server.respond(["--background", "Hi"]).into_parts();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.ends_with(" runs in the background\n"), "{line}");
    let id = line.split_whitespace().find(|word| word.starts_with("resp_")).unwrap().to_owned();
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(rest.contains(&format!("codex-api responses resume {id} --after ")), "{rest}");
    assert!(rest.contains("--provider sim"), "{rest}");
    id
}

#[test]
fn a_background_response_is_streamed_and_its_id_told() {
    let server = SimServer::text("one two three");
    let run = server.respond(["--background", "Hi"]).run().ended(0).printed("one two three\n");
    let run = run.said(&["response resp_", "runs in the background"]);
    let body = server.body();
    assert_eq!((&body["background"], &body["store"]), (&Value::Bool(true), &Value::Bool(true)));
    let id = run.stderr.split_whitespace().find(|word| word.starts_with("resp_")).unwrap();
    responses(&server, "get", id).run().ended(0).said_nothing().printed("one two three\n");
    let whole = responses(&server, "get", id).args(["--json"]).run().ended(0);
    let whole: Value = serde_json::from_str(&whole.stdout).unwrap();
    assert_eq!((&whole["id"], &whole["status"]), (&id.into(), &"completed".into()));
    responses(&server, "resume", id).run().ended(0).said_nothing().printed("one two three\n");
    let events = responses(&server, "resume", id).args(["--json", "--after", "5"]).run().ended(0);
    let first: Value = serde_json::from_str(events.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(first["sequence_number"], 6);
}

#[test]
fn a_cut_stream_is_resumed_where_it_was_cut() {
    for how in [Cut::Drop, Cut::Clean] {
        let faults = Faults::new().cut(Position::Events(6), how);
        let cut = Rule::reply(Reply::text("one two three four")).faults(faults);
        let server = SimServer::start(Scenario::new().rule(cut));
        let url = server.base_url();
        let run =
            Cli::new(["respond", "-v", "-p", "sim", "--base-url", &url, "--background", "Hi"]).run().ended(0);
        assert!(run.stderr.contains("the stream was cut and resumed"), "{run:?}");
        run.printed("one two three four\n");
    }
}

#[test]
fn an_interrupted_one_goes_on_and_can_be_found_again() {
    let server = slow();
    let id = left_behind(&server);
    let run = responses(&server, "get", &id).run().ended(0).printed("");
    run.said(&[&format!("response {id} is ")]);
    responses(&server, "cancel", &id).run().ended(0).said(&[&format!("response {id} is cancelled")]);
}

#[test]
fn the_input_is_printed_item_by_item() {
    let server = SimServer::text("ok");
    let run = server.respond(["--json", "Hi"]).run().ended(0);
    let event: Value = serde_json::from_str(run.stdout.lines().next().unwrap()).unwrap();
    let id = event["response"]["id"].as_str().unwrap();
    let run = responses(&server, "input", id).run().ended(0).said_nothing();
    let items: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((items.len(), &items[0]["role"]), (1, &"user".into()), "{items:?}");
    responses(&server, "delete", id).run().ended(0).said(&["is deleted"]);
    responses(&server, "get", id).run().ended(1).said(&["error: ", id]);
}

#[test]
fn a_response_that_is_not_there_is_a_failure() {
    let server = SimServer::text("ok");
    for command in ["get", "resume", "input", "cancel", "delete"] {
        let run = responses(&server, command, "resp_nobody").run().ended(1).printed("");
        assert!(run.stderr.contains("404") && run.stderr.contains("resp_nobody"), "{command}: {run:?}");
    }
}
