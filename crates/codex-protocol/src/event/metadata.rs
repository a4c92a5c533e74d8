//! Facts about the response that are no output.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::wire_headers::WireHeaders;

event_struct! {
    /// Facts about the response (`response.metadata`, `codex.response.metadata`).
    pub struct MetadataEvent {
        /// Headers, such as `openai-model` and `x-models-etag`.
        filled headers: WireHeaders,
        /// Other facts, as JSON.
        filled metadata: Map<String, Value>,
    }
}

event_struct! {
    /// How long the service took, milliseconds by name.
    pub struct WebsocketTiming {
        /// The times.
        filled timing_metrics: BTreeMap<String, Value>,
    }
}
