//! A request as rules and endpoints see it.

use http::{HeaderMap, Method};
use serde_json::{Map, Value};

use crate::transport::Transport;

/// A request that was read, authorized and parsed.
#[derive(Debug, Default)]
pub(crate) struct Inbound {
    /// Number among all requests, counted from 1: ids are made from it.
    pub(crate) number: u64,
    /// Number among the requests to its path, counted from 1.
    pub(crate) nth: u64,
    pub(crate) transport: Transport,
    /// A warm-up (`generate: false`).
    pub(crate) warm_up: bool,
    pub(crate) method: Method,
    /// Path below the base URL, such as `/responses`.
    pub(crate) path: String,
    pub(crate) query: String,
    /// Host and port in the request target, as HTTP/2 sends them.
    pub(crate) authority: Option<String>,
    pub(crate) headers: HeaderMap,
    /// The JSON object of the body; empty when there was none.
    pub(crate) body: Map<String, Value>,
    /// Length of the body and of the conversation it continues, in bytes.
    pub(crate) bytes: usize,
    /// Earlier items of the conversation, then the input.
    pub(crate) history: Vec<Value>,
}

impl Inbound {
    pub(crate) fn model(&self) -> Option<&str> {
        self.body.get("model").and_then(Value::as_str)
    }

    pub(crate) fn wants_stream(&self) -> bool {
        self.transport == Transport::Websocket || self.body.get("stream") == Some(&Value::Bool(true))
    }

    /// Whether a header has this value; `*` is any.
    pub(crate) fn has_header(&self, name: &str, value: &str) -> bool {
        self.headers.get_all(name).iter().any(|found| value == "*" || found.as_bytes() == value.as_bytes())
    }

    /// The value of a query parameter, as it was sent.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name).then_some(value)
        })
    }
}
