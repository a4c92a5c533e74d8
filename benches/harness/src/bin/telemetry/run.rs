//! One run of the program that is measured, as it printed it.

use std::time::Duration;

use bench_harness::{Failure, field, line};
use workload::Tally;

/// What the sinks of the program took in, by its own account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) log_records: u64,
    pub(crate) spans: u64,
    pub(crate) metric_exports: u64,
    /// Dropped, failed, refused.
    pub(crate) lost: u64,
    /// Events of the bug report.
    pub(crate) timeline: u64,
    pub(crate) tags: u64,
    /// Events of the history.
    pub(crate) history: u64,
    /// Lines of the log ring.
    pub(crate) log_lines: u64,
}

/// Work done, and its cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) tally: Tally,
    pub(crate) taken: Taken,
    /// User and system time of all threads, for the responses that are counted.
    pub(crate) cpu: Duration,
}

impl Run {
    pub(crate) fn parse(output: &str) -> Result<Self, Failure> {
        let cost = line(output, "cost ")?;
        Ok(Self {
            tally: line(output, "tally ")?.parse()?,
            taken: Taken::parse(line(output, "taken ")?)?,
            cpu: Duration::from_micros(field(cost, "user_us")? + field(cost, "system_us")?),
        })
    }
}

impl Taken {
    fn parse(line: &str) -> Result<Self, Failure> {
        Ok(Self {
            log_records: field(line, "log_records")?,
            spans: field(line, "spans")?,
            metric_exports: field(line, "exports")?,
            lost: field(line, "lost")?,
            timeline: field(line, "timeline")?,
            tags: field(line, "tags")?,
            history: field(line, "history")?,
            log_lines: field(line, "log_lines")?,
        })
    }
}
