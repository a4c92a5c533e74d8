//! One stream through codex-api's public API, counted.

mod memory;

use std::hint::black_box;

use bench_runtime::Outcome;
use codex_api::{
    ApiClient, ContentPart, ResponseEvent, ResponseItem, ResponseStream, ResponsesApiRequest,
    ResponsesOptions,
};
use workload::Tally;

pub use memory::Memory;

/// What every contestant that is ours asks for.
pub fn request() -> ResponsesApiRequest {
    ResponsesApiRequest::new("gpt-5.4").input("Say hello")
}

/// Streams a response over HTTP and counts what arrives.
pub async fn count(client: &ApiClient) -> Outcome {
    count_stream(client.responses().stream_request(&request(), &ResponsesOptions::default()).await?).await
}

/// Reads a stream to its end and counts what arrives.
pub async fn count_stream(mut events: ResponseStream) -> Outcome {
    let mut tally = Tally::default();
    while let Some(event) = events.next().await {
        let event = event?;
        match &event {
            ResponseEvent::OutputTextDelta(event) => tally.delta(&event.delta),
            ResponseEvent::OutputItemDone(event) => count_item(&mut tally, &event.item),
            _ => {}
        }
        black_box(event);
    }
    Ok(tally)
}

fn count_item(tally: &mut Tally, item: &ResponseItem) {
    if let ResponseItem::Message(message) = item {
        for part in message.content.parts() {
            if let ContentPart::OutputText(part) = part {
                tally.item(&part.text);
            }
        }
    }
}
