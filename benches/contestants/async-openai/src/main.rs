//! async-openai: `Client::responses().create_stream`.

use std::hint::black_box;
use std::process::ExitCode;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::responses::{
    CreateResponseArgs, OutputItem, OutputMessageContent, ResponseStreamEvent,
};
use bench_runtime::Outcome;
use futures_util::StreamExt as _;
use workload::Tally;

fn main() -> ExitCode {
    bench_runtime::run(read)
}

async fn read(base_url: String) -> Outcome {
    let client = Client::with_config(OpenAIConfig::new().with_api_base(base_url).with_api_key("bench"));
    let request = CreateResponseArgs::default().model("gpt-5.4").input("Say hello").stream(true).build()?;
    let mut events = client.responses().create_stream(request).await?;
    let mut tally = Tally::default();
    while let Some(event) = events.next().await {
        let event = event?;
        match &event {
            ResponseStreamEvent::ResponseOutputTextDelta(event) => tally.delta(&event.delta),
            ResponseStreamEvent::ResponseOutputItemDone(event) => count_item(&mut tally, &event.item),
            ResponseStreamEvent::ResponseCompleted(_) => break,
            _ => {}
        }
        black_box(event);
    }
    Ok(tally)
}

fn count_item(tally: &mut Tally, item: &OutputItem) {
    if let OutputItem::Message(message) = item {
        for content in &message.content {
            if let OutputMessageContent::OutputText(part) = content {
                tally.item(&part.text);
            }
        }
    }
}
