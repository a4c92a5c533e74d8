//! Text, refusals and reasoning.

use crate::annotation::Annotation;
use crate::log_prob::LogProb;

event_struct! {
    /// More text of the answer.
    pub struct OutputTextDelta {
        /// The text to append.
        required delta: String,
        /// The message.
        optional item_id: String,
        /// Position of the message in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Position of the part in the message.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional content_index: u32,
        /// Probabilities of the tokens, when asked for.
        list logprobs: LogProb,
        /// Random padding that hides the length of the text.
        optional obfuscation: String,
    }
}

event_struct! {
    /// A text of the answer, whole.
    pub struct OutputTextDone {
        /// The text.
        required text: String,
        /// The message.
        optional item_id: String,
        /// Position of the message in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Position of the part in the message.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional content_index: u32,
        /// Probabilities of the tokens, when asked for.
        list logprobs: LogProb,
    }
}

event_struct! {
    /// A note on a text of the answer.
    pub struct AnnotationAdded {
        /// The note; some servers send null.
        optional annotation: Box<Annotation>,
        /// Position of the note.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional annotation_index: u32,
        /// The message.
        optional item_id: String,
        /// Position of the message in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Position of the part in the message.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional content_index: u32,
    }
}

event_struct! {
    /// More text of a part: a refusal, or raw reasoning.
    pub struct PartTextDelta {
        /// The text to append.
        required delta: String,
        /// The item.
        optional item_id: String,
        /// Position of the item in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Position of the part in the item.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional content_index: u32,
        /// Random padding that hides the length of the text.
        optional obfuscation: String,
    }
}

event_struct! {
    /// Raw reasoning, whole.
    pub struct PartTextDone {
        /// The text.
        required text: String,
        /// The item.
        optional item_id: String,
        /// Position of the item in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Position of the part in the item.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional content_index: u32,
    }
}

event_struct! {
    /// A refusal, whole.
    pub struct RefusalDone {
        /// Why the model declines.
        required refusal: String,
        /// The message.
        optional item_id: String,
        /// Position of the message in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Position of the part in the message.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional content_index: u32,
    }
}

event_struct! {
    /// More of a summary of reasoning.
    pub struct SummaryTextDelta {
        /// The text to append.
        required delta: String,
        /// The reasoning item.
        optional item_id: String,
        /// Position of the item in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Position of the part in the summary.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional summary_index: u32,
        /// Random padding that hides the length of the text.
        optional obfuscation: String,
    }
}

event_struct! {
    /// A part of a summary of reasoning, whole.
    pub struct SummaryTextDone {
        /// The text.
        required text: String,
        /// The reasoning item.
        optional item_id: String,
        /// Position of the item in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Position of the part in the summary.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional summary_index: u32,
    }
}
