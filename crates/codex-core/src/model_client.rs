//! A session: which transport its turns take, and the WebSocket they share.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use codex_api::{
    ApiClient, ApiError, Event, FallbackReason, Provider, ResponseEvent, ResponseItem, ResponsesApiRequest,
    ResponsesOptions, ResponsesWebsocketConnection, RetryPolicy, Timeouts, TransportFallback,
    WebsocketRequestOptions,
};

use crate::{models::ModelsManager, turn::Turn};

/// How long a warm-up may take: it is to save time.
const WARM_UP_TIME: Duration = Duration::from_secs(10);

/// Which transport a session takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transport {
    /// WebSocket, and HTTP for the rest of the session when that does not work.
    Auto,
    /// HTTP and server-sent events.
    #[default]
    Http,
    /// WebSocket, and nothing else.
    Websocket,
}

/// How a session behaves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SessionSettings {
    /// Which transport.
    pub transport: Transport,
    /// How often a turn is asked again when its stream breaks before visible output, and how long it waits before.
    pub turn_retries: RetryPolicy,
    /// Age past which a WebSocket is replaced before the next request. The service ends them after 60 minutes.
    pub rotate_after: Duration,
    /// Whether a new WebSocket is warmed up: its first request is sent ahead without asking for output, so that the
    /// service has the input ready.
    pub warm_up: bool,
}

impl SessionSettings {
    /// Default of [`rotate_after`](Self::rotate_after): 55 minutes.
    pub const DEFAULT_ROTATE_AFTER: Duration = Duration::from_secs(55 * 60);
    /// Retries of a turn by default.
    pub const DEFAULT_TURN_RETRIES: u32 = 5;

    /// The default with this transport.
    pub fn with_transport(transport: Transport) -> Self {
        Self { transport, ..Self::default() }
    }
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            transport: Transport::default(),
            turn_retries: RetryPolicy { max_retries: Self::DEFAULT_TURN_RETRIES, ..RetryPolicy::default() },
            rotate_after: Self::DEFAULT_ROTATE_AFTER,
            warm_up: false,
        }
    }
}

/// A session of turns with one model service. Cloning is cheap; clones share the WebSocket and what is known about it.
///
/// A WebSocket is kept from turn to turn. When a request extends the one before, only its new items are sent.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use codex_api::{ApiClient, ResponsesApiRequest};
/// use codex_core::{ModelClient, SessionSettings, Transport};
///
/// let session = ModelClient::new(ApiClient::from_env()?, SessionSettings::with_transport(Transport::Auto));
/// let mut turn = session.turn(ResponsesApiRequest::new("gpt-5.4").input("Say hello"));
/// while let Some(event) = turn.next().await {
///     println!("{:?}", event?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ModelClient {
    api: ApiClient,
    settings: Arc<SessionSettings>,
    kept: Arc<Mutex<Option<Kept>>>,
    fallback: Arc<OnceLock<FallbackReason>>,
    /// The catalogue that the ETags of answers renew.
    models: Option<ModelsManager>,
    /// Set once a warm-up has failed.
    no_warm_up: Arc<OnceLock<()>>,
}

/// A WebSocket between two turns, and what the service remembers on it.
pub(crate) struct Kept {
    pub(crate) connection: ResponsesWebsocketConnection,
    pub(crate) last: Option<LastResponse>,
}

/// A completed response and the request that it answers.
pub(crate) struct LastResponse {
    pub(crate) request: ResponsesApiRequest,
    pub(crate) response_id: String,
    pub(crate) output: Vec<ResponseItem>,
}

impl ModelClient {
    /// A session of `api`.
    pub fn new(api: ApiClient, settings: SessionSettings) -> Self {
        Self {
            api,
            settings: Arc::new(settings),
            kept: Arc::default(),
            fallback: Arc::default(),
            models: None,
            no_warm_up: Arc::default(),
        }
    }

    /// Renews this catalogue by the ETags that answers carry.
    #[must_use]
    pub fn models(mut self, models: ModelsManager) -> Self {
        self.models = Some(models);
        self
    }

    /// A turn, asked for on the first call of its [`next`](Turn::next).
    pub fn turn(&self, request: ResponsesApiRequest) -> Turn {
        Turn::of_session(self.clone(), request)
    }

    /// The provider.
    pub fn provider(&self) -> &Provider {
        self.api.provider()
    }

    /// The client below.
    pub fn api(&self) -> &ApiClient {
        &self.api
    }

    /// The settings.
    pub fn settings(&self) -> &SessionSettings {
        &self.settings
    }

    /// Why the session goes on over HTTP, once it does.
    pub fn fallback(&self) -> Option<FallbackReason> {
        self.fallback.get().copied()
    }

    /// Whether the next request goes over a WebSocket.
    pub(crate) fn takes_websocket(&self) -> bool {
        self.settings.transport != Transport::Http && self.fallback.get().is_none()
    }

    /// Goes on over HTTP for the rest of the session; `false` when the settings forbid it.
    pub(crate) fn fall_back(&self, reason: FallbackReason) -> bool {
        if self.settings.transport != Transport::Auto {
            return false;
        }
        if self.fallback.set(reason).is_ok() {
            self.api.record(&Event::TransportFallback(TransportFallback::new(
                codex_api::Endpoint::RESPONSES,
                reason,
            )));
            *self.kept() = None;
        }
        true
    }

    /// The kept connection, if it can still take a request, else a new one.
    pub(crate) async fn connection(
        &self,
        request: &ResponsesApiRequest,
        options: &ResponsesOptions,
    ) -> Result<Kept, ApiError> {
        let kept = self.kept().take();
        if let Some(kept) = kept
            && kept.connection.is_open()
            && kept.connection.is_of_current_login()
            && kept.connection.age() < self.settings.rotate_after
        {
            return Ok(kept);
        }
        let connection = self.api.responses_websocket().connect(options).await?;
        if !self.settings.warm_up || self.no_warm_up.get().is_some() {
            return Ok(Kept { connection, last: None });
        }
        if let Some(last) = warm_up(&connection, request).await {
            return Ok(Kept { connection, last: Some(last) });
        }
        // A service that cannot do it will not learn it in this session, and its connection is in an unknown state.
        self.no_warm_up.get_or_init(|| ());
        let connection = self.api.responses_websocket().connect(options).await?;
        Ok(Kept { connection, last: None })
    }

    /// Learns what an event tells about the service.
    pub(crate) fn note(&self, event: &ResponseEvent) {
        if let (Some(models), ResponseEvent::ModelsEtag(etag)) = (&self.models, event) {
            // The catalogue renews itself in the background; the turn goes on.
            drop(models.note_etag(etag));
        }
    }

    /// Keeps a connection for the next turn.
    pub(crate) fn keep(&self, kept: Kept) {
        *self.kept() = Some(kept);
    }

    fn kept(&self) -> MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends the request ahead without asking for output. A failure is left to the request itself, which meets it again.
async fn warm_up(
    connection: &ResponsesWebsocketConnection,
    request: &ResponsesApiRequest,
) -> Option<LastResponse> {
    let mut ahead = request.clone();
    ahead.generate = Some(false);
    let mut options = WebsocketRequestOptions::default();
    options.timeouts = Some(Timeouts { total: Some(WARM_UP_TIME), ..Timeouts::default() });
    let stream = connection.stream_request(&ahead, &options).await.ok()?;
    let response = stream.collect().await.ok()?;
    Some(LastResponse { request: request.clone(), response_id: response.id, output: Vec::new() })
}

impl fmt::Debug for ModelClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelClient")
            .field("provider", &self.api.provider().name)
            .field("settings", &self.settings)
            .field("fallback", &self.fallback())
            .finish_non_exhaustive()
    }
}
