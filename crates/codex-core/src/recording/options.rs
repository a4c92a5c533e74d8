//! What a recording holds, and how much of it.

/// How a recording is made.
///
/// ```
/// use codex_core::{RecordedTexts, RecordingOptions};
///
/// let mut options = RecordingOptions::default();
/// options.texts = RecordedTexts::Mask;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingOptions {
    /// The longest file, in bytes. Past it the recording ends, with a last line that says so.
    pub max_bytes: u64,
    /// The longest line, in bytes. A body or message that does not fit is left out: its line says how long it was.
    pub max_line_bytes: usize,
    /// What becomes of the words of users and models.
    pub texts: RecordedTexts,
}

impl RecordingOptions {
    /// Default of [`max_bytes`](Self::max_bytes): 256 MiB.
    pub const DEFAULT_MAX_BYTES: u64 = 256 * 1024 * 1024;
    /// Default of [`max_line_bytes`](Self::max_line_bytes): 16 MiB.
    pub const DEFAULT_MAX_LINE_BYTES: usize = 16 * 1024 * 1024;
}

impl Default for RecordingOptions {
    fn default() -> Self {
        Self {
            max_bytes: Self::DEFAULT_MAX_BYTES,
            max_line_bytes: Self::DEFAULT_MAX_LINE_BYTES,
            texts: RecordedTexts::default(),
        }
    }
}

/// What becomes of prompts, answers and all other words of users and models in a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RecordedTexts {
    /// They stand in the file: they are what a reproduction needs.
    #[default]
    Keep,
    /// Every byte of them becomes an `x`; what remains is the shape: types, ids, sizes, timing. Bodies that are no JSON
    /// are masked as a whole.
    Mask,
}
