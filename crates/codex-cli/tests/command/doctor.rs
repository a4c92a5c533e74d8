//! `codex-api doctor`: green, and with each thing that can be wrong.

use codex_sim::{Account, Lifetime, Reply, Scenario, WebSocketOptions};
use serde_json::Value;

use crate::{
    cli::{Cli, Run},
    login_home::LoginHome,
    raw_server::{RawServer, Then},
    sim_server::SimServer,
};

fn doctor(base_url: &str) -> Cli {
    Cli::new(["doctor", "--base-url", base_url]).env("OPENAI_API_KEY", "right")
}

fn service() -> SimServer {
    SimServer::start(Scenario::new().require_token("right"))
}

impl Run {
    /// Asserts that a line begins so and has this part, and shows everything when there is none.
    #[track_caller]
    fn found(self, verdict: &str, check: &str, part: &str) -> Self {
        let begin = format!("{verdict:9}{check:15}");
        let lines = || self.stdout.lines().filter(|line| line.starts_with(&begin));
        assert!(lines().any(|line| line.contains(part)), "no {begin:?} with {part:?} in {self:#?}");
        self
    }

    #[track_caller]
    fn without_failure(self) -> Self {
        assert!(!self.stdout.contains("FAILURE"), "{self:#?}");
        self
    }
}

#[test]
fn all_is_well_with_a_key() {
    let server = service();
    let run = doctor(&server.base_url()).run().ended(0).said_nothing().without_failure();
    let checks: Vec<_> = run.stdout.lines().map(|line| line.split_whitespace().nth(1).unwrap()).collect();
    let expected = [
        "configuration",
        "proxy",
        "certificates",
        "provider",
        "credentials",
        "dns",
        "connect",
        "tls",
        "service",
        "clock",
        "authority",
        "request",
        "websocket",
    ];
    assert_eq!(checks, expected, "{run:#?}");
    run.found("ok", "credentials", "the key from OPENAI_API_KEY")
        .found("ok", "connect", "127.0.0.1")
        .found("-", "tls", "plain http")
        .found("ok", "clock", "right to ")
        .found("ok", "request", "/models answers, and the credentials are accepted");
}

#[test]
fn all_is_well_with_a_login() {
    let server = SimServer::start(Scenario::new().account(Account::new("rt-1")));
    let home = LoginHome::of(&server.simulator().login(0).unwrap());
    let run = home.cli_with(&server, ["doctor", "--base-url", &server.base_url()]).run().ended(0);
    let run = run.without_failure();
    assert!(!run.stdout.contains("user@example.com") && !run.stdout.contains("acct-sim"), "{run:#?}");
    run.found("ok", "credentials", "the ChatGPT login, plan plus, kept in ")
        .found("ok", "authority", "127.0.0.1 answers")
        .found("ok", "request", "accepted");
}

#[test]
fn an_expired_login_is_renewed_on_the_way() {
    let account = Account::new("rt-1").initial_lifetime(Lifetime::For(std::time::Duration::ZERO));
    let server = SimServer::start(Scenario::new().account(account));
    let home = LoginHome::of(&server.simulator().login(0).unwrap());
    let run = home.cli_with(&server, ["doctor", "--base-url", &server.base_url()]).run().ended(0);
    run.found("warning", "credentials", "its token expired ").found("ok", "request", "accepted");
    assert_eq!(server.simulator().refreshes(), 1);
    assert_eq!(home.stored()["tokens"]["refresh_token"], server.simulator().login(0).unwrap().refresh_token);
}

#[test]
fn programs_get_json() {
    let server = service();
    let run = doctor(&server.base_url()).args(["--json"]).run().ended(0);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["ok"], true);
    let first = &report["checks"][0];
    assert_eq!((&first["check"], &first["verdict"]), (&"configuration".into(), &"ok".into()));
    let run = doctor("http://no-such-host.invalid/v1").args(["--json"]).run().ended(1);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["ok"], false);
}

#[test]
fn the_simulator_needs_no_network() {
    let run = Cli::new(["doctor"]).run().ended(0);
    run.found("warning", "provider", "so a simulator inside the process answers. Log in").found(
        "-",
        "dns",
        "the simulator inside this process answers",
    );
    Cli::new(["doctor", "-p", "sim"]).run().ended(0).found("ok", "provider", "as it was named");
}

#[test]
fn a_configuration_that_cannot_be_used() {
    let server = service();
    let url = server.base_url();
    let run = doctor(&url).config("model = 1").run().ended(1);
    run.found("FAILURE", "configuration", "config.toml:1: `model` must be a text").found(
        "-",
        "provider",
        "the configuration cannot be used",
    );
    doctor(&url).config("modle = 1").run().ended(0).found("warning", "configuration", "the key `modle`");
    doctor(&url).args(["-p", "nobody"]).run().ended(1).found("FAILURE", "provider", "is not known");
}

#[test]
fn credentials_that_are_missing_or_damaged() {
    let run = Cli::new(["doctor", "-p", "openai"]).run().ended(3);
    run.found("FAILURE", "credentials", "OPENAI_API_KEY is not set").found("-", "request", "no credentials");
    let server = service();
    let home = LoginHome::holding("{\"tokens\"");
    let run = home.cli(["doctor", "--base-url", &server.base_url()]).run().ended(3);
    run.found("FAILURE", "credentials", "holds no login that can be read");
    let cli = home.cli(["doctor", "--base-url", &server.base_url()]).env("OPENAI_API_KEY", "right");
    cli.run().ended(0).found("warning", "credentials", "holds no login that can be read");
}

#[cfg(unix)]
#[test]
fn a_login_that_others_can_read() {
    let server = SimServer::start(Scenario::new().account(Account::new("rt-1")));
    let home = LoginHome::of(&server.simulator().login(0).unwrap());
    home.set_mode(0o644);
    let run = home.cli_with(&server, ["doctor", "--base-url", &server.base_url()]).run().ended(0);
    run.found("warning", "credentials", "auth.json. Make it private with `chmod 600`.");
}

#[test]
fn surroundings_that_cannot_be_used() {
    let server = service();
    let url = server.base_url();
    let run = doctor(&url).env("HTTPS_PROXY", "http://[bad").run().ended(1);
    run.found("FAILURE", "proxy", "the proxy in HTTPS_PROXY is not a URL").found("-", "dns", "not checked");
    let run = doctor(&url).env("HTTPS_PROXY", "http://ada:secret@proxy.example:3128").run().ended(0);
    assert!(!run.stdout.contains("secret") && !run.stdout.contains("ada"), "{run:#?}");
    run.found("ok", "proxy", "https through http://proxy.example:3128, with credentials");
    let run = doctor(&url).env("CODEX_CA_CERTIFICATE", "none.pem").run().ended(1);
    run.found("FAILURE", "certificates", "cannot read the certificates in none.pem");
    let run = doctor(&url).env("SSL_CERT_FILE", "empty.pem").file("empty.pem", "").run().ended(1);
    run.found("FAILURE", "certificates", "there is no certificate in empty.pem");
}

#[test]
fn each_step_on_the_way_has_a_failure_of_its_own() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = service();
    let plain = server.base_url().replace("http://", "https://");
    let mute = RawServer::start("", Then::Close);
    for (url, steps) in [
        ("http://no-such-host.invalid/v1", ["FAILURE", "-", "-", "-"]),
        (&format!("http://127.0.0.1:{port}/v1"), ["ok", "FAILURE", "-", "-"]),
        (plain.as_str(), ["ok", "ok", "FAILURE", "-"]),
        (mute.base_url(), ["ok", "ok", "-", "FAILURE"]),
    ] {
        let mut run = doctor(url).run().ended(1);
        for (verdict, check) in steps.into_iter().zip(["dns", "connect", "tls", "service"]) {
            run = run.found(verdict, check, "");
        }
        run.found("-", "request", "the service cannot be reached").found("-", "clock", "cannot be reached");
    }
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let mute = RawServer::start("", Then::Stall);
    let run = doctor(mute.base_url()).args(["--timeout", "600ms"]).run().ended(1);
    run.found("FAILURE", "service", "no answer within 600 ms");
}

#[test]
fn a_way_through_a_proxy() {
    let proxy = RawServer::start("HTTP/1.1 407 Who are you?\r\nconnection: close\r\n\r\n", Then::Close);
    let proxy = proxy.base_url().trim_end_matches("/v1").replace("http://", "http://ada:secret@");
    let cli = |url: &str| doctor(url).env("HTTP_PROXY", &proxy).env("HTTPS_PROXY", &proxy).run().ended(1);
    let run = cli("https://api.example/v1").found("-", "dns", "the proxy looks up the name");
    let run = run.found("FAILURE", "connect", "it wants credentials (407)");
    assert!(!run.stdout.contains("secret"), "{run:#?}");
    let run = cli("http://api.example/v1").found("ok", "connect", "to api.example through the proxy");
    run.found("FAILURE", "request", "the proxy wants credentials (407)");
}

#[test]
fn a_clock_that_is_wrong() {
    let head = "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n";
    let past = RawServer::start(format!("{head}date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n"), Then::Close);
    let run = doctor(past.base_url()).run().ended(0);
    run.found("warning", "clock", " fast. Set it").found("warning", "request", "has no list of models");
    let silent = RawServer::start(format!("{head}\r\n"), Then::Close);
    doctor(silent.base_url()).run().ended(0).found("-", "clock", "does not say what time it is");
}

#[test]
fn a_token_authority_that_is_away() {
    let server = SimServer::start(Scenario::new().account(Account::new("rt-1")));
    let home = LoginHome::of(&server.simulator().login(0).unwrap());
    let run = home.cli(["doctor", "--base-url", &server.base_url()]).run().ended(1);
    run.found("FAILURE", "authority", "cannot connect to 127.0.0.1:9").found("ok", "request", "accepted");
}

#[test]
fn credentials_that_are_refused_are_explained() {
    let server = service();
    let run = doctor(&server.base_url()).env("OPENAI_API_KEY", "wrong-key-1").run().ended(3);
    assert!(!run.stdout.contains("wrong-key-1"), "{run:#?}");
    let run = run.found("FAILURE", "request", "the service does not accept the API key in OPENAI_API_KEY");
    run.found("FAILURE", "request", "(request id req_").found("FAILURE", "request", "Check that the key");
    let stripped = SimServer::start(Scenario::new().strip_authorization());
    let run = doctor(&stripped.base_url()).run().ended(3);
    run.found("FAILURE", "request", "but the upstream saw none");
}

#[test]
fn a_websocket_is_opened_where_the_provider_has_it() {
    for (options, verdict, part) in [
        (WebSocketOptions::new(), "ok", "opens after "),
        (WebSocketOptions::disabled(), "warning", "Requests go over HTTP instead"),
    ] {
        let server = SimServer::start(Scenario::new().websocket(options).reply(Reply::text("x")));
        let url = server.base_url();
        let config = format!(
            "[model_providers.own]\nname = \"Own\"\nbase_url = \"{url}\"\nexperimental_bearer_token = \"t\"\nsupports_websockets = true"
        );
        let run = Cli::new(["doctor", "-p", "own"]).config(&config).run().ended(0);
        run.found(verdict, "websocket", part).found("ok", "credentials", "from experimental_bearer_token");
    }
}
