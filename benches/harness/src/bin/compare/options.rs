//! The command line.

use std::path::PathBuf;

use bench_harness::Failure;
use workload::{Scenario, Size};

use crate::contestant::{self, Contestant};

pub(crate) const HELP: &str = "\
Usage: benches/run [OPTIONS]

  --quick             smoke test: few events, one round, raw + hand-written + ours; checks that all
                      came to the same text, never a time
  --rounds N          rounds, interleaved; the least of each is reported (default 5)
  --only A,B          these contestants
  --scenarios A,B     these scenarios: 16k, 1m, event, large-delta, large-item
  --multi-thread      on tokio's multi-thread runtime; default is its current-thread runtime
  --with-scripts      openai-node and openai-python too, installed into benches/.peers
  --markdown FILE     write the tables as Markdown
  --instructions      count the instructions of decoding from memory, under callgrind; no sockets
  --help
";

const ROUNDS: u32 = 5;
const QUICK: [&str; 3] = [contestant::RAW, contestant::HANDWRITTEN, contestant::OURS];

/// What to do.
pub(crate) enum Mode {
    Help,
    Instructions,
    Compare(Options),
}

/// Which runtime the Rust contestants run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Threads {
    #[default]
    One,
    Many,
}

/// What to compare.
pub(crate) struct Options {
    pub(crate) size: Size,
    pub(crate) rounds: u32,
    pub(crate) threads: Threads,
    pub(crate) contestants: Vec<&'static Contestant>,
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) markdown: Option<PathBuf>,
}

#[derive(Default)]
struct Words {
    quick: bool,
    scripts: bool,
    threads: Threads,
    rounds: Option<u32>,
    only: Option<String>,
    scenarios: Option<String>,
    markdown: Option<PathBuf>,
}

impl Options {
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Mode, Failure> {
        let mut words = Words::default();
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("{arg} wants a value"));
            match arg.as_str() {
                "--help" | "-h" => return Ok(Mode::Help),
                "--instructions" => return Ok(Mode::Instructions),
                "--quick" => words.quick = true,
                "--with-scripts" => words.scripts = true,
                "--multi-thread" => words.threads = Threads::Many,
                "--rounds" => words.rounds = Some(value()?.parse::<u32>()?.max(1)),
                "--only" => words.only = Some(value()?),
                "--scenarios" => words.scenarios = Some(value()?),
                "--markdown" => words.markdown = Some(value()?.into()),
                _ => return Err(format!("unknown option {arg}; see --help").into()),
            }
        }
        words.into_options().map(Mode::Compare)
    }
}

impl Words {
    fn into_options(self) -> Result<Options, Failure> {
        let size = if self.quick { Size::Quick } else { Size::Full };
        let contestants: Vec<_> = match &self.only {
            Some(names) => pick(names, &contestant::ALL, |contestant| contestant.name)?,
            None => contestant::ALL
                .iter()
                .filter(|contestant| !self.quick || QUICK.contains(&contestant.name))
                .filter(|contestant| self.scripts || !contestant.is_script())
                .collect(),
        };
        let all = Scenario::all(size);
        let scenarios = match &self.scenarios {
            // The baseline is always measured.
            Some(names) => {
                let chosen = pick(names, &all[1..], |scenario| scenario.name)?;
                std::iter::once(all[0]).chain(chosen.into_iter().copied()).collect()
            }
            None => all.to_vec(),
        };
        let rounds = self.rounds.unwrap_or(if self.quick { 1 } else { ROUNDS });
        Ok(Options { size, rounds, threads: self.threads, contestants, scenarios, markdown: self.markdown })
    }
}

fn pick<'a, T>(names: &str, all: &'a [T], name: fn(&T) -> &'static str) -> Result<Vec<&'a T>, Failure> {
    let find = |wanted: &str| {
        all.iter().find(|one| name(one) == wanted).ok_or_else(|| {
            let known: Vec<_> = all.iter().map(name).collect();
            format!("{wanted} is none of {}", known.join(", ")).into()
        })
    };
    names.split(',').map(find).collect()
}
