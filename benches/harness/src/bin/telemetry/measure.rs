//! Runs the programs in turns and keeps what each run cost.

use std::process::{Command, Output};
use std::time::Duration;

use bench_harness::{Failure, Sample, Server, binary};
use workload::Size;

use crate::case::{Case, Expected};
use crate::collector::Collector;
use crate::options::Options;
use crate::proof;
use crate::run::Run;
use crate::variant::{ALL, NONE, Variant};
use crate::{OBSERVED, PLAIN};

/// CPU time of each round.
pub(crate) type Costs = Vec<Duration>;

/// What a run of the bench came to.
#[derive(Default)]
pub(crate) struct Results {
    /// In the order of [`Case::all`], then of the variants: CPU time of one response.
    pub(crate) steady: Vec<Vec<Costs>>,
    /// CPU time of a process with a single response, start and end included.
    pub(crate) cold: Vec<(&'static str, Costs)>,
    /// A sentence for each run that left work out.
    pub(crate) faults: Vec<String>,
}

/// What the runs talk to.
struct Bench<'o> {
    options: &'o Options,
    server: Server,
    collector: Collector,
}

/// Measures everything.
pub(crate) fn run(options: &Options) -> Result<Results, Failure> {
    let bench = Bench { options, server: Server::start(Size::Quick)?, collector: Collector::start()? };
    let mut results = Results {
        steady: Case::all().map(|_| vec![Costs::new(); options.variants.len()]).to_vec(),
        cold: ["codex-api in a program without sinks", NONE.title, ALL.title]
            .map(|title| (title, Costs::new()))
            .to_vec(),
        faults: Vec::new(),
    };
    let expected = Case::all().map(|case| case.expected());
    for round in 0..options.rounds {
        for (at, case) in Case::all().iter().enumerate() {
            eprintln!("round {} of {}: {}", round + 1, options.rounds, case.title);
            for turn in 0..options.variants.len() {
                // Who goes first changes: what a machine does over time must not favour anybody.
                let column = (turn + round as usize) % options.variants.len();
                let variant = &options.variants[column];
                match bench.steady(case, variant, &expected[at]) {
                    Ok((cost, faults)) => {
                        results.steady[at][column].push(cost);
                        results.faults.extend(faults);
                    }
                    Err(failure) => {
                        results.faults.push(format!("{}, {}: {failure}", case.title, variant.title));
                    }
                }
            }
        }
        for (column, (title, costs)) in results.cold.iter_mut().enumerate() {
            match bench.cold(column) {
                Ok(sample) if sample.tally == expected[0].tally => costs.push(sample.cpu),
                Ok(sample) => results.faults.push(format!("{title}: came to {}", sample.tally)),
                Err(failure) => results.faults.push(format!("{title}: {failure}")),
            }
        }
    }
    Ok(results)
}

impl Bench<'_> {
    /// CPU time of one response among many, and what was wrong.
    fn steady(
        &self,
        case: &Case,
        variant: &Variant,
        expected: &Expected,
    ) -> Result<(Duration, Vec<String>), Failure> {
        let responses = self.options.responses;
        let output = self.observed(Command::new(binary(OBSERVED)), case, variant, responses).output()?;
        let run = Run::parse(&printed(&output)?)?;
        let arrived = self.collector.take();
        // The one that is not counted did its work too.
        let faults = proof::faults(variant, u64::from(responses) + 1, expected, &run, &arrived);
        let named = faults.into_iter().map(|fault| format!("{}, {}: {fault}", case.title, variant.title));
        Ok((run.cpu / responses, named.collect()))
    }

    /// CPU time of a whole process with one response.
    fn cold(&self, column: usize) -> Result<Sample, Failure> {
        let [case, ..] = Case::all();
        let mut probe = Sample::probe();
        let mut command = match column {
            0 => {
                probe.arg(binary(PLAIN)).arg(self.server.base_url(case.scenario.name));
                self.on_runtime(probe)
            }
            _ => {
                probe.arg(binary(OBSERVED));
                self.observed(probe, &case, if column == 1 { &NONE } else { &ALL }, 0)
            }
        };
        let sample = Sample::parse(&printed(&command.output()?)?);
        self.collector.take();
        sample
    }

    /// The command line of the program that is measured.
    fn observed(&self, command: Command, case: &Case, variant: &Variant, responses: u32) -> Command {
        let mut command = self.on_runtime(command);
        command
            .args([variant.sinks, if variant.sends_each { "each" } else { "batches" }])
            .arg(format!("{}={}", case.transport, self.server.base_url(case.scenario.name)))
            .args([responses.to_string(), self.collector.url()]);
        command
    }

    fn on_runtime(&self, mut command: Command) -> Command {
        if self.options.multi_thread {
            command.env(bench_runtime::MULTI_THREAD, "1");
        }
        command
    }
}

fn printed(output: &Output) -> Result<String, Failure> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let error = String::from_utf8_lossy(&output.stderr);
    Err(format!("failed: {}", error.lines().next().unwrap_or("without a word")).into())
}
