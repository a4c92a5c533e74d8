//! codex-api: `ResponsesClient::stream_request`.

use std::process::ExitCode;

use bench_ours::count;
use bench_runtime::Outcome;
use codex_api::{ApiClient, ApiKey, Provider};

fn main() -> ExitCode {
    bench_runtime::run(read)
}

async fn read(base_url: String) -> Outcome {
    count(&ApiClient::new(Provider::new("bench", &base_url)?)?.auth(ApiKey::new("bench"))).await
}
