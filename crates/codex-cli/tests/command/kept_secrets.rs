//! Nothing that is kept or sent beside the request itself holds a key, a token or, but for recordings, a prompt.

use std::{fs, path::Path, time::Duration};

use codex_sim::{Account, Lifetime, Login, RefreshState, Reply, Scenario, Sentry};

use crate::{
    cli::{Cli, Run},
    login_home::LoginHome,
    raw_server::{RawServer, Then},
    sim_server::SimServer,
    state_home::{StateHome, dsn},
};

const KEY: &str = "canary-key-4711";
const HEADER: &str = "canary-header-4712";
const PARAMETER: &str = "canary-parameter-4713";
const COLLECTOR_KEY: &str = "canary-collector-4714";
const PROMPT: &str = "canary-prompt-4715";
const DSN_KEY: &str = "public-key";
const REFRESH: &str = "rt-canary-refresh-4716";

/// Everything around one run that may keep something of it.
struct Around {
    state: StateHome,
    /// Tracker and collector.
    outside: SimServer,
}

impl Around {
    fn new() -> Self {
        let scenario = Scenario::new().sentry(Sentry::new().public_key(DSN_KEY));
        Self { state: StateHome::new(), outside: SimServer::start(scenario) }
    }

    fn of(&self, cli: Cli) -> Cli {
        let recording = self.recording();
        self.state
            .of(cli)
            .args(["-v", "--record", recording.to_str().unwrap()])
            .env("RUST_LOG", "trace")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &self.outside.simulator().origin())
            .env("OTEL_EXPORTER_OTLP_HEADERS", &format!("x-key={COLLECTOR_KEY}"))
            .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
    }

    fn recording(&self) -> std::path::PathBuf {
        self.state.path().join("exchange.ndjson")
    }

    /// All texts that came out of it: the run itself, the state, previews, the report at the tracker and in the spool,
    /// telemetry.
    fn texts(&self, run: Run) -> Vec<(String, String)> {
        assert!(run.stderr.contains("TRACE"), "the log is on: {run:#?}");
        let mut texts = vec![("stdout".to_owned(), run.stdout), ("stderr".to_owned(), run.stderr)];
        for form in [vec![], vec!["--json"], vec!["--html", "-"]] {
            let mut cli = self.state.cli(["feedback", "preview"]).env("RUST_LOG", "trace");
            for arg in &form {
                cli = cli.args([*arg]);
            }
            let shown = cli.run().ended(0);
            texts.push((format!("preview {form:?}"), shown.stdout + &shown.stderr));
        }
        let away =
            dsn(&self.outside).replace(&self.outside.simulator().origin()["http://".len()..], "127.0.0.1:9");
        for (target, code) in [(away, 1), (dsn(&self.outside), 0)] {
            let cli = self.state.cli(["feedback", "send", "-v"]).env("RUST_LOG", "trace");
            let sent = cli.env("CODEX_FEEDBACK_DSN", &target).run().ended(code);
            texts.push((format!("send with {code}"), sent.stdout + &sent.stderr));
            texts.extend(files(self.state.path()));
        }
        for envelope in self.outside.simulator().envelopes() {
            for item in &envelope.items {
                texts.push((format!("envelope {}", item.header), lossy(&item.payload)));
            }
        }
        let telemetry = self.outside.simulator().telemetry();
        assert!(telemetry.len() >= 3, "all signals are sent");
        texts.extend(telemetry.iter().map(|export| (export.signal.to_string(), lossy(&export.body))));
        texts
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Everything below a folder, by name.
fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![(path.display().to_string(), lossy(&fs::read(&path).unwrap()))],
        })
        .collect()
}

#[track_caller]
fn assert_absent(texts: &[(String, String)], secrets: &[&str]) {
    assert!(texts.iter().any(|(place, _)| place.ends_with(".run")), "a run is kept");
    for (place, text) in texts {
        for secret in secrets {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} in {place}");
        }
        // A recording is made to hold them.
        if !place.ends_with(".ndjson") {
            assert!(!text.contains(PROMPT), "the prompt in {place}");
        }
    }
}

fn planted(base_url: &str) -> Cli {
    let (header, parameter) = (format!("X-Flag: {HEADER}"), format!("code={PARAMETER}"));
    Cli::new(["respond", "--retries", "0", "--base-url", base_url, PROMPT])
        .args(["--header", &header, "--query", &parameter])
        .env("OPENAI_API_KEY", KEY)
}

#[test]
fn keys_of_a_run_are_in_nothing_that_is_kept() {
    let good = SimServer::text("fine");
    let echo = format!("{{\"error\":{{\"message\":\"Bad key: {KEY}. You sent {HEADER}.\"}}}}");
    let heads = format!(
        "x-request-id: {KEY}\r\ncf-ray: {HEADER}\r\nx-openai-authorization-error: {KEY}\r\nset-cookie: s={KEY}\r\n"
    );
    let refusing = format!("HTTP/1.1 401 No\r\n{heads}connection: close\r\n\r\n{echo}");
    let refusing = RawServer::start(refusing, Then::Close);
    for (url, code) in [(good.base_url(), 0), (refusing.base_url().to_owned(), 3)] {
        for transport in ["http", "ws"] {
            let around = Around::new();
            let run = around.of(planted(&url).args(["--transport", transport])).run().ended(code);
            assert_absent(&around.texts(run), &[KEY, HEADER, PARAMETER, COLLECTOR_KEY]);
        }
    }
}

#[test]
fn tokens_of_a_login_are_in_nothing_that_is_kept() {
    for state in [RefreshState::Valid, RefreshState::Reused] {
        let account = Account::new(REFRESH)
            .initial_lifetime(Lifetime::For(Duration::ZERO))
            .told_lifetime(Lifetime::For(Duration::from_secs(3600)))
            .refresh_state(state);
        let server = SimServer::start(Scenario::new().account(account).reply(Reply::text("recovered")));
        let before = server.simulator().login(0).unwrap();
        let around = Around::new();
        let home = LoginHome::of(&before);
        let run = around.of(home.respond(&server, [PROMPT])).run();
        let after = server.simulator().login(0).unwrap();
        let of =
            |login: &Login| [&login.id_token, &login.access_token, &login.refresh_token].map(String::clone);
        let tokens: Vec<_> = of(&before).into_iter().chain(of(&after)).collect();
        let tokens: Vec<_> = tokens.iter().map(String::as_str).collect();
        assert_absent(&around.texts(run), &tokens);
    }
}

#[test]
fn the_simulator_inside_keeps_no_prompt() {
    let around = Around::new();
    let run = around.of(Cli::new(["respond", PROMPT])).run().ended(0);
    // It repeats what it was asked, on standard output.
    let run = Run { stdout: String::new(), ..run };
    assert_absent(&around.texts(run), &[KEY]);
}

#[test]
fn a_file_that_holds_a_key_is_told() {
    let around = Around::new();
    around.of(planted(&SimServer::text("x").base_url())).run().ended(0);
    let cli = around.state.cli(["feedback", "preview", "--attach", "notes.txt"]).file("notes.txt", KEY);
    let run = cli.env("OPENAI_API_KEY", KEY).run().ended(0);
    assert!(run.stderr.contains("notes.txt: seems to hold a credential"), "{run:#?}");
}
