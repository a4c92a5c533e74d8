//! Runs the contestants and keeps what each run cost.

use std::time::Duration;

use bench_harness::{Failure, Sample, Server};
use workload::{Rendered, Scenario, Tally};

use crate::contestant::Contestant;
use crate::options::{Options, Threads};

/// A contestant that needs more CPU time than this for a scenario runs it once.
const SLOW: Duration = Duration::from_secs(3);

/// The runs of one contestant in one scenario.
#[derive(Debug, Default)]
pub(crate) struct Cell {
    pub(crate) samples: Vec<Sample>,
    pub(crate) failure: Option<String>,
}

impl Cell {
    /// The least CPU time: noise only ever adds.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        self.samples.iter().map(|sample| sample.cpu).min()
    }

    /// The most CPU time, to show the spread.
    pub(crate) fn cpu_max(&self) -> Option<Duration> {
        self.samples.iter().map(|sample| sample.cpu).max()
    }

    pub(crate) fn wall(&self) -> Option<Duration> {
        self.samples.iter().map(|sample| sample.wall).min()
    }

    /// The largest peak of all rounds.
    pub(crate) fn peak(&self) -> Option<u64> {
        self.samples.iter().map(|sample| sample.peak).max()
    }

    fn is_over(&self) -> bool {
        self.failure.is_some() || self.cpu().is_some_and(|cpu| cpu > SLOW)
    }
}

/// All runs: a row for each scenario, a cell for each contestant, in the order of the options.
#[derive(Debug)]
pub(crate) struct Results {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    expected: Tally,
    cells: Vec<Cell>,
}

impl Results {
    pub(crate) fn cells(&self, scenario: usize) -> &[Cell] {
        &self.rows[scenario].cells
    }

    /// Whether each run of a contestant in a scenario showed all of the work.
    pub(crate) fn proved(&self, options: &Options, scenario: usize, contestant: usize) -> bool {
        let row = &self.rows[scenario];
        let cell = &row.cells[contestant];
        let whole = |sample: &Sample| options.contestants[contestant].proved(&sample.tally, &row.expected);
        cell.failure.is_none() && cell.samples.iter().all(whole)
    }

    /// A sentence for each contestant that failed or lost something.
    pub(crate) fn losses(&self, options: &Options) -> Vec<String> {
        let mut losses = Vec::new();
        for (row, scenario) in options.scenarios.iter().enumerate() {
            for (column, contestant) in options.contestants.iter().enumerate() {
                if !self.proved(options, row, column) {
                    losses.push(self.rows[row].loss(column, scenario, contestant));
                }
            }
        }
        losses
    }
}

impl Row {
    fn loss(&self, column: usize, scenario: &Scenario, contestant: &Contestant) -> String {
        let cell = &self.cells[column];
        let what = match (&cell.failure, cell.samples.first()) {
            (Some(failure), _) => failure.clone(),
            (None, Some(sample)) => format!("came to {} instead of {}", sample.tally, self.expected),
            (None, None) => "did not run".to_owned(),
        };
        format!("{} in {}: {what}", contestant.name, scenario.name)
    }
}

/// Runs everything, contestants interleaved within each round.
pub(crate) fn run(options: &Options) -> Result<Results, Failure> {
    let server = Server::start(options.size)?;
    let row = |scenario: &Scenario| Row {
        expected: Rendered::new(scenario).expected,
        cells: options.contestants.iter().map(|_| Cell::default()).collect(),
    };
    let mut results = Results { rows: options.scenarios.iter().map(row).collect() };
    // Not counted: it brings the programs into the page cache.
    for contestant in &options.contestants {
        let _ = measure(&server, options.threads, contestant, &options.scenarios[0]);
    }
    for round in 1..=options.rounds {
        for (row, scenario) in results.rows.iter_mut().zip(&options.scenarios) {
            eprintln!("round {round} of {}: {}", options.rounds, scenario.title);
            for (cell, contestant) in row.cells.iter_mut().zip(&options.contestants) {
                if !cell.is_over() {
                    match measure(&server, options.threads, contestant, scenario) {
                        Ok(sample) => cell.samples.push(sample),
                        Err(failure) => cell.failure = Some(failure.to_string()),
                    }
                }
            }
        }
    }
    Ok(results)
}

/// Runs a contestant once.
fn measure(
    server: &Server,
    threads: Threads,
    contestant: &Contestant,
    scenario: &Scenario,
) -> Result<Sample, Failure> {
    let mut probe = Sample::probe();
    if threads == Threads::Many {
        probe.env(bench_runtime::MULTI_THREAD, "1");
    }
    let output = probe
        .args(contestant.command())
        .arg(server.base_url(scenario.name))
        .env_remove("OPENAI_BASE_URL")
        .output()?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        let first = error.lines().next().unwrap_or_default();
        return Err(format!("failed: {}", first.chars().take(300).collect::<String>()).into());
    }
    Sample::parse(&String::from_utf8_lossy(&output.stdout))
}
