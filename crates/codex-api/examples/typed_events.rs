//! Everything a stream can give is typed; what this version does not know comes as it is.

use codex_api::{ApiClient, ApiKey, Provider, ResponseEvent, ResponseItem, ResponsesApiRequest};
use codex_sim::{Reply, Rule, Scenario, Simulator};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let reply = Reply::new()
        .reasoning_summary("The user wants the weather.")
        .message_in_phase("commentary", "Let me look that up.")
        .function_call("get_weather", json!({ "city": "Paris" }));
    let simulator = Simulator::start(Scenario::new().rule(Rule::reply(reply))).await?;
    let client = ApiClient::new(Provider::new("sim", &simulator.base_url())?)?.auth(ApiKey::new("sk-sim"));

    let request = ResponsesApiRequest::new("gpt-5.4").input("How is the weather in Paris?");
    let mut stream = client.responses().stream(&request).await?;
    while let Some(event) = stream.next().await {
        match event? {
            ResponseEvent::ReasoningSummaryTextDelta(thought) => {
                println!("thinking  {}", thought.delta.trim());
            }
            ResponseEvent::OutputTextDelta(text) => println!("text      {}", text.delta.trim()),
            ResponseEvent::OutputItemDone(done) => match &*done.item {
                ResponseItem::FunctionCall(call) => println!("call      {}({})", call.name, call.arguments),
                item => println!("item      {}", item.kind()),
            },
            ResponseEvent::Unknown { kind, raw } => println!("unknown   {kind}: {raw}"),
            ResponseEvent::Completed { response_id, token_usage, .. } => {
                println!("completed {response_id}, {token_usage:?}");
            }
            event => println!("event     {}", event.kind()),
        }
    }
    Ok(())
}
