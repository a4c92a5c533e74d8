//! Paths below a base URL.

/// Path of an endpoint below the base URL, such as `/responses`; never with ids or parameters in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint(pub &'static str);

impl Endpoint {
    /// `POST /responses`.
    pub const RESPONSES: Self = Self("/responses");
    /// `GET`, `DELETE /responses/{id}`, and resuming its stream.
    pub const STORED_RESPONSE: Self = Self("/responses/{id}");
    /// `POST /responses/{id}/cancel`.
    pub const CANCEL_RESPONSE: Self = Self("/responses/{id}/cancel");
    /// `POST /responses/compact`.
    pub const COMPACT: Self = Self("/responses/compact");
    /// `POST /memories/trace_summarize`.
    pub const MEMORIES: Self = Self("/memories/trace_summarize");
    /// The `/realtime` WebSocket.
    pub const REALTIME: Self = Self("/realtime");
    /// `GET /models`.
    pub const MODELS: Self = Self("/models");
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}
