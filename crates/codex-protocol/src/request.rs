//! The body of `POST /responses`.

mod builder;
mod options;
mod settings;
mod validate;

pub use options::*;
pub use validate::*;

pub(crate) use validate::{check_short, check_stream_id};

use std::collections::BTreeMap;

use serde_json::Value;

use crate::input::Input;
use crate::options::{
    Include, PromptCacheOptions, PromptCacheRetention, PromptReference, ReasoningConfig, ServiceTier,
    TextConfig, Truncation,
};
use crate::tool::{Tool, ToolChoice};

wire_struct! {
    /// The body of `POST /responses`, and of a `response.create` frame.
    ///
    /// Fields are public, and the common ones have methods that chain:
    ///
    /// ```
    /// use codex_protocol::ResponsesApiRequest;
    ///
    /// let request = ResponsesApiRequest::new("gpt-5.4").input("Say hello");
    /// assert_eq!(serde_json::to_string(&request)?, r#"{"model":"gpt-5.4","input":"Say hello"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Only what is set is sent. The service checks the values; [`validate`](Self::validate) checks the
    /// documented limits before sending. Sources: openai-python 3.54.0 `responses_client_event.py`, OpenAI's
    /// OpenAPI document, schema CreateResponse.
    pub struct ResponsesApiRequest {
        /// The model. May be absent when `prompt` names one.
        optional model: String,
        /// What the model is told at the start. Not carried over by `previous_response_id`.
        optional instructions: String,
        /// What the model answers to.
        optional input: Input,
        /// The response this one follows. Excludes `conversation`.
        optional previous_response_id: String,
        /// The conversation this one belongs to: an id, or `{id}`. Excludes `previous_response_id`.
        optional conversation: ConversationReference,
        /// Tools the model may call.
        optional tools: Vec<Tool>,
        /// Which tool it calls.
        optional tool_choice: ToolChoice,
        /// Whether it may call several tools at once; the service takes absence as true.
        optional parallel_tool_calls: bool,
        /// Most calls of tools of the service; further ones are ignored.
        optional max_tool_calls: u64,
        /// How a reasoning model thinks.
        optional reasoning: ReasoningConfig,
        /// The form of the answer.
        optional text: TextConfig,
        /// Most tokens of output, reasoning included; at least 16.
        optional max_output_tokens: u64,
        /// 0 to 2: how freely tokens are chosen. Reasoning models refuse it.
        optional temperature: f64,
        /// 0 to 1: how much of the probability tokens are chosen from.
        optional top_p: f64,
        /// 0 to 20: how many likely tokens are told for each place.
        optional top_logprobs: u64,
        /// More data to send.
        optional include: Vec<Include>,
        /// Whether the service keeps the response (30 days or more); the service takes absence as true.
        optional store: bool,
        /// Whether the answer comes as events. The clients of this workspace set it.
        optional stream: bool,
        /// How it comes as events; only with `stream`.
        optional stream_options: StreamOptions,
        /// Whether it runs in the background.
        optional background: bool,
        /// How it runs in the background; not over a WebSocket.
        optional background_options: BackgroundOptions,
        /// What happens when the input does not fit the context; absent: the request fails.
        optional truncation: Truncation,
        /// How the service keeps the context small.
        optional context_management: Vec<ContextManagement>,
        /// How it is served.
        optional service_tier: ServiceTier,
        /// Your notes: at most 16, keys of 64 characters, values of 512.
        optional metadata: BTreeMap<String, String>,
        /// A prompt template the service has.
        optional prompt: PromptReference,
        /// Requests with the same key share a prompt cache.
        optional prompt_cache_key: String,
        /// How the prompt is cached.
        optional prompt_cache_options: PromptCacheOptions,
        /// How long the prompt cache lasts; deprecated for `prompt_cache_options`.
        optional prompt_cache_retention: PromptCacheRetention,
        /// Your end user, hashed, for abuse reports; 64 characters (OpenAPI document) or 128 (openai-python).
        optional safety_identifier: String,
        /// Your end user; deprecated for `safety_identifier` and `prompt_cache_key`.
        optional user: String,
        /// Moderation of input and output, as JSON.
        optional moderation: Value,
        /// Access programs for certain subjects, as JSON: `{cyber}`.
        optional access_programs: Value,
        /// Image options of the whole request.
        optional image: ImageOptions,
        /// WebSocket only: whether there is output; false prepares a state that
        /// `previous_response_id` can name.
        optional generate: bool,
        /// WebSocket only: the lane. `[A-Za-z0-9_.-]`, 1 to 256 characters.
        optional stream_id: String,
        /// Facts about the client, for the Codex service.
        optional client_metadata: BTreeMap<String, String>,
    }
}
