//! A secret planted wherever one can stand is in no output, however much is said.

use codex_sim::{Failure, Reply, Scenario};

use crate::{
    cli::Cli,
    raw_server::{RawServer, Then},
    sim_server::SimServer,
};

const CANARY: &str = "sk-canary-5b1e0d7a9c";

/// Every place for a secret at once.
fn planted(url: &str) -> Cli {
    let config = format!(
        "model_provider = \"own\"\n[model_providers.own]\nname = \"Own\"\nbase_url = \"{url}\"\nenv_key = \"OWN_KEY\"\n\
         experimental_bearer_token = \"{CANARY}\"\nquery_params = {{ code = \"{CANARY}\" }}\n\
         http_headers = {{ x-plain = \"{CANARY}\", x-api-key = \"{CANARY}\" }}\nenv_http_headers = {{ x-env = \"ENV_SECRET\" }}\n"
    );
    let header = format!("X-Flag: {CANARY}");
    let query = format!("flag={CANARY}");
    Cli::new(["respond", "-v", "--retries", "0", "Hi"])
        .args(["--header", &header, "--query", &query])
        .config(&config)
        .env("OWN_KEY", CANARY)
        .env("OPENAI_API_KEY", CANARY)
        .env("ENV_SECRET", CANARY)
        .env("RUST_LOG", "trace")
}

#[test]
fn a_secret_is_in_no_output() {
    let good = SimServer::text("fine");
    let refused = SimServer::start(Scenario::new().require_token("another"));
    let failing = SimServer::start(Scenario::new().fail(Failure::new(500).message("Oops.")));
    let odd = SimServer::start(Scenario::new().reply(Reply::text("x").header("x-echo", "y")));
    for (url, code) in [
        (good.base_url(), 0),
        (odd.base_url(), 0),
        (refused.base_url(), 3),
        (failing.base_url(), 1),
        ("http://127.0.0.1:9/v1".to_owned(), 1),
        ("http://no-such-host.invalid/v1".to_owned(), 1),
    ] {
        let run = planted(&url).run().ended(code);
        assert!(run.stderr.contains("TRACE"), "the log is on");
        let leak = run.stderr.lines().chain(run.stdout.lines()).find(|line| line.contains(CANARY));
        assert_eq!(leak, None, "{url}");
    }
}

#[test]
fn a_key_that_the_server_repeats_is_scrubbed() {
    let body = format!(
        "{{\"error\":{{\"message\":\"Incorrect API key provided: {CANARY}.\",\"code\":\"invalid_api_key\"}}}}"
    );
    let answer = format!("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n{body}");
    let run =
        RawServer::start(answer, Then::Close).respond(["Hi"]).env("OPENAI_API_KEY", CANARY).run().ended(3);
    let run = run.explained(&["Incorrect API key provided"]);
    assert!(!run.stderr.contains(CANARY), "{run:?}");
}

#[test]
fn a_secret_in_a_mistake_is_not_quoted() {
    let url = format!("https://user:{CANARY}@example.com/v1");
    let no_url = format!("{CANARY}:nonsense");
    let bell = format!("X-A: {CANARY}\u{7}");
    let toml = format!("[model_providers.x]\nname = \"x\"\nexperimental_bearer_token = \"{CANARY}");
    for args in [
        ["--base-url", &url],
        ["--base-url", &no_url],
        ["--header", CANARY],
        ["--header", &bell],
        ["--query", CANARY],
        ["--config", "bad.toml"],
    ] {
        let run = Cli::new(["respond", "-v", "Hi"]).args(args).file("bad.toml", &toml).run().ended(2);
        assert!(!run.stderr.contains(CANARY) && run.stdout.is_empty(), "{args:?}: {run:?}");
    }
    for (variable, value) in [("OPENAI_BASE_URL", url.as_str()), ("HTTPS_PROXY", no_url.as_str())] {
        let cli = Cli::new(["respond", "-v", "--retries", "0", "Hi"])
            .env("OPENAI_API_KEY", "k")
            .env(variable, value);
        let run = if variable == "OPENAI_BASE_URL" {
            cli.run()
        } else {
            cli.args(["--base-url", "https://no-such-host.invalid/v1"]).run()
        };
        assert!(!run.stderr.contains(CANARY), "{variable}: {run:?}");
        assert_ne!(run.code, Some(0));
    }
}
