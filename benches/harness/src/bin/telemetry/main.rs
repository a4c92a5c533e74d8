//! What telemetry costs: the streaming client without sinks and with all of them, in turns, against one server and one
//! collector, in one run.

mod case;
mod collector;
mod instructions;
mod measure;
mod options;
mod otlp;
mod proof;
mod report;
mod run;
#[cfg(test)]
mod tests;
mod variant;

use std::process::ExitCode;

use bench_harness::{Failure, Machine, cargo_build};
use measure::Results;
use options::{Mode, Options};

/// The package of the program that is measured.
const OBSERVED: &str = "bench-observed";
/// The same client in a program that has no sinks at all.
const PLAIN: &str = "bench-ours";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("telemetry: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let options = match Options::parse(std::env::args().skip(1))? {
        Mode::Help => {
            print!("{}", options::HELP);
            return Ok(ExitCode::SUCCESS);
        }
        Mode::Instructions => return instructions::run(),
        Mode::Measure(options) => options,
    };
    for package in [OBSERVED, PLAIN] {
        cargo_build(package)?;
    }
    let machine = Machine::describe();
    let results = measure::run(&options)?;
    print!("{}", report::terminal(&options, &machine, &results));
    if let Some(file) = &options.markdown {
        std::fs::write(file, report::markdown(&options, &machine, &results))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(verdict(&results))
}

/// Fails when work was left out: an event, a record, a span. Time never fails a run.
fn verdict(results: &Results) -> ExitCode {
    for fault in &results.faults {
        eprintln!("telemetry: {fault}");
    }
    if results.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
