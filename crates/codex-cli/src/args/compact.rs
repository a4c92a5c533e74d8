//! The command line of `codex-api compact`.

use std::path::PathBuf;

use clap::Args;

use super::{ConnectionArgs, filled::parse_filled};
use crate::exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  codex-api compact conversation.json > shorter.json
  codex-api responses get resp_123 --json | codex-api compact
  codex-api responses input resp_123 | codex-api compact - | jq length

The input is JSON: a list of items, a response (its \"output\" is taken), or items
one a line. The compacted items are printed as a list; use it unpruned as the
next input.
";

#[derive(Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct CompactArgs {
    /// The conversation; without it, or with `-`, standard input.
    pub(crate) file: Option<PathBuf>,
    /// Model that goes on with the conversation.
    #[arg(long, short, value_parser = parse_filled)]
    pub(crate) model: Option<String>,
    /// What the model was told at the start: a text, or @FILE.
    #[arg(long, short, value_name = "TEXT|@FILE", value_parser = parse_filled)]
    pub(crate) instructions: Option<String>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
