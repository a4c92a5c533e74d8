//! What the service says.

mod buffer;
mod conversation;
mod decode;
mod error;
mod limits;
mod output;
mod session;
mod sound;
mod transcription;

pub use buffer::*;
pub use conversation::*;
pub use error::*;
pub use limits::*;
pub use output::*;
pub use session::*;
pub use sound::*;
pub use transcription::*;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::tagged::Tagged;

/// Declares [`RealtimeServerEvent`]: one row an event, with its payload and its names on the wire (the
/// current one first, that of the beta after it).
macro_rules! realtime_events {
    ( $( $(#[$meta:meta])* $name:literal $(| $alias:literal)* => $variant:ident($payload:ty); )+ ) => {
        /// Everything a realtime service says: the public API with the old names of its beta, translation
        /// sessions, and the first version of the Codex service.
        ///
        /// Kinds this version does not know are [`Unknown`](Self::Unknown), what does not decode is
        /// [`Undecodable`](Self::Undecodable). No event ends the connection, an error neither.
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub enum RealtimeServerEvent {
            $( $(#[$meta])* #[doc = concat!("`", $name, "`")] $variant($payload), )+
            /// A kind this version does not know.
            Unknown {
                /// Its `type`; empty when it has none.
                kind: String,
                /// The event as it came.
                raw: Box<RawValue>,
            },
            /// An event of a known kind that does not decode, or one that is no JSON.
            Undecodable {
                /// Its `type`; empty when it has none.
                kind: String,
                /// The text as it came.
                raw: String,
                /// What is wrong with it; values of the text are left out.
                problem: String,
            },
        }

        impl RealtimeServerEvent {
            /// The current name of the event on the wire.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $name, )+
                    Self::Unknown { kind, .. } | Self::Undecodable { kind, .. } => kind,
                }
            }

            /// Its id; the first version of the Codex service gives none.
            pub fn event_id(&self) -> Option<&str> {
                match self {
                    $( Self::$variant(event) => event.event_id.as_deref(), )+
                    Self::Unknown { .. } | Self::Undecodable { .. } => None,
                }
            }

            fn decode_known(kind: &str, json: &str) -> Option<Result<Self, serde_json::Error>> {
                Some(match kind {
                    $( $name $(| $alias)* => serde_json::from_str::<$payload>(json).map(Self::$variant), )+
                    _ => return None,
                })
            }
        }

        /// As the service would write it, with the current name; what is unknown as it came.
        impl Serialize for RealtimeServerEvent {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$variant(body) => Tagged { kind: $name, body }.serialize(serializer), )+
                    Self::Unknown { raw, .. } => raw.serialize(serializer),
                    Self::Undecodable { kind, raw, problem } => {
                        let mut map = serializer.serialize_map(Some(4))?;
                        map.serialize_entry("type", "undecodable")?;
                        map.serialize_entry("kind", kind)?;
                        map.serialize_entry("raw", raw)?;
                        map.serialize_entry("problem", problem)?;
                        map.end()
                    }
                }
            }
        }
    };
}

// The first rows are the ones a session has most of: names are compared in this order.
realtime_events! {
    "response.output_audio.delta" | "response.audio.delta" => OutputAudioDelta(SoundDelta);
    "response.output_audio_transcript.delta"
    | "response.audio_transcript.delta"
        => OutputAudioTranscriptDelta(PartDelta);
    "response.output_text.delta" | "response.text.delta" => OutputTextDelta(PartDelta);
    "conversation.item.input_audio_transcription.delta" => InputAudioTranscriptionDelta(TranscriptionDelta);
    "response.function_call_arguments.delta" => FunctionCallArgumentsDelta(RealtimeCallDelta);
    /// Of the first version of the Codex service.
    "conversation.output_audio.delta" => ConversationOutputAudioDelta(SoundDelta);
    /// Of the first version of the Codex service: what the user says.
    "conversation.input_transcript.delta" => ConversationInputTranscriptDelta(TranscriptDelta);
    /// Of the first version of the Codex service: what the model says.
    "conversation.output_transcript.delta" => ConversationOutputTranscriptDelta(TranscriptDelta);
    /// Of translation sessions.
    "session.output_audio.delta" => SessionOutputAudioDelta(SoundDelta);
    /// Of translation sessions: what is said.
    "session.input_transcript.delta" => SessionInputTranscriptDelta(TranscriptDelta);
    /// Of translation sessions: what it is in the other language.
    "session.output_transcript.delta" => SessionOutputTranscriptDelta(TranscriptDelta);

    /// Something went wrong. Most errors leave the session as it was.
    "error" => Error(Box<RealtimeError>);
    "session.created" => SessionCreated(SessionEvent);
    "session.updated" => SessionUpdated(SessionEvent);
    /// Of translation sessions.
    "session.closed" => SessionClosed(RealtimeNotice);
    /// Of the removed beta.
    "transcription_session.updated" => TranscriptionSessionUpdated(TranscriptionSessionEvent);
    "rate_limits.updated" => RateLimitsUpdated(RateLimitsUpdated);

    "conversation.created" => ConversationCreated(ConversationCreated);
    /// Older servers send it in place of `added` and `done`.
    "conversation.item.created" => ItemCreated(ItemEvent);
    "conversation.item.added" => ItemAdded(ItemEvent);
    "conversation.item.done" => ItemDone(ItemEvent);
    "conversation.item.retrieved" => ItemRetrieved(ItemEvent);
    "conversation.item.deleted" => ItemDeleted(RealtimeItemProgress);
    "conversation.item.truncated" => ItemTruncated(ItemTruncated);
    "conversation.item.input_audio_transcription.completed"
        => InputAudioTranscriptionCompleted(TranscriptionCompleted);
    "conversation.item.input_audio_transcription.failed" => InputAudioTranscriptionFailed(TranscriptionFailed);
    "conversation.item.input_audio_transcription.segment"
        => InputAudioTranscriptionSegment(TranscriptionSegment);
    /// Of the first version of the Codex service: it wants an agent to take over.
    "conversation.handoff.requested" => HandoffRequested(HandoffRequested);

    "input_audio_buffer.committed" => InputAudioBufferCommitted(RealtimeItemProgress);
    "input_audio_buffer.cleared" => InputAudioBufferCleared(RealtimeNotice);
    "input_audio_buffer.speech_started" => SpeechStarted(BufferSpan);
    "input_audio_buffer.speech_stopped" => SpeechStopped(BufferSpan);
    "input_audio_buffer.timeout_triggered" => InputTimeoutTriggered(BufferSpan);
    /// A key of a telephone. It has no `event_id`.
    "input_audio_buffer.dtmf_event_received" => DtmfReceived(DtmfReceived);
    "output_audio_buffer.started" => OutputAudioBufferStarted(OutputBufferEvent);
    "output_audio_buffer.stopped" => OutputAudioBufferStopped(OutputBufferEvent);
    "output_audio_buffer.cleared" => OutputAudioBufferCleared(OutputBufferEvent);

    "response.created" => ResponseCreated(RealtimeResponseEvent);
    "response.done" => ResponseDone(RealtimeResponseEvent);
    /// Of the Codex service.
    "response.cancelled" => ResponseCancelled(RealtimeResponseEvent);
    "response.output_item.added" => OutputItemAdded(RealtimeOutputItem);
    "response.output_item.done" => OutputItemDone(RealtimeOutputItem);
    "response.content_part.added" => ContentPartAdded(RealtimeContentPart);
    "response.content_part.done" => ContentPartDone(RealtimeContentPart);
    "response.output_text.done" | "response.text.done" => OutputTextDone(PartDone);
    "response.output_audio.done" | "response.audio.done" => OutputAudioDone(PartDone);
    "response.output_audio_transcript.done"
    | "response.audio_transcript.done"
        => OutputAudioTranscriptDone(PartDone);
    "response.function_call_arguments.done" => FunctionCallArgumentsDone(RealtimeCallDone);
    "response.mcp_call_arguments.delta" => McpCallArgumentsDelta(RealtimeCallDelta);
    "response.mcp_call_arguments.done" => McpCallArgumentsDone(RealtimeCallDone);
    "response.mcp_call.in_progress" => McpCallInProgress(RealtimeItemProgress);
    "response.mcp_call.completed" => McpCallCompleted(RealtimeItemProgress);
    "response.mcp_call.failed" => McpCallFailed(RealtimeItemProgress);
    "mcp_list_tools.in_progress" => McpListToolsInProgress(RealtimeItemProgress);
    "mcp_list_tools.completed" => McpListToolsCompleted(RealtimeItemProgress);
    "mcp_list_tools.failed" => McpListToolsFailed(RealtimeItemProgress);
}

impl RealtimeServerEvent {
    /// More sound of the model, whichever event brings it.
    pub fn sound(&self) -> Option<&SoundDelta> {
        match self {
            Self::OutputAudioDelta(delta)
            | Self::ConversationOutputAudioDelta(delta)
            | Self::SessionOutputAudioDelta(delta) => Some(delta),
            _ => None,
        }
    }
}
