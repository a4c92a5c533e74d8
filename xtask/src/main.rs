//! Chores of the repository.
//!
//! - `cargo xtask tidy` checks the rules that no compiler checks: arrows between crates, sizes, names, words.
//! - `cargo xtask schema` prints the names of everything that leaves the process (`--write` renews the page that shows them).
//! - `cargo xtask readme` runs the README's quick start as it is written (`--list` only prints it).
//!
//! Exit codes: 0 all is well, 1 something was found, 2 usage.

mod readme;
mod repository;
mod schema;
mod tidy;

use std::process::ExitCode;

use crate::repository::{Repository, RepositoryError};

const USAGE: &str = "usage: cargo xtask <tidy | schema [--write] | readme [--list]>";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => run_tidy(),
        ["schema"] => {
            print!("{}", schema::markdown());
            Ok(true)
        }
        ["schema", "--write"] => write_schema(),
        ["readme"] => run_readme(readme::Mode::Run),
        ["readme", "--list"] => run_readme(readme::Mode::List),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run_tidy() -> Result<bool, Box<dyn std::error::Error>> {
    let report = tidy::check(&Repository::open()?)?;
    eprint!("{report}");
    Ok(report.passed())
}

fn write_schema() -> Result<bool, Box<dyn std::error::Error>> {
    let path = Repository::open()?.root().join(schema::PAGE);
    let page = std::fs::read_to_string(&path)
        .map_err(|source| RepositoryError::Read { path: path.clone(), source })?;
    let Some(renewed) = schema::renewed(&page) else {
        eprintln!("xtask: {} has no marks for the tables", path.display());
        return Ok(false);
    };
    std::fs::write(&path, renewed)?;
    Ok(true)
}

fn run_readme(mode: readme::Mode) -> Result<bool, Box<dyn std::error::Error>> {
    let repository = Repository::open()?;
    let path = repository.root().join("README.md");
    let text = std::fs::read_to_string(&path).map_err(|source| RepositoryError::Read { path, source })?;
    readme::quick_start(&text, repository.root(), mode)?;
    Ok(true)
}
