//! Runs the cases of the Autobahn test suite against this crate's WebSocket client. `scripts/autobahn` starts the
//! suite's server, runs this and reads the report; by itself:
//!
//! ```text
//! cargo run --example autobahn_client -- ws://127.0.0.1:9001
//! ```

use std::error::Error;
use std::time::Duration;

use codex_client::{
    ClientConfig, DeflateOffer, ProxySource, Request, ReqwestWebSocketTransport, TransportError,
    WebSocketConnection, WebSocketMessage, WebSocketOptions, WebSocketTransport,
};
use http::Method;

/// The name in the report.
const AGENT: &str = "codex-client";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(server) = std::env::args().nth(1) else {
        println!("usage: autobahn_client ws://HOST:PORT (see scripts/autobahn)");
        return Ok(());
    };
    let mut config = ClientConfig::default();
    config.proxy = ProxySource::None;
    let transport = ReqwestWebSocketTransport::new(&config)?;

    let mut counting = open(&transport, &format!("{server}/getCaseCount")).await?;
    let Some(WebSocketMessage::Text(count)) = counting.next().await.transpose()? else {
        return Err("the server does not say how many cases there are".into());
    };
    let count: u32 = count.parse()?;
    for case in 1..=count {
        let url = format!("{server}/runCase?case={case}&agent={AGENT}");
        // Most failures here are what the case is about; the report tells.
        if let Err(error) = echo(open(&transport, &url).await?).await {
            println!("case {case} of {count}: {error}");
        }
    }
    let mut reporting = open(&transport, &format!("{server}/updateReports?agent={AGENT}")).await?;
    while reporting.next().await.is_some() {}
    Ok(())
}

async fn open(
    transport: &ReqwestWebSocketTransport,
    url: &str,
) -> Result<WebSocketConnection, Box<dyn Error>> {
    let mut request = Request::new(Method::GET, url.parse()?);
    request.timeouts.byte_idle = Some(Duration::from_secs(60));
    let mut options = WebSocketOptions::default();
    // So that the compressor is tested too, and by all parameters: the suite's server chooses only among those that
    // the offer names.
    options.compress_from = 0;
    options.deflate = DeflateOffer::OnWithoutMemory;
    Ok(transport.connect(request, options).await?)
}

/// Sends back what comes, until the server closes.
async fn echo(mut connection: WebSocketConnection) -> Result<(), TransportError> {
    while let Some(message) = connection.next().await.transpose()? {
        match message {
            WebSocketMessage::Text(text) => connection.send_text(&text).await?,
            WebSocketMessage::Binary(bytes) => connection.send_binary(&bytes).await?,
            WebSocketMessage::Close(_) => {}
        }
    }
    Ok(())
}
