//! Settings of requests alone.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::response::ConversationId;

/// A conversation: on the wire an id, or an object that holds it.
#[derive(Debug, Clone, PartialEq)]
pub enum ConversationReference {
    /// Its id.
    Id(String),
    /// An object that holds the id.
    Object(ConversationId),
}

impl ConversationReference {
    /// The id.
    pub fn id(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Object(object) => &object.id,
        }
    }
}

impl Serialize for ConversationReference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Id(id) => serializer.serialize_str(id),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ConversationReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(id) => Ok(Self::Id(id)),
            object => serde_json::from_value(object).map(Self::Object).map_err(serde::de::Error::custom),
        }
    }
}

wire_struct! {
    /// How the answer comes as events.
    pub struct StreamOptions {
        /// Whether deltas are padded so that their size tells nothing; the service takes absence as true.
        optional include_obfuscation: bool,
    }
}

wire_struct! {
    /// How a response runs in the background.
    pub struct BackgroundOptions {
        /// When it must be done, such as `2h` or `8h`; needs `background` and no `stream`.
        optional completion_window: String,
        /// What it goes on from.
        optional continuation_id: String,
    }
}

wire_struct! {
    /// How the service keeps the context small.
    pub struct ContextManagement {
        /// `compaction`.
        #[serde(rename = "type")]
        required kind: String,
        /// Tokens from which it acts; at least 1000.
        optional compact_threshold: u64,
    }
}

impl ContextManagement {
    /// Compacts from this many tokens on, at least 1000.
    pub fn compaction(compact_threshold: u64) -> Self {
        Self { kind: "compaction".to_owned(), compact_threshold: Some(compact_threshold), ..Self::default() }
    }
}

wire_struct! {
    /// Image options of the whole request.
    pub struct ImageOptions {
        /// How images of the context are compressed, as JSON.
        optional context_compression: Value,
    }
}
