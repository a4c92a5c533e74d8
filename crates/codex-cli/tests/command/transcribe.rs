//! `transcribe`.

use codex_sim::{RealtimeOptions, Scenario};
use serde_json::{Value, json};

use crate::{
    cli::Cli,
    realtime_server::{Answer, RealtimeServer},
    sim_server::SimServer,
};

/// A WAV file of so many samples.
fn wav(samples: u32) -> Vec<u8> {
    let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    bytes.extend(24_000_u32.to_le_bytes());
    bytes.extend(48_000_u32.to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend((samples * 2).to_le_bytes());
    bytes.extend((0..samples).flat_map(|sample| (sample as u16).to_le_bytes()));
    bytes
}

fn cli(server: &RealtimeServer, samples: u32) -> Cli {
    server.cli(["transcribe", "a.wav"]).file("a.wav", wav(samples))
}

fn kind(event: &Value) -> &str {
    event["type"].as_str().unwrap()
}

fn transcription(kind: &str, rest: &Value) -> Value {
    let mut event =
        json!({"type": format!("conversation.item.input_audio_transcription.{kind}"), "item_id": "i"});
    event.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    event
}

fn in_pieces(event: &Value) -> Vec<Value> {
    match kind(event) {
        "input_audio_buffer.commit" => vec![
            json!({"type": "input_audio_buffer.committed", "item_id": "i"}),
            transcription("delta", &json!({"delta": "So it "})),
            transcription("delta", &json!({"delta": "began."})),
            transcription("completed", &json!({"transcript": "So it began."})),
        ],
        _ => Vec::new(),
    }
}

#[test]
fn the_sound_goes_out_and_the_text_is_printed() {
    let server = RealtimeServer::start(in_pieces);
    let run = cli(&server, 5_000).args(["--language", "en"]).run().ended(0).said_nothing();
    run.printed("So it began.\n");
    assert_eq!(server.targets(), ["/v1/realtime?intent=transcription"]);
    let append = "input_audio_buffer.append";
    assert_eq!(
        server.kinds()[..6],
        ["session.update", "session.update", append, append, append, "input_audio_buffer.commit"]
    );
    let events = server.events();
    let input = &events[1]["session"]["audio"]["input"];
    assert_eq!(events[1]["session"]["type"], "transcription");
    assert_eq!(input["transcription"], json!({"model": "gpt-4o-transcribe", "language": "en"}));
    assert_eq!((&input["turn_detection"], &input["format"]["rate"]), (&Value::Null, &json!(24_000)));
    assert!(input.as_object().unwrap().contains_key("turn_detection"));
    // 4800 bytes are 6400 characters of base64.
    assert_eq!(events[2]["audio"].as_str().unwrap().len(), 6400);
}

#[test]
fn a_recording_is_written_down_by_the_simulator() {
    let options = RealtimeOptions::new().transcript("So it began, and so on.");
    let server = SimServer::start(Scenario::new().realtime(options));
    let run = Cli::new(["transcribe", "-p", "sim", "--base-url", &server.base_url(), "a.wav"])
        .file("a.wav", wav(48_000))
        .run()
        .ended(0);
    run.said_nothing().printed("So it began, and so on.\n");
}

#[test]
fn text_without_pieces_and_several_utterances_are_printed() {
    let server = RealtimeServer::start(|event| match kind(event) {
        "input_audio_buffer.commit" => {
            let committed = json!({"type": "input_audio_buffer.committed", "item_id": "i"});
            let completed = |text: &str| transcription("completed", &json!({"transcript": text}));
            vec![committed.clone(), committed, completed("One."), completed("Two.")]
        }
        _ => Vec::new(),
    });
    cli(&server, 4_800).run().ended(0).said_nothing().printed("One.\nTwo.\n");
}

#[test]
fn a_service_that_cuts_the_sound_itself_is_understood() {
    let server = RealtimeServer::start(|event| match kind(event) {
        "input_audio_buffer.append" => vec![
            json!({"type": "input_audio_buffer.committed", "item_id": "i"}),
            transcription("completed", &json!({"transcript": "A sentence."})),
        ],
        "input_audio_buffer.commit" => {
            vec![
                json!({"type": "error", "error": {"code": "input_audio_buffer_commit_empty", "message": "Empty."}}),
            ]
        }
        _ => Vec::new(),
    });
    cli(&server, 100).run().ended(0).said_nothing().printed("A sentence.\n");
}

#[test]
fn what_goes_wrong_is_told() {
    let cases: [(Answer, &str); 3] = [
        (
            |event| match kind(event) {
                "input_audio_buffer.commit" => {
                    vec![transcription("failed", &json!({"error": {"code": "x", "message": "Too quiet."}}))]
                }
                _ => Vec::new(),
            },
            "error: the sound could not be written down: Too quiet.",
        ),
        (
            |event| match kind(event) {
                "input_audio_buffer.append" => {
                    vec![json!({"type": "error", "error": {"message": "Bad sound."}})]
                }
                _ => Vec::new(),
            },
            "error: the service reported an error: Bad sound.",
        ),
        (
            |event| if kind(event) == "input_audio_buffer.commit" { vec![Value::Null] } else { Vec::new() },
            "error: ",
        ),
    ];
    for (answer, expected) in cases {
        cli(&RealtimeServer::start(answer), 100).run().ended(1).printed("").said(&[expected]);
    }
}

#[test]
fn silence_is_bounded() {
    let server = RealtimeServer::start(|_| Vec::new());
    let run = cli(&server, 100).args(["--idle-timeout", "100ms"]).run().ended(1).printed("");
    run.said(&["error: the service was silent for 0.1 s; --idle-timeout sets this limit"]);
}

#[test]
fn a_refused_handshake_has_its_code() {
    let server = SimServer::text("no realtime here");
    let url = server.base_url();
    let refusing = SimServer::start(Scenario::new().require_token("right"));
    for (url, code) in [(refusing.base_url(), 3), (url.replace("/v1", "/nothing"), 1)] {
        let run = Cli::new(["transcribe", "a.wav", "--base-url", &url])
            .env("OPENAI_API_KEY", "wrong-key-1")
            .file("a.wav", wav(10))
            .run()
            .ended(code);
        let run = run.printed("");
        let run = if code == 3 { run.explained(&[]) } else { run.said(&["codex-api: error: "]) };
        assert!(!run.stderr.contains("wrong-key-1"), "{run:?}");
    }
}
