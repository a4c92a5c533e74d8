//! How the Codex client uses realtime: two versions of the protocol, three sessions.

use serde_json::json;

use super::{
    AudioFormat, AudioInput, AudioOutput, HandoffAppend, RealtimeClientEvent, RealtimeItem, RealtimePart,
    RealtimeSession, Session, SessionAudio, TextPart, TranscriptionSession,
};
use crate::tool::FunctionTool;

/// The function by which the model of a version 2 session hands over to the agent.
pub const HANDOFF_FUNCTION: &str = "codex";
/// The voice of a version 1 session.
pub const VOICE_V1: &str = "fathom";
/// The voice of a version 2 session.
pub const VOICE_V2: &str = "alloy";

/// Which protocol a realtime service of Codex speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RealtimeVersion {
    /// The private first version ("quicksilver"); it has no transcription sessions.
    V1,
    /// The public protocol.
    V2,
}

/// The `session.update` that opens a conversation in version 1.
///
/// ```
/// use codex_protocol::realtime::session_update_v1;
///
/// assert_eq!(
///     serde_json::to_value(session_update_v1("Be brief."))?["session"]["type"],
///     "quicksilver",
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn session_update_v1(instructions: &str) -> RealtimeClientEvent {
    let session = conversation(instructions, VOICE_V1);
    RealtimeClientEvent::update_session(Session::Quicksilver(Box::new(session)))
}

/// The `session.update` that opens a conversation in version 2: with the function
/// [`HANDOFF_FUNCTION`], whose call is a [`Handoff`](super::Handoff).
pub fn session_update_v2(instructions: &str) -> RealtimeClientEvent {
    let parameters = json!({
        "type": "object",
        "properties": {
            "prompt": {"type": "string", "description": "What to do, in full; the agent hears nothing else."},
        },
        "required": ["prompt"],
        "additionalProperties": false,
    });
    let handoff = FunctionTool::new(HANDOFF_FUNCTION, parameters)
        .description("Gives work to the coding agent and returns what it did. Call it for every task.");
    let session =
        RealtimeSession { tools: Some(vec![handoff.into()]), ..conversation(instructions, VOICE_V2) };
    RealtimeClientEvent::update_session(session)
}

/// The `session.update` that opens a transcription in version 2.
pub fn session_update_transcription() -> RealtimeClientEvent {
    let audio = SessionAudio { input: Some(pcm_input()), ..SessionAudio::default() };
    let session = TranscriptionSession { audio: Some(audio), ..TranscriptionSession::default() };
    RealtimeClientEvent::update_session(session)
}

impl RealtimeClientEvent {
    /// A message of the user.
    pub fn user_text(version: RealtimeVersion, text: impl Into<String>) -> Self {
        let part = TextPart { text: text.into(), ..TextPart::default() };
        Self::create_item(RealtimeItem::user(match version {
            RealtimeVersion::V1 => RealtimePart::Text(part),
            RealtimeVersion::V2 => RealtimePart::InputText(part),
        }))
    }

    /// What the agent did; `handoff_id` is the id of the [`Handoff`](super::Handoff).
    pub fn handoff_result(version: RealtimeVersion, handoff_id: &str, output: impl Into<String>) -> Self {
        match version {
            RealtimeVersion::V1 => Self::HandoffAppend(HandoffAppend {
                handoff_id: handoff_id.to_owned(),
                output_text: output.into(),
                ..HandoffAppend::default()
            }),
            RealtimeVersion::V2 => Self::create_item(RealtimeItem::function_call_output(handoff_id, output)),
        }
    }
}

fn conversation(instructions: &str, voice: &str) -> RealtimeSession {
    let output = AudioOutput { voice: Some(voice.into()), ..AudioOutput::default() };
    let audio = SessionAudio { input: Some(pcm_input()), output: Some(output), ..SessionAudio::default() };
    RealtimeSession {
        instructions: Some(instructions.to_owned()),
        audio: Some(audio),
        ..RealtimeSession::default()
    }
}

fn pcm_input() -> AudioInput {
    AudioInput { format: Some(AudioFormat::pcm()), ..AudioInput::default() }
}
