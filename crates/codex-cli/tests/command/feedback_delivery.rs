//! Trackers that do not take a report: it waits, whole, and is delivered once.

use std::{fs, process::Stdio, time::Duration};

use codex_sim::{Failure, Faults, Rule, Scenario, Sentry, When};

use crate::{
    cli::Run,
    raw_server::{RawServer, Then},
    sim_server::SimServer,
    state_home::StateHome,
};

const ENVELOPES: &str = "/api/1/envelope/";

fn tracker() -> Scenario {
    Scenario::new().sentry(Sentry::new().public_key("public-key"))
}

/// Takes reports.
fn good() -> SimServer {
    SimServer::start(tracker())
}

fn after_a_failure() -> StateHome {
    let state = StateHome::new();
    let server = SimServer::start(Scenario::new().fail(Failure::new(500).message("Oops.")));
    state.of(server.respond(["Hi"])).run().ended(1);
    state
}

fn send(state: &StateHome, dsn: &str) -> Run {
    state.cli(["feedback", "send"]).env("CODEX_FEEDBACK_DSN", dsn).run()
}

fn raw_dsn(server: &RawServer) -> String {
    server.base_url().replace("http://", "http://public-key@").replace("/v1", "/1")
}

/// Asserts that the only report waits, that this is told, and that one flush delivers it.
#[track_caller]
fn waits_and_is_delivered(state: &StateHome, run: Run, why: &str) {
    let run = run.ended(1).printed("");
    let reports = state.reports();
    assert_eq!(reports.len(), 1, "{run:#?}");
    let path = reports[0].to_str().unwrap();
    for part in [why, path, "`codex-api feedback flush` delivers it"] {
        assert!(run.stderr.contains(part), "no {part:?} in {run:#?}");
    }
    // A tracker that asked for time is left alone; this is not about that.
    let _none = fs::remove_file(reports[0].with_file_name("hold"));
    let server = good();
    let flushed = state.feedback(&server, ["flush"]).run().ended(0).said_nothing();
    let id = reports[0].file_stem().unwrap().to_str().unwrap();
    assert_eq!(flushed.stdout.trim(), id);
    assert_eq!(server.simulator().envelopes().len(), 1);
    assert_eq!(server.simulator().envelopes()[0].event_id(), Some(id));
    assert!(state.reports().is_empty());
    state.feedback(&server, ["flush"]).run().ended(0).printed("").said(&["no report waits"]);
    assert_eq!(server.simulator().envelopes().len(), 1, "it is delivered once");
}

#[test]
fn a_tracker_that_refuses_is_survived() {
    let html = "<html>Log in to the network</html>";
    let page = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n{html}");
    let page = RawServer::start(page, Then::Close);
    for (failure, why) in [
        (Failure::new(500).message("Oops."), "the tracker refused the report (http 500)"),
        (Failure::new(400).message("No."), "the tracker refused the report (http 400)"),
        (Failure::new(429).message("Slow down."), "the tracker takes no more reports"),
        (Failure::new(413).message("Large."), "does not take so large a report"),
    ] {
        let rule = Rule::fail(failure).when(When::new().path(ENVELOPES));
        let server = SimServer::start(tracker().rule(rule));
        let state = after_a_failure();
        let run = state.feedback(&server, ["send"]).run();
        waits_and_is_delivered(&state, run, why);
    }
    let state = after_a_failure();
    let run = send(&state, &raw_dsn(&page));
    waits_and_is_delivered(&state, run, "is no tracker: check the DSN and the proxy");
    let state = after_a_failure();
    let run =
        state.feedback(&good(), ["send"]).env("CODEX_FEEDBACK_DSN", "http://public-key@127.0.0.1:9/1").run();
    waits_and_is_delivered(&state, run, "the tracker could not be reached");
}

#[test]
fn a_key_that_is_not_accepted_is_told() {
    let server = SimServer::start(Scenario::new().sentry(Sentry::new().public_key("another-key")));
    let state = after_a_failure();
    let run = state.feedback(&server, ["send"]).run();
    waits_and_is_delivered(&state, run, "does not accept the key of the DSN (http 403)");
}

#[test]
fn a_tracker_that_closes_or_says_nonsense_is_survived() {
    for answer in ["", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"] {
        let server = RawServer::start(answer, Then::Close);
        let state = after_a_failure();
        let run = send(&state, &raw_dsn(&server));
        waits_and_is_delivered(&state, run, "the tracker could not be reached");
    }
}

#[test]
fn an_interrupted_report_waits() {
    let rule = Rule::sensible().when(When::new().path(ENVELOPES));
    let rule = rule.faults(Faults::new().head_delay(Duration::from_secs(60)));
    let server = SimServer::start(tracker().rule(rule));
    let state = after_a_failure();
    let (mut command, _home) = state.feedback(&server, ["send"]).into_parts();
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    while !server.requests().iter().any(|request| request.path.starts_with(ENVELOPES)) {
        assert!(child.try_wait().unwrap().is_none(), "it waits for the tracker");
        std::thread::yield_now();
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(state.reports().len(), 1);
}

#[test]
fn the_next_report_takes_those_along_that_wait() {
    let state = after_a_failure();
    send(&state, "http://public-key@127.0.0.1:9/1").ended(1);
    let server = good();
    let run = state.feedback(&server, ["send"]).run().ended(0);
    assert!(run.stderr.contains("which had waited, is delivered too"), "{run:#?}");
    assert_eq!(run.stdout.lines().count(), 1);
    assert_eq!(server.simulator().envelopes().len(), 2);
    assert!(state.reports().is_empty());
}

#[test]
fn two_that_flush_at_the_same_time_deliver_once() {
    let state = after_a_failure();
    for _report in 0..4 {
        send(&state, "http://public-key@127.0.0.1:9/1").ended(1);
    }
    assert_eq!(state.reports().len(), 4);
    let server = good();
    let flush = || {
        let (mut command, home) = state.feedback(&server, ["flush"]).into_parts();
        (command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap(), home)
    };
    let flushes: Vec<_> = (0..3).map(|_| flush()).collect();
    let printed = flushes.into_iter().map(|(child, _home)| {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap().lines().count()
    });
    assert_eq!(printed.sum::<usize>(), 4);
    assert_eq!(server.simulator().envelopes().len(), 4);
    assert!(state.reports().is_empty());
}

#[test]
fn what_is_kept_is_told_with_the_reason() {
    let state = after_a_failure();
    for _report in 0..2 {
        send(&state, "http://public-key@127.0.0.1:9/1").ended(1);
    }
    let run =
        state.cli(["feedback", "flush"]).env("CODEX_FEEDBACK_DSN", "http://k@127.0.0.1:9/1").run().ended(1);
    for part in ["is kept: the tracker could not be reached", "was not tried after that", "2 reports wait on"]
    {
        assert!(run.stderr.contains(part), "no {part:?} in {run:#?}");
    }
    let run = state.cli(["feedback", "flush"]).run().ended(2);
    run.said(&["2 reports wait, and no tracker is configured"]);
    assert_eq!(state.reports().len(), 2);
}

/// Not even the disk takes it: a file stands where the folder of reports would be.
#[test]
fn a_report_that_cannot_be_kept_is_written_here() {
    let state = after_a_failure();
    fs::write(state.path().join("codex-api/reports"), "").unwrap();
    let run = send(&state, "http://public-key@127.0.0.1:9/1").ended(1).printed("");
    for part in
        ["cannot keep the report", "the report is in: ./codex-feedback-", "the report is not delivered"]
    {
        assert!(run.stderr.contains(part), "no {part:?} in {run:#?}");
    }
}
