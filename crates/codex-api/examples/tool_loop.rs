//! Functions that the model calls: the loop runs them and tells the model what they returned.

use codex_api::{ApiClient, ApiKey, Provider, ResponsesApiRequest, ToolError, ToolSet};
use codex_sim::{Scenario, Simulator};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of the tool; the schema that the model sees is derived from this type.
#[derive(Deserialize, JsonSchema)]
struct WeatherOf {
    /// Name of the city.
    city: String,
}

#[derive(Serialize)]
struct Weather {
    degrees_celsius: i32,
    sky: &'static str,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let simulator = Simulator::start(Scenario::default()).await?;
    let client = ApiClient::new(Provider::new("sim", &simulator.base_url())?)?.auth(ApiKey::new("sk-sim"));

    let tools = ToolSet::new().tool("get_weather", "The weather of a city.", |asked: WeatherOf| async move {
        println!("tool: get_weather({:?})", asked.city);
        if asked.city.is_empty() {
            return Err(ToolError::new("name a city"));
        }
        Ok(Weather { degrees_celsius: 19, sky: "clear" })
    });

    let request =
        ResponsesApiRequest::new("gpt-5.4").input("Call get_weather for Paris and tell me what to wear.");
    let response = client.responses().run_tools(&request, &tools).await?;
    println!("{}", response.output_text());
    Ok(())
}
