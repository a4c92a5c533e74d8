//! The entry: one provider, its credentials, its connections; endpoints hang off it.

use std::{env, fmt, sync::Arc};

use codex_client::{
    ClientConfig, CompressionMemory, HttpTransport, ReqwestTransport, TransportError, WebSocketTransport,
};
use codex_observe::{Event, NoObserver, Observer};
use thiserror::Error;
use tokio::time::Instant;

use crate::{
    auth::{ApiKey, AuthProvider, NoAuth},
    endpoint::{
        compact::CompactClient, memories::MemoriesClient, models::ModelsClient,
        realtime::RealtimeWebsocketClient, responses::ResponsesClient,
        responses_websocket::ResponsesWebsocketClient, stored_responses::StoredResponsesClient,
    },
    error::ApiError,
    fact_log::FactLog,
    pipeline::{Chance, Pipeline},
    provider::{OPENAI_BASE_URL, Provider, ProviderError},
    recovery::{RecoveryProgress, Refused},
};

/// Variable that holds the API key.
pub const API_KEY_VARIABLE: &str = "OPENAI_API_KEY";
/// Variable that replaces the base URL.
pub const BASE_URL_VARIABLE: &str = "OPENAI_BASE_URL";
/// Variable with the organisation to bill, sent as `OpenAI-Organization`.
pub const ORGANIZATION_VARIABLE: &str = "OPENAI_ORGANIZATION";
/// Variable with the project to bill, sent as `OpenAI-Project`.
pub const PROJECT_VARIABLE: &str = "OPENAI_PROJECT";

/// A client of one provider. Cloning is cheap; clones share connections and settings.
///
/// ```
/// use codex_api::{ApiClient, ApiKey, Provider};
///
/// let client = ApiClient::new(Provider::new("local", "http://localhost:1234/v1")?)?.auth(ApiKey::new("sk-local"));
/// let responses = client.responses();
/// # let _ = responses;
/// # Ok::<(), codex_api::SetupError>(())
/// ```
#[derive(Clone)]
pub struct ApiClient {
    pipeline: Pipeline,
}

impl ApiClient {
    /// A client without credentials, on the connection pool that the process shares.
    ///
    /// # Errors
    /// When the environment's proxy or CA settings cannot be used: they are never ignored.
    pub fn new(provider: Provider) -> Result<Self, SetupError> {
        let transport = ReqwestTransport::shared(&ClientConfig::default())?;
        Ok(Self::with_transport(provider, Arc::new(transport)))
    }

    /// A client on a transport of the caller's: another pool, or a fake one in a test.
    pub fn with_transport(provider: Provider, transport: Arc<dyn HttpTransport>) -> Self {
        Self {
            pipeline: Pipeline {
                transport,
                websocket: None,
                provider: Arc::new(provider),
                auth: Arc::new(NoAuth),
                observer: Arc::new(FactLog(Arc::new(NoObserver))),
                refused_compression: CompressionMemory::default(),
                chance: Chance::default(),
            },
        }
    }

    /// The public service with `OPENAI_API_KEY`, at `OPENAI_BASE_URL` if set, billed to `OPENAI_ORGANIZATION` and
    /// `OPENAI_PROJECT` if set. Blank variables count as unset.
    ///
    /// # Errors
    /// When the key is missing, or one of the others cannot be used.
    pub fn from_env() -> Result<Self, SetupError> {
        let key = variable(API_KEY_VARIABLE).ok_or(SetupError::NoApiKey)?;
        let base_url = variable(BASE_URL_VARIABLE);
        let mut provider = Provider::new("OpenAI", base_url.as_deref().unwrap_or(OPENAI_BASE_URL))?;
        for (header, name) in
            [("OpenAI-Organization", ORGANIZATION_VARIABLE), ("OpenAI-Project", PROJECT_VARIABLE)]
        {
            if let Some(value) = variable(name) {
                provider = provider.header(header, &value)?;
            }
        }
        Ok(Self::new(provider)?.auth(ApiKey::new(key)))
    }

    /// Sends requests with these credentials.
    #[must_use]
    pub fn auth(mut self, auth: impl AuthProvider) -> Self {
        self.pipeline.auth = Arc::new(auth);
        self
    }

    /// Opens WebSockets through this transport instead of the one that the process shares.
    #[must_use]
    pub fn websocket_transport(mut self, transport: Arc<dyn WebSocketTransport>) -> Self {
        self.pipeline.websocket = Some(transport);
        self
    }

    /// Tells every recorded fact to `observer`. Without one they are in the log, at level debug.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.pipeline.observer = Arc::new(FactLog(observer));
        self
    }

    /// The provider.
    pub fn provider(&self) -> &Provider {
        &self.pipeline.provider
    }

    /// Streamed responses.
    pub fn responses(&self) -> ResponsesClient {
        ResponsesClient::new(self.clone())
    }

    /// Responses over a WebSocket.
    pub fn responses_websocket(&self) -> ResponsesWebsocketClient {
        ResponsesWebsocketClient::new(self.clone())
    }

    /// Responses that the service has stored.
    pub fn stored_responses(&self) -> StoredResponsesClient {
        StoredResponsesClient::new(self.clone())
    }

    /// Voice, text and transcription in real time.
    pub fn realtime(&self) -> RealtimeWebsocketClient {
        RealtimeWebsocketClient::new(self.clone())
    }

    /// Compaction of a history.
    pub fn compact(&self) -> CompactClient {
        CompactClient::new(self.clone())
    }

    /// Summaries of traces.
    pub fn memories(&self) -> MemoriesClient {
        MemoriesClient::new(self.clone())
    }

    /// The models on offer.
    pub fn models(&self) -> ModelsClient {
        ModelsClient::new(self.clone())
    }

    /// Tells the observer a fact of a layer above.
    pub fn record(&self, event: &Event) {
        self.pipeline.observer.on_event(event);
    }

    /// The recovery from 401s of a turn, at its start: for [`ResponsesOptions::recovery`](crate::ResponsesOptions).
    pub fn recovery(&self) -> RecoveryProgress {
        self.pipeline.recovery()
    }

    /// Takes one step of recovery after a 401 that came inside a stream, where no attempt is left that could repeat the
    /// request by itself. `true`: send it again, with the same `progress`, on a new connection. The error keeps what came
    /// of the step.
    ///
    /// A step that takes longer than until `deadline` is given up, and recorded as that.
    ///
    /// `false` for any other error, and for a 401 after which a step was taken already.
    pub async fn recover(
        &self,
        error: &mut ApiError,
        progress: &RecoveryProgress,
        deadline: Option<Instant>,
    ) -> bool {
        if !error.is_unauthorized() || error.context().recovery.is_some() {
            return false;
        }
        let context = error.context();
        let refused = Refused {
            endpoint: context.endpoint,
            operation: context.operation,
            evidence: &context.evidence,
            deadline,
        };
        let step = progress.after_401(refused, &*self.pipeline.observer).await;
        error.note_recovery(step);
        step.follow_up().is_some()
    }

    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }
}

impl fmt::Debug for ApiClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiClient").field("provider", &self.pipeline.provider).finish_non_exhaustive()
    }
}

/// Why a client could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SetupError {
    /// No key in the environment.
    #[error("{API_KEY_VARIABLE} is not set; export it, or name a provider that needs no key")]
    NoApiKey,
    /// The provider's settings.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// Proxy, CA or TLS settings.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// A variable's trimmed value; blank is unset.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}
