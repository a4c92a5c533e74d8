//! Compaction: `POST /responses/compact`.

use serde::Serialize;
use serde_json::Value;

use crate::item::ResponseItem;
use crate::options::{PromptCacheOptions, PromptCacheRetention, ReasoningConfig, ServiceTier, TextConfig};
use crate::request::{ImageOptions, RequestProblem, TextPlace, check_short};
use crate::timestamp::Timestamp;
use crate::tool::Tool;
use crate::usage::TokenUsage;

/// Most characters of a `prompt_cache_key` of a compaction.
pub const MAX_PROMPT_CACHE_KEY_CHARS: usize = 64;

/// What `POST /responses/compact` is asked: makes a conversation shorter, in a form the service alone can
/// read. It borrows the conversation, which may be large.
///
/// The input must itself fit the context of the model; 10,485,760 characters are the limit. Use the output
/// unpruned as the next input. A conversation without items needs no compaction: do not send it.
///
/// ```
/// use codex_protocol::{CompactionInput, ResponseItem};
///
/// let conversation = [ResponseItem::user("A long story")];
/// let input = CompactionInput { model: "gpt-5.4", input: &conversation, ..Default::default() };
/// assert_eq!(
///     serde_json::to_string(&input)?,
///     r#"{"model":"gpt-5.4","input":[{"type":"message","role":"user","content":"A long story"}]}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
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
    /// Requests with the same key share a prompt cache; at most [`MAX_PROMPT_CACHE_KEY_CHARS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_cache_key: Option<&'a str>,
    /// How the prompt is cached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_cache_options: Option<&'a PromptCacheOptions>,
    /// How long the prompt cache lasts; deprecated for `prompt_cache_options`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_cache_retention: Option<&'a PromptCacheRetention>,
    /// How it is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<ServiceTier>,
    /// Image options of the whole conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<&'a ImageOptions>,
}

impl CompactionInput<'_> {
    /// Checks the documented limit of the prompt cache key.
    ///
    /// # Errors
    ///
    /// When it is longer than [`MAX_PROMPT_CACHE_KEY_CHARS`].
    pub fn validate(&self) -> Result<(), RequestProblem> {
        self.prompt_cache_key.map_or(Ok(()), |key| {
            check_short(key, MAX_PROMPT_CACHE_KEY_CHARS, || TextPlace::Field("prompt_cache_key"))
        })
    }
}

wire_struct! {
    /// What `POST /responses/compact` answers. Its id is no response id. A field of the wrong type does not
    /// cost the answer: it is left empty here and kept in `extra`.
    #[serde(remote = "Self")]
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

impl CompactedResponse {
    /// The compacted conversation, when there is one: the last item that is a compaction.
    pub fn compaction(&self) -> Option<&crate::item::Compaction> {
        self.output.iter().rev().find_map(|item| match item {
            ResponseItem::Compaction(compaction) => Some(compaction),
            _ => None,
        })
    }
}

salvaged!(CompactedResponse);
