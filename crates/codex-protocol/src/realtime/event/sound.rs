//! Sound of the model.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::realtime::{DEFAULT_CHANNELS, DEFAULT_SAMPLE_RATE};

realtime_event_struct! {
    /// More sound of the model. Its form is that of the session; only some events tell it.
    pub struct SoundDelta {
        /// The sound to append, base64. The first version of the Codex service also calls it `data`.
        #[serde(alias = "data")]
        required delta: String,
        /// Samples a second; see [`sample_rate`](Self::sample_rate).
        optional sample_rate: u32,
        /// Channels; see [`channels`](Self::channels).
        #[serde(alias = "num_channels")]
        optional channels: u32,
        /// How many samples each channel has.
        optional samples_per_channel: u32,
        /// Translation sessions: `pcm16`.
        optional format: String,
        /// Translation sessions: where in the input it belongs, milliseconds.
        optional elapsed_ms: u64,
        /// The response.
        optional response_id: String,
        /// The item.
        optional item_id: String,
        /// Position of the item in the output.
        optional output_index: u32,
        /// Position of the part in the item.
        optional content_index: u32,
    }
}

impl SoundDelta {
    /// The sound as bytes.
    ///
    /// # Errors
    ///
    /// When it is not base64.
    pub fn bytes(&self) -> Result<Vec<u8>, base64::DecodeError> {
        STANDARD.decode(&self.delta)
    }

    /// Samples a second; [`DEFAULT_SAMPLE_RATE`] when not told.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate.unwrap_or(DEFAULT_SAMPLE_RATE)
    }

    /// Channels; [`DEFAULT_CHANNELS`] when not told.
    pub fn channels(&self) -> u32 {
        self.channels.unwrap_or(DEFAULT_CHANNELS)
    }
}
