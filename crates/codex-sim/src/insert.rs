//! What a scenario puts between the events of a stream.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::event::Event;
use crate::script::Piece;

/// Something put in front of the event at position `at`, counted from 0 without insertions.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Insert {
    /// A `keepalive` event; it uses up a sequence number.
    Keepalive {
        /// Position.
        at: usize,
    },
    /// A comment line.
    Comment {
        /// Position.
        at: usize,
        /// Text after the colon.
        text: String,
    },
    /// Any event; it gets the next sequence number.
    Event {
        /// Position.
        at: usize,
        /// The event, with its `type`.
        event: Map<String, Value>,
    },
    /// An output text delta of so many bytes: a huge event.
    Huge {
        /// Position.
        at: usize,
        /// Length of the `delta`, in bytes.
        bytes: usize,
    },
    /// Text as it is, line ends included.
    Text {
        /// Position.
        at: usize,
        /// What is sent.
        text: String,
    },
    /// An event whose data is cut-off JSON.
    BadJson {
        /// Position.
        at: usize,
    },
    /// An event with bytes that are not UTF-8 in a string.
    BadUtf8 {
        /// Position.
        at: usize,
    },
    /// The byte order mark.
    Bom {
        /// Position.
        at: usize,
    },
}

impl Insert {
    pub(crate) fn position(&self) -> usize {
        match self {
            Self::Keepalive { at }
            | Self::Comment { at, .. }
            | Self::Event { at, .. }
            | Self::Huge { at, .. }
            | Self::Text { at, .. }
            | Self::BadJson { at }
            | Self::BadUtf8 { at }
            | Self::Bom { at } => *at,
        }
    }

    pub(crate) fn piece(&self) -> Piece {
        match self {
            Self::Keepalive { .. } => Piece::Event(Event::new("keepalive", &json!({}))),
            Self::Comment { text, .. } => Piece::Bytes(Bytes::from(format!(":{text}\n\n"))),
            Self::Event { event, .. } => Piece::Event(Event::given(event)),
            Self::Huge { bytes, .. } => Piece::Event(huge(*bytes)),
            Self::Text { text, .. } => Piece::Bytes(Bytes::from(text.clone())),
            Self::BadJson { .. } => Piece::Bytes(Bytes::from_static(BAD_JSON)),
            Self::BadUtf8 { .. } => Piece::Bytes(Bytes::from_static(BAD_UTF8)),
            Self::Bom { .. } => Piece::Bytes(Bytes::from_static(BOM)),
        }
    }
}

const BOM: &[u8] = b"\xEF\xBB\xBF";
const BAD_JSON: &[u8] =
    b"event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\n\n";
const BAD_UTF8: &[u8] = b"event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\
\"item_id\":\"msg_bad\",\"output_index\":0,\"content_index\":0,\"delta\":\"\xF0\x28\x8C\x28\",\"logprobs\":[]}\n\n";

fn huge(bytes: usize) -> Event {
    Event::new(
        "response.output_text.delta",
        &json!({
            "item_id": "msg_huge",
            "output_index": 0,
            "content_index": 0,
            "delta": "x".repeat(bytes),
            "logprobs": [],
        }),
    )
}
