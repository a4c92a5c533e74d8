//! What the service refuses: exit code, and one sentence with the remedy and the request id.

use std::time::Duration;

use codex_sim::{Failure, Scenario};

use crate::{cli::Cli, sim_server::SimServer};

#[test]
fn a_refusal_of_the_service_has_its_code_and_its_words() {
    for (failure, code, parts) in [
        (Failure::new(403).message("Country not supported."), 3, vec!["403", "Country not supported."]),
        (
            Failure::new(404).code("model_not_found").message("No model m."),
            1,
            vec!["No model m.", "codex-api models"],
        ),
        (Failure::invalid_request("temperature", "Too hot."), 1, vec!["Too hot."]),
        (
            Failure::new(400).code("context_length_exceeded").message("Too long."),
            1,
            vec!["context window", "Too long."],
        ),
        (
            Failure::rate_limit(Duration::from_secs(7)),
            1,
            vec!["rate limit", "retry after 7.0 s", "try again later"],
        ),
        (
            Failure::new(429).code("insufficient_quota").kind("insufficient_quota").message("Empty."),
            1,
            vec!["quota", "Empty."],
        ),
        (
            Failure::new(429).kind("usage_limit_reached").message("Used up.").extra("plan_type", "plus"),
            1,
            vec!["usage limit", "Used up.", "upgrade to Pro", "it resets later"],
        ),
        (Failure::new(429).kind("usage_not_included").message("No."), 1, vec!["No.", "upgrade the plan"]),
        (Failure::new(500).message("Oops."), 1, vec!["Oops."]),
        (Failure::new(503).code("server_is_overloaded").message("Busy."), 1, vec!["overloaded", "Busy."]),
        (Failure::new(413).raw_body("text/html", "<html>too large</html>"), 1, vec!["413"]),
    ] {
        let server = SimServer::start(Scenario::new().fail(failure));
        let run = server.respond(["Hi"]).run().ended(code);
        let run = run.printed("").said(&["codex-api: error: ", "request id req_"]);
        for part in parts {
            assert!(run.stderr.contains(part), "no {part:?} in {}", run.stderr);
        }
    }
}

#[test]
fn a_401_names_where_the_key_came_from_and_not_the_key() {
    let server = SimServer::start(Scenario::new().require_token("right"));
    let url = server.base_url();
    let own = format!("[model_providers.own]\nname = \"Own\"\nbase_url = \"{url}\"\n");
    let keyed = format!("{own}env_key = \"OWN_KEY\"");
    let token = format!("{own}experimental_bearer_token = \"wrong-key-1\"");
    for (config, args, variable, from) in [
        ("", ["--base-url", url.as_str()], "OPENAI_API_KEY", "the API key in OPENAI_API_KEY"),
        (keyed.as_str(), ["-p", "own"], "OWN_KEY", "the API key in OWN_KEY"),
        (token.as_str(), ["-p", "own"], "UNUSED", "the API key in the configuration"),
        (own.as_str(), ["-p", "own"], "UNUSED", "no credentials were attached"),
    ] {
        let run =
            Cli::new(["respond", "Hi"]).args(args).config(config).env(variable, "wrong-key-1").run().ended(3);
        let run = run.printed("").explained(&[
            "error: the server answered 401: ",
            from,
            "to quote: request id req_",
        ]);
        assert!(!run.stderr.contains("wrong-key-1"), "{run:?}");
    }
    assert_eq!(server.requests().len(), 4, "a 401 is not tried again");
}

#[test]
fn verbose_adds_the_facts_behind_the_error() {
    let server =
        SimServer::start(Scenario::new().fail(Failure::new(500).message("Oops.").header("cf-ray", "ray-1")));
    let run = server.respond(["-v", "Hi"]).run().ended(1);
    for part in ["details: ", "status 500", "attempt 1 of 1", "cf-ray ray-1"] {
        assert!(run.stderr.contains(part), "no {part:?} in {}", run.stderr);
    }
}

#[test]
fn models_fails_as_respond_does() {
    let server = SimServer::start(Scenario::new().require_token("right"));
    let run =
        Cli::new(["models", "--base-url", &server.base_url()]).env("OPENAI_API_KEY", "wrong").run().ended(3);
    run.explained(&["401", "OPENAI_API_KEY"]);
}

#[test]
fn the_error_says_how_often_it_was_tried() {
    let server = SimServer::start(
        Scenario::new().fail(Failure::new(500).message("Oops.").header("retry-after-ms", "1")),
    );
    let run = server.respond_with_retries("2", ["Hi"]).run().ended(1);
    run.said(&["Oops.", "(3 attempts in ", " s, request id req_"]);
}

#[test]
fn a_proxy_that_wants_credentials_is_named() {
    let server = SimServer::start(Scenario::new().fail(Failure::new(407).message("Who are you?")));
    let run = server.respond(["Hi"]).run().ended(1);
    run.said(&["error: the proxy wants credentials (407); put them into the URL of the proxy"]);
}
