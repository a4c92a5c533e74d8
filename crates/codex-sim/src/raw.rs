//! Recorded bytes as an answer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::Value;

use crate::error::ScenarioError;
use crate::event::Event;
use crate::script::Piece;

/// An answer given as bytes or as events, sent as it is.
///
/// ```
/// use codex_sim::RawStream;
///
/// let cut_off = RawStream::sse("event: response.created\ndata: {\"type\":\"respo");
/// # let _ = cut_off;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawStream {
    pub(crate) content: RawContent,
    /// HTTP status.
    pub status: u16,
    /// Content type.
    pub content_type: String,
    /// Further headers.
    pub headers: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RawContent {
    Bytes(Bytes),
    /// JSON events, written in the dialect of the rule.
    Events(Vec<Value>),
}

impl RawStream {
    /// Server-sent events as text.
    pub fn sse(text: impl Into<String>) -> Self {
        Self::bytes(text.into().into_bytes())
    }

    /// Any bytes, with the content type of server-sent events.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::of(RawContent::Bytes(bytes.into()))
    }

    /// JSON events, written in the dialect of the rule; their numbers are given anew.
    #[must_use]
    pub fn events(events: Vec<Value>) -> Self {
        Self::of(RawContent::Events(events))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// [`ScenarioError::File`] when it cannot be read.
    pub fn file(path: impl AsRef<Path>) -> Result<Self, ScenarioError> {
        let path = path.as_ref();
        std::fs::read(path)
            .map(Self::bytes)
            .map_err(|source| ScenarioError::File { path: PathBuf::from(path), source })
    }

    /// Sets the status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Sets the content type.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = content_type.into();
        self
    }

    fn of(content: RawContent) -> Self {
        Self {
            content,
            status: 200,
            content_type: crate::answer_head::EVENT_STREAM.to_owned(),
            headers: BTreeMap::new(),
        }
    }
}

/// The pieces of events given as JSON; a value that is no object is sent as `data` alone.
pub(crate) fn event_pieces(events: &[Value]) -> Vec<Piece> {
    let piece = |event: &Value| match event {
        Value::Object(fields) => Piece::Event(Event::given(fields)),
        other => Piece::Bytes(Bytes::from(format!("data: {other}\n\n"))),
    };
    events.iter().map(piece).collect()
}
