//! The buffers of sound.

realtime_event_struct! {
    /// Something happened, and that is all.
    pub struct RealtimeNotice {}
}

realtime_event_struct! {
    /// Speech began or ended, or nobody spoke: a place in the sound that was sent.
    pub struct BufferSpan {
        /// Where it begins, milliseconds of all sound sent in the session.
        optional audio_start_ms: u64,
        /// Where it ends, milliseconds of all sound sent in the session.
        optional audio_end_ms: u64,
        /// The item that will hold it.
        optional item_id: String,
    }
}

realtime_event_struct! {
    /// A key of a telephone was pressed.
    pub struct DtmfReceived {
        /// The key.
        #[serde(rename = "event")]
        required key: String,
        /// When, Unix seconds.
        optional received_at: u64,
    }
}

realtime_event_struct! {
    /// The sound of a response plays, has ended, or was thrown away. Only over WebRTC and SIP.
    pub struct OutputBufferEvent {
        /// The response.
        optional response_id: String,
    }
}
