//! A session over a WebSocket: each turn sends only what is new, and HTTP takes over when WebSocket does not work.

use codex_api::{ApiClient, ApiKey, Provider, ResponseEvent, ResponseItem, ResponsesApiRequest};
use codex_core::{ModelClient, SessionSettings, Transport, TurnEvent};
use codex_sim::{Scenario, Simulator};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let simulator = Simulator::start(Scenario::default()).await?;
    let api = ApiClient::new(Provider::new("sim", &simulator.base_url())?)?.auth(ApiKey::new("sk-sim"));
    let session = ModelClient::new(api, SessionSettings::with_transport(Transport::Auto));

    let mut history = Vec::new();
    for question in ["My name is Ada.", "What is my name?", "Thank you."] {
        history.push(ResponseItem::user(question));
        let mut turn = session.turn(ResponsesApiRequest::new("gpt-5.4").input(history.clone()));
        while let Some(event) = turn.next().await {
            match event? {
                TurnEvent::Event(ResponseEvent::OutputTextDelta(text)) => print!("{}", text.delta),
                TurnEvent::Event(ResponseEvent::OutputItemDone(done)) => history.push(*done.item),
                TurnEvent::FellBack { reason, .. } => eprintln!("going on over HTTP: {reason:?}"),
                _ => {}
            }
        }
        println!();
    }
    for request in simulator.requests() {
        let items = request.body.as_ref().and_then(|body| body["input"].as_array()).map_or(0, Vec::len);
        println!("sent {items} items over {:?}", request.transport);
    }
    Ok(())
}
