//! What errors tell, and which of them are worth another try.

use codex_api::{ApiClient, ApiError, ApiKey, Provider, Response, ResponsesApiRequest, RetryPolicy};
use codex_sim::{Cut, Failure, Faults, Position, Rule, Scenario, Simulator, StreamFailure};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let story = [
        (
            "bad key",
            Rule::fail(Failure::new(401).code("invalid_api_key").message("Incorrect API key provided.")),
        ),
        (
            "no quota left",
            Rule::fail(Failure::new(429).code("insufficient_quota").message("Check your plan.")),
        ),
        (
            "too much input",
            Rule::fail(Failure::new(400).code("context_length_exceeded").message("Too long.")),
        ),
        ("cut in the middle", Rule::from(Faults::new().cut(Position::Events(8), Cut::Drop))),
        ("ended without a last event", Rule::from(Faults::new().cut(Position::Events(6), Cut::Clean))),
        (
            "failed inside",
            Rule::from(Faults::new().fail(StreamFailure::new(2, "server_error", "Something broke."))),
        ),
    ];
    for (what, rule) in story {
        let simulator = Simulator::start(Scenario::new().rule(rule)).await?;
        let mut provider = Provider::new("sim", &simulator.base_url())?;
        provider.retry = RetryPolicy::never();
        let client = ApiClient::new(provider)?.auth(ApiKey::new("sk-sim"));
        tell(what, client.responses().create(&ResponsesApiRequest::new("gpt-5.4").input("Say hello")).await);
    }
    Ok(())
}

fn tell(what: &str, result: Result<Response, ApiError>) {
    match result {
        Ok(response) => println!("{what}: {}", response.output_text()),
        Err(error) => println!("{what}\n  {}\n  advice: {:?}", error.report(), error.retry_advice()),
    }
}
