//! Instructions of decoding from memory, counted by callgrind: the same number every time.

use std::process::{Command, ExitCode};

use bench_harness::{Failure, binary, cargo_build};

/// Each stream `bench-decode` knows, and what a count is divided by.
const STREAMS: [(&str, &str, f64); 5] = [
    ("16k", "an event of 280 bytes, 16 KB chunks", 20_000.0),
    ("1m", "an event of 280 bytes, 1 MB chunks", 20_000.0),
    ("event", "an event of 280 bytes, one event a chunk", 20_000.0),
    ("large-delta", "a byte of an 8 MB output_text.delta, 16 KB chunks", 8_388_608.0),
    ("large-item", "a byte of an 8 MB output_item.done, 16 KB chunks", 8_388_608.0),
];

pub(crate) fn run() -> Result<ExitCode, Failure> {
    cargo_build("bench-decode")?;
    println!("instructions for {:<50} {:>12} {:>8} {:>6}", "", "hand-written", "ours", "ratio");
    for (stream, title, units) in STREAMS {
        let nothing = count("nothing", stream)?;
        let cost =
            |decoder| Ok::<_, Failure>((count(decoder, stream)?.saturating_sub(nothing)) as f64 / units);
        let (handwritten, ours) = (cost("handwritten")?, cost("ours")?);
        println!("  {title:<64} {handwritten:>12.2} {ours:>8.2} {:>6.2}", ours / handwritten);
    }
    Ok(ExitCode::SUCCESS)
}

/// Instructions of one run of `bench-decode`.
fn count(decoder: &str, stream: &str) -> Result<u64, Failure> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(binary("bench-decode"))
        .args([decoder, stream])
        .output()
        .map_err(|error| format!("valgrind: {error}; install it to count instructions"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("bench-decode {decoder} {stream} failed:\n{text}").into());
    }
    let collected = text.lines().find_map(|line| line.split("Collected :").nth(1));
    Ok(collected.ok_or("callgrind printed no count")?.trim().parse()?)
}
