//! The session.

use crate::realtime::{Session, TranscriptionSession};

realtime_event_struct! {
    /// The session, as it now is.
    pub struct SessionEvent {
        /// The session.
        required session: Box<Session>,
    }
}

realtime_event_struct! {
    /// A transcription session of the removed beta; its settings are in `extra`.
    pub struct TranscriptionSessionEvent {
        /// The session.
        required session: Box<TranscriptionSession>,
    }
}
