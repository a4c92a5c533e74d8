//! rig: its OpenAI client on the Responses route, streamed.

use std::hint::black_box;
use std::process::ExitCode;

use bench_runtime::Outcome;
use futures_util::StreamExt as _;
use rig_core::completion::{AssistantContent, CompletionRequest};
use rig_core::providers::openai::wire::OpenAIConfig;
use rig_core::streaming::{Item, StreamEvent};
use workload::Tally;

fn main() -> ExitCode {
    bench_runtime::run(read)
}

async fn read(base_url: String) -> Outcome {
    let model = OpenAIConfig::new("bench").with_base_url(base_url).client().responses("gpt-5.4");
    let mut events = model.stream(CompletionRequest::new("Say hello"))?;
    let mut tally = Tally::default();
    while let Some(item) = events.next().await {
        let item = item?;
        match &item {
            Item::Event(StreamEvent::Text { text, .. }) => tally.delta(text),
            Item::Event(StreamEvent::End { content: AssistantContent::Text(text), .. }) => {
                tally.item(&text.text);
            }
            _ => {}
        }
        black_box(item);
    }
    Ok(tally)
}
