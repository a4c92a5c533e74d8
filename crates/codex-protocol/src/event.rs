//! Events of a stream.

mod decode;
mod error;
mod flat_delta;
mod lifecycle;
mod metadata;
mod output;
mod progress;
mod steer;
mod text;

pub use error::*;
pub use lifecycle::*;
pub use metadata::*;
pub use output::*;
pub use progress::*;
pub use steer::*;
pub use text::*;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::rate_limit::RateLimitSnapshot;
use crate::response::Response;
use crate::tagged::Tagged;
use crate::usage::TokenUsage;

/// Declares [`ResponseEvent`]: one row an event, with its payload, its names on the wire (the current one
/// first, older ones after it), and whether it is output the caller can see.
macro_rules! response_events {
    ( $( $(#[$meta:meta])* $name:literal $(| $alias:literal)* => $variant:ident($payload:ty) $kind:ident; )+ ) => {
        /// Everything a stream gives the caller: the events of the service, over SSE and WebSocket alike,
        /// and the facts that come in the head of the response.
        ///
        /// Only [`Completed`](Self::Completed), [`Failed`](Self::Failed),
        /// [`Incomplete`](Self::Incomplete) and [`Error`](Self::Error) end a stream. Kinds this version does
        /// not know are [`Unknown`](Self::Unknown), what does not decode is
        /// [`Undecodable`](Self::Undecodable); neither ends the stream by itself.
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub enum ResponseEvent {
            /// `response.completed`, or `response.done` of older WebSocket servers: the response is whole.
            Completed {
                /// The id of the response; empty when the server gave none.
                response_id: String,
                /// What it cost.
                token_usage: Option<TokenUsage>,
                /// All of it.
                response: Box<Response>,
                /// Position in the stream.
                sequence_number: Option<u64>,
            },
            $( $(#[$meta])* #[doc = concat!("`", $name, "`")] $variant($payload), )+
            /// How much of a usage limit is used: from headers, or `codex.rate_limits`.
            RateLimits(Box<RateLimitSnapshot>),
            /// From the head: the model that really answers (`openai-model`).
            ServerModel(String),
            /// From the head: the ETag of the model catalogue (`x-models-etag`).
            ModelsEtag(String),
            /// From the head: whether usage already counts earlier reasoning (`x-reasoning-included`).
            ServerReasoningIncluded(bool),
            /// A kind this version does not know.
            Unknown {
                /// Its `type`, else the name of the SSE event; empty when it has neither.
                kind: String,
                /// The event as it came.
                raw: Box<RawValue>,
            },
            /// An event of a known kind that does not decode, or one that is no JSON.
            Undecodable {
                /// Its `type`, else the name of the SSE event; empty when it has neither.
                kind: String,
                /// The text as it came.
                raw: String,
                /// What is wrong with it; values of the text are left out.
                problem: String,
            },
        }

        impl ResponseEvent {
            /// The current name of the event on the wire; for facts of the head the name of the header.
            pub fn kind(&self) -> &str {
                match self {
                    Self::Completed { .. } => COMPLETED,
                    $( Self::$variant(_) => $name, )+
                    Self::RateLimits(_) => RATE_LIMITS,
                    Self::ServerModel(_) => "openai-model",
                    Self::ModelsEtag(_) => "x-models-etag",
                    Self::ServerReasoningIncluded(_) => "x-reasoning-included",
                    Self::Unknown { kind, .. } | Self::Undecodable { kind, .. } => kind,
                }
            }

            /// Position in the stream, when the event has one. Gaps are no proof of loss: keep-alives use
            /// numbers up.
            pub fn sequence_number(&self) -> Option<u64> {
                match self {
                    Self::Completed { sequence_number, .. } => *sequence_number,
                    $( Self::$variant(event) => event.sequence_number, )+
                    _ => None,
                }
            }

            /// Whether it is output of the model the caller can see: text, reasoning, refusals, input of
            /// tool calls, images, sound, and finished items. Once one has come, replaying the request would
            /// show things twice. An item or part that is only announced (`….added`) is no output.
            pub fn is_output(&self) -> bool {
                match self {
                    $( Self::$variant(_) => response_events!(@is_output $kind), )+
                    _ => false,
                }
            }

            fn decode_known(kind: &str, json: &str) -> Option<Result<Self, serde_json::Error>> {
                Some(match kind {
                    $( $name $(| $alias)* => serde_json::from_str::<$payload>(json).map(Self::$variant), )+
                    _ => return None,
                })
            }

            fn serialize_row<S: Serializer>(&self, serializer: S) -> Option<Result<S::Ok, S::Error>> {
                match self {
                    $( Self::$variant(body) => Some(Tagged { kind: $name, body }.serialize(serializer)), )+
                    _ => None,
                }
            }
        }
    };
    (@is_output output) => { true };
    (@is_output quiet) => { false };
}

/// The event that ends a stream well.
const COMPLETED: &str = "response.completed";
/// Usage limits inside a stream.
const RATE_LIMITS: &str = "codex.rate_limits";

// The first rows are the ones a stream has most of: names are compared in this order.
response_events! {
    "response.output_text.delta" => OutputTextDelta(OutputTextDelta) output;
    "response.function_call_arguments.delta" => FunctionCallArgumentsDelta(CallDelta) output;
    "response.reasoning_summary_text.delta"
    | "response.reasoning_summary.delta"
        => ReasoningSummaryTextDelta(SummaryTextDelta) output;
    "response.reasoning_text.delta" | "response.reasoning.delta" => ReasoningTextDelta(PartTextDelta) output;
    "response.custom_tool_call_input.delta" => CustomToolCallInputDelta(CallDelta) output;
    "response.code_interpreter_call_code.delta"
    | "response.code_interpreter_call.code.delta"
        => CodeInterpreterCallCodeDelta(CallDelta) output;
    "response.refusal.delta" => RefusalDelta(PartTextDelta) output;
    "keepalive" => Keepalive(Keepalive) quiet;

    "response.created" => Created(ResponseState) quiet;
    "response.queued" => Queued(ResponseState) quiet;
    "response.in_progress" => InProgress(ResponseState) quiet;
    /// The response failed; `response.error` says why.
    "response.failed" => Failed(ResponseState) quiet;
    /// The response ended early; `response.incomplete_details` says why. A result, not a broken stream.
    "response.incomplete" => Incomplete(ResponseState) quiet;
    /// The request failed, or the connection did.
    "error" => Error(Box<ErrorEvent>) quiet;

    "response.output_item.added" => OutputItemAdded(OutputItemEvent) quiet;
    "response.output_item.done" => OutputItemDone(OutputItemEvent) output;
    "response.content_part.added" => ContentPartAdded(ContentPartEvent) quiet;
    "response.content_part.done" => ContentPartDone(ContentPartEvent) output;
    "response.output_text.done" => OutputTextDone(OutputTextDone) output;
    "response.output_text.annotation.added"
    | "response.output_text_annotation.added"
        => OutputTextAnnotationAdded(AnnotationAdded) output;
    "response.refusal.done" => RefusalDone(RefusalDone) output;
    "response.reasoning_text.done" | "response.reasoning.done" => ReasoningTextDone(PartTextDone) output;
    "response.reasoning_summary_part.added" => ReasoningSummaryPartAdded(SummaryPartEvent) quiet;
    "response.reasoning_summary_part.done" => ReasoningSummaryPartDone(SummaryPartEvent) output;
    "response.reasoning_summary_text.done"
    | "response.reasoning_summary.done"
        => ReasoningSummaryTextDone(SummaryTextDone) output;

    "response.function_call_arguments.done" => FunctionCallArgumentsDone(CallArgumentsDone) output;
    "response.custom_tool_call_input.done" => CustomToolCallInputDone(CallInputDone) output;
    "response.mcp_call_arguments.delta"
    | "response.mcp_call.arguments_delta"
    | "response.mcp_call.arguments.delta"
        => McpCallArgumentsDelta(CallDelta) output;
    "response.mcp_call_arguments.done"
    | "response.mcp_call.arguments_done"
    | "response.mcp_call.arguments.done"
        => McpCallArgumentsDone(CallArgumentsDone) output;
    "response.code_interpreter_call_code.done"
    | "response.code_interpreter_call.code.done"
        => CodeInterpreterCallCodeDone(CallCodeDone) output;

    "response.file_search_call.in_progress" => FileSearchCallInProgress(ItemProgress) quiet;
    "response.file_search_call.searching" => FileSearchCallSearching(ItemProgress) quiet;
    "response.file_search_call.completed" => FileSearchCallCompleted(ItemProgress) quiet;
    "response.web_search_call.in_progress" => WebSearchCallInProgress(ItemProgress) quiet;
    "response.web_search_call.searching" => WebSearchCallSearching(ItemProgress) quiet;
    "response.web_search_call.completed" => WebSearchCallCompleted(ItemProgress) quiet;
    "response.code_interpreter_call.in_progress" => CodeInterpreterCallInProgress(ItemProgress) quiet;
    "response.code_interpreter_call.interpreting" => CodeInterpreterCallInterpreting(ItemProgress) quiet;
    "response.code_interpreter_call.completed" => CodeInterpreterCallCompleted(ItemProgress) quiet;
    "response.image_generation_call.in_progress" => ImageGenerationCallInProgress(ItemProgress) quiet;
    "response.image_generation_call.generating" => ImageGenerationCallGenerating(ItemProgress) quiet;
    "response.image_generation_call.completed" => ImageGenerationCallCompleted(ItemProgress) quiet;
    "response.image_generation_call.partial_image"
        => ImageGenerationCallPartialImage(Box<PartialImage>) output;
    "response.mcp_call.in_progress" => McpCallInProgress(ItemProgress) quiet;
    "response.mcp_call.completed" => McpCallCompleted(ItemProgress) quiet;
    "response.mcp_call.failed" => McpCallFailed(ItemProgress) quiet;
    "response.mcp_list_tools.in_progress" => McpListToolsInProgress(ItemProgress) quiet;
    "response.mcp_list_tools.completed" => McpListToolsCompleted(ItemProgress) quiet;
    "response.mcp_list_tools.failed" => McpListToolsFailed(ItemProgress) quiet;
    "response.compaction.compacting" => CompactionCompacting(ItemProgress) quiet;

    "response.shell_call_command.added" => ShellCallCommandAdded(ShellCommand) output;
    "response.shell_call_command.delta" => ShellCallCommandDelta(ShellCommandDelta) output;
    "response.shell_call_command.done" => ShellCallCommandDone(ShellCommand) output;
    "response.shell_call_output_content.delta" => ShellCallOutputContentDelta(ShellOutputDelta) output;
    "response.shell_call_output_content.done" => ShellCallOutputContentDone(ShellOutputDone) output;
    "response.audio.delta" => AudioDelta(AudioDelta) output;
    "response.audio.done" => AudioDone(AudioDone) quiet;
    "response.audio.transcript.delta" => AudioTranscriptDelta(AudioDelta) output;
    "response.audio.transcript.done" => AudioTranscriptDone(AudioDone) quiet;

    "response.steer.accepted" => SteerAccepted(SteerAccepted) quiet;
    "response.steer.pending" => SteerPending(Box<SteerPending>) quiet;
    "response.steer.failed" => SteerFailed(Box<SteerFailed>) quiet;
    "response.metadata" => Metadata(MetadataEvent) quiet;
    "codex.response.metadata" => CodexMetadata(MetadataEvent) quiet;
    "responsesapi.websocket_timing" => WebsocketTiming(WebsocketTiming) quiet;
}

impl ResponseEvent {
    /// Whether it ends the stream: completed, failed, incomplete, an error, or one of these kinds that did
    /// not decode.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Completed { .. } | Self::Failed(_) | Self::Incomplete(_) | Self::Error(_) => true,
            Self::Undecodable { kind, .. } => matches!(
                kind.as_str(),
                COMPLETED | "response.done" | "response.failed" | "response.incomplete" | "error"
            ),
            _ => false,
        }
    }

    /// The response of a terminal event that has one.
    pub fn final_response(&self) -> Option<&Response> {
        match self {
            Self::Completed { response, .. } => Some(response),
            Self::Failed(state) | Self::Incomplete(state) => Some(&state.response),
            _ => None,
        }
    }
}

/// As the service would write it, with the current name; what is unknown as it came. Facts of the head are
/// `{"type": <header>, "value": …}`.
impl Serialize for ResponseEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Completed { response, sequence_number, .. } => {
                let body = &StateRef { response, sequence_number: *sequence_number };
                Tagged { kind: COMPLETED, body }.serialize(serializer)
            }
            Self::RateLimits(body) => Tagged { kind: RATE_LIMITS, body }.serialize(serializer),
            Self::ServerModel(value) | Self::ModelsEtag(value) => fact(self.kind(), value, serializer),
            Self::ServerReasoningIncluded(value) => fact(self.kind(), value, serializer),
            Self::Unknown { raw, .. } => raw.serialize(serializer),
            Self::Undecodable { kind, raw, problem } => {
                let mut map = serializer.serialize_map(Some(4))?;
                map.serialize_entry("type", "undecodable")?;
                map.serialize_entry("kind", kind)?;
                map.serialize_entry("raw", raw)?;
                map.serialize_entry("problem", problem)?;
                map.end()
            }
            // Everything else is a row of the table.
            _ => match self.serialize_row(serializer) {
                Some(result) => result,
                None => Err(serde::ser::Error::custom("an event without a row")),
            },
        }
    }
}

fn fact<S: Serializer>(kind: &str, value: &impl Serialize, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("type", kind)?;
    map.serialize_entry("value", value)?;
    map.end()
}
