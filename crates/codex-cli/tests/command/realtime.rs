//! `realtime`.

use codex_sim::{Reply, Rule, Scenario, When};
use serde_json::{Value, json};

use crate::{
    cli::Cli,
    realtime_server::{Answer, RealtimeServer},
    sim_server::SimServer,
};

/// Answers each message with its text, in the public protocol.
fn echo(event: &Value) -> Vec<Value> {
    match event["type"].as_str().unwrap() {
        "session.update" => vec![json!({"type": "session.updated", "session": {}})],
        "response.create" => vec![
            json!({"type": "response.created", "response": {"id": "r", "status": "in_progress"}}),
            json!({"type": "response.output_text.delta", "delta": "I "}),
            json!({"type": "conversation.item.done", "item": {"type": "message", "role": "assistant", "content": []}}),
            json!({"type": "response.output_text.delta", "delta": "hear you."}),
            json!({"type": "response.done", "response": {"id": "r", "status": "completed"}}),
        ],
        _ => Vec::new(),
    }
}

#[test]
fn each_line_is_answered() {
    let server = RealtimeServer::start(echo);
    let run =
        server.cli(["realtime", "-i", "be brief"]).stdin("Hello\n\nAnd now?").run().ended(0).said_nothing();
    run.printed("I hear you.\nI hear you.\n");
    assert_eq!(server.targets(), ["/v1/realtime?model=gpt-realtime"]);
    let (create, respond) = ("conversation.item.create", "response.create");
    assert_eq!(server.kinds(), ["session.update", "session.update", create, respond, create, respond]);
    let events = server.events();
    assert_eq!(events[0]["session"]["instructions"], "be brief");
    assert_eq!(events[1]["session"]["output_modalities"], json!(["text"]));
    assert_eq!(events[4]["item"]["content"], json!([{"type": "input_text", "text": "And now?"}]));
}

#[test]
fn the_first_version_is_spoken_too() {
    let server = RealtimeServer::start(|event| match event["type"].as_str().unwrap() {
        "conversation.item.create" => vec![
            json!({"type": "conversation.item.done", "item": {"type": "message", "role": "user", "content": []}}),
            json!({"type": "conversation.handoff.requested", "handoff_id": "h", "item_id": "i", "input_transcript": "do it"}),
        ],
        "conversation.handoff.append" => vec![
            json!({"type": "conversation.output_transcript.delta", "delta": "Then I "}),
            json!({"type": "conversation.output_transcript.delta", "delta": "do it."}),
            json!({"type": "conversation.item.done", "item": {"type": "message", "role": "assistant", "content": []}}),
        ],
        _ => Vec::new(),
    });
    let run = server.cli(["realtime", "--protocol", "v1", "-m", "voice"]).stdin("Do it\n").run().ended(0);
    run.printed("Then I do it.\n").said(&["told that there is none"]);
    assert_eq!(server.targets(), ["/v1/realtime?intent=quicksilver&model=voice"]);
    let events = server.events();
    assert_eq!(events[1]["item"]["content"], json!([{"type": "text", "text": "Do it"}]));
    assert_eq!(events[2]["handoff_id"], "h");
}

#[test]
fn both_versions_talk_to_the_simulator() {
    for version in ["v1", "v2"] {
        let answer = Rule::reply(Reply::text("I hear you.")).when(When::new().path("/realtime"));
        let server = SimServer::start(Scenario::new().rule(answer));
        let cli =
            Cli::new(["realtime", "-p", "sim", "--base-url", &server.base_url(), "--protocol", version]);
        cli.stdin("Hello\nAnd now?\n").run().ended(0).said_nothing().printed("I hear you.\nI hear you.\n");
    }
}

#[test]
fn an_error_costs_one_answer_and_the_code() {
    let server = RealtimeServer::start(|event| match event["type"].as_str().unwrap() {
        "conversation.item.create" if event["item"]["content"][0]["text"] == "Bad" => Vec::new(),
        "response.create" => {
            vec![
                json!({"type": "error", "error": {"type": "invalid_request_error", "message": "Not now.\u{1b}[2J Key sk-abcdefgh12345678."}}),
            ]
        }
        _ => Vec::new(),
    });
    let run = server.cli(["realtime"]).stdin("Hello\n").run().ended(1).printed("");
    assert!(run.stderr.contains("warning: the service reported an error: Not now."), "{run:?}");
    assert!(!run.stderr.contains('\u{1b}') && !run.stderr.contains("sk-abc"), "{run:?}");
    assert!(run.stderr.contains("error: not every message was answered"), "{run:?}");
}

#[test]
fn silence_and_a_hangup_end_it() {
    let cases: [(Answer, &str, &str); 2] = [
        (|_| Vec::new(), "100ms", "error: the service was silent for 0.1 s"),
        (
            |event| if event["type"] == "response.create" { vec![Value::Null] } else { Vec::new() },
            "60s",
            "codex-api: error: ",
        ),
    ];
    for (answer, patience, expected) in cases {
        let server = RealtimeServer::start(answer);
        let run = server.cli(["realtime", "--idle-timeout", patience]).stdin("Hello\n").run().ended(1);
        run.printed("").said(&[expected]);
    }
}

#[test]
fn a_line_has_a_limit() {
    let server = RealtimeServer::start(echo);
    let run = server.cli(["realtime"]).stdin(vec![b'x'; 1024 * 1024 + 2]).run().ended(2).printed("");
    run.said(&["error: a line is longer than 1048576 bytes"]);
}
