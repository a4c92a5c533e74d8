//! eventsource-stream over reqwest; each event decoded by serde into an enum tagged by `type`.

mod event;

use std::hint::black_box;
use std::process::ExitCode;

use bench_runtime::Outcome;
use eventsource_stream::Eventsource as _;
use futures_util::StreamExt as _;
use workload::Tally;

use event::StreamEvent;

fn main() -> ExitCode {
    bench_runtime::run(read)
}

async fn read(base_url: String) -> Outcome {
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "a provider is installed")?;
    let response = reqwest::Client::new()
        .post(format!("{base_url}/responses"))
        .bearer_auth("bench")
        .header("content-type", "application/json")
        .body(r#"{"model":"gpt-5.4","input":"Say hello","stream":true}"#)
        .send()
        .await?
        .error_for_status()?;
    let mut events = response.bytes_stream().eventsource();
    let mut tally = Tally::default();
    while let Some(event) = events.next().await {
        let event: StreamEvent = serde_json::from_str(&event?.data)?;
        match &event {
            StreamEvent::OutputTextDelta { delta, .. } => tally.delta(delta),
            StreamEvent::OutputItemDone { item, .. } => {
                item.content.iter().for_each(|part| tally.item(&part.text));
            }
            StreamEvent::Completed { .. } => break,
            _ => {}
        }
        black_box(event);
    }
    Ok(tally)
}
