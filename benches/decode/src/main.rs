//! Decodes a stream from memory, without sockets: `bench-decode nothing|handwritten|ours STREAM`.
//! Run under callgrind; `nothing` is what is subtracted.

use std::sync::Arc;

use bench_handwritten::Reader;
use bench_ours::Memory;
use bytes::Bytes;
use codex_api::{ApiClient, ApiKey, Provider};
use workload::{Body, Rendered, Scenario, Size, Tally};

/// Enough for a steady number, few enough for callgrind.
const DELTAS: u32 = 20_000;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [decoder, stream] = args.as_slice() else {
        return Err("usage: bench-decode nothing|handwritten|ours STREAM".into());
    };
    let rendered = Rendered::new(&scenario(stream)?);
    let chunks: Vec<Bytes> = rendered.chunks().into_iter().map(Bytes::copy_from_slice).collect();
    let expected = Tally { bytes: 0, ..rendered.expected };
    let tally = match decoder.as_str() {
        "nothing" => expected,
        "handwritten" => handwritten(chunks)?,
        "ours" => ours(chunks)?,
        _ => return Err(format!("no decoder is called {decoder}").into()),
    };
    if tally == expected { Ok(()) } else { Err(format!("{tally} instead of {expected}").into()) }
}

fn scenario(name: &str) -> Result<Scenario, Failure> {
    let mut all = Scenario::all(Size::Full).into_iter();
    let scenario = all.find(|scenario| scenario.name == name).ok_or("no such stream")?;
    let body = match scenario.body {
        Body::Deltas(_) => Body::Deltas(DELTAS),
        large => large,
    };
    Ok(Scenario { body, ..scenario })
}

fn handwritten(chunks: Vec<Bytes>) -> Result<Tally, Failure> {
    let mut reader = Reader::default();
    for chunk in chunks {
        reader.push(&chunk)?;
    }
    Ok(reader.tally())
}

fn ours(chunks: Vec<Bytes>) -> Result<Tally, Failure> {
    let provider = Provider::new("memory", "http://127.0.0.1:9/v1")?;
    let client =
        ApiClient::with_transport(provider, Arc::new(Memory::new(vec![chunks]))).auth(ApiKey::new("bench"));
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(bench_ours::count(&client))
}
