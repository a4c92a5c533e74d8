//! The results as tables.

use std::fmt::Write as _;
use std::time::Duration;

use bench_harness::Machine;
use bench_harness::text::{self, Table, grouped, padded, significant};
use workload::Scenario;

use crate::contestant::{HANDWRITTEN, OURS};
use crate::measure::{Cell, Results};
use crate::options::{Options, Threads};
use crate::targets;

const ABSENT: &str = "–";

/// For a terminal: columns padded with spaces.
pub(crate) fn terminal(options: &Options, machine: &Machine, results: &Results) -> String {
    let mut out = format!("\n{machine}; {}\n", runtime(options));
    for (row, scenario) in options.scenarios.iter().enumerate() {
        let _ = write!(out, "\n{}\n{}", scenario.title, padded(&table(options, results, row), "  "));
    }
    let _ = write!(out, "\n{}", targets::lines(options, results));
    out
}

/// For a page.
pub(crate) fn markdown(options: &Options, machine: &Machine, results: &Results) -> String {
    let mut out =
        format!("{machine}; {}; {} rounds at most, the least of each.\n", runtime(options), options.rounds);
    for (row, scenario) in options.scenarios.iter().enumerate() {
        let table = text::markdown(table(options, results, row));
        let _ = write!(out, "\n### {}\n\n{table}", scenario.title);
    }
    let promises = targets::lines(options, results);
    if !promises.is_empty() {
        let _ = write!(
            out,
            "\n### Promises\n\n{}",
            promises.lines().map(|line| format!("- {line}\n")).collect::<String>()
        );
    }
    out
}

fn runtime(options: &Options) -> &'static str {
    match options.threads {
        Threads::One => "current-thread runtime",
        Threads::Many => "multi-thread runtime",
    }
}

fn table(options: &Options, results: &Results, row: usize) -> Table {
    let scenario = &options.scenarios[row];
    let many = scenario.body.events() > 1;
    let cost = if many { "CPU µs/event" } else { "CPU ms" };
    let heading = ["", cost, "spread", "events/s", "peak MB", "× hand-written", "× ours", "work"];
    let mut table = vec![heading.map(str::to_owned).to_vec()];
    let cells = results.cells(row);
    let base = |name: &str| {
        let column = options.contestants.iter().position(|contestant| contestant.name == name)?;
        cells[column].cpu()
    };
    for (column, contestant) in options.contestants.iter().enumerate() {
        let cell = &cells[column];
        let proved = results.proved(options, row, column);
        let work = match (&cell.failure, proved, contestant.drops(scenario)) {
            (Some(_), ..) => "FAILED",
            (None, false, _) => "LOST EVENTS",
            (None, true, true) => "not handed out",
            (None, true, false) => "whole",
        };
        let mut line = vec![contestant.label()];
        line.extend(numbers(cell, scenario));
        line.extend([HANDWRITTEN, OURS].map(|name| ratio(cell.cpu(), base(name))));
        line.push(work.to_owned());
        table.push(line);
    }
    if !many {
        // One event has no rate.
        table.iter_mut().for_each(|line| drop(line.remove(3)));
    }
    table
}

/// Cost, spread, rate and peak.
fn numbers(cell: &Cell, scenario: &Scenario) -> [String; 4] {
    let (Some(cpu), Some(max), Some(wall), Some(peak)) =
        (cell.cpu(), cell.cpu_max(), cell.wall(), cell.peak())
    else {
        return [ABSENT; 4].map(str::to_owned);
    };
    let events = f64::from(scenario.body.events());
    let unit = if events > 1.0 { 1e6 / events } else { 1e3 };
    let spread = (max.as_secs_f64() / cpu.as_secs_f64() - 1.0) * 100.0;
    [
        significant(cpu.as_secs_f64() * unit),
        if cell.samples.len() > 1 { format!("+{spread:.0} %") } else { "1 run".to_owned() },
        grouped(events / wall.as_secs_f64()),
        format!("{:.1}", peak as f64 / 1e6),
    ]
}

fn ratio(cpu: Option<Duration>, base: Option<Duration>) -> String {
    match (cpu, base) {
        (Some(cpu), Some(base)) => format!("{:.2}", cpu.as_secs_f64() / base.as_secs_f64()),
        _ => ABSENT.to_owned(),
    }
}
