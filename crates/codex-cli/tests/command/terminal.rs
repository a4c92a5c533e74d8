//! On a terminal, by way of `script`, where that program is there.

use std::{
    ffi::OsStr,
    fs,
    process::{Command, Stdio},
    time::Duration,
};

use codex_sim::{Account, DeviceFlow, Failure, Faults, OAuth, Position, Reply, Rule, Scenario, Stall};

use crate::{cli::Cli, login_home::LoginHome, sim_server::SimServer};

/// What a person would have seen: everything that was written to the terminal. `None` where `script` is missing.
fn seen(cli: Cli) -> Option<String> {
    seen_under(&[], cli, 0)
}

/// As [`seen`], with a program and its arguments before the command.
fn seen_under(wrapper: &[&str], cli: Cli, code: i32) -> Option<String> {
    let (command, home) = cli.into_parts();
    let quoted = |text: &OsStr| format!("'{}'", text.to_str().unwrap().replace('\'', "'\\''"));
    let line = wrapper.iter().map(OsStr::new).chain([command.get_program()]).chain(command.get_args());
    let line: Vec<_> = line.map(quoted).collect();
    let mut script = Command::new("script");
    script.args(["-qec", &line.join(" "), "typescript"]).current_dir(home.path()).env_clear();
    script.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    script
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh");
    match script.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status() {
        Ok(status) => assert_eq!(status.code(), Some(code)),
        Err(_) => {
            println!("skipped: the program `script` is wanted and is not here");
            return None;
        }
    }
    let log = fs::read_to_string(home.path().join("typescript")).unwrap();
    // The first and the last line are those of `script`.
    let log = log.split_once('\n').unwrap().1;
    Some(log.rsplit_once("\nScript done").map_or(log, |(log, _)| log).to_owned())
}

fn slow(text: &str) -> SimServer {
    let pause = Stall::forever(Position::Events(2)).lasting(Duration::from_millis(400));
    SimServer::start(Scenario::new().rule(Rule::reply(Reply::text(text)).faults(Faults::new().pause(pause))))
}

#[test]
fn a_spinner_turns_until_the_first_token_and_leaves_no_trace() {
    let server = slow("Here I am.");
    let Some(log) = seen(server.respond(["Hi"])) else { return };
    let (before, after) = log.split_once("Here I am.").unwrap();
    assert!(before.contains('⠋'), "{log:?}");
    assert!(before.ends_with("\r\u{1b}[K"), "the spinner is cleared before the text: {log:?}");
    assert!(!after.contains('⠋') && after.starts_with("\r\n"), "{log:?}");
    let line = after.trim();
    assert!(line.starts_with("codex-api: ") && line.contains(" tokens in, "), "{line:?}");
    assert!(
        line.contains("first token ") && line.contains(" s · total ") && line.ends_with("gpt-5.4"),
        "{line:?}"
    );
}

#[test]
fn a_person_is_told_how_to_report_a_failure() {
    let server = SimServer::start(Scenario::new().fail(Failure::new(500).message("Oops.")));
    let hint = "codex-api: report it with: codex-api feedback preview";
    let failing = server.respond(["--color", "never", "Hi"]);
    let Some(log) = seen_under(&[], failing, 1) else { return };
    assert!(log.trim_end().ends_with(hint), "{log:?}");
    let mistake = Cli::new(["respond", "--base-url", "nonsense", "Hi"]);
    for (cli, code) in [
        (server.respond(["--quiet", "Hi"]), 1),
        (server.respond(["Hi"]).env("CODEX_API_NO_HISTORY", "1"), 1),
        (mistake, 2),
    ] {
        let log = seen_under(&[], cli, code).unwrap();
        assert!(log.contains("error: ") && !log.contains("report it with"), "{log:?}");
    }
}

#[test]
fn quiet_and_dumb_terminals_have_no_spinner() {
    let server = slow("Here I am.");
    let Some(log) = seen(server.respond(["--quiet", "Hi"])) else { return };
    assert_eq!(log.trim(), "Here I am.");
}

#[test]
fn the_text_cannot_control_the_terminal() {
    let server = SimServer::text("\u{1b}]0;title\u{7} red");
    let Some(log) = seen(server.respond(["--quiet", "Hi"])) else { return };
    assert_eq!(log.trim(), "␛]0;title␇ red");
}

#[test]
fn an_interruption_leaves_the_terminal_clean() {
    let faults = Faults::new().stall(Position::Events(2));
    let server = SimServer::start(Scenario::new().rule(Rule::reply(Reply::text("never")).faults(faults)));
    let interrupt = ["timeout", "--preserve-status", "--foreground", "-s", "INT", "0.8"];
    let Some(log) = seen_under(&interrupt, server.respond(["Hi"]), 130) else { return };
    assert!(log.contains('⠋') && log.ends_with("\r\u{1b}[K"), "{log:?}");
}

#[test]
fn a_note_begins_a_line_of_its_own() {
    let server = SimServer::text("Here I am.");
    let Some(log) = seen(server.respond(["-v", "Hi"])) else { return };
    assert!(log.contains("Here I am.\r\ncodex-api: /responses stream ended"), "{log:?}");
    assert!(!log.contains("\r\n\r\n"), "{log:?}");
}

#[test]
fn a_long_wait_is_explained_beside_the_spinner() {
    let busy = Failure::new(503).message("Busy.").header("retry-after-ms", "1300");
    let server = SimServer::start(Scenario::new().rule(Rule::fail(busy).once()).reply(Reply::text("Here.")));
    let Some(log) = seen(server.respond_with_retries("1", ["Hi"])) else { return };
    assert!(log.contains(" s · attempt 1 failed (status 503), trying again"), "{log:?}");
    let (_, after) = log.split_once("Here.").unwrap();
    assert!(!after.contains("attempt"), "{log:?}");
}

#[test]
fn a_key_is_not_asked_for_at_a_terminal() {
    let home = LoginHome::new();
    let Some(log) = seen_under(&[], home.cli(["login", "--with-api-key"]), 2) else { return };
    assert!(log.contains("standard input is a terminal: pipe the key in"), "{log:?}");
}

#[test]
fn a_login_with_a_code_waits_beside_a_spinner() {
    let device = DeviceFlow::new().pending_polls(1).interval("1");
    let oauth = OAuth::new().account(Account::new("rt-1")).device(device);
    let server = SimServer::start(Scenario::new().oauth(oauth));
    let home = LoginHome::new();
    let Some(log) = seen(home.cli_with(&server, ["login"])) else { return };
    assert!(log.contains(" s · waiting for the code to be entered"), "{log:?}");
    assert!(log.contains("\u{1b}[1mopen: \u{1b}[0mhttp://127.0.0.1:"), "{log:?}");
    assert!(log.trim_end().ends_with("auth.json"), "{log:?}");
}
