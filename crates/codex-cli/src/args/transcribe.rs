//! The command line of `codex-api transcribe`.

use std::path::PathBuf;

use clap::Args;

use super::{ConnectionArgs, ProtocolVersion, filled::parse_filled};
use crate::exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  codex-api transcribe interview.wav
  codex-api transcribe --language de interview.wav > interview.txt
  ffmpeg -i talk.mp3 -ar 24000 -ac 1 -c:a pcm_s16le talk.wav; codex-api transcribe talk.wav

The file must be a WAV with 24,000 samples a second of 16 bits in one channel
(PCM), of at most 60 minutes.
";

#[derive(Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct TranscribeArgs {
    /// The recording.
    #[arg(value_name = "FILE.wav")]
    pub(crate) file: PathBuf,
    /// Version of the realtime protocol; v1 has no transcription.
    #[arg(long, value_enum, default_value_t = ProtocolVersion::V2)]
    pub(crate) protocol: ProtocolVersion,
    /// Model that writes down.
    #[arg(long, short, default_value = "gpt-4o-transcribe", value_parser = parse_filled)]
    pub(crate) model: String,
    /// Language that is spoken, such as en: told makes it better and faster.
    #[arg(long, value_name = "CODE", value_parser = parse_filled)]
    pub(crate) language: Option<String>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
