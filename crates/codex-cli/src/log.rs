//! The log of the libraries: on standard error for those who set `RUST_LOG`, and its end for a bug report.

use std::io::stderr;

use codex_core::Environment;
use codex_feedback::LogRing;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::{failure::Failure, run::Run};

const VARIABLE: &str = "RUST_LOG";

/// Whether there will be a log on standard error.
pub(crate) fn is_wanted(environment: &Environment) -> bool {
    environment.variable(VARIABLE).is_some()
}

/// Writes what `RUST_LOG` asks for to standard error; what the run keeps does not depend on it.
pub(crate) fn start(environment: &Environment, colored: bool, run: &Run) -> Result<(), Failure> {
    let filter = environment.variable(VARIABLE);
    let filter = filter.map(|filter| EnvFilter::builder().parse(filter)).transpose()?;
    let terminal =
        filter.map(|filter| fmt::layer().with_writer(stderr).with_ansi(colored).with_filter(filter));
    tracing_subscriber::registry()
        .with(run.log_ring().map(LogRing::layer))
        .with(run.complaint().layer())
        .with(terminal)
        .init();
    Ok(())
}
