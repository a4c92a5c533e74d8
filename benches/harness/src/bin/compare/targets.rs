//! What the product promises, held against the results.

use std::fmt::Write as _;

use workload::Size;

use crate::contestant::{ASYNC_OPENAI, HANDWRITTEN, OURS, RAW};
use crate::measure::{Cell, Results};
use crate::options::Options;

/// The scenarios there is a promise about: in the others the system calls of the transport weigh most.
const PROMISED: [&str; 4] = ["16k", "1m", "large-delta", "large-item"];
/// CPU of ours over the hand-written loop, for deltas.
const DELTAS_OVER_HANDWRITTEN: f64 = 1.3;
/// CPU of ours over the hand-written loop, for one large event.
const LARGE_OVER_HANDWRITTEN: f64 = 2.0;
/// CPU of async-openai over ours.
const ASYNC_OPENAI_OVER_OURS: f64 = 4.0;
/// Peak memory of ours above the raw read.
const PEAK_OVER_RAW_MB: f64 = 3.0;

/// One line for each promise that this run can judge.
pub(crate) fn lines(options: &Options, results: &Results) -> String {
    let mut out = String::new();
    // A smoke test is too short to judge a time by.
    let promised = |name: &str| options.size == Size::Full && PROMISED.contains(&name);
    for (row, scenario) in options.scenarios.iter().enumerate().filter(|(_, one)| promised(one.name)) {
        let cell = |name: &str| {
            let column = options.contestants.iter().position(|contestant| contestant.name == name)?;
            Some(&results.cells(row)[column])
        };
        let Some(ours) = cell(OURS) else { continue };
        let deltas = !scenario.name.starts_with("large");
        let limit = if deltas { DELTAS_OVER_HANDWRITTEN } else { LARGE_OVER_HANDWRITTEN };
        let mut line = |what: &str, value: Option<f64>, met: fn(f64, f64) -> bool, limit: f64| {
            if let Some(value) = value {
                let verdict = if met(value, limit) { "met" } else { "MISSED" };
                let _ = writeln!(out, "{}: {what} {value:.2} (promised {limit}): {verdict}", scenario.name);
            }
        };
        let at_most = |value, limit| value <= limit;
        line("CPU, ours over the hand-written loop,", over(Some(ours), cell(HANDWRITTEN)), at_most, limit);
        if deltas {
            line("peak MB above the raw read", above_mb(Some(ours), cell(RAW)), at_most, PEAK_OVER_RAW_MB);
            let ratio = over(cell(ASYNC_OPENAI), Some(ours));
            line(
                "CPU, async-openai over ours,",
                ratio,
                |value, limit| value >= limit,
                ASYNC_OPENAI_OVER_OURS,
            );
        }
    }
    out
}

fn over(cell: Option<&Cell>, base: Option<&Cell>) -> Option<f64> {
    Some(cell?.cpu()?.as_secs_f64() / base?.cpu()?.as_secs_f64())
}

fn above_mb(cell: Option<&Cell>, base: Option<&Cell>) -> Option<f64> {
    Some((cell?.peak()? as f64 - base?.peak()? as f64) / 1e6)
}
