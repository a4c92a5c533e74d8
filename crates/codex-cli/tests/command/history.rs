//! What is kept of each run for a report.

use std::{
    fs,
    io::Read,
    path::Path,
    process::{Command, Stdio},
};

use codex_sim::{Failure, Reply, Scenario};
use serde_json::Value;

use crate::{
    raw_server::{RawServer, Then},
    sim_server::SimServer,
    state_home::StateHome,
};

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The only run that is kept.
#[track_caller]
fn only(state: &StateHome) -> Value {
    let runs = state.runs();
    assert_eq!(runs.len(), 1, "{runs:?}");
    read(&runs[0])
}

#[test]
fn every_run_is_kept_however_it_ends() {
    let good = SimServer::text("fine");
    let failing = SimServer::start(Scenario::new().fail(Failure::new(500).message("Oops.")));
    let picky = SimServer::start(Scenario::new().require_token("another"));
    for (server, code, result) in [(&good, 0, "succeeded"), (&failing, 1, "failed"), (&picky, 3, "failed")] {
        let state = StateHome::new();
        state.of(server.respond(["Hi"])).run().ended(code);
        let run = only(&state);
        assert_eq!((&run["command"], &run["result"]), (&"respond".into(), &result.into()), "{run:#}");
        assert_eq!(run["session_source"], "cli");
        assert_eq!(run["error"].is_string(), code != 0, "{run:#}");
        assert_eq!(run["tags"]["model"], "gpt-5.4");
        assert_eq!(run["tags"]["endpoint"], "/responses");
        assert!(run["logs"].as_str().unwrap().contains("/responses"), "{run:#}");
        // The service knows the run by the same name.
        let id = run["thread_id"].as_str().unwrap();
        let sent = &server.requests()[0];
        for header in ["session_id", "x-client-request-id"] {
            assert_eq!(sent.header(header), Some(id));
        }
    }
}

#[test]
fn every_command_that_asks_somebody_is_kept() {
    let server = SimServer::start(Scenario::new().reply(Reply::text("x")));
    let base = server.base_url();
    for (args, name) in [
        (vec!["models"], "models"),
        (vec!["responses", "get", "resp_1"], "responses get"),
        (vec!["responses", "delete", "resp_1"], "responses delete"),
        (vec!["compact"], "compact"),
        (vec!["memories"], "memories"),
        (vec!["realtime"], "realtime"),
        (vec!["doctor"], "doctor"),
    ] {
        let state = StateHome::new();
        let mut cli = state.cli([]);
        for arg in &args {
            cli = cli.args([*arg]);
        }
        cli.args(["--base-url", &base]).env("OPENAI_API_KEY", "k").stdin("[]").run();
        assert_eq!(only(&state)["command"], name);
    }
    for args in [["login", "status"], ["completions", "bash"], ["feedback", "runs"]] {
        let state = StateHome::new();
        state.cli(args).run();
        assert!(state.runs().is_empty(), "{args:?}");
    }
}

#[test]
fn an_interrupted_run_is_kept() {
    let server = RawServer::events(
        "data: {\"type\":\"response.output_text.delta\",\"delta\":\"begun\"}\n\n",
        Then::Stall,
    );
    let state = StateHome::new();
    let (mut command, _home) = state.of(server.respond(["Hi"])).into_parts();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 5]).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(only(&state)["result"], "interrupted");
}

/// The reader of standard output takes nothing, so that the thread of the command hangs in a write.
#[test]
fn a_run_that_is_stuck_when_it_is_interrupted_is_kept() {
    let server = SimServer::text(&"many words ".repeat(10_000));
    let state = StateHome::new();
    let (mut command, _home) = state.of(server.respond(["Hi"])).into_parts();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 4]).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(stdout);
    assert_eq!(only(&state)["result"], "interrupted");
}

#[test]
fn a_mistake_and_a_wish_keep_nothing() {
    let server = SimServer::text("fine");
    let state = StateHome::new();
    state.of(server.respond([])).run().ended(2);
    state.cli(["respond", "--base-url", "nonsense", "Hi"]).run().ended(2);
    state.of(server.respond(["Hi"])).env("CODEX_API_NO_HISTORY", "1").run().ended(0).said_nothing();
    assert!(state.runs().is_empty());
}

#[test]
fn a_missing_key_is_kept() {
    let state = StateHome::new();
    state.cli(["respond", "-p", "openai", "Hi"]).run().ended(3);
    assert!(only(&state)["error"].as_str().unwrap().contains("OPENAI_API_KEY is not set"));
}

#[test]
fn a_folder_that_cannot_be_written_is_nobodys_failure() {
    let server = SimServer::text("fine");
    // A file stands where the folder would be.
    let state = StateHome::new();
    fs::write(state.path().join("codex-api"), "").unwrap();
    state.of(server.respond(["Hi"])).run().ended(0).printed("fine\n").said_nothing();
    let run = state.of(server.respond(["-v", "Hi"])).run().ended(0);
    assert!(run.stderr.contains("cannot keep the history of this run"), "{run:#?}");
    // Without a home there is no folder at all.
    server.respond(["Hi"]).env("HOME", "").run().ended(0).printed("fine\n").said_nothing();
}

#[cfg(unix)]
#[test]
fn only_the_user_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let state = StateHome::new();
    state.of(SimServer::text("fine").respond(["Hi"])).run().ended(0);
    let mode = fs::metadata(&state.runs()[0]).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_is_kept_does_not_depend_on_the_log_of_the_terminal() {
    let server = SimServer::text("fine");
    let state = StateHome::new();
    let run = state.of(server.respond(["Hi"])).env("RUST_LOG", "error").run().ended(0);
    run.said_nothing();
    assert!(only(&state)["logs"].as_str().unwrap().contains("DEBUG"));
}

#[test]
fn the_runs_are_listed_and_can_be_chosen() {
    let state = StateHome::new();
    let failing = SimServer::start(Scenario::new().fail(Failure::new(500).message("Oops.")));
    state.of(failing.respond(["Hi"])).run().ended(1);
    state.of(SimServer::text("fine").respond(["Hi"])).run().ended(0);
    let run = state.cli(["feedback", "runs"]).run().ended(0).said_nothing();
    let lines: Vec<_> = run.stdout.lines().collect();
    assert!(lines[0].starts_with(" 1  20") && lines[0].ends_with("Z  succeeded    respond"), "{run:#?}");
    assert!(lines[1].starts_with(" 2  20") && lines[1].contains("failed       respond  "), "{run:#?}");
    assert!(lines[1].contains("Oops."), "{run:#?}");
    let json = state.cli(["feedback", "runs", "--json"]).run().ended(0).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json[1]["number"], &json[1]["result"]), (&2.into(), &"failed".into()));

    for (args, about) in [
        (vec![], "failed"),
        (vec!["--run", "1"], "succeeded"),
        (vec!["--run", "2"], "failed"),
        (vec!["--classification", "good_result"], "succeeded"),
    ] {
        let mut cli = state.cli(["feedback", "preview", "--json"]);
        for arg in &args {
            cli = cli.args([*arg]);
        }
        let run = cli.run().ended(0);
        assert!(run.stderr.contains(&format!("({about})")), "{args:?}: {run:#?}");
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(report["run"]["result"], about, "{args:?}");
    }
    state.cli(["feedback", "preview", "--run", "3"]).run().ended(2).said(&["no run 3: 2 are kept"]);
    let run = StateHome::new().cli(["feedback", "runs"]).run().ended(0).printed("");
    run.said(&["no run is kept yet"]);
}

#[test]
fn a_damaged_run_is_passed_over_and_told() {
    let state = StateHome::new();
    state.of(SimServer::text("fine").respond(["Hi"])).run().ended(0);
    fs::write(state.runs()[0].with_file_name("99991231-damaged.run"), "{").unwrap();
    let run = state.cli(["feedback", "preview"]).run().ended(0);
    assert!(run.stderr.contains("99991231-damaged.run was passed over"), "{run:#?}");
    assert!(run.stdout.contains("99991231-damaged.run was passed over"), "{run:#?}");
}

#[test]
fn the_limits_are_kept() {
    let state = StateHome::new();
    let reply = Reply::text("x").header("x-ratelimit-limit-requests", "60");
    let reply = reply.header("x-ratelimit-remaining-requests", "59");
    let server = SimServer::start(Scenario::new().reply(reply));
    state.of(server.respond(["Hi"])).run().ended(0);
    assert!(!only(&state)["rate_limits"].as_array().unwrap().is_empty());
}
