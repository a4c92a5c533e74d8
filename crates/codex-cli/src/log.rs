//! The log of the libraries, on standard error, for those who set `RUST_LOG`.

use std::io::stderr;

use codex_core::Environment;
use tracing_subscriber::EnvFilter;

use crate::failure::Failure;

const VARIABLE: &str = "RUST_LOG";

/// Whether there will be a log.
pub(crate) fn is_wanted(environment: &Environment) -> bool {
    environment.variable(VARIABLE).is_some()
}

/// Writes what `RUST_LOG` asks for; without it there is no log.
pub(crate) fn start(environment: &Environment, colored: bool) -> Result<(), Failure> {
    let Some(filter) = environment.variable(VARIABLE) else { return Ok(()) };
    let filter = EnvFilter::builder().parse(filter)?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).with_ansi(colored).init();
    Ok(())
}
