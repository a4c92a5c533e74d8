//! Speech to text: one task sends sound, the other prints the text as it comes.

use std::io::Write;

use codex_api::{ApiClient, ApiKey, Provider, RealtimeSettings, realtime::RealtimeServerEvent};
use codex_sim::{Scenario, Simulator};

/// 20 ms of silence: 24 kHz, mono, 16 bits.
const SILENCE: [u8; 960] = [0; 960];

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let simulator = Simulator::start(Scenario::default()).await?;
    let client = ApiClient::new(Provider::new("sim", &simulator.base_url())?)?.auth(ApiKey::new("sk-sim"));

    let session = client.realtime().connect(&RealtimeSettings::transcription()).await?;
    let (mut reader, writer) = session.into_split();
    let speaking = tokio::spawn(async move {
        for _ in 0..100 {
            writer.append_sound(&SILENCE).await?;
        }
        writer.commit_sound().await
    });
    while let Some(event) = reader.next().await {
        match event? {
            RealtimeServerEvent::InputAudioTranscriptionDelta(delta) => {
                print!("{}", delta.delta);
                std::io::stdout().flush()?;
            }
            RealtimeServerEvent::InputAudioTranscriptionCompleted(_) => break,
            _ => {}
        }
    }
    println!();
    speaking.await??;
    Ok(())
}
