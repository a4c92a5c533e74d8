//! Sessions.

use serde_json::Value;

use super::{SessionAudio, TokenLimit};
use crate::options::{PromptReference, ReasoningConfig};
use crate::timestamp::Timestamp;
use crate::tool::{Tool, ToolChoice};

tagged_union! {
    /// A session, as the client asks for it and the service tells it.
    pub enum Session {
        /// A conversation.
        "realtime" => Realtime(Box<RealtimeSession>),
        /// Speech is written down, and nothing said.
        "transcription" => Transcription(Box<TranscriptionSession>),
        /// Speech is said again in another language.
        "translation" => Translation(Box<RealtimeSession>),
        /// A conversation of the first version of the Codex service.
        "quicksilver" => Quicksilver(Box<RealtimeSession>),
        /// One without a type: what the client sends in a translation session, the removed beta (whose
        /// other settings are in `extra`), and answers of the first version of the Codex service.
        "" => Untyped(Box<RealtimeSession>),
    }
    untyped: untyped;
}

fn untyped(_: &str) -> Option<&'static str> {
    Some("")
}

impl Session {
    /// The conversation or translation.
    pub fn conversational(&self) -> Option<&RealtimeSession> {
        match self {
            Self::Realtime(session)
            | Self::Translation(session)
            | Self::Quicksilver(session)
            | Self::Untyped(session) => Some(session),
            Self::Transcription(_) | Self::Unknown(_) => None,
        }
    }

    /// The id the service gave it.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Transcription(session) => session.id.as_deref(),
            other => other.conversational()?.id.as_deref(),
        }
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::Realtime(Box::default())
    }
}

impl From<RealtimeSession> for Session {
    fn from(session: RealtimeSession) -> Self {
        Self::Realtime(Box::new(session))
    }
}

impl From<TranscriptionSession> for Session {
    fn from(session: TranscriptionSession) -> Self {
        Self::Transcription(Box::new(session))
    }
}

wire_struct! {
    /// A conversation. All may be absent: what the client leaves out stays as it was.
    pub struct RealtimeSession {
        /// Its id, from the service.
        optional id: String,
        /// From the service: `realtime.session`.
        optional object: String,
        /// From the service: when it ends, after 60 minutes at most.
        optional expires_at: Timestamp,
        /// The model; set when connecting.
        optional model: String,
        /// What the model is told at the start.
        optional instructions: String,
        /// What it answers with.
        #[serde(alias = "modalities")]
        optional output_modalities: Vec<Modality>,
        /// Sound, both ways.
        optional audio: SessionAudio,
        /// Tools the model may call: functions and MCP.
        optional tools: Vec<Tool>,
        /// Which tool it calls.
        optional tool_choice: ToolChoice,
        /// Whether it may call several tools at once.
        optional parallel_tool_calls: bool,
        /// Most tokens of one response.
        #[serde(alias = "max_response_output_tokens")]
        optional max_output_tokens: TokenLimit,
        /// What happens when the conversation does not fit: `auto`, `disabled`, or
        /// `{type: "retention_ratio", …}`.
        optional truncation: Value,
        /// Whether the service keeps a trace: `auto`, or an object that names it.
        optional tracing: Value,
        /// A prompt template the service has.
        optional prompt: PromptReference,
        /// How a reasoning model thinks.
        optional reasoning: ReasoningConfig,
        /// More data to send.
        optional include: Vec<String>,
    }
}

wire_struct! {
    /// Speech is written down. `audio.input.transcription` says by which model.
    pub struct TranscriptionSession {
        /// Its id, from the service.
        optional id: String,
        /// From the service: `realtime.transcription_session`.
        optional object: String,
        /// From the service: when it ends.
        optional expires_at: Timestamp,
        /// Sound; only `input`.
        optional audio: SessionAudio,
        /// More data to send, such as `item.input_audio_transcription.logprobs`.
        optional include: Vec<String>,
    }
}

open_enum! {
    /// What a model answers with.
    pub enum Modality {
        Text = "text",
        Audio = "audio",
    }
}
