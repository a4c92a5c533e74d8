//! The input audio buffer, and who speaks in it.

use super::audio::AudioFormat;

/// Audio is looked at in windows of so many milliseconds.
const WINDOW_MS: u64 = 10;

/// How a turn of the user ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TurnDetection {
    /// With a `commit`.
    Manual,
    /// After so many milliseconds of silence.
    Silence(u64),
}

/// What was noticed in the audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activity {
    /// Someone speaks, from this millisecond of the session on.
    Started(u64),
    /// Nobody speaks any more.
    Stopped { at: u64, length_ms: u64 },
}

/// The input audio of a session.
#[derive(Debug, Default)]
pub(crate) struct InputAudio {
    /// Bytes that do not yet fill a window.
    rest: Vec<u8>,
    /// Milliseconds of the session so far.
    position: u64,
    /// Where the uncommitted audio begins.
    begin: u64,
    /// Where the speech began that has not ended.
    speech: Option<u64>,
    silence: u64,
}

impl InputAudio {
    /// Takes audio in, and tells what was noticed.
    pub(crate) fn append(
        &mut self,
        audio: &[u8],
        format: AudioFormat,
        turns: TurnDetection,
    ) -> Vec<Activity> {
        self.rest.extend_from_slice(audio);
        let window = format.bytes_per_ms() * WINDOW_MS as usize;
        let rest = std::mem::take(&mut self.rest);
        let windows = rest.chunks_exact(window);
        self.rest = windows.remainder().to_vec();
        windows.filter_map(|window| self.hear(format.is_loud(window), turns)).collect()
    }

    /// Milliseconds that wait for a commit, which takes them.
    pub(crate) fn take(&mut self) -> u64 {
        let length = self.position - self.begin;
        self.clear();
        length
    }

    /// Forgets what was not committed.
    pub(crate) fn clear(&mut self) {
        self.rest.clear();
        self.begin_turn();
    }

    fn begin_turn(&mut self) {
        self.begin = self.position;
        self.speech = None;
        self.silence = 0;
    }

    fn hear(&mut self, loud: bool, turns: TurnDetection) -> Option<Activity> {
        let at = self.position;
        self.position += WINDOW_MS;
        let TurnDetection::Silence(silence) = turns else { return None };
        match (self.speech, loud) {
            (None, false) => None,
            (None, true) => {
                self.speech = Some(at);
                self.silence = 0;
                Some(Activity::Started(at))
            }
            (Some(_), true) => {
                self.silence = 0;
                None
            }
            (Some(start), false) => {
                self.silence += WINDOW_MS;
                if self.silence < silence {
                    return None;
                }
                self.begin_turn();
                // The silence that ended the speech is no part of it.
                let end = self.position - silence.min(self.position);
                Some(Activity::Stopped { at: self.position, length_ms: end.saturating_sub(start) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    #[test]
    fn speech_begins_and_ends() {
        let format = AudioFormat::Pcm;
        let audio = |ms: usize| format.decode(&format.tone(ms)).unwrap();
        let silence = |ms: usize| vec![0; ms * format.bytes_per_ms()];
        let all = [silence(30), audio(100), silence(20), audio(50), silence(40)].concat();
        for chunk in [7, 480, all.len()] {
            let mut input = InputAudio::default();
            let noticed: Vec<Activity> = all
                .chunks(chunk)
                .flat_map(|chunk| input.append(chunk, format, TurnDetection::Silence(30)))
                .collect();
            assert_eq!(
                noticed,
                [Activity::Started(30), Activity::Stopped { at: 230, length_ms: 170 }],
                "{chunk}"
            );
            assert_eq!(input.take(), 10);
        }
        let mut manual = InputAudio::default();
        assert_eq!(manual.append(&all, format, TurnDetection::Manual), []);
        assert_eq!((manual.take(), manual.take()), (240, 0));
    }
}
