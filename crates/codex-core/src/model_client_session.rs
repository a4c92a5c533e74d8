//! A turn of a session: what its requests share.

use std::collections::BTreeMap;

use codex_api::{
    Compression, ProviderError, ResponsesApiRequest, ResponsesOptions, SessionSource, Timeouts, TurnState,
};

use crate::{
    model_client::ModelClient,
    turn::Turn,
    turn_metadata::{TURN_METADATA, TurnMetadata},
};

const BETA_FEATURES: &str = "x-codex-beta-features";
const TIMING_METRICS: &str = "x-responsesapi-include-timing-metrics";

/// Settings of one turn, for all its requests.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TurnSettings {
    /// Id of the conversation: sent as `x-client-request-id` and `session_id`.
    pub conversation_id: Option<String>,
    /// Which sub-agent asks.
    pub session_source: Option<SessionSource>,
    /// What the service is told about the turn.
    pub metadata: Option<TurnMetadata>,
    /// Experimental features that are on; sent as `x-codex-beta-features`.
    pub beta_features: Vec<String>,
    /// Asks for a report of times on a WebSocket.
    pub timing_metrics: bool,
    /// Compression of request bodies; `None` takes the provider's: on for the service itself, off elsewhere.
    pub compression: Option<Compression>,
    /// Timeouts of each request; `None` takes the provider's.
    pub timeouts: Option<Timeouts>,
}

impl TurnSettings {
    /// Settings of a turn in this conversation.
    pub fn of_conversation(id: impl Into<String>) -> Self {
        Self { conversation_id: Some(id.into()), ..Self::default() }
    }

    fn options(&self) -> Result<ResponsesOptions, ProviderError> {
        let mut options = ResponsesOptions::default();
        options.conversation_id.clone_from(&self.conversation_id);
        options.session_source.clone_from(&self.session_source);
        options.compression = self.compression;
        options.timeouts.clone_from(&self.timeouts);
        if !self.beta_features.is_empty() {
            options = options.header(BETA_FEATURES, &self.beta_features.join(","))?;
        }
        if self.timing_metrics {
            options = options.header(TIMING_METRICS, "true")?;
        }
        if let Some(metadata) = self.metadata.as_ref().and_then(TurnMetadata::value) {
            options = options.header(TURN_METADATA, &metadata)?;
        }
        Ok(options)
    }
}

/// A turn of a session: the requests that lead from a user's words to the final answer, with the tool calls in between.
///
/// They share the routing state (`x-codex-turn-state`), which is learnt from the first answer that carries it, repeated
/// on every later request of the turn, retries and reconnects included, and never sent in another turn.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use codex_api::{ApiClient, ResponsesApiRequest};
/// use codex_core::{ModelClient, SessionSettings, TurnSettings};
///
/// let session = ModelClient::new(ApiClient::from_env()?, SessionSettings::default());
/// let turn = session.turn_session(&TurnSettings::of_conversation("conv-1"))?;
/// let mut answer = turn.ask(ResponsesApiRequest::new("gpt-5.4").input("What is in this folder?"));
/// while let Some(event) = answer.next().await {
///     println!("{:?}", event?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ModelClientSession {
    client: ModelClient,
    options: ResponsesOptions,
    /// What a frame carries in place of headers.
    frame_metadata: BTreeMap<String, String>,
}

impl ModelClient {
    /// A new turn.
    ///
    /// # Errors
    /// When a setting cannot stand in a header; it is named.
    pub fn turn_session(&self, settings: &TurnSettings) -> Result<ModelClientSession, ProviderError> {
        let options = settings.options()?.turn_state(TurnState::new());
        let metadata = settings.metadata.as_ref().and_then(TurnMetadata::value);
        let frame_metadata = metadata.map(|value| (TURN_METADATA.to_owned(), value)).into_iter().collect();
        Ok(ModelClientSession { client: self.clone(), options, frame_metadata })
    }
}

impl ModelClientSession {
    /// One request of the turn, sent on the first call of its [`next`](Turn::next).
    pub fn ask(&self, request: ResponsesApiRequest) -> Turn {
        Turn::of_session(self.client.clone(), request)
            .options(self.options.clone())
            .frame_metadata(self.frame_metadata.clone())
    }

    /// The session.
    pub fn client(&self) -> &ModelClient {
        &self.client
    }
}
