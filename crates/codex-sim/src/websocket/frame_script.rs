//! An answer as messages, with the places where each ends.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;

use super::frame::{MAX_CONTROL_PAYLOAD, Opcode};
use crate::dialect::Dialect;
use crate::event::{Event, Shape};
use crate::script::Script;

/// Something to be sent on a WebSocket.
#[derive(Debug, Clone)]
pub(crate) enum SocketPiece {
    Event(Event),
    /// A text message; nothing makes sure that it is UTF-8.
    Text(Bytes),
    Binary(Bytes),
    Ping(Bytes),
}

/// Messages to play.
#[derive(Debug, Default)]
pub(crate) struct FrameScript {
    /// All payloads in a row, and where each ends.
    pub(crate) script: Script,
    pub(crate) opcodes: Vec<Opcode>,
    /// Set when the last message is on its way; it arrives also when the rest of the answer is dropped.
    pub(crate) ending: Option<Arc<AtomicBool>>,
}

impl FrameScript {
    /// Renders pieces in a dialect; the events of a named lane carry its `stream_id`.
    pub(crate) fn render(pieces: &[SocketPiece], dialect: &Dialect, lane: Option<&str>) -> Self {
        let mut bytes = Vec::new();
        let mut ends = Vec::with_capacity(pieces.len());
        let mut opcodes = Vec::with_capacity(pieces.len());
        let mut number = 0;
        for piece in pieces {
            let opcode = match piece {
                SocketPiece::Event(event) => {
                    let shape = Shape {
                        sequence_number: (dialect.sequence_numbers && event.numbered).then_some(number),
                        stream_id: lane,
                        indexes: dialect.indexes,
                        whole_responses: dialect.whole_responses,
                    };
                    event.write_json(shape, &mut bytes);
                    number += u64::from(event.numbered);
                    Opcode::Text
                }
                SocketPiece::Text(text) => {
                    bytes.extend_from_slice(text);
                    Opcode::Text
                }
                SocketPiece::Binary(payload) => {
                    bytes.extend_from_slice(payload);
                    Opcode::Binary
                }
                SocketPiece::Ping(payload) => {
                    bytes.extend_from_slice(payload.get(..MAX_CONTROL_PAYLOAD).unwrap_or(payload));
                    Opcode::Ping
                }
            };
            ends.push(bytes.len());
            opcodes.push(opcode);
        }
        Self { script: Script { bytes: Bytes::from(bytes), ends }, opcodes, ending: None }
    }

    /// One text message.
    pub(crate) fn message(json: impl Into<Bytes>) -> Self {
        Self { script: Script::whole(json), opcodes: vec![Opcode::Text], ending: None }
    }
}
