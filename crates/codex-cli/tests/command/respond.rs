//! What a good run prints.

use codex_sim::{Output, Reply, Scenario};
use serde_json::json;

use crate::{
    cli::Cli,
    raw_server::{RawServer, Then},
    sim_server::SimServer,
};

#[test]
fn without_key_and_provider_the_embedded_simulator_answers_and_says_so() {
    let run = Cli::new(["respond", "Say hello"]).run().ended(0);
    assert!(run.stdout.starts_with("Hello!") && run.stdout.ends_with('\n'), "{run:?}");
    run.said(&["no key is set", "simulator", "OPENAI_API_KEY"]);
    Cli::new(["respond", "--quiet", "Say hello"]).run().ended(0).said_nothing();
    Cli::new(["respond", "--provider", "sim", "Say hello"]).run().ended(0).said_nothing();
    Cli::new(["respond", "Hi"]).config("model_provider = \"sim\"").run().ended(0).said_nothing();
}

#[test]
fn exactly_the_text_is_printed_and_its_last_line_ended() {
    for (text, printed) in [
        ("Hello", "Hello\n"),
        ("Hello\n", "Hello\n"),
        ("two\nlines\n\n", "two\nlines\n\n"),
        ("  \u{1F600} \x1b[1mkept\x1b[0m for programs", "  \u{1F600} \x1b[1mkept\x1b[0m for programs\n"),
    ] {
        SimServer::text(text).respond(["Hi"]).run().ended(0).said_nothing().printed(printed);
    }
}

#[test]
fn messages_stand_on_lines_of_their_own() {
    let reply =
        Reply::new().message_in_phase("commentary", "I look.").message_in_phase("final_answer", "Done.");
    SimServer::start(Scenario::new().reply(reply)).respond(["Hi"]).run().ended(0).printed("I look.\nDone.\n");
}

#[test]
fn a_refusal_is_printed_and_marked() {
    let server = SimServer::start(Scenario::new().reply(Reply::refusal("I would rather not.")));
    server.respond(["Hi"]).run().ended(0).printed("I would rather not.\n").said(&["the model refused"]);
}

#[test]
fn an_incomplete_response_is_printed_and_fails() {
    let reply = Reply::text("Half of").incomplete("max_output_tokens");
    let run = SimServer::start(Scenario::new().reply(reply)).respond(["Hi"]).run().ended(1);
    run.printed("Half of\n")
        .said(&["error: the response is incomplete (max_output_tokens)", "--max-output-tokens"]);
}

#[test]
fn reasoning_is_shown_on_wish_and_on_standard_error() {
    let reply = Reply::new().reasoning_summary("I think.").message("I say.");
    let server = SimServer::start(Scenario::new().reply(reply));
    server.respond(["Hi"]).run().ended(0).printed("I say.\n").said_nothing();
    let run = server.respond(["--show-reasoning", "Hi"]).run().ended(0).printed("I say.\n");
    assert_eq!(run.stderr, "I think.\n");
    assert_eq!(server.requests()[1].body.as_ref().unwrap()["reasoning"]["summary"], "auto");
}

#[test]
fn every_flag_reaches_the_request() {
    for (args, pointer, expected) in [
        (vec!["--model", "m1"], "/model", json!("m1")),
        (vec![], "/model", json!("gpt-5.4")),
        (vec!["-i", "be brief"], "/instructions", json!("be brief")),
        (vec!["-i", "@brief.md"], "/instructions", json!("from a file")),
        (vec!["--reasoning", "high"], "/reasoning/effort", json!("high")),
        (vec!["--max-output-tokens", "64"], "/max_output_tokens", json!(64)),
        (vec!["--temperature", "0.5"], "/temperature", json!(0.5)),
        (vec!["--store"], "/store", json!(true)),
        (vec!["--no-store"], "/store", json!(false)),
        (vec!["--metadata", "a=b", "--metadata", "c=d=e"], "/metadata", json!({"a": "b", "c": "d=e"})),
        (
            vec!["--image", "https://example.com/a.png"],
            "/input/0/content/1/image_url",
            json!("https://example.com/a.png"),
        ),
        (vec!["--image", "a.bin"], "/input/0/content/1/image_url", json!("data:image/gif;base64,R0lGODlh")),
        (vec!["--schema", "person.json"], "/text/format/name", json!("person")),
        (vec!["--schema", "person.json"], "/text/format/strict", json!(true)),
        (vec!["--schema", "person.json"], "/text/format/schema/type", json!("object")),
        (vec!["--tool", "tool.json"], "/tools", json!([{"type": "function", "name": "t", "parameters": {}}])),
        (vec![], "/input", json!("Hi")),
        (vec![], "/stream", json!(true)),
    ] {
        let server = SimServer::text("ok");
        let mut cli = server
            .respond(["Hi"])
            .file("brief.md", "from a file")
            .file("a.bin", "GIF89a")
            .file("person.json", r#"{"type": "object", "properties": {}, "additionalProperties": false}"#)
            .file("tool.json", r#"{"name": "t", "parameters": {}, "command": ["true"]}"#);
        for arg in &args {
            cli = cli.args([*arg]);
        }
        cli.run().ended(0);
        assert_eq!(server.body().pointer(pointer), Some(&expected), "{args:?}");
    }
}

#[test]
fn headers_and_parameters_reach_the_request() {
    let server = SimServer::text("ok");
    server.respond(["--header", "X-Team: docs: all", "--query", "api-version=a b&c", "Hi"]).run().ended(0);
    let request = &server.requests()[0];
    assert_eq!(request.header("x-team"), Some("docs: all"));
    assert_eq!(request.query, "api-version=a+b%26c");
}

#[test]
fn a_response_goes_on_from_the_one_before() {
    let server = SimServer::start(Scenario::new());
    let first = server.respond(["--json", "Hi"]).run().ended(0);
    let event: serde_json::Value = serde_json::from_str(first.stdout.lines().next().unwrap()).unwrap();
    let id = event["response"]["id"].as_str().unwrap();
    server.respond(["--previous", id, "And then?"]).run().ended(0);
    let run = server.respond(["--previous", "resp_nobody", "And then?"]).run().ended(1);
    run.said(&["resp_nobody", "request id req_"]);
}

#[test]
fn structured_output_fits_its_schema() {
    let schema = r#"{"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": false}"#;
    let server = SimServer::start(Scenario::new());
    let run = server.respond(["--schema", "s.json", "Ada"]).file("s.json", schema).run().ended(0);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(value["name"].is_string(), "{value}");
}

#[test]
fn models_are_a_table_or_json() {
    let server = SimServer::start(Scenario::new().models(["short", "much-longer-name"]));
    let url = server.base_url();
    let cli = || Cli::new(["models", "--provider", "sim", "--base-url", &url]);
    let owner = "simulator";
    let expected = format!("MODEL             OWNER\nshort             {owner}\nmuch-longer-name  {owner}\n");
    cli().run().ended(0).said_nothing().printed(&expected);
    let run = cli().args(["--json"]).run().ended(0);
    let list: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(list["data"][1]["id"], "much-longer-name");
}

#[test]
fn a_list_that_is_known_is_not_printed_again() {
    let server = SimServer::start(Scenario::new());
    let url = server.base_url();
    let cli = || Cli::new(["models", "-p", "sim", "--base-url", &url, "--client-version", "0.99.0"]);
    let run = cli().args(["-v"]).run().ended(0);
    assert!(run.stdout.starts_with("MODEL") && run.stdout.contains("NAME"), "{run:?}");
    assert!(server.requests()[0].query.contains("client_version=0.99.0"));
    assert!(run.stderr.contains("the ETag of the list is "), "{run:?}");
    let unchanged = RawServer::start("HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n", Then::Close);
    let run = Cli::new(["models", "--etag", "\"v1\"", "--base-url", unchanged.base_url()]).run().ended(0);
    run.printed("").said(&["the list is unchanged"]);
    cli().args(["--etag", "\"v1\""]).run().ended(0);
    assert_eq!(server.requests()[1].header("if-none-match"), Some("\"v1\""));
}

#[test]
fn verbose_tells_attempts_request_id_and_tokens() {
    let failing = codex_sim::Rule::fail(codex_sim::Failure::new(503).header("retry-after-ms", "1")).once();
    let server = SimServer::start(Scenario::new().rule(failing).reply(Reply::text("ok")));
    let url = server.base_url();
    let run = Cli::new(["-v", "respond", "--provider", "sim", "--base-url", &url, "Hi"])
        .run()
        .ended(0)
        .printed("ok\n");
    for part in [
        "codex-api: provider sim, http://127.0.0.1:",
        "/responses attempt 1 over HTTP: status 503 after ",
        "/responses attempt 2 over HTTP: status 200 after ",
        "request id req_",
        "stream ended: ",
        " tokens in, ",
        "first token ",
        "gpt-5.4",
        "codex-api: response resp_",
    ] {
        assert!(run.stderr.contains(part), "no {part:?} in {run:#?}");
    }
}

#[test]
fn any_item_between_the_messages_is_no_obstacle() {
    let unknown = json!({"type": "hologram", "id": "h_1"});
    let reply = Reply::new().output(Output::Item { item: unknown }).web_search("weather").message("Sunny.");
    SimServer::start(Scenario::new().reply(reply)).respond(["Hi"]).run().ended(0).printed("Sunny.\n");
}
