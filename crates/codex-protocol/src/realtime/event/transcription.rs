//! What was said, written down.

use serde_json::Value;

use crate::log_prob::LogProb;
use crate::realtime::TranscriptionUsage;
use crate::response::ResponseError;

realtime_event_struct! {
    /// More of what the user says.
    pub struct TranscriptionDelta {
        /// The text to append.
        filled delta: String,
        /// The item whose sound it is.
        optional item_id: String,
        /// Position of the part in the item.
        optional content_index: u32,
        /// Probabilities of the tokens, when asked for.
        list logprobs: LogProb,
        /// Random padding that hides the length of the text.
        optional obfuscation: String,
    }
}

realtime_event_struct! {
    /// What the user said, whole: all the deltas of the item at once, not more of them.
    pub struct TranscriptionCompleted {
        /// The text.
        required transcript: String,
        /// The item whose sound it is.
        optional item_id: String,
        /// Position of the part in the item.
        optional content_index: u32,
        /// What it cost.
        optional usage: TranscriptionUsage,
        /// Languages that were heard, as JSON.
        optional languages: Vec<Value>,
        /// Probabilities of the tokens, when asked for.
        list logprobs: LogProb,
    }
}

realtime_event_struct! {
    /// The sound could not be written down.
    pub struct TranscriptionFailed {
        /// Why.
        optional error: ResponseError,
        /// The item whose sound it is.
        optional item_id: String,
        /// Position of the part in the item.
        optional content_index: u32,
    }
}

realtime_event_struct! {
    /// A stretch of one speaker.
    pub struct TranscriptionSegment {
        /// Its id.
        optional id: String,
        /// What is said.
        required text: String,
        /// Who says it.
        optional speaker: String,
        /// Where it begins, seconds.
        optional start: f64,
        /// Where it ends, seconds.
        optional end: f64,
        /// The item whose sound it is.
        optional item_id: String,
        /// Position of the part in the item.
        optional content_index: u32,
    }
}

realtime_event_struct! {
    /// More of a transcript, in translation sessions and the first version of the Codex service.
    pub struct TranscriptDelta {
        /// The text to append.
        required delta: String,
        /// Where in the input it belongs, milliseconds.
        optional elapsed_ms: u64,
    }
}
