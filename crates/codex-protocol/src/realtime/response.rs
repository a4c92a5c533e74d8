//! Responses of a conversation, and what they cost.

use std::collections::BTreeMap;

use super::{Modality, RealtimeItem, SessionAudio, TokenLimit};
use crate::lenient;
use crate::response::ResponseError;
use crate::usage::TokenUsage;

wire_struct! {
    /// A response of a conversation. A field of the wrong type does not cost the response: it is left empty
    /// here and kept in `extra`.
    #[serde(remote = "Self")]
    pub struct RealtimeResponse {
        /// Its id.
        filled id: String,
        /// Always `realtime.response`.
        optional object: String,
        /// How it stands.
        optional status: RealtimeResponseStatus,
        /// Why it stands so.
        optional status_details: StatusDetails,
        /// What came out.
        list output: RealtimeItem,
        /// The conversation it belongs to.
        optional conversation_id: String,
        /// What it answers with.
        #[serde(alias = "modalities")]
        optional output_modalities: Vec<Modality>,
        /// Most tokens.
        optional max_output_tokens: TokenLimit,
        /// Sound.
        optional audio: SessionAudio,
        /// What it cost.
        optional usage: RealtimeUsage,
        /// Your notes.
        optional metadata: BTreeMap<String, String>,
    }
}

salvaged!(RealtimeResponse);

open_enum! {
    /// How a response stands.
    pub enum RealtimeResponseStatus {
        InProgress = "in_progress",
        Completed = "completed",
        Cancelled = "cancelled",
        Failed = "failed",
        Incomplete = "incomplete",
    }
}

wire_struct! {
    /// Why a response ended as it did.
    pub struct StatusDetails {
        /// The status again.
        #[serde(rename = "type")]
        optional kind: RealtimeResponseStatus,
        /// `turn_detected` or `client_cancelled`; `max_output_tokens` or `content_filter`.
        optional reason: String,
        /// Why it failed.
        optional error: ResponseError,
    }
}

wire_struct! {
    /// What a response cost, tokens.
    pub struct RealtimeUsage {
        /// Of the input.
        #[serde(default, deserialize_with = "lenient::count")]
        required input_tokens: u64,
        /// Of the output.
        #[serde(default, deserialize_with = "lenient::count")]
        required output_tokens: u64,
        /// Both.
        #[serde(default, deserialize_with = "lenient::count")]
        required total_tokens: u64,
        /// The input by kind.
        #[serde(alias = "input_tokens_details")]
        optional input_token_details: InputTokenDetails,
        /// The output by kind.
        #[serde(alias = "output_tokens_details")]
        optional output_token_details: TokensByKind,
    }
}

impl From<&RealtimeUsage> for TokenUsage {
    fn from(usage: &RealtimeUsage) -> Self {
        let details = usage.input_token_details.as_ref();
        Self {
            input_tokens: usage.input_tokens,
            cached_input_tokens: details.and_then(|details| details.cached_tokens).unwrap_or_default(),
            output_tokens: usage.output_tokens,
            total_tokens: usage.total_tokens,
            ..Self::default()
        }
    }
}

wire_struct! {
    /// Tokens of the input by kind.
    pub struct InputTokenDetails {
        /// From the cache.
        optional cached_tokens: u64,
        /// Of text.
        optional text_tokens: u64,
        /// Of sound.
        optional audio_tokens: u64,
        /// Of images.
        optional image_tokens: u64,
        /// Those from the cache by kind.
        optional cached_tokens_details: TokensByKind,
    }
}

wire_struct! {
    /// Tokens by kind.
    pub struct TokensByKind {
        /// Of text.
        optional text_tokens: u64,
        /// Of sound.
        optional audio_tokens: u64,
        /// Of images.
        optional image_tokens: u64,
    }
}

tagged_union! {
    /// What a transcription cost.
    pub enum TranscriptionUsage {
        /// By tokens.
        "tokens" => Tokens(Box<RealtimeUsage>),
        /// By time.
        "duration" => Duration(DurationUsage),
    }
}

wire_struct! {
    /// A price by time.
    pub struct DurationUsage {
        /// Sound, seconds.
        required seconds: f64,
    }
}
