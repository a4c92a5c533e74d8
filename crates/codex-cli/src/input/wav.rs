//! WAV files: sound for a transcription (RIFF, the specification of Microsoft and IBM, 1991).

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use thiserror::Error;

use super::error::{InputError, Source};

/// The sound that a realtime session takes: samples a second, of 16 bits, in one channel.
const SAMPLE_RATE: u32 = 24_000;
const BYTES_PER_SECOND: u32 = SAMPLE_RATE * 2;
/// The longest recording, in bytes of sound: a session ends after 60 minutes.
const MAX_SOUND_BYTES: u32 = 60 * 60 * BYTES_PER_SECOND;
/// What is sent at a time: 100 ms, in bytes.
const CHUNK_BYTES: u32 = BYTES_PER_SECOND / 10;
/// Chunks before the sound that are passed over at most.
const MAX_CHUNKS: usize = 1000;

const PCM: u16 = 1;
/// The real form stands further behind; its first two bytes are as above.
const EXTENSIBLE: u16 = 0xfffe;

/// The sound of a WAV file, read bit by bit.
pub(crate) struct Wav<R = BufReader<File>> {
    sound: io::Take<R>,
    from: Source,
}

/// Why a file is not the WAV that is wanted. Reads on after the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum WavProblem {
    #[error("is no WAV file; {CONVERT}")]
    NoWav,
    #[error("is a WAV file without sound")]
    NoSound,
    #[error("is a WAV file in the form {format}, not PCM; {CONVERT}")]
    OtherFormat { format: u16 },
    #[error("is a WAV file of {bits} bits a sample, not 16; {CONVERT}")]
    OtherDepth { bits: u16 },
    #[error("is a WAV file of {rate} samples a second, not {SAMPLE_RATE}; {CONVERT}")]
    OtherRate { rate: u32 },
    #[error("is a WAV file of {channels} channels, not 1; {CONVERT}")]
    OtherChannels { channels: u16 },
    #[error("is longer than 60 minutes, the most that a session takes; cut it in pieces")]
    Long,
}

const CONVERT: &str = "convert it with `ffmpeg -i FILE -ar 24000 -ac 1 -c:a pcm_s16le OUT.wav`";

impl Wav {
    /// Opens a file and checks what kind of sound it holds.
    pub(crate) fn open(path: &Path) -> Result<Self, InputError> {
        let from = Source::argument(Some(path));
        let file = File::open(path).map_err(|source| InputError::Read { from: from.clone(), source })?;
        Self::read(BufReader::new(file), from)
    }
}

impl<R: Read> Wav<R> {
    fn read(mut reader: R, from: Source) -> Result<Self, InputError> {
        match sound_length(&mut reader) {
            Ok(Ok(length)) => Ok(Self { sound: reader.take(length.into()), from }),
            Ok(Err(problem)) => Err(InputError::Wav { from, problem }),
            // The file ends where something should stand.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(InputError::Wav { from, problem: WavProblem::NoWav })
            }
            Err(source) => Err(InputError::Read { from, source }),
        }
    }

    /// The next 100 ms of sound, at its end less; empty when nothing is left. Only whole samples.
    pub(crate) fn next_chunk(&mut self) -> Result<Vec<u8>, InputError> {
        let mut chunk = Vec::new();
        let read = (&mut self.sound).take(CHUNK_BYTES.into()).read_to_end(&mut chunk);
        read.map_err(|source| InputError::Read { from: self.from.clone(), source })?;
        chunk.truncate(chunk.len() & !1);
        Ok(chunk)
    }
}

/// Reads up to the sound, and tells how many bytes of it there are.
fn sound_length(reader: &mut impl Read) -> io::Result<Result<u32, WavProblem>> {
    let [riff, _length, wave] = words(reader)?;
    if riff != *b"RIFF" || wave != *b"WAVE" {
        return Ok(Err(WavProblem::NoWav));
    }
    let mut known_format = false;
    for _ in 0..MAX_CHUNKS {
        let [name, length] = words(reader)?;
        // What writes to a pipe does not know the length, and writes 0 or the largest number.
        let length = u32::from_le_bytes(length);
        match &name {
            b"fmt " => {
                if let Err(problem) = check_format(reader, length)? {
                    return Ok(Err(problem));
                }
                known_format = true;
            }
            b"data" if !known_format => return Ok(Err(WavProblem::NoWav)),
            b"data" if length == 0 => return Ok(Err(WavProblem::NoSound)),
            b"data" if length > MAX_SOUND_BYTES && length != u32::MAX => return Ok(Err(WavProblem::Long)),
            b"data" => return Ok(Ok(length.min(MAX_SOUND_BYTES))),
            _ => skip(reader, u64::from(length) + u64::from(length % 2))?,
        }
    }
    Ok(Err(WavProblem::NoSound))
}

fn check_format(reader: &mut impl Read, length: u32) -> io::Result<Result<(), WavProblem>> {
    let [form, rate, _bytes_a_second, depth] = words(reader)?;
    let halves =
        |word: [u8; 4]| (u16::from_le_bytes([word[0], word[1]]), u16::from_le_bytes([word[2], word[3]]));
    let ((mut format, channels), (_block, bits)) = (halves(form), halves(depth));
    let rate = u32::from_le_bytes(rate);
    let mut rest = u64::from(length.saturating_sub(16)) + u64::from(length % 2);
    if format == EXTENSIBLE && length >= 40 {
        let [_size_and_bits, _mask, real] = words(reader)?;
        (format, _) = halves(real);
        rest -= 12;
    }
    skip(reader, rest)?;
    Ok(match (format, bits, rate, channels) {
        (PCM, 16, SAMPLE_RATE, 1) => Ok(()),
        (PCM, 16, SAMPLE_RATE, channels) => Err(WavProblem::OtherChannels { channels }),
        (PCM, 16, rate, _) => Err(WavProblem::OtherRate { rate }),
        (PCM, bits, ..) => Err(WavProblem::OtherDepth { bits }),
        (format, ..) => Err(WavProblem::OtherFormat { format }),
    })
}

/// The next words of four bytes.
fn words<const N: usize>(reader: &mut impl Read) -> io::Result<[[u8; 4]; N]> {
    let mut words = [[0; 4]; N];
    for word in &mut words {
        reader.read_exact(word)?;
    }
    Ok(words)
}

fn skip(reader: &mut impl Read, length: u64) -> io::Result<()> {
    let skipped = io::copy(&mut reader.take(length), &mut io::sink())?;
    if skipped == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use super::*;

    /// A WAV of these properties: format, channels, rate, bits.
    fn wav(format: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0".to_vec();
        bytes.extend(format.to_le_bytes());
        bytes.extend(channels.to_le_bytes());
        bytes.extend(rate.to_le_bytes());
        bytes.extend([0; 6]);
        bytes.extend(bits.to_le_bytes());
        bytes
    }

    fn data(mut head: Vec<u8>, length: u32, sound: &[u8]) -> Vec<u8> {
        head.extend(b"data");
        head.extend(length.to_le_bytes());
        head.extend(sound);
        head
    }

    fn extensible(subformat: u8) -> Vec<u8> {
        let mut head = wav(EXTENSIBLE, 1, 24_000, 16);
        let length = head.len() - 20;
        head[length] = 40;
        head.extend([22, 0, 16, 0, 0, 0, 0, 0, subformat, 0]);
        head.extend([0; 14]);
        head
    }

    fn open(bytes: &[u8]) -> Result<Wav<&[u8]>, InputError> {
        Wav::read(bytes, Source::Stdin)
    }

    fn chunks(bytes: &[u8]) -> Vec<usize> {
        let mut wav = open(bytes).unwrap();
        std::iter::from_fn(|| Some(wav.next_chunk().unwrap().len()).filter(|length| *length > 0)).collect()
    }

    #[test]
    fn sound_comes_in_chunks_of_whole_samples() {
        let good = || wav(PCM, 1, 24_000, 16);
        let sound = vec![7; 10_001];
        for (bytes, expected) in [
            (data(good(), 10_001, &sound), vec![4800, 4800, 400]),
            (data(good(), 4, &sound), vec![4]),
            (data(good(), 20_000, &sound), vec![4800, 4800, 400]),
            (data(good(), u32::MAX, &sound[..4800]), vec![4800]),
            (data(extensible(1), 4, &sound), vec![4]),
        ] {
            assert_eq!(chunks(&bytes), expected);
        }
    }

    #[test]
    fn what_cannot_be_sent_is_named() {
        let good = || wav(PCM, 1, 24_000, 16);
        for (bytes, expected) in [
            (Vec::new(), WavProblem::NoWav),
            (b"ID3 an mp3 that is no WAV".to_vec(), WavProblem::NoWav),
            (good()[..30].to_vec(), WavProblem::NoWav),
            (good(), WavProblem::NoWav),
            (data(b"RIFF\0\0\0\0WAVE".to_vec(), 4, b"1234"), WavProblem::NoWav),
            (data(good(), 0, b""), WavProblem::NoSound),
            (data(good(), MAX_SOUND_BYTES + 1, b""), WavProblem::Long),
            (data(wav(3, 1, 24_000, 32), 4, b"1234"), WavProblem::OtherFormat { format: 3 }),
            (data(extensible(3), 4, b"1234"), WavProblem::OtherFormat { format: 3 }),
            (data(wav(PCM, 1, 24_000, 8), 4, b"1234"), WavProblem::OtherDepth { bits: 8 }),
            (data(wav(PCM, 1, 44_100, 16), 4, b"1234"), WavProblem::OtherRate { rate: 44_100 }),
            (data(wav(PCM, 2, 24_000, 16), 4, b"1234"), WavProblem::OtherChannels { channels: 2 }),
        ] {
            match open(&bytes) {
                Err(InputError::Wav { problem, .. }) => assert_eq!(problem, expected),
                Err(other) => panic!("{other} instead of {expected}"),
                Ok(_) => panic!("taken instead of {expected}"),
            }
        }
    }
}
