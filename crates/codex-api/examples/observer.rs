//! Every attempt as a typed fact: here one that is refused for a moment, then answered.

use std::sync::Arc;

use codex_api::{ApiClient, ApiKey, Event, Observer, Provider, ResponsesApiRequest};
use codex_sim::{Scenario, Simulator};

struct Print;

impl Observer for Print {
    fn on_event(&self, event: &Event) {
        match event {
            Event::ApiRequest(fact) => println!(
                "attempt {} of {}: status {:?}, auth attached: {}, request id {:?}",
                fact.context.attempt,
                fact.context.endpoint,
                fact.outcome.status,
                fact.context.attachment.header_name.is_some(),
                fact.outcome.evidence.request_id.as_deref(),
            ),
            Event::StreamEnded(fact) => {
                println!("stream ended after {} events, {} bytes", fact.events, fact.bytes);
            }
            _ => {}
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Scenario::from_toml(
        r#"
        [[rule]]
        times = 1
        [rule.fail]
        status = 503
        code = "server_is_overloaded"
        message = "The model is loading."
        headers = { retry-after-ms = "20" }
        "#,
    )?;
    let simulator = Simulator::start(scenario).await?;
    let client = ApiClient::new(Provider::new("sim", &simulator.base_url())?)?
        .auth(ApiKey::new("sk-sim"))
        .observer(Arc::new(Print));
    let response = client.responses().create(&ResponsesApiRequest::new("gpt-5.4").input("Say hello")).await?;
    println!("{}", response.output_text());
    Ok(())
}
