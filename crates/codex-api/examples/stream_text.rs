//! Prints text as it comes.
//!
//! `cargo run -p codex-api --example stream_text -- "Say hello"` talks to the simulator; with `OPENAI_API_KEY` set (and
//! `OPENAI_BASE_URL`, `MODEL` where wanted) to a real service.

use std::io::Write;

use codex_api::{ApiClient, ApiKey, Provider, ResponseEvent, ResponsesApiRequest};
use codex_sim::{Scenario, Simulator};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let prompt = std::env::args().nth(1).unwrap_or_else(|| "Say hello".to_owned());
    let model = std::env::var("MODEL").unwrap_or_else(|_| "gpt-5.4".to_owned());
    let simulator = Simulator::start(Scenario::default()).await?;
    let client = if std::env::var_os("OPENAI_API_KEY").is_some() {
        ApiClient::from_env()?
    } else {
        ApiClient::new(Provider::new("sim", &simulator.base_url())?)?.auth(ApiKey::new("sk-sim"))
    };

    let mut stream = client.responses().stream(&ResponsesApiRequest::new(model).input(prompt)).await?;
    while let Some(event) = stream.next().await {
        match event? {
            ResponseEvent::OutputTextDelta(text) => {
                print!("{}", text.delta);
                std::io::stdout().flush()?;
            }
            ResponseEvent::Completed { token_usage: Some(usage), .. } => {
                println!("\n({} tokens in, {} out)", usage.input_tokens, usage.output_tokens);
            }
            _ => {}
        }
    }
    Ok(())
}
