//! The `/realtime` WebSocket: voice, text and transcription (wire.md 9).

use std::{fmt, sync::Arc};

use codex_client::{
    CloseCode, ResponseHead, RetryPolicy, WebSocketMessage, WebSocketOptions, WebSocketReader,
    WebSocketWriter,
};
use codex_observe::Endpoint;
use codex_protocol::realtime::{
    Handoff, RealtimeClientEvent, RealtimeServerEvent, RealtimeVersion, RunningTranscript,
    session_update_transcription, session_update_v1, session_update_v2,
};
use http::{HeaderMap, HeaderName, Method};

use crate::{
    client::ApiClient,
    error::{ApiError, ApiErrorKind, DecodeError},
    error_context::ErrorContext,
    operation::Operation,
    provider::header,
    realtime_url,
    stream_end::StreamEnd,
};

const SESSION_ID: HeaderName = HeaderName::from_static("x-session-id");

/// What a realtime session is for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RealtimeMode {
    /// The model answers, in voice and text.
    Conversation {
        /// How it should go about it.
        instructions: String,
    },
    /// What is heard is written down; nothing is answered. Only in version 2: version 1 treats it as a conversation
    /// without instructions.
    Transcription,
}

/// How to open a realtime session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RealtimeSettings {
    /// Which protocol the service speaks.
    pub version: RealtimeVersion,
    /// What it is for.
    pub mode: RealtimeMode,
    /// Model; `None` leaves it to the service.
    pub model: Option<String>,
    /// Sent as `x-session-id`.
    pub session_id: Option<String>,
    /// Further headers.
    pub extra_headers: HeaderMap,
}

impl RealtimeSettings {
    /// A conversation in the public protocol.
    pub fn conversation(instructions: impl Into<String>) -> Self {
        Self::new(RealtimeMode::Conversation { instructions: instructions.into() })
    }

    /// A transcription in the public protocol.
    pub fn transcription() -> Self {
        Self::new(RealtimeMode::Transcription)
    }

    /// Sets the version of the protocol.
    #[must_use]
    pub fn version(mut self, version: RealtimeVersion) -> Self {
        self.version = version;
        self
    }

    /// Sets the model.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets the session id.
    #[must_use]
    pub fn session_id(mut self, id: impl Into<String>) -> Self {
        self.session_id = Some(id.into());
        self
    }

    fn new(mode: RealtimeMode) -> Self {
        Self {
            version: RealtimeVersion::V2,
            mode,
            model: None,
            session_id: None,
            extra_headers: HeaderMap::new(),
        }
    }

    pub(crate) fn transcribes(&self) -> bool {
        self.version == RealtimeVersion::V2 && self.mode == RealtimeMode::Transcription
    }

    /// The `session.update` that opens it.
    fn opening(&self) -> RealtimeClientEvent {
        let instructions = match &self.mode {
            RealtimeMode::Conversation { instructions } => instructions.as_str(),
            RealtimeMode::Transcription => "",
        };
        match self.version {
            RealtimeVersion::V1 => session_update_v1(instructions),
            RealtimeVersion::V2 if self.transcribes() => session_update_transcription(),
            RealtimeVersion::V2 => session_update_v2(instructions),
        }
    }
}

/// Opens realtime sessions. The service takes API keys only, no ChatGPT login.
///
/// ```no_run
/// # async fn run(sound: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
/// use codex_api::{ApiClient, RealtimeSettings, realtime::RealtimeServerEvent};
///
/// let client = ApiClient::from_env()?.realtime();
/// let (mut reader, writer) = client.connect(&RealtimeSettings::transcription()).await?.into_split();
/// writer.append_sound(&sound).await?;
/// writer.commit_sound().await?;
/// while let Some(event) = reader.next().await {
///     if let RealtimeServerEvent::InputAudioTranscriptionDelta(delta) = event? {
///         print!("{}", delta.delta);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RealtimeWebsocketClient {
    api: ApiClient,
    options: WebSocketOptions,
}

/// An open session: [split](Self::into_split) it to read and write in different tasks.
#[derive(Debug)]
pub struct RealtimeConnection {
    reader: RealtimeReader,
    writer: RealtimeWriter,
}

/// The half that receives. It must be read for pings to be answered.
pub struct RealtimeReader {
    socket: WebSocketReader,
    transcript: RunningTranscript,
    handoff: Option<Handoff>,
    head: ResponseHead,
    context: ErrorContext,
    over: bool,
}

/// The half that sends. Clones share the connection; what one sends is never torn apart by another.
#[derive(Clone)]
pub struct RealtimeWriter {
    socket: Arc<tokio::sync::Mutex<WebSocketWriter>>,
    version: RealtimeVersion,
    context: ErrorContext,
}

impl RealtimeWebsocketClient {
    /// The endpoint of `api`.
    pub fn new(api: ApiClient) -> Self {
        Self { api, options: WebSocketOptions::default() }
    }

    /// Sets limits, compression and pings of the connections.
    #[must_use]
    pub fn websocket_options(mut self, options: WebSocketOptions) -> Self {
        self.options = options;
        self
    }

    /// Opens a session and tells the service what it is for.
    ///
    /// # Errors
    /// When the settings cannot be sent, the service refuses (status and evidence are kept), or cannot be reached.
    pub async fn connect(&self, settings: &RealtimeSettings) -> Result<RealtimeConnection, ApiError> {
        let operation = self.operation(settings).map_err(|kind| ApiError::local(Endpoint::REALTIME, kind))?;
        let answered = self.api.pipeline().open_websocket(operation, self.options.clone()).await?;
        let (reader, writer) = answered.body.into_split();
        let context = answered.call.context;
        let writer = RealtimeWriter {
            socket: Arc::new(tokio::sync::Mutex::new(writer)),
            version: settings.version,
            context: context.clone(),
        };
        let reader = RealtimeReader {
            socket: reader,
            transcript: RunningTranscript::default(),
            handoff: None,
            head: answered.head,
            context,
            over: false,
        };
        writer.send(&settings.opening()).await?;
        Ok(RealtimeConnection { reader, writer })
    }

    fn operation(&self, settings: &RealtimeSettings) -> Result<Operation, ApiErrorKind> {
        let pipeline = self.api.pipeline();
        let mut headers = settings.extra_headers.clone();
        if let Some(id) = &settings.session_id {
            headers.insert(SESSION_ID, header(SESSION_ID.as_str(), id)?.1);
        }
        let mut operation = pipeline.operation(Endpoint::REALTIME, Method::GET, headers);
        operation.url = realtime_url::build(&pipeline.provider, settings);
        operation.retry = RetryPolicy::never();
        // Nobody speaking is no fault: only the other end's silence towards pings is, and those are an option.
        operation.timeouts.byte_idle = None;
        Ok(operation)
    }
}

impl RealtimeConnection {
    /// The two halves.
    pub fn into_split(self) -> (RealtimeReader, RealtimeWriter) {
        (self.reader, self.writer)
    }

    /// The half that receives.
    pub fn reader(&mut self) -> &mut RealtimeReader {
        &mut self.reader
    }

    /// The half that sends.
    pub fn writer(&self) -> &RealtimeWriter {
        &self.writer
    }

    /// Status and headers of the handshake's answer.
    pub fn head(&self) -> &ResponseHead {
        &self.reader.head
    }
}

impl RealtimeReader {
    /// The next event; `None` once the service has closed in an orderly way. Errors of the service are events: most of
    /// them leave the session as it was.
    ///
    /// # Errors
    /// When the connection broke or closed out of order. A binary message is an error that leaves the session open.
    pub async fn next(&mut self) -> Option<Result<RealtimeServerEvent, ApiError>> {
        if self.over {
            return None;
        }
        let kind: ApiErrorKind = match self.socket.next().await {
            Some(Ok(WebSocketMessage::Text(text))) => {
                let event = RealtimeServerEvent::decode(&text);
                self.handoff = self.transcript.observe(&event);
                return Some(Ok(event));
            }
            Some(Ok(WebSocketMessage::Binary(_))) => {
                return Some(Err(ApiError::new(StreamEnd::BinaryFrame, self.context.clone())));
            }
            Some(Ok(WebSocketMessage::Close(frame))) if frame.code == CloseCode::NORMAL => {
                self.over = true;
                return None;
            }
            Some(Ok(WebSocketMessage::Close(frame))) => StreamEnd::closed_by(&frame).into(),
            Some(Err(error)) => error.into(),
            None => StreamEnd::vanished().into(),
        };
        self.over = true;
        Some(Err(ApiError::new(kind, self.context.clone())))
    }

    /// The hand-off that the event given last asks for, with all that was said since the one before.
    pub fn handoff(&mut self) -> Option<Handoff> {
        self.handoff.take()
    }

    /// What was said since the last hand-off.
    pub fn transcript(&self) -> &RunningTranscript {
        &self.transcript
    }

    /// Status and headers of the handshake's answer.
    pub fn head(&self) -> &ResponseHead {
        &self.head
    }
}

impl RealtimeWriter {
    /// Sends any event.
    ///
    /// # Errors
    /// When the connection is over, or the event cannot be encoded.
    pub async fn send(&self, event: &RealtimeClientEvent) -> Result<(), ApiError> {
        let failed = |kind: ApiErrorKind| ApiError::new(kind, self.context.clone());
        let text = serde_json::to_string(event)
            .map_err(|source| failed(DecodeError::Frame { endpoint: Endpoint::REALTIME, source }.into()))?;
        self.socket.lock().await.send_text(&text).await.map_err(|error| failed(error.into()))
    }

    /// Sends sound, in the form that the session is in: 24 kHz, mono, 16 bits, little-endian unless it was changed. Some
    /// tens of milliseconds at a time.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn append_sound(&self, sound: &[u8]) -> Result<(), ApiError> {
        self.send(&RealtimeClientEvent::append_sound(sound)).await
    }

    /// Says that the sound so far is one utterance. Only without turn detection.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn commit_sound(&self) -> Result<(), ApiError> {
        self.send(&RealtimeClientEvent::commit_sound()).await
    }

    /// Adds a message of the user. The model answers after [`ask`](Self::ask).
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn say(&self, text: impl Into<String>) -> Result<(), ApiError> {
        self.send(&RealtimeClientEvent::user_text(self.version, text)).await
    }

    /// Asks for an answer to the conversation. Version 1 answers by itself, and nothing is sent.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn ask(&self) -> Result<(), ApiError> {
        match self.version {
            RealtimeVersion::V1 => Ok(()),
            RealtimeVersion::V2 => self.send(&RealtimeClientEvent::create_response()).await,
        }
    }

    /// Gives back what came of a hand-off.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn hand_back(&self, handoff_id: &str, output: impl Into<String>) -> Result<(), ApiError> {
        self.send(&RealtimeClientEvent::handoff_result(self.version, handoff_id, output)).await
    }

    /// Says goodbye; the reader gets the end.
    ///
    /// # Errors
    /// When the connection is over already.
    pub async fn close(&self) -> Result<(), ApiError> {
        let closed = self.socket.lock().await.close(CloseCode::NORMAL, "").await;
        closed.map_err(|error| ApiError::new(error, self.context.clone()))
    }
}

impl fmt::Debug for RealtimeReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RealtimeReader").field("over", &self.over).finish_non_exhaustive()
    }
}

impl fmt::Debug for RealtimeWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RealtimeWriter").field("version", &self.version).finish_non_exhaustive()
    }
}
