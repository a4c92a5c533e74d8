//! A response that outlives its connection: the stream is cut, taken up again, and no event is lost or comes twice.

use codex_api::{ApiClient, ApiKey, Provider, ResponseEvent, ResponsesApiRequest, ResumingStream};
use codex_sim::{Cut, Faults, Position, Rule, Scenario, Simulator};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cut = Rule::from(Faults::new().cut(Position::Events(8), Cut::Drop));
    let simulator = Simulator::start(Scenario::new().rule(cut.once())).await?;
    let client = ApiClient::new(Provider::new("sim", &simulator.base_url())?)?.auth(ApiKey::new("sk-sim"));

    let mut request = ResponsesApiRequest::new("gpt-5.4").input("Say hello").store(true);
    request.background = Some(true);
    let stream = client.responses().stream(&request).await?;
    let mut stream = ResumingStream::of_stream(client.stored_responses(), stream);
    while let Some(event) = stream.next().await {
        if let ResponseEvent::OutputTextDelta(text) = event? {
            print!("{}", text.delta);
        }
    }
    println!("\n(taken up again {} times, last event {:?})", stream.resumed(), stream.last_sequence_number());
    Ok(())
}
