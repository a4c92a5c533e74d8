//! The results as tables.

use std::fmt::Write as _;
use std::time::Duration;

use bench_harness::Machine;
use bench_harness::text::{self, Table, padded, significant};

use crate::case::Case;
use crate::measure::{Costs, Results};
use crate::options::Options;
use crate::variant::ALL;

/// CPU with all sinks over CPU with none.
const PROMISED: f64 = 1.05;
const ABSENT: &str = "–";
const COLD: &str = "a process with a single response, start and end included (HTTP and SSE, 16 KB chunks)";

/// For a terminal.
pub(crate) fn terminal(options: &Options, machine: &Machine, results: &Results) -> String {
    let mut out = format!("\n{}\n", heading(options, machine));
    for (title, table) in tables(options, results) {
        let _ = write!(out, "\n{title}\n{}", padded(&table, "  "));
    }
    let _ = write!(out, "\n{}", promises(options, results).concat());
    out
}

/// For a page.
pub(crate) fn markdown(options: &Options, machine: &Machine, results: &Results) -> String {
    let mut out = format!("{}\n", heading(options, machine));
    for (title, table) in tables(options, results) {
        let _ = write!(out, "\n### {title}\n\n{}", text::markdown(table));
    }
    let lines: String = promises(options, results).iter().map(|line| format!("- {line}")).collect();
    let _ = write!(out, "\n### Promise\n\n{lines}");
    out
}

fn heading(options: &Options, machine: &Machine) -> String {
    let Options { rounds, responses, multi_thread, .. } = options;
    let runtime = if *multi_thread { "multi-thread" } else { "current-thread" };
    format!("{machine}; {runtime} runtime; {rounds} rounds of {responses} responses of 20,000 deltas.")
}

fn tables(options: &Options, results: &Results) -> Vec<(String, Table)> {
    let mut tables = Vec::new();
    for (case, costs) in Case::all().iter().zip(&results.steady) {
        let rows = options.variants.iter().map(|variant| variant.title).zip(costs);
        tables.push((case.title.to_owned(), table("CPU ms/response", rows, costs.first())));
    }
    let rows = results.cold.iter().map(|(title, costs)| (*title, costs));
    let none = results.cold.get(1).map(|(_, costs)| costs);
    tables.push((COLD.to_owned(), table("CPU ms", rows, none)));
    tables
}

fn table<'a>(
    unit: &str,
    rows: impl Iterator<Item = (&'static str, &'a Costs)>,
    none: Option<&Costs>,
) -> Table {
    let heading = ["", unit, "spread", "µs more", "× none", "× none, by rounds: least, median, most"];
    let mut table = vec![heading.map(str::to_owned).to_vec()];
    for (title, costs) in rows {
        let mut line = vec![title.to_owned()];
        line.extend(match (least(costs), costs.iter().max(), none.and_then(least)) {
            (Some(cpu), Some(most), Some(base)) => [
                significant(cpu.as_secs_f64() * 1e3),
                format!("+{:.0} %", (ratio(*most, cpu) - 1.0) * 100.0),
                format!("{:+.0}", (cpu.as_secs_f64() - base.as_secs_f64()) * 1e6),
                format!("{:.3}", ratio(cpu, base)),
                by_rounds(costs, none.map_or(&[], Vec::as_slice)),
            ],
            _ => [ABSENT; 5].map(str::to_owned),
        });
        table.push(line);
    }
    table
}

/// One line for each promise. A smoke test is too short to judge a time by.
fn promises(options: &Options, results: &Results) -> Vec<String> {
    let all = options.variants.iter().position(|variant| *variant == ALL);
    let line = |(case, costs): (&Case, &Vec<Costs>)| {
        let ratio = ratio(least(&costs[all?])?, least(&costs[0])?);
        let verdict = if ratio <= PROMISED { "met" } else { "MISSED" };
        Some(format!(
            "{}: CPU, all sinks over none, {ratio:.3} (promised {PROMISED}): {verdict}\n",
            case.title
        ))
    };
    Case::all().iter().zip(&results.steady).filter(|_| !options.quick).filter_map(line).collect()
}

/// Noise only ever adds.
fn least(costs: &Costs) -> Option<Duration> {
    costs.iter().min().copied()
}

fn ratio(cpu: Duration, base: Duration) -> f64 {
    cpu.as_secs_f64() / base.as_secs_f64()
}

fn by_rounds(costs: &[Duration], none: &[Duration]) -> String {
    let mut ratios: Vec<f64> = costs.iter().zip(none).map(|(cpu, base)| ratio(*cpu, *base)).collect();
    ratios.sort_by(f64::total_cmp);
    match (ratios.first(), ratios.get(ratios.len() / 2), ratios.last()) {
        (Some(least), Some(median), Some(most)) => format!("{least:.3}, {median:.3}, {most:.3}"),
        _ => ABSENT.to_owned(),
    }
}
