//! Trackers that do not take a report: it waits, whole, and is delivered once.

use std::{fs, path::Path, process::Stdio, time::Duration};

use codex_sim::{Failure, Faults, Rule, Scenario, Sentry, When};

use crate::{
    cli::{Cli, Run},
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
    // The reason first, then where it is, then what to do.
    let told = format!("not delivered: {why}");
    for part in [told.as_str(), path, "`codex-api feedback flush` delivers it"] {
        assert!(run.stderr.contains(part), "no {part:?} in {run:#?}");
    }
    let server = good();
    state.hand_to(&server);
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
        (Failure::new(429).message("Slow down."), "the tracker takes no more reports"),
    ] {
        let rule = Rule::fail(failure).when(When::new().path(ENVELOPES));
        let server = SimServer::start(tracker().rule(rule));
        let state = after_a_failure();
        let run = state.feedback(&server, ["send"]).run();
        waits_and_is_delivered(&state, run, why);
    }
    let state = after_a_failure();
    let run = send(&state, &raw_dsn(&page));
    waits_and_is_delivered(
        &state,
        run,
        "what answered (http 200) is no tracker: check the DSN and the proxy",
    );
    let state = after_a_failure();
    let run =
        state.feedback(&good(), ["send"]).env("CODEX_FEEDBACK_DSN", "http://public-key@127.0.0.1:9/1").run();
    waits_and_is_delivered(&state, run, "the tracker could not be reached");
}

/// One that no later attempt would change is not sent again on its own.
#[test]
fn a_report_that_is_refused_for_good_is_sent_again_only_when_asked() {
    for (failure, why) in [
        (Failure::new(400).message("No."), "not delivered: the tracker refused the report (http 400)"),
        (Failure::new(413).message("Large."), "not delivered: the tracker does not take so large a report"),
    ] {
        let rule = Rule::fail(failure).when(When::new().path(ENVELOPES)).times(2);
        let server = SimServer::start(tracker().rule(rule));
        let state = after_a_failure();
        let run = state.feedback(&server, ["send"]).run().ended(1).printed("");
        let path = state.refused_reports().pop().unwrap();
        let id = path.file_stem().unwrap().to_str().unwrap();
        let remedy = format!("`codex-api feedback discard {id}` removes it");
        for part in [why, path.to_str().unwrap(), "not sent again on its own", &remedy] {
            assert!(run.stderr.contains(part), "no {part:?} in {run:#?}");
        }
        assert!(!run.stderr.contains("the next"), "{run:#?}");
        let run = state.feedback(&server, ["flush"]).run().ended(0).printed("");
        assert!(run.stderr.contains("1 report that the tracker had refused is kept"), "{run:#?}");
        let run = state.feedback(&server, ["flush", "--refused"]).run().ended(1).printed("");
        assert!(run.stderr.contains("the tracker refused 1 report for good"), "{run:#?}");
        assert!(server.simulator().envelopes().is_empty());
        let run = state.feedback(&server, ["flush", "--refused"]).run().ended(0).said_nothing();
        assert_eq!(run.stdout.trim(), id);
        assert!(state.refused_reports().is_empty());
    }
}

#[test]
fn a_report_for_one_tracker_goes_to_no_other() {
    let state = after_a_failure();
    send(&state, "http://public-key@127.0.0.1:9/1").ended(1);
    let server = good();
    let run = state.feedback(&server, ["flush"]).run().ended(0).printed("");
    assert!(run.stderr.contains("1 report waits for another tracker"), "{run:#?}");
    let run = state.feedback(&server, ["send"]).run().ended(0);
    assert!(run.stderr.contains("1 report waits for another tracker"), "{run:#?}");
    assert_eq!(server.simulator().envelopes().len(), 1);
    assert_eq!(state.reports().len(), 1);
}

#[test]
fn reports_are_discarded_and_named() {
    let state = after_a_failure();
    for _report in 0..3 {
        send(&state, "http://public-key@127.0.0.1:9/1").ended(1);
    }
    let ids: Vec<_> =
        state.reports().iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    state.cli(["feedback", "discard"]).run().ended(2);
    state
        .cli(["feedback", "discard", &ids[0], "nonsense"])
        .run()
        .ended(2)
        .said(&["no report nonsense is kept"]);
    assert_eq!(state.reports().len(), 3, "all or none");
    let run = state.cli(["feedback", "discard", &ids[0]]).run().ended(0).said_nothing();
    assert!(run.stdout.starts_with(&ids[0]) && run.stdout.lines().count() == 1, "{run:#?}");
    let run = state.cli(["feedback", "discard", "--all"]).run().ended(0).said_nothing();
    assert!(ids[1..].iter().all(|id| run.stdout.contains(id)), "{run:#?}");
    assert!(state.reports().is_empty());
    state.cli(["feedback", "discard", "--all"]).run().ended(0).printed("").said(&["no report is kept"]);
}

#[test]
fn a_key_that_is_not_accepted_is_told() {
    let server = SimServer::start(Scenario::new().sentry(Sentry::new().public_key("another-key")));
    let state = after_a_failure();
    let run = state.feedback(&server, ["send"]).run();
    waits_and_is_delivered(&state, run, "the tracker does not accept the key of the DSN (http 403)");
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
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    while !server.requests().iter().any(|request| request.path.starts_with(ENVELOPES)) {
        assert!(child.try_wait().unwrap().is_none(), "it waits for the tracker");
        std::thread::yield_now();
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let run = Run::from(child.wait_with_output().unwrap()).ended(130);
    let path = state.reports().pop().unwrap();
    let id = path.file_stem().unwrap().to_str().unwrap();
    for part in [
        format!("interrupted: the report waits in {}", path.display()),
        format!("`codex-api feedback flush` delivers it, `codex-api feedback discard {id}` removes it"),
    ] {
        assert!(run.stderr.contains(&part), "no {part:?} in {run:#?}");
    }
}

#[test]
fn the_next_report_takes_those_along_that_wait() {
    let state = after_a_failure();
    send(&state, "http://public-key@127.0.0.1:9/1").ended(1);
    let server = good();
    state.hand_to(&server);
    let run = state.feedback(&server, ["send"]).run().ended(0);
    assert_eq!(
        server.simulator().envelopes()[0].event_id(),
        Some(run.stdout.trim()),
        "its own id comes first"
    );
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
    state.hand_to(&server);
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
    for part in [
        "warning: the tracker could not be reached",
        "not tried after that; the report is kept",
        "2 reports wait on",
    ] {
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

/// Neither the state nor the current folder takes it.
#[cfg(target_os = "linux")]
#[test]
fn a_report_that_no_folder_takes_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    for (dsn, code) in [(Some("http://public-key@127.0.0.1:9/1"), 1), (None, 0)] {
        let run = |temporary: &Path| {
            let mut cli = Cli::new(["feedback", "send"]).env("XDG_STATE_HOME", "/proc/none");
            if let Some(dsn) = dsn {
                cli = cli.env("CODEX_FEEDBACK_DSN", dsn);
            }
            let (mut command, _home) = cli.env("TMPDIR", temporary.to_str().unwrap()).into_parts();
            let run = Run::from(command.current_dir("/proc").output().unwrap()).ended(code);
            let told = run.stderr.contains("not delivered: the tracker could not be reached")
                || run.stderr.contains("no tracker is configured");
            assert!(told, "{run:#?}");
            run
        };
        let kept = run(folder.path()).printed("");
        assert!(kept.stderr.contains(&format!("the report is in: {}", folder.path().display())), "{kept:#?}");
        let printed = run(Path::new("/proc/none"));
        assert!(printed.stdout.starts_with("<!doctype html>"), "{printed:#?}");
        assert!(printed.stderr.contains("on standard output"), "{printed:#?}");
    }
}
