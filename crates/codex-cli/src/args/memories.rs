//! The command line of `codex-api memories`.

use std::path::PathBuf;

use clap::Args;

use super::{ConnectionArgs, filled::parse_filled};
use crate::exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  codex-api memories monday.jsonl tuesday.jsonl
  codex-api memories --json sessions/*.jsonl | jq -r '.[].memory_summary'

Each file is a trace of one session: its items as a JSON list, or one a line.
The name of the file is the id of the trace.
";

#[derive(Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct MemoriesArgs {
    /// The traces; without any, or with `-`, standard input is one.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Model that sums up.
    #[arg(long, short, value_parser = parse_filled)]
    pub(crate) model: Option<String>,
    /// Print the summaries as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
