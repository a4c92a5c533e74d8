//! The comparison: builds the contestants, runs each in a process of its own against one server, checks
//! that none lost an event, and prints what each cost.

mod contestant;
mod instructions;
mod measure;
mod options;
mod report;
mod scripts;
mod targets;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use bench_harness::{Failure, Machine};
use measure::Results;
use options::{Mode, Options};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("compare: {failure}");
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
        Mode::Compare(options) => options,
    };
    contestant::build(&options.contestants)?;
    let machine = Machine::describe();
    let results = measure::run(&options)?;
    let text = report::terminal(&options, &machine, &results);
    print!("{text}");
    if let Some(file) = &options.markdown {
        std::fs::write(file, report::markdown(&options, &machine, &results))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(verdict(&options, &results))
}

/// Fails when a contestant lost something. Time never fails a run.
fn verdict(options: &Options, results: &Results) -> ExitCode {
    let losses = results.losses(options);
    for loss in &losses {
        eprintln!("compare: {loss}");
    }
    if losses.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
