//! What every contestant's `main` is: one runtime, one stream, one line with the tally.

use std::error::Error;
use std::process::ExitCode;

use tokio::runtime::{Builder, Runtime};
use workload::Tally;

/// What a contestant comes to.
pub type Outcome = Result<Tally, Box<dyn Error>>;

/// When set, the runtime has a thread for each core, as `#[tokio::main]` has; otherwise one thread.
pub const MULTI_THREAD: &str = "BENCH_MULTI_THREAD";

/// Runs a contestant on the base URL that is the first argument, and prints its tally.
pub fn run<F: Future<Output = Outcome>>(contestant: impl FnOnce(String) -> F) -> ExitCode {
    match outcome(contestant) {
        Ok(tally) => {
            println!("{tally}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn outcome<F: Future<Output = Outcome>>(contestant: impl FnOnce(String) -> F) -> Outcome {
    let base_url = std::env::args().nth(1).ok_or("wanted: the base URL of the server")?;
    runtime()?.block_on(contestant(base_url))
}

/// The runtime that every contestant runs on.
pub fn runtime() -> std::io::Result<Runtime> {
    let mut builder = match std::env::var_os(MULTI_THREAD) {
        Some(_) => Builder::new_multi_thread(),
        None => Builder::new_current_thread(),
    };
    builder.enable_all().build()
}
