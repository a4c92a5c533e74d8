//! Where the response stands.

use serde::Serialize;

use crate::response::Response;

event_struct! {
    /// The response as it stands: created, queued, in progress, failed or incomplete.
    pub struct ResponseState {
        /// The response.
        required response: Box<Response>,
    }
}

/// [`ResponseState`] for writing.
#[derive(Serialize)]
pub(super) struct StateRef<'a> {
    pub(super) response: &'a Response,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sequence_number: Option<u64>,
}

event_struct! {
    /// The connection lives. Uses up a sequence number.
    pub struct Keepalive {}
}
