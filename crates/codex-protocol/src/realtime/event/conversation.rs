//! The conversation and its items.

use crate::realtime::RealtimeItem;

realtime_event_struct! {
    /// A conversation begins.
    pub struct ConversationCreated {
        /// The conversation.
        filled conversation: RealtimeConversation,
    }
}

wire_struct! {
    /// A conversation.
    pub struct RealtimeConversation {
        /// Its id.
        optional id: String,
        /// Always `realtime.conversation`.
        optional object: String,
    }
}

realtime_event_struct! {
    /// An item of the conversation begins, is whole, or was asked for.
    pub struct ItemEvent {
        /// The item.
        required item: Box<RealtimeItem>,
        /// The item before it.
        optional previous_item_id: String,
    }
}

realtime_event_struct! {
    /// Something about an item: it was deleted, made from sound, or is worked on.
    pub struct RealtimeItemProgress {
        /// The item.
        required item_id: String,
        /// The item before it.
        optional previous_item_id: String,
        /// Position of the item in the output.
        optional output_index: u32,
    }
}

realtime_event_struct! {
    /// Sound of the model was cut off.
    pub struct ItemTruncated {
        /// The item.
        required item_id: String,
        /// Position of the part in the item.
        optional content_index: u32,
        /// How much is left, milliseconds.
        optional audio_end_ms: u64,
    }
}

realtime_event_struct! {
    /// The service wants an agent to take over; see [`Handoff`](crate::realtime::Handoff).
    pub struct HandoffRequested {
        /// What the result refers to.
        required handoff_id: String,
        /// The item that led to it.
        optional item_id: String,
        /// What the user asked for.
        filled input_transcript: String,
    }
}
