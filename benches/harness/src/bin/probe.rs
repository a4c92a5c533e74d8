//! Runs one command and prints what it cost: `probe COMMAND ARG…`.
//!
//! A process of its own for each measurement: Linux keeps one peak over all children of a process, and
//! counts the memory of the process that forked into the peak of the child. This one is small.

use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let Some(program) = args.next() else {
        eprintln!("usage: probe COMMAND ARG…");
        return ExitCode::FAILURE;
    };
    let start = Instant::now();
    let status = Command::new(&program).args(args).stdin(Stdio::null()).status();
    let wall = start.elapsed().as_micros();
    match (status, getrusage(UsageWho::RUSAGE_CHILDREN)) {
        (Ok(status), Ok(usage)) if status.success() => {
            let user = usage.user_time().num_microseconds();
            let system = usage.system_time().num_microseconds();
            println!("usage wall_us={wall} user_us={user} system_us={system} peak_kb={}", usage.max_rss());
            ExitCode::SUCCESS
        }
        (status, usage) => {
            eprintln!("probe: {}: {status:?} {:?}", program.display(), usage.err());
            ExitCode::FAILURE
        }
    }
}
