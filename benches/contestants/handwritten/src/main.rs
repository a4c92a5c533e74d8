//! The loop a careful programmer writes for this one stream: reqwest, memchr, serde_json.

use std::process::ExitCode;

use bench_handwritten::Reader;
use bench_runtime::Outcome;

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
    let mut reader = Reader::default();
    while !reader.completed() {
        let Some(chunk) = response.chunk().await? else {
            return Err("the stream ended before response.completed".into());
        };
        reader.push(&chunk)?;
    }
    Ok(reader.tally())
}
