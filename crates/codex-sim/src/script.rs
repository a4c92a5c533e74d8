//! A body as bytes, with the places where its events end.

use bytes::Bytes;

use crate::dialect::Dialect;
use crate::event::{Event, Shape};

/// Something to be written into a stream.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Event(Event),
    /// Bytes as they are.
    Bytes(Bytes),
}

/// A rendered body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    pub(crate) bytes: Bytes,
    /// Offset after each event.
    pub(crate) ends: Vec<usize>,
}

impl Script {
    /// Server-sent events in a dialect.
    pub(crate) fn render(pieces: &[Piece], dialect: &Dialect) -> Self {
        let mut out = Vec::new();
        let mut ends = Vec::with_capacity(pieces.len());
        let line_end = dialect.line_end.bytes();
        let mut number = 0;
        for piece in pieces {
            match piece {
                Piece::Event(event) => {
                    if dialect.event_lines {
                        out.extend_from_slice(b"event: ");
                        out.extend_from_slice(event.kind.as_bytes());
                        out.extend_from_slice(line_end);
                    }
                    out.extend_from_slice(b"data: ");
                    let shape = Shape {
                        sequence_number: dialect.sequence_numbers.then_some(number),
                        stream_id: None,
                        indexes: dialect.indexes,
                        whole_responses: dialect.whole_responses,
                    };
                    event.write_json(shape, &mut out);
                    out.extend_from_slice(line_end);
                    out.extend_from_slice(line_end);
                    number += 1;
                }
                Piece::Bytes(bytes) => out.extend_from_slice(bytes),
            }
            ends.push(out.len());
        }
        if dialect.done_marker {
            out.extend_from_slice(b"data: [DONE]");
            out.extend_from_slice(line_end);
            out.extend_from_slice(line_end);
            ends.push(out.len());
        }
        Self { bytes: Bytes::from(out), ends }
    }

    /// A body that is one piece, such as plain JSON.
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let ends = vec![bytes.len()];
        Self { bytes, ends }
    }

    /// A recorded stream: events end at blank lines.
    pub(crate) fn recorded(bytes: Bytes) -> Self {
        let mut ends = Vec::new();
        let mut line_is_empty = false;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            if byte == b'\r' && bytes.get(at) == Some(&b'\n') {
                at += 1;
            }
            let ends_line = matches!(byte, b'\r' | b'\n');
            if ends_line && line_is_empty {
                ends.push(at);
            }
            line_is_empty = ends_line;
        }
        if ends.last() != Some(&bytes.len()) && !bytes.is_empty() {
            ends.push(bytes.len());
        }
        Self { bytes, ends }
    }

    /// The events as bytes, one by one.
    pub(crate) fn pieces(&self) -> Vec<Piece> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| Piece::Bytes(self.bytes.slice(start..*end))).collect()
    }

    /// What comes after so many events.
    pub(crate) fn after(&self, events: usize) -> Self {
        let start = self.end_of(events);
        let ends = self.ends.iter().skip(events).map(|end| end - start).collect();
        Self { bytes: self.bytes.slice(start..), ends }
    }

    /// The data of each event that has any, but for the end marker.
    pub(crate) fn data(&self) -> Vec<Bytes> {
        let block = |piece: Piece| match piece {
            Piece::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Piece::Event(_) => None,
        };
        self.pieces()
            .into_iter()
            .filter_map(block)
            .map(|block| {
                let lines = block.split(['\r', '\n']).filter_map(|line| line.strip_prefix("data:"));
                lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
            })
            .filter(|data| !data.is_empty() && data != "[DONE]")
            .map(Bytes::from)
            .collect()
    }

    /// The offset after so many events; the end when there are fewer.
    pub(crate) fn end_of(&self, events: usize) -> usize {
        match events.checked_sub(1) {
            None => 0,
            Some(last) => self.ends.get(last).copied().unwrap_or(self.bytes.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    #[test]
    fn recorded_streams_are_split_at_blank_lines() {
        let cases: [(&str, &[usize]); 6] = [
            ("", &[]),
            ("data: a\n\ndata: b\n\n", &[9, 18]),
            ("data: a\r\n\r\ndata: b", &[11, 18]),
            ("data: a\r\rx", &[9, 10]),
            (": c\n\n\n", &[5, 6]),
            ("data: a\n", &[8]),
        ];
        for (text, ends) in cases {
            assert_eq!(Script::recorded(Bytes::from_static(text.as_bytes())).ends, ends, "{text:?}");
        }
    }
}
