//! `login`, `login status` and `logout`.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use codex_sim::{Account, DeviceFlow, Lifetime, OAuth, RefreshState, Reply, Scenario};
use serde_json::{Value, json};

use crate::{cli::Cli, login_home::LoginHome, sim_server::SimServer};

const KEY: &str = "sk-login-canary-77";

fn ada() -> Account {
    Account::new("rt-canary-1").email("ada@example.com").account_id("acct-ada").plan("pro")
}

#[test]
fn a_key_is_read_from_standard_input_and_used() {
    let home = LoginHome::new();
    let run = home.cli(["login", "--with-api-key"]).stdin(format!("{KEY}\n")).run().ended(0);
    run.printed("").said(&["logged in with an API key; the login is kept in ", "auth.json"]);
    assert_eq!(home.stored(), json!({"auth_mode": "apikey", "OPENAI_API_KEY": KEY}));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(home.file().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    let server = SimServer::start(Scenario::new().require_token(KEY).reply(Reply::text("with the login")));
    home.respond(&server, ["Hi"]).run().ended(0).printed("with the login\n").said_nothing();
    let run = home.respond(&server, ["Hi"]).env("OPENAI_API_KEY", "another").run().ended(3);
    run.explained(&["the API key in OPENAI_API_KEY"]);

    home.cli(["logout"]).run().ended(0).printed("").said(&["logged out"]);
    assert!(!home.file().exists());
    home.cli(["logout"]).run().ended(0).said(&["nobody was logged in"]);
}

#[test]
fn what_is_no_key_is_refused() {
    let long = "k".repeat(9_000);
    for (input, part) in [
        ("", "no API key was given"),
        (" \n", "no API key was given"),
        ("two words", "at position 4"),
        ("schl\u{fc}ssel", "at position 5"),
        (long.as_str(), "longer than 8192 bytes"),
    ] {
        let home = LoginHome::new();
        let run = home.cli(["login", "--with-api-key"]).stdin(input).run().ended(2);
        run.printed("").said(&["error: the login failed: ", part]);
        assert!(!home.file().exists());
    }
}

#[test]
fn a_code_that_is_entered_elsewhere_logs_in() {
    // One poll that is in vain, so that the user has a second.
    let device = DeviceFlow::new().pending_polls(1).interval("1");
    let scenario = Scenario::new().oauth(OAuth::new().account(ada()).device(device));
    let server = SimServer::start(scenario.reply(Reply::text("as Ada")));
    let home = LoginHome::new();
    let run = home.cli_with(&server, ["login"]).run().ended(0).printed("");
    let page = format!("codex-api: open: {}/codex/device\n", server.simulator().origin());
    assert!(run.stderr.starts_with(&page), "{run:#?}");
    for part in ["codex-api: enter: ", "(within 15 min", "logged in with ChatGPT as ada@example.com"] {
        assert!(run.stderr.contains(part), "no {part:?} in {run:#?}");
    }
    home.respond(&server, ["Hi"]).run().ended(0).printed("as Ada\n").said_nothing();

    let run = home.cli(["login", "status"]).run().ended(0).said_nothing();
    for part in [
        "login     ChatGPT\n",
        "account   acct-ada\n",
        "e-mail    ada@example.com\n",
        "plan      pro\n",
        "expires   in 59 min",
        "renewed   ",
        "store     ",
    ] {
        assert!(run.stdout.contains(part), "no {part:?} in {run:#?}");
    }
    home.cli_with(&server, ["logout"]).run().ended(0).said(&["logged out"]);
    assert!(!home.file().exists());
    let revoked = server.requests().iter().filter(|request| request.path == "/oauth/revoke").count();
    assert_eq!(revoked, 1);
}

#[test]
fn a_flag_names_another_authority_for_once() {
    let server = SimServer::start(Scenario::new().account(ada()));
    let home = LoginHome::new();
    let origin = server.simulator().origin();
    let cli = Cli::new(["login", "--issuer", &origin]).codex_home(home.file().parent().unwrap());
    let run = cli.run().ended(0);
    assert!(run.stderr.contains("set CODEX_API_ISSUER to the same URL"), "{run:#?}");
    Cli::new(["login", "--issuer", "nonsense"]).run().ended(2).said(&["the token authority is no http"]);
}

#[test]
fn an_authority_that_refuses_is_told() {
    let home = LoginHome::new();
    let without = SimServer::start(Scenario::new().oauth(OAuth::new().device(DeviceFlow::disabled())));
    home.cli_with(&without, ["login"]).run().ended(1).said(&["log in with an API key"]);
    home.cli(["login"]).run().ended(1).said(&["the token authority cannot be reached", "127.0.0.1:9"]);
    let config = "forced_login_method = \"api\"";
    home.cli(["login"]).config(config).run().ended(3).said(&["allows API keys only"]);
    assert!(!home.file().exists());
}

#[test]
fn an_interruption_gives_up_the_login() {
    let device = DeviceFlow::new().pending_polls(1_000);
    let server = SimServer::start(Scenario::new().oauth(OAuth::new().account(ada()).device(device)));
    let home = LoginHome::new();
    let (mut command, _home) = home.cli_with(&server, ["login"]).into_parts();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    for _line in 0..2 {
        stderr.read_line(&mut String::new()).unwrap();
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!home.file().exists());
}

#[test]
fn the_status_says_who_is_logged_in_and_what_wins() {
    let home = LoginHome::new();
    let run = home.cli(["login", "status"]).run().ended(3).said_nothing();
    run.printed("login     none; log in with `codex-api login`\n");
    let run = home.cli(["login", "status", "--json"]).env("OPENAI_API_KEY", KEY).run().ended(3);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&report["logged_in"], &report["key_variable"]), (&json!(false), &json!("OPENAI_API_KEY")));

    let account = ada().access_lifetime(Lifetime::For(Duration::from_secs(7200)));
    let server = SimServer::start(Scenario::new().account(account));
    let home = LoginHome::of(&server.simulator().login(0).unwrap());
    let run = home.cli(["login", "status", "--json"]).run().ended(0);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    for (name, expected) in [
        ("logged_in", json!(true)),
        ("mode", json!("chatgpt")),
        ("account_id", json!("acct-ada")),
        ("email", json!("ada@example.com")),
        ("plan", json!("pro")),
        ("problem", Value::Null),
        ("key_variable", Value::Null),
    ] {
        assert_eq!(report[name], expected, "{name}");
    }
    assert!(report["expires_at"].as_str().unwrap().ends_with('Z'));
    let run = home.cli(["login", "status"]).env("CODEX_API_KEY", KEY).run().ended(0);
    assert!(run.stdout.contains("key       CODEX_API_KEY is set, and wins over the login\n"), "{run:#?}");

    let useless = LoginHome::holding(r#"{"auth_mode": "chatgpt", "OPENAI_API_KEY": null}"#);
    let run = useless.cli(["login", "status"]).run().ended(3);
    assert!(run.stdout.contains("problem   it has no access token: log in again\n"), "{run:#?}");
}

#[test]
fn a_damaged_login_is_an_error_only_for_those_who_need_it() {
    let damaged = || LoginHome::holding(&format!("{{\"OPENAI_API_KEY\": \"{KEY}"));
    let server = SimServer::text("never mind");
    let home = damaged();
    let part = "holds no login that can be read: it is not whole JSON";
    let run = home.respond(&server, ["Hi"]).run().ended(3).printed("");
    run.said(&["error: there is no usable login: ", part, "log in again, which moves it aside"]);
    home.cli(["respond", "Hi"]).run().ended(3).said(&[part]);
    home.cli(["login", "status"]).run().ended(3).said(&[part]);
    let run = home.respond(&server, ["Hi"]).env("OPENAI_API_KEY", "k").run().ended(0);
    run.printed("never mind\n").said(&["warning: ", part]);
    home.respond(&server, ["-p", "sim", "Hi"]).run().ended(0).said(&["warning: ", part]);

    let run = home.cli(["login", "--with-api-key"]).stdin(KEY).run().ended(0);
    assert!(run.stderr.contains("it is kept as ") && run.stderr.contains("auth.json.damaged-1"), "{run:#?}");
    assert_eq!(home.stored()["OPENAI_API_KEY"], KEY);
}

#[test]
fn a_login_that_is_not_allowed_is_not_used() {
    let server = SimServer::start(Scenario::new().account(ada()));
    let home = LoginHome::of(&server.simulator().login(0).unwrap());
    for config in ["forced_login_method = \"api\"", "forced_chatgpt_workspace_id = \"acct-other\""] {
        let run = home.respond(&server, ["Hi"]).config(config).run().ended(3);
        run.said(&["the stored login cannot be used: the configuration allows"]);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_flag_that_says_who_asks_goes_over_a_login() {
    let server = SimServer::start(Scenario::new().require_token("mine").reply(Reply::text("as I said")));
    let home = LoginHome::of(&SimServer::start(Scenario::new().account(ada())).simulator().login(0).unwrap());
    let flag = ["--header", "Authorization: Bearer mine"];
    home.respond(&server, ["Hi"]).args(flag).run().ended(0).printed("as I said\n");
}

#[test]
fn no_secret_is_in_any_output() {
    let account = || ada().initial_lifetime(Lifetime::For(Duration::ZERO)).told_lifetime(Lifetime::Never);
    let server = SimServer::start(Scenario::new().account(account()).reply(Reply::text("fine")));
    let refused = SimServer::start(Scenario::new().account(account().refresh_state(RefreshState::Expired)));
    let mut runs = Vec::new();
    let mut secrets = vec![KEY.to_owned()];
    for (server, code) in [(&server, 0), (&refused, 3)] {
        let home = LoginHome::of(&server.simulator().login(0).unwrap());
        let first = server.simulator().login(0).unwrap();
        runs.push(home.respond(server, ["-v", "Hi"]).env("RUST_LOG", "trace").run().ended(code));
        let base = server.base_url();
        for args in [
            ["login", "status", "-v", "--json"],
            ["doctor", "-v", "--base-url", &base],
            ["models", "-v", "--base-url", &base],
            ["logout", "-v", "--color", "never"],
        ] {
            runs.push(home.cli_with(server, args).env("RUST_LOG", "trace").run());
        }
        let last = server.simulator().login(0).unwrap();
        for login in [first, last] {
            secrets.extend([login.id_token, login.access_token, login.refresh_token]);
        }
    }
    let home = LoginHome::new();
    runs.push(home.cli(["login", "--with-api-key", "-v"]).stdin(KEY).env("RUST_LOG", "trace").run().ended(0));
    runs.push(home.cli_with(&server, ["login", "-v"]).env("RUST_LOG", "trace").run().ended(0));
    let stored = home.stored()["tokens"].clone();
    secrets.extend(
        ["id_token", "access_token", "refresh_token"].map(|name| stored[name].as_str().unwrap().to_owned()),
    );
    assert!(runs.iter().any(|run| run.stderr.contains("TRACE")), "the log is on");
    for secret in &secrets {
        for run in &runs {
            let leak = run.stdout.lines().chain(run.stderr.lines()).find(|line| line.contains(secret));
            assert_eq!(leak, None);
        }
    }
}
