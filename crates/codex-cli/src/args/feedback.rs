//! The command lines of `codex-api feedback`.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use codex_feedback::Classification;

use super::filled::parse_filled;
use crate::exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  codex-api feedback preview                     what would be sent, on the terminal
  codex-api feedback preview --html report.html  as one page, with timeline and log
  codex-api feedback send --reason \"Fails since this morning\"
  codex-api feedback send --no-logs --attach exchange.ndjson
  codex-api feedback runs                        the runs that a report can be about
  codex-api feedback flush                       deliver the reports that wait
  codex-api feedback discard --all               remove them, unsent

A report is about the latest run that failed, else about the latest one; --run
names another. Its log and its facts hold no keys and tokens, attached files go
as they are. It is sent to the tracker in CODEX_FEEDBACK_DSN, else to `dsn` in
[feedback] of the configuration, and nowhere else. CODEX_API_NO_HISTORY=1 keeps
no runs.
";

#[derive(Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct FeedbackArgs {
    #[command(subcommand)]
    pub(crate) command: FeedbackCommand,
}

#[derive(Subcommand)]
pub(crate) enum FeedbackCommand {
    /// Show exactly what a report would hold. Nothing is sent.
    #[command(after_help = format!("{PREVIEW_EXAMPLES}\n{EXIT_CODES}"))]
    Preview(Box<PreviewArgs>),
    /// Send a report to the configured tracker.
    #[command(after_help = format!("{SEND_EXAMPLES}\n{EXIT_CODES}"))]
    Send(Box<ReportArgs>),
    /// Deliver the reports that no tracker took yet.
    #[command(after_help = format!("{FLUSH_EXAMPLES}\n{EXIT_CODES}"))]
    Flush {
        /// Send those again too that the tracker refused for good.
        #[arg(long)]
        refused: bool,
    },
    /// Remove reports that wait or were refused, unsent.
    #[command(after_help = format!("{DISCARD_EXAMPLES}\n{EXIT_CODES}"))]
    Discard {
        /// Ids of the reports, as they were told.
        #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<String>,
        /// All of them, whichever tracker they are for.
        #[arg(long)]
        all: bool,
    },
    /// List the runs that a report can be about, newest first.
    #[command(after_help = format!("{RUNS_EXAMPLES}\n{EXIT_CODES}"))]
    Runs(RunsArgs),
}

const PREVIEW_EXAMPLES: &str = "\
Examples:
  codex-api feedback preview
  codex-api feedback preview --html report.html
  codex-api feedback preview --html - > report.html
  codex-api feedback preview --json | jq .diagnosis
";

#[derive(Args)]
pub(crate) struct PreviewArgs {
    /// Write the report as one page to this file, or with `-` to standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long, conflicts_with = "html")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

const SEND_EXAMPLES: &str = "\
Examples:
  codex-api feedback send --reason \"401 since this morning\"
  codex-api feedback send --classification good_result --no-logs
  codex-api feedback send --run 3 --attach exchange.ndjson

The id of the report is printed on standard output once the tracker has taken
it. A report that it did not take waits on disk, whole; the next `send` or
`flush` delivers it, and the exit code is 1. Where no tracker is configured the
report is written to a file here, which is told; the exit code is 0.
";

/// What a report is about, and what goes with it.
#[derive(Args)]
pub(crate) struct ReportArgs {
    /// What it is.
    #[arg(long, value_name = "KIND", default_value_t = Classification::Bug, value_parser = classification())]
    pub(crate) classification: Classification,
    /// What happened, in your words.
    #[arg(long, value_name = "TEXT", value_parser = parse_filled)]
    pub(crate) reason: Option<String>,
    /// File to attach as it is, such as a recording. Repeatable.
    #[arg(long = "attach", value_name = "FILE")]
    pub(crate) attachments: Vec<PathBuf>,
    /// Leave out the log.
    #[arg(long)]
    pub(crate) no_logs: bool,
    /// Number of the run it is about, as `feedback runs` tells it [default: the latest that failed]
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<NonZeroUsize>,
}

fn classification() -> impl TypedValueParser<Value = Classification> {
    PossibleValuesParser::new(Classification::ALL.map(Classification::as_str))
        .try_map(|text| text.parse::<Classification>())
}

const FLUSH_EXAMPLES: &str = "\
Examples:
  codex-api feedback flush
  codex-api feedback flush --refused   those too that the tracker had refused for good

The ids of the reports that were taken are printed. A report goes to the tracker
that it was for, and to no other. The exit code is 0 when none waits for this
one, and it refused none.
";

const DISCARD_EXAMPLES: &str = "\
Examples:
  codex-api feedback discard 9ec79c33ec9942ab8353589fcb2e04dc
  codex-api feedback discard --all

Each report that is removed is printed, its id first. One that another process
is sending at this moment stays.
";

const RUNS_EXAMPLES: &str = "\
Examples:
  codex-api feedback runs
  codex-api feedback runs --json | jq '.[0].error'
";

#[derive(Args)]
pub(crate) struct RunsArgs {
    /// Print them as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
