//! A body on its way into the recording: held back until no secret can be half seen.

use std::{collections::VecDeque, time::Duration};

use http::{HeaderMap, header};

use super::{
    cleaner::{Cleaner, Edit, MASK, Notation},
    secrets::MAX_SECRET_BYTES,
};

/// The most of one body that is held back: 1 MiB. Events are held to the end of their line, everything else to the end
/// of the body; past this, as many
/// bytes are as a secret may have.
pub(super) const MAX_HELD_BYTES: usize = 1024 * 1024;

/// Longer than the name of any field that tells of a secret, and what stands between the two, in bytes.
const FIELD_NAME_BYTES: usize = 256;

/// The chunks of a body.
pub(super) struct HeldBody {
    notation: Notation,
    /// Its bytes say nothing to us, and may hide anything: compressed.
    is_opaque: bool,
    chunks: VecDeque<HeldChunk>,
    /// What has not been looked at to its end.
    raw: Vec<u8>,
    /// Whole chunks that can be written.
    ready: Vec<CleanChunk>,
}

struct HeldChunk {
    at: Duration,
    /// How many of its bytes are at the front of `raw`, after those of the chunks before it.
    raw: usize,
    clean: Vec<u8>,
}

/// A chunk that can be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CleanChunk {
    pub(super) at: Duration,
    pub(super) content: Content,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    Bytes(Vec<u8>),
    /// So many bytes that must not be seen.
    Omitted(usize),
}

impl HeldBody {
    pub(super) fn new(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let encoding = text(header::CONTENT_ENCODING).unwrap_or("identity");
        Self {
            notation: Notation::of(text(header::CONTENT_TYPE)),
            is_opaque: !encoding.trim().eq_ignore_ascii_case("identity"),
            chunks: VecDeque::new(),
            raw: Vec::new(),
            ready: Vec::new(),
        }
    }

    /// Takes a chunk; what can be written now.
    pub(super) fn push(&mut self, at: Duration, bytes: &[u8], cleaner: &mut Cleaner) -> Vec<CleanChunk> {
        if self.is_opaque {
            return vec![CleanChunk { at, content: Content::Omitted(bytes.len()) }];
        }
        self.raw.extend_from_slice(bytes);
        self.chunks.push_back(HeldChunk { at, raw: bytes.len(), clean: Vec::new() });
        if self.notation == Notation::Events {
            let lines = memrchr_line_end(bytes).map(|end| self.raw.len() - bytes.len() + end);
            if let Some(end) = lines {
                let edits = cleaner.edits(self.raw.get(..end).unwrap_or_default(), self.notation);
                self.settle(end, &edits);
            }
        }
        if self.raw.len() > MAX_HELD_BYTES {
            self.settle_most(cleaner);
        }
        std::mem::take(&mut self.ready)
    }

    /// The end: the rest.
    pub(super) fn finish(mut self, cleaner: &mut Cleaner) -> Vec<CleanChunk> {
        let edits = cleaner.edits(&self.raw, self.notation);
        self.settle(self.raw.len(), &edits);
        self.ready
    }

    /// Lets all go but the last bytes, in which a secret may have begun.
    fn settle_most(&mut self, cleaner: &mut Cleaner) {
        let edits = cleaner.edits(&self.raw, self.notation);
        if cleaner.masks() {
            // Where the next field begins is not known any more, and so not what is private.
            self.settle(self.raw.len(), &edits);
            self.is_opaque = true;
            return;
        }
        let end = match place_to_cut(&edits, self.raw.len() - MAX_SECRET_BYTES) {
            // What fills everything is longer than a secret can be.
            0 => edits.first().map_or(self.raw.len(), |edit| edit.range.end),
            end => end,
        };
        self.settle(end, &edits);
    }

    /// The first `end` bytes can be written, with those edits that are in them.
    fn settle(&mut self, end: usize, edits: &[Edit]) {
        let mut edits = edits.iter().peekable();
        let mut at = 0;
        while at < end {
            let Some(chunk) = self.chunks.front_mut() else { break };
            let chunk_end = (at + chunk.raw).min(end);
            chunk.raw -= chunk_end - at;
            while at < chunk_end {
                let edit = edits.peek().filter(|edit| edit.range.start < chunk_end);
                let Some(edit) = edit else {
                    chunk.clean.extend_from_slice(self.raw.get(at..chunk_end).unwrap_or_default());
                    break;
                };
                chunk.clean.extend_from_slice(self.raw.get(at..edit.range.start).unwrap_or_default());
                let from = at.max(edit.range.start);
                at = edit.range.end.min(chunk_end);
                if edit.is_mask() {
                    chunk.clean.extend(std::iter::repeat_n(MASK, at - from));
                } else if from == edit.range.start {
                    chunk.clean.extend_from_slice(edit.by.as_bytes());
                }
                if at == edit.range.end {
                    edits.next();
                }
            }
            at = chunk_end;
            self.release_front();
        }
        self.raw.drain(..end.min(self.raw.len()));
    }

    fn release_front(&mut self) {
        let is_done = self.chunks.front().is_some_and(|chunk| chunk.raw == 0);
        if let Some(chunk) = is_done.then(|| self.chunks.pop_front()).flatten()
            && !chunk.clean.is_empty()
        {
            self.ready.push(CleanChunk { at: chunk.at, content: Content::Bytes(chunk.clean) });
        }
    }
}

/// The last place up to `end` that is not within an edit, nor between a secret and the name of its field.
fn place_to_cut(edits: &[Edit], end: usize) -> usize {
    let next = edits.partition_point(|edit| edit.range.end <= end);
    let before = edits.get(..next).and_then(<[Edit]>::last).map_or(0, |edit| edit.range.end);
    match edits.get(next) {
        Some(edit) if edit.range.start < end + FIELD_NAME_BYTES => {
            edit.range.start.saturating_sub(FIELD_NAME_BYTES).max(before)
        }
        _ => end,
    }
}

/// The place after the last end of a line.
fn memrchr_line_end(bytes: &[u8]) -> Option<usize> {
    bytes.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map(|at| at + 1)
}

#[cfg(test)]
mod tests;
