//! A session's configuration: defaults, updates, checks.

use serde_json::{Map, Value, json};

use super::audio::AudioFormat;
use super::client_event::Problem;
use super::voice_activity::TurnDetection;

/// Silence that ends a turn when the session does not say, in milliseconds.
const SILENCE_MS: u64 = 200;

/// The same for `semantic_vad`, which has no number of its own.
const SEMANTIC_SILENCE_MS: u64 = 500;

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionKind {
    Realtime,
    Transcription,
}

/// Fields a `realtime` session may have.
const REALTIME_FIELDS: &[&str] = &[
    "audio",
    "include",
    "instructions",
    "max_output_tokens",
    "model",
    "output_modalities",
    "parallel_tool_calls",
    "prompt",
    "reasoning",
    "tool_choice",
    "tools",
    "tracing",
    "truncation",
    "type",
];

/// Fields a `transcription` session may have.
const TRANSCRIPTION_FIELDS: &[&str] = &["audio", "include", "type"];

/// The configuration of one connection.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) kind: SessionKind,
    /// Whether the connection is for transcription alone (`intent=transcription`).
    fixed: bool,
    pub(crate) object: Value,
    pub(crate) input: AudioFormat,
    pub(crate) output: AudioFormat,
}

/// How a session begins.
#[derive(Debug)]
pub(crate) struct Opening<'a> {
    pub(crate) id: String,
    pub(crate) model: &'a str,
    pub(crate) expires_at: u64,
    pub(crate) kind: SessionKind,
}

impl Session {
    pub(crate) fn new(opening: &Opening<'_>) -> Self {
        let kind = opening.kind;
        Self {
            kind,
            fixed: kind == SessionKind::Transcription,
            object: defaults(opening),
            input: AudioFormat::Pcm,
            output: AudioFormat::Pcm,
        }
    }

    /// Applies a `session.update`; nothing changes when it is wrong.
    pub(crate) fn update(&mut self, changes: &Map<String, Value>) -> Result<(), Problem> {
        let kind = match changes.get("type").and_then(Value::as_str) {
            Some("realtime") if !self.fixed => SessionKind::Realtime,
            Some("transcription") => SessionKind::Transcription,
            Some(_) if self.fixed => {
                return Err(Problem::invalid("session.type", "expected 'transcription'"));
            }
            Some(_) => {
                return Err(Problem::invalid(
                    "session.type",
                    "supported values are 'realtime' and 'transcription'",
                ));
            }
            None => return Err(Problem::missing("session.type")),
        };
        let known = match kind {
            SessionKind::Realtime => REALTIME_FIELDS,
            SessionKind::Transcription => TRANSCRIPTION_FIELDS,
        };
        if let Some(name) = changes.keys().find(|name| !known.contains(&name.as_str())) {
            let param = format!("session.{name}");
            let message = format!("Unknown parameter: '{param}'.");
            return Err(Problem::new("unknown_parameter", message).param(param));
        }
        let mut object = if kind == self.kind {
            self.object.clone()
        } else {
            let text = |name: &str| self.object[name].as_str().unwrap_or_default().to_owned();
            let expires_at = self.object["expires_at"].as_u64().unwrap_or_default();
            defaults(&Opening { id: text("id"), model: &text("model"), expires_at, kind })
        };
        for (name, value) in changes {
            merge(&mut object[name.as_str()], value);
        }
        let format = |side: &str| match &object["audio"][side]["format"] {
            Value::Null => Ok(AudioFormat::Pcm),
            format => AudioFormat::read(format, &format!("session.audio.{side}.format")),
        };
        let (input, output) = (format("input")?, format("output")?);
        *self = Self { kind, fixed: self.fixed, object, input, output };
        Ok(())
    }

    pub(crate) fn turn_detection(&self) -> TurnDetection {
        let detection = &self.object["audio"]["input"]["turn_detection"];
        match detection["type"].as_str() {
            None => TurnDetection::Manual,
            Some("semantic_vad") => TurnDetection::Silence(SEMANTIC_SILENCE_MS),
            Some(_) => {
                TurnDetection::Silence(detection["silence_duration_ms"].as_u64().unwrap_or(SILENCE_MS))
            }
        }
    }

    /// Whether the end of a turn asks for a response.
    pub(crate) fn answers_turns(&self) -> bool {
        self.kind == SessionKind::Realtime
            && self.object["audio"]["input"]["turn_detection"]["create_response"] != Value::Bool(false)
    }

    /// Whether the user's speech is written down.
    pub(crate) fn transcribes(&self) -> bool {
        self.kind == SessionKind::Transcription || self.object["audio"]["input"]["transcription"].is_object()
    }
}

/// The object of a new session.
fn defaults(opening: &Opening<'_>) -> Value {
    let format = json!({"type": "audio/pcm", "rate": 24_000});
    let mut detection = json!({
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": SILENCE_MS,
    });
    match opening.kind {
        SessionKind::Realtime => {
            detection["idle_timeout_ms"] = Value::Null;
            detection["create_response"] = json!(true);
            detection["interrupt_response"] = json!(true);
            let input = json!({
                "format": format, "transcription": null, "noise_reduction": null, "turn_detection": detection,
            });
            json!({
                "type": "realtime",
                "object": "realtime.session",
                "id": opening.id,
                "model": opening.model,
                "output_modalities": ["audio"],
                "instructions": "You are a simulated model.",
                "tools": [],
                "tool_choice": "auto",
                "max_output_tokens": "inf",
                "tracing": null,
                "truncation": "auto",
                "prompt": null,
                "expires_at": opening.expires_at,
                "audio": {"input": input, "output": {"format": format, "voice": "marin", "speed": 1.0}},
                "include": null,
            })
        }
        SessionKind::Transcription => json!({
            "type": "transcription",
            "object": "realtime.transcription_session",
            "id": opening.id,
            "expires_at": opening.expires_at,
            "audio": {"input": {
                "format": format,
                "transcription": {"model": "gpt-4o-transcribe", "language": null, "prompt": ""},
                "noise_reduction": null,
                "turn_detection": detection,
            }},
            "include": null,
        }),
    }
}

/// Puts `changes` over `object`: objects of one type are joined, everything else is replaced.
fn merge(object: &mut Value, changes: &Value) {
    if changes.get("type").is_some_and(|kind| object.get("type") != Some(kind)) {
        *object = changes.clone();
        return;
    }
    match (object.as_object_mut(), changes) {
        (Some(fields), Value::Object(changes)) => {
            for (name, value) in changes {
                merge(fields.entry(name.as_str()).or_insert(Value::Null), value);
            }
        }
        _ => *object = changes.clone(),
    }
}
