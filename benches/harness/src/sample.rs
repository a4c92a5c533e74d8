//! What a run prints, read.

use std::process::Command;
use std::time::Duration;

use workload::Tally;

use crate::{Failure, paths};

/// One run of one program.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// User and system time of the whole process.
    pub cpu: Duration,
    /// From start to end of the process.
    pub wall: Duration,
    /// Largest resident set, in bytes.
    pub peak: u64,
    pub tally: Tally,
}

impl Sample {
    /// Reads the contestant's tally and the probe's usage, a line each.
    ///
    /// # Errors
    /// When one of them is missing or says something else.
    pub fn parse(output: &str) -> Result<Self, Failure> {
        let usage = line(output, "usage ")?;
        Ok(Self {
            cpu: Duration::from_micros(field(usage, "user_us")? + field(usage, "system_us")?),
            wall: Duration::from_micros(field(usage, "wall_us")?),
            peak: field(usage, "peak_kb")? * 1024,
            tally: line(output, "tally ")?.parse()?,
        })
    }

    /// A command that prints what its arguments, a command line, cost.
    pub fn probe() -> Command {
        Command::new(paths::binary("probe"))
    }
}

/// The line of an output that starts with `start`.
///
/// # Errors
/// When there is none.
pub fn line<'a>(output: &'a str, start: &str) -> Result<&'a str, Failure> {
    let found = output.lines().find(|line| line.starts_with(start));
    found.ok_or_else(|| format!("printed no {start}line").into())
}

/// The number behind `key=` in a line.
///
/// # Errors
/// When there is none.
pub fn field(line: &str, key: &str) -> Result<u64, Failure> {
    let value = line.split(' ').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
    Ok(value.ok_or_else(|| format!("no {key} in {line}"))?.parse()?)
}
