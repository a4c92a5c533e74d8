//! The response object.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error_code::ErrorCode;
use crate::input::Input;
use crate::item::{FunctionCall, Message, ResponseItem};
use crate::lenient;
use crate::options::{
    PromptCacheOptions, PromptCacheRetention, PromptReference, ReasoningConfig, ServiceTier, TextConfig,
    Truncation,
};
use crate::timestamp::Timestamp;
use crate::tool::{Tool, ToolChoice};
use crate::usage::TokenUsage;
use crate::wire_headers::WireHeaders;

wire_struct! {
    /// A response, finished or not (openai-python `response.py`).
    ///
    /// Every field may be absent: servers differ. A field of the wrong type does not cost the response: it
    /// is left empty here and kept in `extra`. Fields that only repeat the request, and are seldom used, are
    /// plain JSON.
    #[serde(remote = "Self")]
    pub struct Response {
        /// Its id (`resp_…`); empty when the server gave none.
        filled id: String,
        /// How it stands.
        optional status: ResponseStatus,
        /// What came out, in order.
        list output: ResponseItem,
        /// What it cost.
        optional usage: TokenUsage,
        /// Why it failed.
        optional error: ResponseError,
        /// Why it ended early.
        optional incomplete_details: IncompleteDetails,
        /// The model that answered.
        optional model: String,
        /// Always `response`.
        optional object: String,
        /// When it was made.
        optional created_at: Timestamp,
        /// When it was finished.
        optional completed_at: Timestamp,
        /// The instructions: a text or items.
        optional instructions: Input,
        /// The response before it.
        optional previous_response_id: String,
        /// The conversation it belongs to.
        optional conversation: ConversationId,
        /// Your notes.
        optional metadata: BTreeMap<String, String>,
        /// The tools.
        optional tools: Vec<Tool>,
        /// Which tool the model calls.
        optional tool_choice: ToolChoice,
        /// Whether the model may call several tools at once.
        optional parallel_tool_calls: bool,
        /// How the model thinks.
        optional reasoning: ReasoningConfig,
        /// The form of the answer.
        optional text: TextConfig,
        /// 0 to 2.
        optional temperature: f64,
        /// 0 to 1.
        optional top_p: f64,
        /// 0 to 20.
        optional top_logprobs: u64,
        /// Most tokens of output.
        optional max_output_tokens: u64,
        /// Most calls of tools of the service.
        optional max_tool_calls: u64,
        /// What happens when the input does not fit the context.
        optional truncation: Truncation,
        /// Whether it runs in the background.
        optional background: bool,
        /// How it was served.
        optional service_tier: ServiceTier,
        /// Whether it is stored; in no official type.
        optional store: bool,
        /// The prompt template.
        optional prompt: PromptReference,
        /// Requests with the same key share a prompt cache.
        optional prompt_cache_key: String,
        /// How the prompt is cached.
        optional prompt_cache_options: PromptCacheOptions,
        /// How long the prompt cache lasts; deprecated.
        optional prompt_cache_retention: PromptCacheRetention,
        /// How the prompt cache did, as JSON with a `type`.
        optional prompt_cache_diagnostics: Value,
        /// Your end user, for abuse reports.
        optional safety_identifier: String,
        /// Your end user; deprecated.
        optional user: String,
        /// Access programs, as JSON.
        optional access_programs: Value,
        /// Image options, as JSON.
        optional image: Value,
        /// Reasoning of the input that the model did not see, as JSON.
        optional input_transformations: Value,
        /// What moderation found, as JSON.
        optional moderation: Value,
        /// Usage of tools of the service, as JSON.
        optional tool_usage: Value,
        /// Whether the model ends its turn; sent by the Codex service.
        optional end_turn: bool,
        /// Headers inside the object, such as `openai-model`.
        optional headers: WireHeaders,
    }
}

open_enum! {
    /// How a response stands.
    pub enum ResponseStatus {
        Completed = "completed",
        Failed = "failed",
        InProgress = "in_progress",
        Cancelled = "cancelled",
        Queued = "queued",
        Incomplete = "incomplete",
    }
}

wire_struct! {
    /// Why a response failed.
    pub struct ResponseError {
        /// Which error.
        #[serde(deserialize_with = "lenient::error_code")]
        optional code: ErrorCode,
        /// For the reader; may hold text of the request.
        filled message: String,
        /// What kind of error.
        #[serde(rename = "type")]
        optional kind: String,
        /// Which parameter.
        optional param: String,
        /// What a check of misuse found, as JSON.
        optional misalignment: Value,
    }
}

wire_struct! {
    /// Why a response ended early.
    pub struct IncompleteDetails {
        /// The reason.
        optional reason: IncompleteReason,
    }
}

open_enum! {
    /// Why a response ended early.
    pub enum IncompleteReason {
        MaxOutputTokens = "max_output_tokens",
        MaxMessages = "max_messages",
        ContentFilter = "content_filter",
        /// Replaced by a successor, after `response.steer`.
        Steered = "steered",
    }
}

wire_struct! {
    /// A conversation the service keeps.
    pub struct ConversationId {
        /// Its id.
        required id: String,
    }
}

impl Response {
    /// All text of the answer: the `output_text` of every message, joined. Empty when there is none.
    pub fn output_text(&self) -> String {
        self.messages().map(Message::text).collect()
    }

    /// The messages of the model.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.output.iter().filter_map(|item| match item {
            ResponseItem::Message(message) => Some(message),
            _ => None,
        })
    }

    /// The functions the model calls.
    pub fn function_calls(&self) -> impl Iterator<Item = &FunctionCall> {
        self.output.iter().filter_map(|item| match item {
            ResponseItem::FunctionCall(call) => Some(call),
            _ => None,
        })
    }

    /// Why the model declined, when it did.
    pub fn refusal(&self) -> Option<&str> {
        self.messages().find_map(Message::refusal)
    }

    /// Why it ended early.
    pub fn incomplete_reason(&self) -> Option<&IncompleteReason> {
        self.incomplete_details.as_ref()?.reason.as_ref()
    }

    /// The model that really answered, from the headers inside the object.
    pub fn server_model(&self) -> Option<&str> {
        self.headers.as_ref()?.server_model()
    }
}

salvaged!(Response);
