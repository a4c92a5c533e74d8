//! What comes out of a response.

use crate::realtime::{RealtimeItem, RealtimePart, RealtimeResponse};

realtime_event_struct! {
    /// A response begins, or has ended.
    pub struct RealtimeResponseEvent {
        /// The response.
        #[serde(default)]
        required response: Box<RealtimeResponse>,
    }
}

realtime_event_struct! {
    /// An item of a response begins, or is whole.
    pub struct RealtimeOutputItem {
        /// The item.
        required item: Box<RealtimeItem>,
        /// Its position in the output.
        optional output_index: u32,
        /// The response.
        optional response_id: String,
    }
}

realtime_event_struct! {
    /// A part of an item begins, or is whole.
    pub struct RealtimeContentPart {
        /// The part.
        required part: Box<RealtimePart>,
        /// The item.
        optional item_id: String,
        /// Position of the item in the output.
        optional output_index: u32,
        /// Position of the part in the item.
        optional content_index: u32,
        /// The response.
        optional response_id: String,
    }
}

realtime_event_struct! {
    /// More text, or more of the transcript of sound.
    pub struct PartDelta {
        /// The text to append.
        required delta: String,
        /// The response.
        optional response_id: String,
        /// The item.
        optional item_id: String,
        /// Position of the item in the output.
        optional output_index: u32,
        /// Position of the part in the item.
        optional content_index: u32,
    }
}

realtime_event_struct! {
    /// A text, sound or its transcript is whole.
    pub struct PartDone {
        /// The text.
        optional text: String,
        /// The transcript.
        optional transcript: String,
        /// The response.
        optional response_id: String,
        /// The item.
        optional item_id: String,
        /// Position of the item in the output.
        optional output_index: u32,
        /// Position of the part in the item.
        optional content_index: u32,
    }
}

realtime_event_struct! {
    /// More of the arguments of a call.
    pub struct RealtimeCallDelta {
        /// The text to append.
        required delta: String,
        /// What the output refers to.
        optional call_id: String,
        /// The call.
        optional item_id: String,
        /// Position of the call in the output.
        optional output_index: u32,
        /// The response.
        optional response_id: String,
        /// Random padding that hides the length of the text.
        optional obfuscation: String,
    }
}

realtime_event_struct! {
    /// The arguments of a call, whole.
    pub struct RealtimeCallDone {
        /// A string that should hold JSON.
        #[serde(deserialize_with = "crate::lenient::text_of_json")]
        required arguments: String,
        /// The function.
        optional name: String,
        /// What the output refers to.
        optional call_id: String,
        /// The call.
        optional item_id: String,
        /// Position of the call in the output.
        optional output_index: u32,
        /// The response.
        optional response_id: String,
    }
}
