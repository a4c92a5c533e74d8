//! A 401: recovery through the whole command, and what is said when there is none.

use std::{
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use codex_sim::{Account, Failure, Faults, Lifetime, RefreshState, Reply, Rule, Scenario, When};

use crate::{
    cli::Cli,
    login_home::LoginHome,
    raw_server::{RawServer, Then},
    sim_server::SimServer,
};

/// An account whose first token is refused, although it says that it is good for an hour.
fn expired() -> Account {
    Account::new("rt-1")
        .initial_lifetime(Lifetime::For(Duration::ZERO))
        .told_lifetime(Lifetime::For(Duration::from_secs(3600)))
}

fn serve(account: Account) -> (SimServer, LoginHome) {
    let server = SimServer::start(Scenario::new().account(account).reply(Reply::text("recovered")));
    let home = LoginHome::of(&server.simulator().login(0).unwrap());
    (server, home)
}

#[test]
fn an_expired_token_is_refreshed_and_stored() {
    for transport in ["http", "ws"] {
        let (server, home) = serve(expired());
        let run = home.respond(&server, ["--transport", transport, "Hi"]).run().ended(0);
        run.printed("recovered\n").said_nothing();
        assert_eq!(server.simulator().refreshes(), 1);
        let login = server.simulator().login(0).unwrap();
        assert_eq!(home.stored()["tokens"]["refresh_token"], login.refresh_token);
        home.respond(&server, ["Hi"]).run().ended(0).printed("recovered\n");
        assert_eq!(server.simulator().refreshes(), 1, "the new token is used");
    }
}

#[test]
fn every_command_recovers() {
    for args in [["models", "--json"], ["responses", "get"], ["compact", "--json"], ["memories", "--json"]] {
        let (server, home) = serve(expired());
        let base = server.base_url();
        let cli = home.cli_with(&server, [args[0]]);
        let cli = if args[0] == "responses" { cli.args(["get", "resp_none"]) } else { cli };
        let run = cli
            .args(["--base-url", &base])
            .stdin("[{\"type\":\"message\",\"role\":\"user\",\"content\":\"x\"}]")
            .run();
        assert_ne!(run.code, Some(3), "{run:#?}");
        assert_eq!(server.simulator().refreshes(), 1, "{args:?}");
    }
}

#[test]
fn verbose_tells_each_step() {
    let (server, home) = serve(expired());
    let run = home.respond(&server, ["-v", "Hi"]).run().ended(0);
    for part in [
        "recovery from the 401, managed reload: recovery_succeeded, the credentials are the same",
        "recovery from the 401, managed refresh_token: recovery_succeeded, the credentials are new",
    ] {
        assert!(run.stderr.contains(part), "no {part:?} in {run:#?}");
    }
}

/// The service's clock is read from the answer that failed.
#[test]
fn a_clock_that_is_wrong_is_explained() {
    // `{"error":{"code":"token_expired"}}`
    let code = "eyJlcnJvciI6eyJjb2RlIjoidG9rZW5fZXhwaXJlZCJ9fQ==";
    let head = "HTTP/1.1 401 Unauthorized\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\nconnection: close\r\n";
    let service =
        RawServer::start(format!("{head}x-error-json: {code}\r\ncontent-length: 0\r\n\r\n"), Then::Close);
    let (authority, home) = serve(Account::new("rt-1"));
    let cli =
        home.cli_with(&authority, ["respond", "--retries", "0", "--base-url", service.base_url(), "Hi"]);
    cli.run()
        .ended(3)
        .explained(&["a token that was just renewed counts as expired; this machine's clock is ", " fast"]);
}

#[test]
fn a_login_that_is_over_is_explained() {
    for (state, cause, step) in [
        (
            RefreshState::Reused,
            "cause: the login is over: its refresh token was used before",
            "next step: Log in again, once for each machine",
        ),
        (
            RefreshState::Expired,
            "cause: the login is over: its refresh token has expired",
            "next step: Log in again.",
        ),
        (
            RefreshState::Invalidated,
            "cause: the login is over: its refresh token was revoked",
            "next step: Log in again.",
        ),
    ] {
        for args in [["--transport", "http", "Hi"], ["--transport", "ws", "Hi"]] {
            let (server, home) = serve(expired().refresh_state(state));
            let run = home.respond(&server, args).run().ended(3).printed("");
            let run = run.explained(&[
                "error: the server answered 401: ",
                cause,
                step,
                "to quote: request id req_",
            ]);
            assert!(run.stderr.contains(", cf-ray "), "{run:#?}");
        }
    }
}

#[test]
fn an_authority_that_is_away_is_explained() {
    let (server, home) = serve(expired());
    let cli = home.cli(["respond", "--retries", "0", "--base-url", &server.base_url(), "Hi"]);
    cli.run().ended(3).explained(&["cause: the token was refused and could not be renewed", "try again"]);
    // Nothing is said that was not asked for, but what went wrong.
    let cli = home.cli(["respond", "-q", "--retries", "0", "--base-url", &server.base_url(), "Hi"]);
    cli.run().ended(3).explained(&[]);
}

#[test]
fn a_failure_after_a_recovery_is_explained() {
    let busy = Rule::fail(Failure::new(500).message("Oops.")).when(When::new().path("/responses").nth(3));
    let server = SimServer::start(Scenario::new().account(expired()).rule(busy));
    let home = LoginHome::of(&server.simulator().login(0).unwrap());
    let run = home.respond(&server, ["Hi"]).run().ended(1);
    run.explained(&["Oops.", "cause: the service failed with status 500", "next step: Try again later"]);
}

#[test]
fn realtime_takes_no_login() {
    let (server, home) = serve(Account::new("rt-1"));
    let cli = home.cli_with(&server, ["realtime", "--base-url", &server.base_url()]).stdin("Hi");
    cli.run().ended(3).explained(&["cause: no credentials were attached: /realtime takes an API key only"]);
}

#[test]
fn a_header_that_is_lost_on_the_way_is_explained() {
    let server = SimServer::start(Scenario::new().strip_authorization());
    let cli = Cli::new(["respond", "--base-url", &server.base_url(), "Hi"]).env("OPENAI_API_KEY", "k");
    cli.run().ended(3).explained(&[
        "cause: auth was attached (header authorization), but the upstream saw none",
        "next step: Let the authorization header pass every proxy",
    ]);
}

#[test]
fn an_empty_variable_is_explained() {
    let server = SimServer::start(Scenario::new().require_token("right"));
    let cli = Cli::new(["respond", "--base-url", &server.base_url(), "Hi"]).env("OPENAI_API_KEY", " ");
    cli.run().ended(3).explained(&["cause: no credentials were attached: OPENAI_API_KEY is empty"]);
}

/// A refresh token works once: the answer to it must be stored, whatever becomes of the request.
#[test]
fn an_interruption_waits_for_the_tokens_that_are_being_renewed() {
    let slow = Rule::sensible().when(When::new().path("/oauth/token"));
    let slow = slow.faults(Faults::new().head_delay(Duration::from_millis(900)));
    let scenario = Scenario::new().account(expired()).rule(slow);
    let server = SimServer::start(scenario.reply(Reply::text("never")));
    let home = LoginHome::of(&server.simulator().login(0).unwrap());
    let before = home.stored();
    let (mut command, _home) = home.respond(&server, ["Hi"]).into_parts();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let asked = || server.requests().iter().any(|request| request.path == "/oauth/token");
    let started = Instant::now();
    while !asked() {
        assert!(started.elapsed() < Duration::from_secs(20), "the token authority is asked");
        thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let login = server.simulator().login(0).unwrap();
    assert_ne!(home.stored(), before);
    assert_eq!(home.stored()["tokens"]["refresh_token"], login.refresh_token);
}
