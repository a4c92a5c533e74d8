//! Where the responses come from.

use std::sync::Arc;

use bench_ours::{Memory, count, count_stream, request};
use bench_runtime::Outcome;
use bytes::Bytes;
use codex_api::{
    ApiClient, ApiKey, Provider, ResponsesOptions, ResponsesWebsocketConnection, WebSocketOptions,
};
use workload::{Rendered, Scenario, Size};

use crate::Failure;
use crate::order::{From, Order};
use crate::sinks::Sinks;

/// One response after another.
pub(crate) enum Source {
    Http(ApiClient),
    Websocket(Box<ResponsesWebsocketConnection>),
}

impl Source {
    pub(crate) async fn open(order: &Order, sinks: &Sinks) -> Result<Self, Failure> {
        let ready = |client: ApiClient| client.auth(ApiKey::new("bench")).observer(sinks.observer());
        Ok(match &order.from {
            From::Sse(url) => Self::Http(ready(ApiClient::new(Provider::new("bench", url)?)?)),
            From::Websocket(url) => {
                let client = ready(ApiClient::new(Provider::new("bench", url)?)?);
                let websocket = client.responses_websocket().websocket_options(WebSocketOptions::default());
                Self::Websocket(Box::new(websocket.connect(&ResponsesOptions::default()).await?))
            }
            From::Memory(scenario) => {
                let provider = Provider::new("bench", "http://127.0.0.1:9/v1")?;
                let memory = Memory::new(answers(scenario, order.responses)?);
                Self::Http(ready(ApiClient::with_transport(provider, Arc::new(memory))))
            }
        })
    }

    pub(crate) async fn read(&self) -> Outcome {
        match self {
            Self::Http(client) => count(client).await,
            Self::Websocket(connection) => count_stream(connection.stream(&request()).await?).await,
        }
    }

    pub(crate) async fn close(self) -> Result<(), Failure> {
        if let Self::Websocket(connection) = self {
            connection.close().await?;
        }
        Ok(())
    }
}

/// One for each response, and for the one that is not counted.
fn answers(scenario: &str, responses: u32) -> Result<Vec<Vec<Bytes>>, Failure> {
    let scenario = Scenario::find(scenario, Size::Full).ok_or("no such scenario")?;
    let rendered = Rendered::new(&scenario);
    let chunks: Vec<Bytes> = rendered.chunks().into_iter().map(Bytes::copy_from_slice).collect();
    Ok(vec![chunks; responses as usize + 1])
}
