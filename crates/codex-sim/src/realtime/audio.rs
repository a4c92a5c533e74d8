//! Audio formats: how many bytes a millisecond has, what silence looks like, and a tone to send.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::client_event::Problem;

/// Most characters of base64 in one event: 15 MiB of audio.
const MAX_AUDIO: usize = 20 * 1024 * 1024;

/// Sample rate of PCM, in hertz; the only one that is spoken.
pub(crate) const PCM_RATE: u64 = 24_000;

/// Samples that are no louder are silence.
const LOUD: u16 = 500;

/// Loudness of the tone that stands for speech.
const TONE: i16 = 4_000;

/// An audio format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AudioFormat {
    /// 16-bit little-endian samples, 24 kHz, mono.
    Pcm,
    /// G.711 µ-law, 8 kHz.
    Pcmu,
    /// G.711 A-law, 8 kHz.
    Pcma,
}

impl AudioFormat {
    /// Reads a `format` object; `param` is its place.
    pub(crate) fn read(format: &Value, param: &str) -> Result<Self, Problem> {
        match format.get("type").and_then(Value::as_str) {
            Some("audio/pcm") => match format.get("rate").map_or(Some(PCM_RATE), Value::as_u64) {
                Some(PCM_RATE) => Ok(Self::Pcm),
                _ => Err(Problem::invalid(&format!("{param}.rate"), "the only supported rate is 24000")),
            },
            Some("audio/pcmu") => Ok(Self::Pcmu),
            Some("audio/pcma") => Ok(Self::Pcma),
            _ => Err(Problem::invalid(
                &format!("{param}.type"),
                "supported values are 'audio/pcm', 'audio/pcmu' and 'audio/pcma'",
            )),
        }
    }

    pub(crate) fn bytes_per_ms(self) -> usize {
        match self {
            Self::Pcm => 48,
            Self::Pcmu | Self::Pcma => 8,
        }
    }

    /// Decodes the `audio` of an event.
    pub(crate) fn decode(self, base64: &str) -> Result<Vec<u8>, Problem> {
        if base64.len() > MAX_AUDIO {
            return Err(Problem::invalid("audio", "at most 15 MiB of audio may be sent at once"));
        }
        let audio = STANDARD
            .decode(base64)
            .map_err(|_| Problem::invalid("audio", "expected base64-encoded audio bytes"))?;
        if self == Self::Pcm && audio.len() % 2 != 0 {
            return Err(Problem::invalid("audio", "16-bit PCM has an even number of bytes"));
        }
        Ok(audio)
    }

    /// Whether there is something to hear.
    pub(crate) fn is_loud(self, audio: &[u8]) -> bool {
        match self {
            Self::Pcm => audio
                .chunks_exact(2)
                .filter_map(|sample| sample.try_into().ok())
                .any(|sample| i16::from_le_bytes(sample).unsigned_abs() > LOUD),
            // The bits below the sign say how loud; in µ-law all ones, in A-law 0x55 stand for nothing.
            Self::Pcmu => audio.iter().any(|byte| byte & 0x7F < 0x60),
            Self::Pcma => audio.iter().any(|byte| (byte ^ 0x55) & 0x7F > 0x1F),
        }
    }

    /// A tone of so many milliseconds, in base64.
    pub(crate) fn tone(self, ms: usize) -> String {
        let samples = ms * self.bytes_per_ms() / if self == Self::Pcm { 2 } else { 1 };
        // Half a period is 1/400 of a second.
        let half_period = if self == Self::Pcm { 60 } else { 20 };
        let up = |sample: usize| (sample / half_period).is_multiple_of(2);
        let audio: Vec<u8> = match self {
            Self::Pcm => {
                (0..samples).flat_map(|sample| if up(sample) { TONE } else { -TONE }.to_le_bytes()).collect()
            }
            Self::Pcmu => (0..samples).map(|sample| if up(sample) { 0x9F } else { 0x1F }).collect(),
            Self::Pcma => (0..samples).map(|sample| if up(sample) { 0xB5 } else { 0x35 }).collect(),
        };
        STANDARD.encode(audio)
    }
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;
    use serde_json::json;

    const ALL: [AudioFormat; 3] = [AudioFormat::Pcm, AudioFormat::Pcmu, AudioFormat::Pcma];

    #[test]
    fn a_tone_is_loud_and_silence_is_not() {
        let silence = [[0; 480], [0xFF; 480], [0xD5; 480]];
        for (format, silence) in ALL.into_iter().zip(silence) {
            let tone = format.decode(&format.tone(10)).unwrap();
            assert_eq!(tone.len(), 10 * format.bytes_per_ms());
            assert!(format.is_loud(&tone), "{format:?}");
            assert!(!format.is_loud(&silence), "{format:?}");
        }
    }

    #[test]
    fn audio_is_checked() {
        assert!(AudioFormat::Pcm.decode("AAA").is_err());
        assert!(AudioFormat::Pcm.decode("AA==").unwrap_err().message.contains("even"));
        assert_eq!(AudioFormat::Pcmu.decode("AA==").unwrap(), [0]);
        assert!(AudioFormat::Pcm.decode("not base64!").is_err());
    }

    #[test]
    fn formats_are_checked() {
        let cases = [
            (json!({"type": "audio/pcm", "rate": 24_000}), Some(AudioFormat::Pcm)),
            (json!({"type": "audio/pcm"}), Some(AudioFormat::Pcm)),
            (json!({"type": "audio/pcma"}), Some(AudioFormat::Pcma)),
            (json!({"type": "audio/pcm", "rate": 16_000}), None),
            (json!({"type": "audio/mp3"}), None),
            (json!("pcm16"), None),
        ];
        for (format, expected) in cases {
            assert_eq!(AudioFormat::read(&format, "f").ok(), expected, "{format}");
        }
    }
}
