//! codex-api with sinks on: what they cost, and what they did.
//!
//! Streams one response that is not counted and then as many as it is told to, with its sinks on or off, and prints the
//! tally of one response, what the counted ones cost, and what its sinks took in. One program for all, so that nothing
//! but the sinks is different.

mod cost;
mod order;
mod sinks;
mod source;

use std::error::Error;
use std::process::ExitCode;

use cost::Usage;
use order::{Order, Sending};
use sinks::Sinks;
use source::Source;
use workload::Tally;

type Failure = Box<dyn Error>;

fn main() -> ExitCode {
    let outcome = Order::parse(std::env::args().skip(1)).and_then(|order| {
        // Sinks are there before anything happens, as in any program.
        let sinks = Sinks::start(&order)?;
        bench_runtime::runtime()?.block_on(run(&order, sinks))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(order: &Order, sinks: Sinks) -> Result<(), Failure> {
    let source = Source::open(order, &sinks).await?;
    let first = source.read().await?;
    sinks.send();
    let before = Usage::now()?;
    for _ in 0..order.responses {
        same(&first, &source.read().await?)?;
        if order.sending == Sending::EachResponse {
            sinks.send();
        }
    }
    sinks.send();
    let cost = Usage::now()?.since(&before);
    source.close().await?;
    println!("{first}\n{cost}\n{}", sinks.finish(order));
    Ok(())
}

/// Every response has to come to the same, or its cost says nothing.
fn same(first: &Tally, tally: &Tally) -> Result<(), Failure> {
    if tally == first { Ok(()) } else { Err(format!("came to {tally} after {first}").into()) }
}
