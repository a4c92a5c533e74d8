//! Compaction: `POST /responses/compact`.

use serde::Serialize;
use serde_json::Value;

use crate::item::ResponseItem;
use crate::options::{PromptCacheOptions, ReasoningConfig, ServiceTier, TextConfig};
use crate::timestamp::Timestamp;
use crate::tool::Tool;
use crate::usage::TokenUsage;

/// What `POST /responses/compact` is asked: makes a conversation shorter, in a form the service alone can
/// read. It borrows the conversation, which may be large.
///
/// The input must itself fit the context of the model; 10,485,760 characters are the limit. Use the output
/// unpruned as the next input.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct CompactionInput<'a> {
    /// The model.
    pub model: &'a str,
    /// The conversation.
    pub input: &'a [ResponseItem],
    /// What the model was told at the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<&'a str>,
    /// The response to go on from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_response_id: Option<&'a str>,
    /// The tools of the conversation; read by the Codex service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<&'a [Tool]>,
    /// Whether several tools may be called at once; read by the Codex service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// How the model thinks; read by the Codex service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<&'a ReasoningConfig>,
    /// The form of answers; read by the Codex service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a TextConfig>,
    /// Requests with the same key share a prompt cache; at most 64 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_cache_key: Option<&'a str>,
    /// How the prompt is cached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_cache_options: Option<&'a PromptCacheOptions>,
    /// How it is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<ServiceTier>,
}

wire_struct! {
    /// What `POST /responses/compact` answers. Its id is no response id.
    pub struct CompactedResponse {
        /// Its id.
        optional id: String,
        /// Always `response.compaction`.
        optional object: String,
        /// When it was made.
        optional created_at: Timestamp,
        /// The kept messages of the user, then one compaction item.
        list output: ResponseItem,
        /// What it cost.
        optional usage: TokenUsage,
        /// Image options, as JSON.
        optional image: Value,
    }
}
