//! What a response is asked for.

use std::collections::BTreeMap;

use super::{Modality, RealtimeItem, SessionAudio, TokenLimit};
use crate::options::{PromptReference, ReasoningConfig};
use crate::tool::{Tool, ToolChoice};

wire_struct! {
    /// What a response is asked for. What is absent is as in the session.
    pub struct ResponseParams {
        /// What the model is told for this response.
        optional instructions: String,
        /// What it answers with.
        #[serde(alias = "modalities")]
        optional output_modalities: Vec<Modality>,
        /// `auto`, or `none` for a response that is no part of the conversation.
        optional conversation: String,
        /// What it answers to, in place of the conversation.
        optional input: Vec<RealtimeItem>,
        /// Sound; only `output`.
        optional audio: SessionAudio,
        /// Tools it may call.
        optional tools: Vec<Tool>,
        /// Which tool it calls.
        optional tool_choice: ToolChoice,
        /// Whether it may call several tools at once.
        optional parallel_tool_calls: bool,
        /// Most tokens.
        #[serde(alias = "max_response_output_tokens")]
        optional max_output_tokens: TokenLimit,
        /// Your notes: at most 16, keys of 64 characters, values of 512.
        optional metadata: BTreeMap<String, String>,
        /// A prompt template the service has.
        optional prompt: PromptReference,
        /// How a reasoning model thinks.
        optional reasoning: ReasoningConfig,
    }
}
