//! What a scenario puts between the events of a stream.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::event::Event;
use crate::script::Piece;
use crate::websocket::SocketPiece;

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
    /// A comment line; over a WebSocket a ping with this text.
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
    /// The byte order mark; over a WebSocket a text message of its own.
    Bom {
        /// Position.
        at: usize,
    },
    /// So many bytes that are no event; over a WebSocket a binary message.
    Binary {
        /// Position.
        at: usize,
        /// How many.
        bytes: usize,
    },
    /// Comments `: ping`, or WebSocket pings, in a row.
    Ping {
        /// Position.
        at: usize,
        /// How many.
        count: usize,
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
            | Self::Bom { at }
            | Self::Binary { at, .. }
            | Self::Ping { at, .. } => *at,
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
            Self::Binary { bytes, .. } => Piece::Bytes(Bytes::from(vec![0; *bytes])),
            Self::Ping { count, .. } => Piece::Bytes(Bytes::from(PING_COMMENT.repeat(*count))),
        }
    }

    /// The same for a WebSocket.
    pub(crate) fn socket_pieces(&self) -> Vec<SocketPiece> {
        let text = |text: &'static [u8]| SocketPiece::Text(Bytes::from_static(text));
        vec![match self {
            Self::Keepalive { .. } | Self::Event { .. } | Self::Huge { .. } => match self.piece() {
                Piece::Event(event) => SocketPiece::Event(event),
                Piece::Bytes(bytes) => SocketPiece::Text(bytes),
            },
            Self::Comment { text, .. } => SocketPiece::Ping(Bytes::from(text.clone())),
            Self::Text { text, .. } => SocketPiece::Text(Bytes::from(text.clone())),
            Self::BadJson { .. } => text(BAD_JSON_TEXT),
            Self::BadUtf8 { .. } => text(BAD_UTF8_TEXT),
            Self::Bom { .. } => text(BOM),
            Self::Binary { bytes, .. } => SocketPiece::Binary(Bytes::from(vec![0; *bytes])),
            Self::Ping { count, .. } => {
                return vec![SocketPiece::Ping(Bytes::from_static(b"ping")); *count];
            }
        }]
    }
}

const PING_COMMENT: &[u8] = b": ping\n\n";
const BAD_JSON_TEXT: &[u8] = b"{\"type\":\"response.output_text.delta\",\"delta\":";
const BAD_UTF8_TEXT: &[u8] = b"{\"type\":\"response.output_text.delta\",\"delta\":\"\xF0\x28\x8C\x28\"}";
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
