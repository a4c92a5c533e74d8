//! Two ways to go on with a conversation: let the service remember it, or send the history.

use codex_api::{ApiClient, ApiKey, Provider, ResponseItem, ResponsesApiRequest};
use codex_sim::{Scenario, Simulator};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let simulator = Simulator::start(Scenario::default()).await?;
    let client = ApiClient::new(Provider::new("sim", &simulator.base_url())?)?.auth(ApiKey::new("sk-sim"));
    let responses = client.responses();

    // The service stores the response, and the next request names it.
    let first =
        responses.create(&ResponsesApiRequest::new("gpt-5.4").input("My name is Ada.").store(true)).await?;
    println!("1: {}", first.output_text());
    let next = ResponsesApiRequest::new("gpt-5.4").input("What is my name?").previous_response_id(&first.id);
    println!("2: {}", responses.create(&next).await?.output_text());

    // Or nothing is stored: the output of one turn is part of the input of the next, whatever items it holds.
    let mut history = vec![ResponseItem::user("My name is Ada.")];
    let first =
        responses.create(&ResponsesApiRequest::new("gpt-5.4").input(history.clone()).store(false)).await?;
    history.extend(first.output);
    history.push(ResponseItem::user("What is my name?"));
    let second = responses.create(&ResponsesApiRequest::new("gpt-5.4").input(history).store(false)).await?;
    println!("3: {}", second.output_text());
    Ok(())
}
