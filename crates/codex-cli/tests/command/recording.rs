//! `--record`, and `sim --replay` of what was recorded.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

use codex_sim::{Account, Failure, Lifetime, Reply, Scenario, Sentry};
use tempfile::TempDir;

use crate::{
    cli::{Cli, Run},
    login_home::LoginHome,
    sim_server::SimServer,
    state_home::StateHome,
};

const PROMPT: &str = "a prompt that is in the recording";

/// A folder for a recording.
struct Tape(TempDir);

impl Tape {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("exchange.ndjson")
    }

    fn of(&self, cli: Cli) -> Cli {
        cli.args(["--record", self.file().to_str().unwrap()])
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }
}

/// `codex-api sim --replay`, until it is stopped.
struct Replay {
    child: Child,
    base_url: String,
    _stdout: BufReader<ChildStdout>,
    _home: TempDir,
}

impl Replay {
    fn start(tape: &Tape) -> Self {
        let (mut command, home) = Cli::new(["sim", "--replay", tape.file().to_str().unwrap()]).into_parts();
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut base_url = String::new();
        stdout.read_line(&mut base_url).unwrap();
        Self { child, base_url: base_url.trim_end().to_owned(), _stdout: stdout, _home: home }
    }

    fn respond<const N: usize>(&self, args: [&str; N]) -> Cli {
        Cli::new(["respond", "-p", "sim", "--retries", "0", "--base-url", &self.base_url]).args(args)
    }

    /// What it tells when it is interrupted.
    fn stop(mut self) -> String {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{stderr}");
        stderr
    }
}

#[track_caller]
fn told_of_recording(run: &Run, exchanges: &str) {
    let told = format!("recorded {exchanges} in ");
    assert!(run.stderr.contains(&told) && run.stderr.contains("it holds prompts and answers"), "{run:#?}");
}

#[test]
fn what_was_recorded_is_played_back() {
    for transport in ["http", "ws"] {
        let tape = Tape::new();
        let server = SimServer::text("the recorded answer");
        let run = tape.of(server.respond(["--transport", transport, PROMPT])).run().ended(0);
        told_of_recording(&run, "1 exchange");
        drop(server);
        assert!(tape.text().contains(PROMPT), "{transport}");
        let replay = Replay::start(&tape);
        let run = replay.respond(["--transport", transport, PROMPT]).run().ended(0);
        run.printed("the recorded answer\n");
        let told = replay.stop();
        assert!(told.contains("1 of 1 recorded exchanges were played"), "{told}");
    }
}

#[test]
fn what_was_not_asked_for_is_told() {
    let tape = Tape::new();
    let server = SimServer::start(Scenario::new().fail(Failure::new(500).message("Oops.")));
    tape.of(server.respond_with_retries("1", [PROMPT])).run().ended(1);
    let replay = Replay::start(&tape);
    replay.respond([PROMPT]).run().ended(1);
    let told = replay.stop();
    assert!(told.contains("1 of 2 recorded exchanges were played"), "{told}");
    assert!(told.contains("codex-api: not asked for: "), "{told}");
}

#[test]
fn the_token_authority_is_recorded_without_tokens() {
    let account = Account::new("rt-1").initial_lifetime(Lifetime::For(std::time::Duration::ZERO));
    let account = account.told_lifetime(Lifetime::For(std::time::Duration::from_secs(3600)));
    let server = SimServer::start(Scenario::new().account(account).reply(Reply::text("recovered")));
    let before = server.simulator().login(0).unwrap();
    let home = LoginHome::of(&before);
    let tape = Tape::new();
    let run = tape.of(home.respond(&server, ["Hi"])).run().ended(0);
    told_of_recording(&run, "4 exchanges");
    let text = tape.text();
    assert!(text.contains("/oauth/token"), "{text}");
    let after = server.simulator().login(0).unwrap();
    for login in [before, after] {
        for secret in [&login.access_token, &login.refresh_token, &login.id_token] {
            // `rt-1` is too short to be looked for.
            assert!(secret.len() < 6 || !text.contains(secret.as_str()), "{secret} in {text}");
        }
    }
}

#[test]
fn every_command_that_asks_somebody_can_be_recorded() {
    let server = SimServer::start(Scenario::new().reply(Reply::text("x")).account(Account::new("rt-1")));
    let base = server.base_url();
    for args in [
        vec!["models"],
        vec!["responses", "get", "resp_1"],
        vec!["responses", "input", "resp_1"],
        vec!["compact"],
        vec!["memories"],
        vec!["realtime"],
        vec!["doctor"],
    ] {
        let tape = Tape::new();
        let mut cli = Cli::new([]);
        for arg in &args {
            cli = cli.args([*arg]);
        }
        let items = "[{\"type\":\"message\",\"role\":\"user\",\"content\":\"x\"}]";
        let cli = cli.args(["--base-url", &base]).env("OPENAI_API_KEY", "k").stdin(items);
        let run = tape.of(cli).run();
        assert!(tape.text().contains("\"path\"") || tape.text().contains("\"url\""), "{args:?}: {run:#?}");
    }
    let tape = Tape::new();
    let home = LoginHome::of(&server.simulator().login(0).unwrap());
    tape.of(home.cli_with(&server, ["logout"])).run().ended(0);
    assert!(tape.text().contains("/oauth/revoke"), "{}", tape.text());
}

#[test]
fn an_interrupted_run_is_recorded() {
    let tape = Tape::new();
    let pause = codex_sim::Stall::forever(codex_sim::Position::Events(2));
    let rule = codex_sim::Rule::reply(Reply::text("x")).faults(codex_sim::Faults::new().pause(pause));
    let server = SimServer::start(Scenario::new().rule(rule));
    let (mut command, _home) = tape.of(server.respond([PROMPT])).into_parts();
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while server.requests().is_empty() {
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(tape.text().contains(PROMPT));
}

#[test]
fn a_report_can_carry_it() {
    let state = StateHome::new();
    let tape = Tape::new();
    let server = SimServer::start(
        Scenario::new()
            .fail(Failure::new(500).message("Oops."))
            .sentry(Sentry::new().public_key("public-key")),
    );
    tape.of(state.of(server.respond([PROMPT]))).run().ended(1);
    let tracker = SimServer::start(Scenario::new().sentry(Sentry::new().public_key("public-key")));
    let file = tape.file();
    state.feedback(&tracker, ["send", "--attach", file.to_str().unwrap()]).run().ended(0);
    let envelopes = tracker.simulator().envelopes();
    let item = envelopes[0].items.iter().find(|item| item.header["filename"] == "exchange.ndjson").unwrap();
    assert_eq!(item.payload, tape.text().as_bytes());
}

#[test]
fn files_that_cannot_be_used_are_refused() {
    let server = SimServer::text("never");
    let run = server.respond(["--record", "no/such/folder.ndjson", "Hi"]).run().ended(2).printed("");
    run.said(&["error: cannot record: cannot open no/such/folder.ndjson for the recording: No such file"]);
    let run = server.respond(["--record", "mine.txt", "Hi"]).file("mine.txt", "a diary").run().ended(2);
    run.said(&["mine.txt is not a recording and will not be replaced"]);
    assert!(server.requests().is_empty());
    Cli::new(["sim", "--replay", "none.ndjson"])
        .run()
        .ended(2)
        .said(&["error: cannot replay: ", "none.ndjson"]);
    let run = Cli::new(["sim", "--replay", "a", "--scenario", "b"]).run().ended(2);
    assert!(run.stderr.contains("cannot be used with"), "{run:#?}");
    let run = Cli::new(["sim", "--replay-speed", "1"]).run().ended(2);
    assert!(run.stderr.contains("--replay <FILE>"), "{run:#?}");
}

/// The names by which the client makes itself known are no secrets: a prompt may hold the same words.
#[test]
fn a_prompt_that_names_this_program_is_recorded_as_it_is() {
    const NAMED: &str = "does codex-api work? try codex-api models";
    let (server, tape) = (SimServer::start(Scenario::new()), Tape::new());
    let cli =
        tape.of(Cli::new(["respond", "--base-url", &server.base_url(), NAMED]).env("OPENAI_API_KEY", "k"));
    cli.run().ended(0);
    let text = tape.text();
    assert!(text.contains(NAMED), "{text}");
    assert!(text.contains("[\"originator\",\"codex-api\"]"), "{text}");
}
