//! The command line.

use std::path::PathBuf;

use bench_harness::Failure;

use crate::variant::{self, Variant};

pub(crate) const HELP: &str = "\
Usage: benches/telemetry [OPTIONS]

  --quick             smoke test: two responses, one round; checks that every event was handed out and that
                      the telemetry of every event arrived, never a time
  --rounds N          rounds, the programs in turns (default 15)
  --responses N       responses of 20,000 deltas in a run, after one that is not counted (default 50)
  --each-sink         each sink alone, too
  --multi-thread      on tokio's multi-thread runtime; default is its current-thread runtime
  --markdown FILE     write the tables as Markdown
  --instructions      count the instructions of a response from memory, under callgrind
  --help
";

const ROUNDS: u32 = 15;
const RESPONSES: u32 = 50;
const QUICK_RESPONSES: u32 = 2;

/// What to do.
pub(crate) enum Mode {
    Help,
    Instructions,
    Measure(Options),
}

/// What to measure.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) quick: bool,
    pub(crate) rounds: u32,
    pub(crate) responses: u32,
    pub(crate) multi_thread: bool,
    pub(crate) variants: Vec<Variant>,
    pub(crate) markdown: Option<PathBuf>,
}

impl Options {
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Mode, Failure> {
        let mut options = Self::default();
        let (mut rounds, mut responses, mut each_sink) = (None, None, false);
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("{arg} wants a value"));
            match arg.as_str() {
                "--help" | "-h" => return Ok(Mode::Help),
                "--instructions" => return Ok(Mode::Instructions),
                "--quick" => options.quick = true,
                "--multi-thread" => options.multi_thread = true,
                "--each-sink" => each_sink = true,
                "--rounds" => rounds = Some(value()?.parse::<u32>()?.max(1)),
                "--responses" => responses = Some(value()?.parse::<u32>()?.max(1)),
                "--markdown" => options.markdown = Some(value()?.into()),
                _ => return Err(format!("unknown option {arg}; see --help").into()),
            }
        }
        options.rounds = rounds.unwrap_or(if options.quick { 1 } else { ROUNDS });
        options.responses = responses.unwrap_or(if options.quick { QUICK_RESPONSES } else { RESPONSES });
        options.variants = variant::chosen(each_sink);
        Ok(Mode::Measure(options))
    }
}
