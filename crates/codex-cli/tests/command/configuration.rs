//! `config.toml`, environment and flags together. What single values mean is tested where they are read.

use codex_sim::{Reply, Scenario};

use crate::{cli::Cli, sim_server::SimServer};

#[test]
fn a_provider_of_the_configuration_is_used_with_all_its_settings() {
    let server = SimServer::start(Scenario::new().require_token("right").reply(Reply::text("configured")));
    let config = format!(
        "model = \"m-config\"\nmodel_provider = \"own\"\n[model_providers.own]\nname = \"Own\"\nbase_url = \"{}\"\nenv_key = \"OWN_KEY\"\n\
         query_params = {{ version = \"7\" }}\nhttp_headers = {{ X-A = \"a\" }}\nenv_http_headers = {{ X-B = \"B\", X-C = \"C\" }}\n",
        server.base_url()
    );
    let cli = || Cli::new(["respond", "Hi"]).config(&config).env("OWN_KEY", " right ").env("B", "b");
    cli().run().ended(0).said_nothing().printed("configured\n");
    let request = &server.requests()[0];
    assert_eq!(request.body.as_ref().unwrap()["model"], "m-config");
    assert_eq!(request.query, "version=7");
    assert_eq!(
        (request.header("x-a"), request.header("x-b"), request.header("x-c")),
        (Some("a"), Some("b"), None)
    );

    cli().args(["-m", "m-flag", "--header", "X-A: flag"]).run().ended(0);
    let request = &server.requests()[1];
    assert_eq!(request.body.as_ref().unwrap()["model"], "m-flag");
    assert_eq!(request.header("x-a"), Some("flag"));
}

#[test]
fn the_environment_names_the_server_of_openai() {
    let server = SimServer::start(Scenario::new().require_token("key-1").reply(Reply::text("env")));
    let url = server.base_url();
    let cli =
        || Cli::new(["respond", "Hi"]).env("OPENAI_API_KEY", "key-1").env("OPENAI_ORGANIZATION", "org-1");
    cli().env("OPENAI_BASE_URL", &url).run().ended(0).printed("env\n").said_nothing();
    assert_eq!(server.requests()[0].header("openai-organization"), Some("org-1"));
    let config = format!("openai_base_url = \"{url}\"");
    cli().env("OPENAI_BASE_URL", "http://127.0.0.1:9/v1").config(&config).run().ended(0);
}

#[test]
fn local_providers_follow_their_variables() {
    let server = SimServer::start(Scenario::new().without_auth().reply(Reply::text("local")));
    let url = server.base_url();
    let port = url.trim_end_matches("/v1").rsplit(':').next().unwrap().to_owned();
    for provider in ["ollama", "lmstudio"] {
        for (name, value) in [("CODEX_OSS_BASE_URL", &url), ("CODEX_OSS_PORT", &port)] {
            Cli::new(["respond", "-p", provider, "Hi"]).env(name, value).run().ended(0).printed("local\n");
        }
    }
}

#[test]
fn a_configuration_that_cannot_be_used_is_named_with_file_and_line() {
    for (config, args, code, parts) in [
        ("model = 1", vec![], 2, vec!["config.toml:1: `model` must be a text"]),
        (
            "[model_providers.openai]\nname = \"x\"",
            vec![],
            2,
            vec!["config.toml:1: ", "set `openai_base_url`"],
        ),
        (
            "[model_providers.x]\nname = \"x\"\nwire_api = \"chat\"",
            vec![],
            2,
            vec!["config.toml:3: ", "wire_api"],
        ),
        (
            "",
            vec!["-p", "nobody"],
            2,
            vec!["the provider `nobody` is not known; known are openai, ollama, lmstudio, sim"],
        ),
        ("", vec!["-p", "ollama-chat"], 2, vec!["use `ollama`"]),
        ("", vec!["-p", "openai"], 3, vec!["OPENAI_API_KEY is not set"]),
        (
            "[model_providers.x]\nname = \"x\"\nenv_key = \"X_KEY\"\nenv_key_instructions = \"Ask Ada.\"",
            vec!["-p", "x"],
            3,
            vec!["X_KEY is not set: Ask Ada."],
        ),
        ("", vec!["--config", "no.toml"], 2, vec!["cannot read the configuration no.toml: No such file"]),
    ] {
        let mut cli = Cli::new(["respond", "Hi"]).config(config);
        for arg in &args {
            cli = cli.args([*arg]);
        }
        cli.run().ended(code).printed("").said(&["codex-api: error: "]).said(&parts);
    }
}

#[test]
fn an_unknown_key_is_a_warning() {
    let cli =
        |args: [&str; 3]| Cli::new(args).args(["--provider", "sim"]).config("modle = \"x\"").run().ended(0);
    cli(["respond", "Hi", "--color=never"])
        .said(&["warning: ", "config.toml:1: the key `modle` is not known"]);
    cli(["respond", "Hi", "-q"]).said_nothing();
}

#[test]
fn a_key_that_no_header_can_carry_is_never_sent() {
    let server = SimServer::text("never");
    let cli =
        Cli::new(["respond", "--base-url", &server.base_url(), "Hi"]).env("OPENAI_API_KEY", "sk-two words");
    let run = cli.run().ended(3).said(&["cannot be sent in a header", "it came from OPENAI_API_KEY"]);
    assert!(!run.stderr.contains("words"), "{run:?}");
    assert!(server.requests().is_empty());
}

#[test]
fn a_proxy_that_is_no_url_is_refused() {
    let cli =
        Cli::new(["respond", "--base-url", "http://example.com/v1", "Hi"]).env("HTTP_PROXY", "http://[bad");
    cli.run().ended(2).said(&["error: cannot set up the connection", "HTTP_PROXY"]);
}

#[test]
fn a_header_of_a_flag_goes_over_our_own_but_not_beside_a_key() {
    let server = SimServer::start(Scenario::new().require_token("mine").reply(Reply::text("ok")));
    let authorization = ["--header", "authorization: Bearer mine"];
    server.respond(["--header", "Accept: application/x-mine", "Hi"]).args(authorization).run().ended(0);
    assert_eq!(server.requests()[0].header("accept"), Some("application/x-mine"));
    Cli::new(["respond", "--base-url", &server.base_url(), "Hi"])
        .args(authorization)
        .env("OPENAI_API_KEY", "k")
        .run()
        .ended(2)
        .said(&["--header Authorization and the key from OPENAI_API_KEY exclude each other"]);
    assert_eq!(server.requests().len(), 1);
}
