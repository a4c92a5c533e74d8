//! What the client says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{RealtimeItem, RealtimeNotice, ResponseParams, Session, TranscriptionSession};

tagged_union! {
    /// Everything a client says to a realtime service. Make one with the functions below, or with the
    /// `default()` of its payload and its public fields.
    ///
    /// ```
    /// use codex_protocol::realtime::RealtimeClientEvent;
    ///
    /// let event = RealtimeClientEvent::append_sound(&[0, 1, 2]);
    /// assert_eq!(
    ///     serde_json::to_string(&event)?,
    ///     r#"{"type":"input_audio_buffer.append","audio":"AAEC"}"#,
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub enum RealtimeClientEvent {
        /// More sound of the user.
        "input_audio_buffer.append" => InputAudioBufferAppend(AudioAppend),
        /// The sound so far becomes an item.
        "input_audio_buffer.commit" => InputAudioBufferCommit(RealtimeNotice),
        /// The sound so far is thrown away.
        "input_audio_buffer.clear" => InputAudioBufferClear(RealtimeNotice),
        /// The sound of the model is thrown away. Only over WebRTC and SIP.
        "output_audio_buffer.clear" => OutputAudioBufferClear(RealtimeNotice),
        /// Other settings from here on.
        "session.update" => SessionUpdate(SessionUpdate),
        /// An item is added to the conversation.
        "conversation.item.create" => ItemCreate(ItemCreate),
        /// An item is asked for.
        "conversation.item.retrieve" => ItemRetrieve(ItemById),
        /// An item is taken out of the conversation.
        "conversation.item.delete" => ItemDelete(ItemById),
        /// Sound of the model the user has not heard is taken out.
        "conversation.item.truncate" => ItemTruncate(ItemTruncate),
        /// The model shall answer.
        "response.create" => ResponseCreate(ResponseCreate),
        /// The model shall stop.
        "response.cancel" => ResponseCancel(ResponseCancel),
        /// Translation sessions: more sound.
        "session.input_audio_buffer.append" => SessionInputAudioBufferAppend(AudioAppend),
        /// Translation sessions: the end; what is still to come comes first.
        "session.close" => SessionClose(RealtimeNotice),
        /// First version of the Codex service: what the agent did.
        "conversation.handoff.append" => HandoffAppend(HandoffAppend),
        /// Of the removed beta; decoded for servers, not to be sent.
        "transcription_session.update" => TranscriptionSessionUpdate(TranscriptionSessionUpdate),
    }
}

impl RealtimeClientEvent {
    /// More sound of the user, in the form of the session. The service takes at most 15 MiB at once; some
    /// tens of milliseconds are usual.
    pub fn append_sound(sound: &[u8]) -> Self {
        let audio = STANDARD.encode(sound);
        Self::InputAudioBufferAppend(AudioAppend { audio, ..AudioAppend::default() })
    }

    /// The sound so far becomes an item. Only needed without turn detection.
    pub fn commit_sound() -> Self {
        Self::InputAudioBufferCommit(RealtimeNotice::default())
    }

    /// Other settings from here on.
    pub fn update_session(session: impl Into<Session>) -> Self {
        Self::SessionUpdate(SessionUpdate { session: Box::new(session.into()), ..SessionUpdate::default() })
    }

    /// Adds an item at the end of the conversation.
    pub fn create_item(item: RealtimeItem) -> Self {
        Self::ItemCreate(ItemCreate { item: Box::new(item), ..ItemCreate::default() })
    }

    /// The model shall answer to the conversation, as the session says.
    pub fn create_response() -> Self {
        Self::ResponseCreate(ResponseCreate::default())
    }

    /// The model shall stop.
    pub fn cancel_response() -> Self {
        Self::ResponseCancel(ResponseCancel::default())
    }
}

realtime_event_struct! {
    /// More sound.
    pub struct AudioAppend {
        /// The sound, base64.
        required audio: String,
    }
}

realtime_event_struct! {
    /// Other settings.
    pub struct SessionUpdate {
        /// The settings.
        required session: Box<Session>,
    }
}

realtime_event_struct! {
    /// Settings of a transcription session of the beta, in `extra`.
    pub struct TranscriptionSessionUpdate {
        /// The settings.
        required session: Box<TranscriptionSession>,
    }
}

realtime_event_struct! {
    /// A new item.
    pub struct ItemCreate {
        /// The item before it; `root` for the start, the end when absent.
        optional previous_item_id: String,
        /// The item.
        required item: Box<RealtimeItem>,
    }
}

realtime_event_struct! {
    /// An item by its id.
    pub struct ItemById {
        /// The item.
        required item_id: String,
    }
}

realtime_event_struct! {
    /// Sound to be cut off.
    pub struct ItemTruncate {
        /// The item, a message of the model.
        required item_id: String,
        /// Position of the part; 0.
        filled content_index: u32,
        /// How much stays, milliseconds.
        filled audio_end_ms: u64,
    }
}

realtime_event_struct! {
    /// A response to be made.
    pub struct ResponseCreate {
        /// Where it differs from the session.
        optional response: Box<ResponseParams>,
    }
}

realtime_event_struct! {
    /// A response to be stopped.
    pub struct ResponseCancel {
        /// Which; the one that runs when absent.
        optional response_id: String,
    }
}

realtime_event_struct! {
    /// What the agent did.
    pub struct HandoffAppend {
        /// The hand-off.
        required handoff_id: String,
        /// What the agent did.
        required output_text: String,
    }
}
