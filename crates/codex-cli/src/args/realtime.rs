//! The command line of `codex-api realtime`.

use clap::{Args, ValueEnum};
use codex_api::realtime::RealtimeVersion;

use super::{ConnectionArgs, filled::parse_filled};
use crate::exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  codex-api realtime
  codex-api realtime -i \"Answer in French.\" --model gpt-realtime
  printf 'Hello\\nWhat time is it?\\n' | codex-api realtime

Each line of standard input is a message; the next one is sent when the answer
to it is there. Ctrl-D ends the conversation.
";

#[derive(Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct RealtimeArgs {
    /// Version of the realtime protocol: v2 is the public one.
    #[arg(long, value_enum, default_value_t = ProtocolVersion::V2)]
    pub(crate) protocol: ProtocolVersion,
    /// Model to talk with.
    #[arg(long, short, default_value = "gpt-realtime", value_parser = parse_filled)]
    pub(crate) model: String,
    /// How the model should go about it: a text, or @FILE.
    #[arg(long, short, value_name = "TEXT|@FILE", value_parser = parse_filled)]
    pub(crate) instructions: Option<String>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProtocolVersion {
    V1,
    V2,
}

impl From<ProtocolVersion> for RealtimeVersion {
    fn from(version: ProtocolVersion) -> Self {
        match version {
            ProtocolVersion::V1 => Self::V1,
            ProtocolVersion::V2 => Self::V2,
        }
    }
}
