//! Instructions of a response from memory, counted by callgrind: no sockets but those to the collector.

use std::process::{Command, ExitCode};

use bench_harness::text::{grouped, padded};
use bench_harness::{Failure, binary, cargo_build};
use workload::Scenario;

use crate::OBSERVED;
use crate::collector::Collector;
use crate::variant::{self, NONE, Variant};

/// A run with few responses is subtracted from one with more: start and end of the process are the same in both.
const FEW: u32 = 1;
const MORE: u32 = 6;

pub(crate) fn run() -> Result<ExitCode, Failure> {
    cargo_build(OBSERVED)?;
    let collector = Collector::start()?;
    for scenario in Scenario::telemetry() {
        let mut table = vec![["", "instructions a response", "more", "×"].map(str::to_owned).to_vec()];
        let mut none = None;
        for variant in variant::chosen(true).iter().filter(|variant| counts_once(variant)) {
            let cost = |responses| count(&collector, variant, &scenario, responses);
            let each = cost(MORE)?.saturating_sub(cost(FEW)?) as f64 / f64::from(MORE - FEW);
            let none = *none.get_or_insert(each);
            table.push(vec![
                variant.title.to_owned(),
                grouped(each),
                grouped(each - none),
                format!("{:.4}", each / none),
            ]);
        }
        println!("{}, from memory\n{}", scenario.title, padded(&table, "  "));
    }
    Ok(ExitCode::SUCCESS)
}

/// Counting has no noise that a second run would show.
fn counts_once(variant: &Variant) -> bool {
    variant.sinks != NONE.sinks || *variant == NONE
}

/// Instructions of one run, all threads.
fn count(
    collector: &Collector,
    variant: &Variant,
    scenario: &Scenario,
    responses: u32,
) -> Result<u64, Failure> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(binary(OBSERVED))
        .args([variant.sinks, if variant.sends_each { "each" } else { "batches" }])
        .arg(format!("memory={}", scenario.name))
        .args([responses.to_string(), collector.url()])
        .output()
        .map_err(|error| format!("valgrind: {error}; install it to count instructions"))?;
    collector.take();
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{OBSERVED} failed:\n{text}").into());
    }
    let collected = text.lines().find_map(|line| line.split("Collected :").nth(1));
    Ok(collected.ok_or("callgrind printed no count")?.trim().parse()?)
}
