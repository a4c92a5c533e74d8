//! Text that arrives in pieces, checked as it comes.

use super::error::PeerMisbehaved;

/// A text under construction. What is in it is valid; what cannot become valid is refused with the first byte
/// that makes it so. Each byte is looked at once, wherever the pieces are cut.
#[derive(Debug, Default)]
pub(super) struct Utf8Buffer {
    text: String,
    /// The beginning of a character whose end has not come: at most three bytes.
    partial: [u8; 4],
    partial_len: usize,
}

impl Utf8Buffer {
    pub(super) fn len(&self) -> usize {
        self.text.len() + self.partial_len
    }

    pub(super) fn reserve(&mut self, bytes: usize) {
        self.text.reserve(bytes);
    }

    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<(), PeerMisbehaved> {
        while self.partial_len > 0 {
            let Some((&byte, rest)) = bytes.split_first() else { return Ok(()) };
            bytes = rest;
            self.push_partial(byte)?;
        }
        let (valid, rest) = split_valid(bytes)?;
        self.text.push_str(valid);
        for (slot, &byte) in self.partial.iter_mut().zip(rest) {
            *slot = byte;
        }
        self.partial_len = rest.len();
        Ok(())
    }

    /// The text, if it does not end within a character.
    pub(super) fn finish(self) -> Result<String, PeerMisbehaved> {
        if self.partial_len > 0 { Err(PeerMisbehaved::TextNotUtf8) } else { Ok(self.text) }
    }

    fn push_partial(&mut self, byte: u8) -> Result<(), PeerMisbehaved> {
        // A character has four bytes at most, and a whole one leaves the buffer at once.
        let slot = self.partial.get_mut(self.partial_len).ok_or(PeerMisbehaved::TextNotUtf8)?;
        *slot = byte;
        self.partial_len += 1;
        let (valid, _rest) = split_valid(&self.partial[..self.partial_len])?;
        if !valid.is_empty() {
            self.text.push_str(valid);
            self.partial_len = 0;
        }
        Ok(())
    }
}

/// The valid beginning, and what may be the beginning of one more character.
fn split_valid(bytes: &[u8]) -> Result<(&str, &[u8]), PeerMisbehaved> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text, &[])),
        Err(error) if error.error_len().is_none() => {
            let (valid, rest) = bytes.split_at(error.valid_up_to());
            // Checked above already; the second look is at one piece's end only.
            let text = std::str::from_utf8(valid).map_err(|_never| PeerMisbehaved::TextNotUtf8)?;
            Ok((text, rest))
        }
        Err(_) => Err(PeerMisbehaved::TextNotUtf8),
    }
}
