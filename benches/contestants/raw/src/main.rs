//! Reads the bytes and drops them: the floor.

use std::process::ExitCode;

use bench_runtime::Outcome;
use workload::Tally;

fn main() -> ExitCode {
    bench_runtime::run(read)
}

async fn read(base_url: String) -> Outcome {
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "a provider is installed")?;
    let mut response = reqwest::Client::new()
        .post(format!("{base_url}/responses"))
        .bearer_auth("bench")
        .header("content-type", "application/json")
        .body(r#"{"model":"gpt-5.4","input":"Say hello","stream":true}"#)
        .send()
        .await?
        .error_for_status()?;
    let mut tally = Tally::default();
    while let Some(chunk) = response.chunk().await? {
        tally.bytes(chunk.len());
    }
    Ok(tally)
}
