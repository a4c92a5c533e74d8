//! `--record`, for every command that sends requests.

use std::path::{Path, PathBuf};

use clap::Args;

/// Whether the exchange is recorded.
#[derive(Args)]
#[command(next_help_heading = "General options")]
pub(crate) struct RecordArgs {
    /// Record what goes over the wire, without keys and tokens, as NDJSON. It holds prompts and answers; `codex-api sim
    /// --replay FILE` plays it back.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

impl RecordArgs {
    pub(crate) fn file(&self) -> Option<&Path> {
        self.record.as_deref()
    }
}
