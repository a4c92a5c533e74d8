//! Sound: its form, how it is cleaned, heard and cut into turns.

use super::{Setting, Voice};

/// Samples a second of [`AudioFormat::pcm`], and of sound that comes without saying.
pub const DEFAULT_SAMPLE_RATE: u32 = 24_000;
/// Channels of sound that comes without saying.
pub const DEFAULT_CHANNELS: u32 = 1;

wire_struct! {
    /// Sound of a session, both ways.
    pub struct SessionAudio {
        /// What the service hears.
        optional input: AudioInput,
        /// What it says.
        optional output: AudioOutput,
    }
}

wire_struct! {
    /// What the service hears.
    pub struct AudioInput {
        /// The form of the sound.
        optional format: AudioFormat,
        /// How noise is removed; off when null.
        #[serde(deserialize_with = "super::setting::if_there")]
        optional noise_reduction: Setting<NoiseReduction>,
        /// How it is written down, beside what the model hears; off when null.
        #[serde(deserialize_with = "super::setting::if_there")]
        optional transcription: Setting<InputTranscription>,
        /// How turns are found; when off, the client commits the buffer itself.
        #[serde(deserialize_with = "super::setting::if_there")]
        optional turn_detection: Setting<TurnDetection>,
    }
}

wire_struct! {
    /// What the service says.
    pub struct AudioOutput {
        /// The form of the sound.
        optional format: AudioFormat,
        /// Whose voice.
        optional voice: Voice,
        /// How fast; 1 is normal.
        optional speed: f64,
        /// Translation sessions: into which language.
        optional language: String,
    }
}

tagged_union! {
    /// The form of sound. It travels as base64.
    pub enum AudioFormat {
        /// Samples of 16 bits, little end first.
        "audio/pcm" => Pcm(PcmFormat),
        /// G.711 μ-law, 8000 samples a second.
        "audio/pcmu" => Pcmu(crate::item::NoDetails),
        /// G.711 A-law, 8000 samples a second.
        "audio/pcma" => Pcma(crate::item::NoDetails),
    }
}

wire_struct! {
    /// Samples of 16 bits.
    pub struct PcmFormat {
        /// Samples a second.
        optional rate: u32,
    }
}

impl AudioFormat {
    /// Samples of 16 bits, [`DEFAULT_SAMPLE_RATE`] a second.
    pub fn pcm() -> Self {
        Self::Pcm(PcmFormat { rate: Some(DEFAULT_SAMPLE_RATE), ..PcmFormat::default() })
    }
}

wire_struct! {
    /// How noise is removed.
    pub struct NoiseReduction {
        /// Where the microphone is.
        #[serde(rename = "type")]
        optional kind: Microphone,
        /// How much.
        optional strength: serde_json::Value,
    }
}

open_enum! {
    /// Where a microphone is.
    pub enum Microphone {
        /// At the head.
        NearField = "near_field",
        /// In the room, or in the computer.
        FarField = "far_field",
    }
}

wire_struct! {
    /// How sound is written down.
    pub struct InputTranscription {
        /// The model.
        optional model: String,
        /// The language, ISO 639-1; told makes it better and faster.
        optional language: String,
        /// Words and style to expect.
        optional prompt: String,
    }
}

tagged_union! {
    /// How the turns of a conversation are found.
    pub enum TurnDetection {
        /// By silence.
        "server_vad" => ServerVad(ServerVad),
        /// By what is said.
        "semantic_vad" => SemanticVad(SemanticVad),
    }
}

wire_struct! {
    /// Turns end with silence.
    pub struct ServerVad {
        /// 0 to 1: how loud speech is.
        optional threshold: f64,
        /// Sound kept from before speech began, milliseconds.
        optional prefix_padding_ms: u64,
        /// Silence that ends a turn, milliseconds.
        optional silence_duration_ms: u64,
        /// Silence after which the model speaks up by itself, milliseconds.
        optional idle_timeout_ms: u64,
        /// Whether the end of a turn makes a response.
        optional create_response: bool,
        /// Whether speech cuts off the response.
        optional interrupt_response: bool,
    }
}

wire_struct! {
    /// Turns end when the speaker seems to have finished.
    pub struct SemanticVad {
        /// How soon.
        optional eagerness: Eagerness,
        /// Whether the end of a turn makes a response.
        optional create_response: bool,
        /// Whether speech cuts off the response.
        optional interrupt_response: bool,
    }
}

open_enum! {
    /// How soon the model takes its turn.
    pub enum Eagerness {
        Low = "low",
        Medium = "medium",
        High = "high",
        Auto = "auto",
    }
}
