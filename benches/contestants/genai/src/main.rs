//! genai: `Client::exec_chat_stream` with its adapter for the Responses API.

use std::hint::black_box;
use std::process::ExitCode;

use bench_runtime::Outcome;
use futures_util::StreamExt as _;
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatRequest, ChatStreamEvent};
use genai::resolver::{AuthData, Endpoint};
use genai::{Client, ModelIden, ServiceTarget};
use workload::Tally;

fn main() -> ExitCode {
    bench_runtime::run(read)
}

async fn read(base_url: String) -> Outcome {
    let target = ServiceTarget {
        endpoint: Endpoint::from_owned(format!("{base_url}/")),
        auth: AuthData::from_single("bench"),
        model: ModelIden::new(AdapterKind::OpenAIResp, "gpt-5.4"),
    };
    let request = ChatRequest::new(vec![ChatMessage::user("Say hello")]);
    let mut events = Client::new()?.exec_chat_stream(target, request, None).await?.stream;
    let mut tally = Tally::default();
    while let Some(event) = events.next().await {
        let event = event?;
        if let ChatStreamEvent::Chunk(chunk) = &event {
            tally.delta(&chunk.content);
        }
        black_box(event);
    }
    Ok(tally)
}
