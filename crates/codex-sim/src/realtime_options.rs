//! What realtime sessions hear.

use serde::Deserialize;

/// What realtime sessions hear.
///
/// ```
/// use codex_sim::{RealtimeOptions, Scenario};
///
/// let scenario = Scenario::new().realtime(RealtimeOptions::new().transcript("Turn on the light."));
/// # let _ = scenario;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct RealtimeOptions {
    /// What the first, second, … utterance of each connection is heard as. Without one, a sentence that
    /// names the length of the audio.
    pub transcripts: Vec<String>,
}

impl RealtimeOptions {
    /// Transcripts from the length of the audio.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what the next utterance is heard as.
    #[must_use]
    pub fn transcript(mut self, text: impl Into<String>) -> Self {
        self.transcripts.push(text.into());
        self
    }

    /// The transcript of the `index`-th utterance, counted from 0, which lasts so many milliseconds.
    pub(crate) fn heard(&self, index: usize, length_ms: u64) -> String {
        self.transcripts.get(index).cloned().unwrap_or_else(|| {
            format!("This is simulated speech of {}.{:03} seconds.", length_ms / 1_000, length_ms % 1_000)
        })
    }
}
