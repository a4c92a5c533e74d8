//! An answer as a Rust type: the schema is derived from it, the text is decoded into it.

use codex_api::{ApiClient, ApiKey, Provider, ResponsesApiRequest};
use codex_sim::{Scenario, Simulator};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "read by `Debug` only")]
struct Recipe {
    name: String,
    minutes: u32,
    ingredients: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let simulator = Simulator::start(Scenario::default()).await?;
    let client = ApiClient::new(Provider::new("sim", &simulator.base_url())?)?.auth(ApiKey::new("sk-sim"));

    let request = ResponsesApiRequest::new("gpt-5.4").input("A quick soup, please").json_schema::<Recipe>();
    let recipe: Recipe = client.responses().stream(&request).await?.parse().await?;
    println!("{recipe:#?}");
    Ok(())
}
