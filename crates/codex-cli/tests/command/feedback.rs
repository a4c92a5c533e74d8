//! What a report shows, and what becomes of it.

use std::{fs, time::Duration};

use codex_sim::{Account, Envelope, Failure, Lifetime, RefreshState, Reply, Scenario, Sentry};
use serde_json::Value;

use crate::{cli::Run, login_home::LoginHome, sim_server::SimServer, state_home::StateHome};

/// A service whose login is over, and the tracker beside it. The run that failed there is in the history.
fn after_a_401() -> (SimServer, StateHome) {
    let account = Account::new("rt-1")
        .initial_lifetime(Lifetime::For(Duration::ZERO))
        .told_lifetime(Lifetime::For(Duration::from_secs(3600)))
        .refresh_state(RefreshState::Reused);
    let scenario = Scenario::new().account(account).reply(Reply::text("never"));
    let server = SimServer::start(scenario.sentry(Sentry::new().public_key("public-key")));
    let home = LoginHome::of(&server.simulator().login(0).unwrap());
    let state = StateHome::new();
    state.of(home.respond(&server, ["Hi"])).run().ended(3);
    (server, state)
}

fn after_a_failure() -> StateHome {
    let state = StateHome::new();
    let server = SimServer::start(Scenario::new().fail(Failure::new(500).message("Oops.")));
    state.of(server.respond(["Hi"])).run().ended(1);
    state
}

impl Run {
    #[track_caller]
    fn told(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.stderr.contains(part), "no {part:?} in {self:#?}");
        }
    }

    fn event_id(&self) -> String {
        self.stdout.trim().to_owned()
    }
}

/// The event of an envelope.
fn event(envelope: &Envelope) -> Value {
    let item = envelope.items.iter().find(|item| item.kind() == "event").unwrap();
    serde_json::from_slice(&item.payload).unwrap()
}

fn attachment(envelope: &Envelope, name: &str) -> Option<Vec<u8>> {
    let named = |item: &&codex_sim::EnvelopeItem| item.header["filename"] == name;
    envelope.items.iter().find(named).map(|item| item.payload.to_vec())
}

#[test]
fn a_401_is_told_from_its_first_attempt_to_its_end() {
    let (_server, state) = after_a_401();
    let text = state.preview();
    for part in [
        "Diagnosis\n  the login is over: its refresh token was used before, by another process",
        "Next: Log in again",
        "401     codex.api_request  /responses, attempt 1: http 401",
        "codex.auth_recovery",
        "auth_401_error_code             token_expired",
        "auth_recovery_outcome           recovery_failed_permanent",
        "auth_header_attached            true",
        "auth_mode                       Chatgpt",
        "session_source                  cli",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
}

/// An API key is never recovered: that there was no step to take is no failure of it.
#[test]
fn a_401_of_a_key_has_no_failed_recovery() {
    let server = SimServer::start(Scenario::new().fail(Failure::new(401).message("No.")));
    let state = StateHome::new();
    state.of(server.respond(["Hi"])).run().ended(3);
    let text = state.preview();
    let line = text.lines().find(|line| line.contains("codex.auth_recovery")).unwrap();
    assert!(line.contains("not run") && line.contains("(not_chatgpt_auth)"), "{line}");
    assert!(!line.contains("failed"), "{line}");
    assert!(!text.contains("{}"), "{text}");
}

#[test]
fn the_preview_has_three_forms() {
    let (_server, state) = after_a_401();
    let json = state.cli(["feedback", "preview", "--json"]).run().ended(0).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["tags"]["auth_mode"], "Chatgpt");
    let page = state.cli(["feedback", "preview", "--html", "-"]).run().ended(0).stdout;
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"), "{page:.200}");
    let (mut command, home) =
        state.cli(["feedback", "preview", "--html", "report.html", "--no-logs"]).into_parts();
    assert!(command.output().unwrap().status.success());
    let page = fs::read_to_string(home.path().join("report.html")).unwrap();
    assert!(page.contains("recovery_failed_permanent") && page.contains("left out as asked"), "{page:.200}");
    let run = state.cli(["feedback", "preview", "--html", "no/such/folder.html"]).run().ended(2);
    run.told(&["cannot write the report to no/such/folder.html: No such file"]);
}

#[test]
fn a_report_reaches_the_tracker_with_the_tags_of_the_contract() {
    let (server, state) = after_a_401();
    let run = state
        .feedback(&server, ["send", "--reason", "Fails since\nthis morning", "--attach", "notes.txt"])
        .file("notes.txt", "bytes as they are")
        .run()
        .ended(0);
    let envelopes = server.simulator().envelopes();
    assert_eq!(envelopes.len(), 1);
    assert_eq!(envelopes[0].event_id(), Some(run.event_id().as_str()));
    let event = event(&envelopes[0]);
    let tags = &event["tags"];
    for (tag, value) in [
        ("endpoint", "/responses"),
        ("auth_header_attached", "true"),
        ("auth_header_name", "authorization"),
        ("auth_mode", "Chatgpt"),
        ("auth_recovery_mode", "managed"),
        ("auth_recovery_phase", "refresh_token"),
        ("auth_recovery_outcome", "recovery_failed_permanent"),
        ("auth_401_error_code", "token_expired"),
        ("classification", "bug"),
        ("session_source", "cli"),
        ("model", "gpt-5.4"),
    ] {
        assert_eq!(tags[tag], value, "{tag} in {tags:#}");
    }
    let request_ids: Vec<_> =
        [&tags["auth_401_request_id"], &tags["auth_request_id"]].map(Value::as_str).into();
    assert!(request_ids.iter().all(|id| id.unwrap().starts_with("req_")), "{tags:#}");
    assert_eq!(attachment(&envelopes[0], "notes.txt").unwrap(), b"bytes as they are");
    assert!(attachment(&envelopes[0], "codex-logs.log").is_some());
    assert!(state.reports().is_empty());
}

#[test]
fn logs_stay_here_on_wish() {
    let (server, state) = after_a_401();
    state.feedback(&server, ["send", "--no-logs", "--classification", "other"]).run().ended(0);
    let envelopes = server.simulator().envelopes();
    assert_eq!(attachment(&envelopes[0], "codex-logs.log"), None);
    assert_eq!(event(&envelopes[0])["tags"]["classification"], "other");
}

#[test]
fn attachments_that_cannot_be_had_are_told_and_noted() {
    let (server, state) = after_a_401();
    let huge = vec![b'x'; 17 * 1024 * 1024];
    let run = state
        .feedback(&server, ["send", "--attach", "missing.txt", "--attach", "huge.txt", "--attach", "."])
        .file("huge.txt", huge)
        .run()
        .ended(0);
    let notes =
        ["missing.txt: there is no such file", "huge.txt: left out, 17825792 bytes", "could not be read"];
    run.told(&notes);
    let envelopes = server.simulator().envelopes();
    let report = String::from_utf8(attachment(&envelopes[0], "codex-report.json").unwrap()).unwrap();
    for part in ["attachment_missing", "attachment_too_large", "attachment_unreadable"] {
        assert!(report.contains(part), "no {part:?} in {report}");
    }
}

#[test]
fn a_tracker_in_the_configuration_serves_too() {
    let (server, state) = after_a_401();
    let config = format!("[feedback]\ndsn = \"{}\"\n", crate::state_home::dsn(&server));
    let run = state.cli(["feedback", "send"]).config(&config).run().ended(0);
    assert_eq!(server.simulator().envelopes()[0].event_id(), Some(run.event_id().as_str()));
}

#[test]
fn without_a_tracker_the_report_is_a_file() {
    let state = after_a_failure();
    let (mut command, home) = state.cli(["feedback", "send", "--reason", "Why?"]).into_parts();
    let run = Run::from(command.output().unwrap()).ended(0).printed("");
    run.told(&["the report is in: ./codex-feedback-", "no tracker is configured, so nothing was sent"]);
    let pages: Vec<_> = fs::read_dir(home.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "html"))
        .collect();
    assert_eq!(pages.len(), 1);
    let page = fs::read_to_string(&pages[0]).unwrap();
    assert!(page.contains("Why?") && page.contains("/responses"), "{page:.300}");
    assert!(state.reports().is_empty());
}

#[test]
fn an_address_that_cannot_be_used_is_refused_before_anything_else() {
    let state = after_a_failure();
    for dsn in [
        "nonsense",
        "https://tracker.example/1",
        "ftp://key@tracker.example/1",
        "https://secret-key@tracker.example/",
    ] {
        for action in ["send", "flush"] {
            let run =
                state.cli(["feedback", action]).env("CODEX_FEEDBACK_DSN", dsn).run().ended(2).printed("");
            run.told(&["error: cannot use CODEX_FEEDBACK_DSN: "]);
            assert!(!run.stderr.contains("secret-key"), "{run:#?}");
        }
    }
    let run = state.cli(["feedback", "send"]).config("[feedback]\ndsn = \"nonsense\"").run().ended(2);
    run.told(&["config.toml"]);
    assert!(state.reports().is_empty());
}

#[test]
fn a_report_without_a_run_says_so() {
    let run = StateHome::new().cli(["feedback", "preview"]).run().ended(0);
    run.told(&["no run was recorded, so this report has no timeline"]);
    assert!(run.stdout.contains("no run was recorded"), "{run:#?}");
}
