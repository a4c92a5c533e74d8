//! Runs the contestants and keeps what each run cost.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use workload::{Rendered, Scenario, Size, Tally};

use crate::contestant::Contestant;
use crate::options::{Options, Threads};
use crate::{Failure, paths};

/// A contestant that needs more CPU time than this for a scenario runs it once.
const SLOW: Duration = Duration::from_secs(3);

/// One run of one contestant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// User and system time of the whole process.
    pub(crate) cpu: Duration,
    /// From start to end of the process.
    pub(crate) wall: Duration,
    /// Largest resident set, in bytes.
    pub(crate) peak: u64,
    pub(crate) tally: Tally,
}

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
    let server = Server::start(options)?;
    let row = |scenario: &Scenario| Row {
        expected: Rendered::new(scenario).expected,
        cells: options.contestants.iter().map(|_| Cell::default()).collect(),
    };
    let mut results = Results { rows: options.scenarios.iter().map(row).collect() };
    // Not counted: it brings the programs into the page cache.
    for contestant in &options.contestants {
        let _ = server.measure(contestant, &options.scenarios[0]);
    }
    for round in 1..=options.rounds {
        for (row, scenario) in results.rows.iter_mut().zip(&options.scenarios) {
            eprintln!("round {round} of {}: {}", options.rounds, scenario.title);
            for (cell, contestant) in row.cells.iter_mut().zip(&options.contestants) {
                if !cell.is_over() {
                    match server.measure(contestant, scenario) {
                        Ok(sample) => cell.samples.push(sample),
                        Err(failure) => cell.failure = Some(failure.to_string()),
                    }
                }
            }
        }
    }
    Ok(results)
}

/// The server process; it ends when its standard input closes.
struct Server {
    child: Child,
    origin: String,
    threads: Threads,
}

impl Server {
    fn start(options: &Options) -> Result<Self, Failure> {
        let size = match options.size {
            Size::Full => "full",
            Size::Quick => "quick",
        };
        let mut child = Command::new(paths::binary("serve"))
            .arg(size)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the server does not start: {error}"))?;
        let mut origin = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut origin)?;
        }
        Ok(Self { child, origin: origin.trim().to_owned(), threads: options.threads })
    }

    fn measure(&self, contestant: &Contestant, scenario: &Scenario) -> Result<Sample, Failure> {
        let mut probe = Command::new(paths::binary("probe"));
        if self.threads == Threads::Many {
            probe.env(bench_runtime::MULTI_THREAD, "1");
        }
        let output = probe
            .args(contestant.command())
            .arg(format!("{}/{}/v1", self.origin, scenario.name))
            .env_remove("OPENAI_BASE_URL")
            .output()?;
        if !output.status.success() {
            let error = String::from_utf8_lossy(&output.stderr);
            let first = error.lines().next().unwrap_or_default();
            return Err(format!("failed: {}", first.chars().take(300).collect::<String>()).into());
        }
        parse(&String::from_utf8_lossy(&output.stdout))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // The process ends by itself; there is nobody to tell if it did not.
        let _ = self.child.wait();
    }
}

/// Reads the contestant's tally and the probe's usage, a line each.
pub(crate) fn parse(output: &str) -> Result<Sample, Failure> {
    let line = |start: &str| {
        output.lines().find(|line| line.starts_with(start)).ok_or_else(|| format!("printed no {start}line"))
    };
    let usage = line("usage ")?;
    let number = |key: &str| -> Result<u64, Failure> {
        let value = usage.split(' ').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
        Ok(value.ok_or_else(|| format!("no {key} in {usage}"))?.parse()?)
    };
    Ok(Sample {
        cpu: Duration::from_micros(number("user_us")? + number("system_us")?),
        wall: Duration::from_micros(number("wall_us")?),
        peak: number("peak_kb")? * 1024,
        tally: line("tally ")?.parse()?,
    })
}
