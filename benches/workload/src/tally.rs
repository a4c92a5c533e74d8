//! What a contestant saw, as one line of text: cheap enough to keep in every language.

use std::fmt;
use std::str::FromStr;

/// Counts of what a contestant handed to its caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Body bytes read; kept by the raw reader only.
    pub bytes: u64,
    /// Text deltas.
    pub deltas: u64,
    /// UTF-8 bytes of their text.
    pub text: u64,
    /// Over length, first and last byte of every delta, in order.
    pub checksum: u32,
    /// UTF-8 bytes of text in finished output items.
    pub item_text: u64,
}

impl Tally {
    /// Counts one text delta.
    #[inline]
    pub fn delta(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let ends = match (bytes.first(), bytes.last()) {
            (Some(&first), Some(&last)) => (u32::from(first) << 16) | (u32::from(last) << 24),
            _ => 0,
        };
        self.deltas += 1;
        self.text += bytes.len() as u64;
        self.checksum = self.checksum.wrapping_mul(31).wrapping_add(ends ^ bytes.len() as u32);
    }

    /// Counts the text of a finished output item.
    #[inline]
    pub fn item(&mut self, text: &str) {
        self.item_text += text.len() as u64;
    }

    /// Counts body bytes nobody looked at.
    #[inline]
    pub fn bytes(&mut self, count: usize) {
        self.bytes += count as u64;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, deltas, text, checksum, item_text } = self;
        write!(
            f,
            "tally bytes={bytes} deltas={deltas} text={text} checksum={checksum:08x} item_text={item_text}"
        )
    }
}

/// The line is not a tally.
#[derive(Debug)]
pub struct ParseTallyError(String);

impl fmt::Display for ParseTallyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a tally: {:?}", self.0)
    }
}

impl std::error::Error for ParseTallyError {}

impl FromStr for Tally {
    type Err = ParseTallyError;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        parse(line.trim()).ok_or_else(|| ParseTallyError(line.to_owned()))
    }
}

fn parse(line: &str) -> Option<Tally> {
    let mut tally = Tally::default();
    for pair in line.strip_prefix("tally ")?.split(' ') {
        let (key, value) = pair.split_once('=')?;
        match key {
            "bytes" => tally.bytes = value.parse().ok()?,
            "deltas" => tally.deltas = value.parse().ok()?,
            "text" => tally.text = value.parse().ok()?,
            "checksum" => tally.checksum = u32::from_str_radix(value, 16).ok()?,
            "item_text" => tally.item_text = value.parse().ok()?,
            _ => return None,
        }
    }
    Some(tally)
}
