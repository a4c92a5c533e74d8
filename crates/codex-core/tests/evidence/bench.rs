//! A client on fake transports, with a login whose recovery follows a script.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use codex_api::{
    ApiClient, ApiError, AuthProvider, BoxFuture, Credentials, Event, Provider, Recovery, RecoveryMode,
    RecoveryOutcome, RecoveryPhase, RecoveryStep, ResponsesApiRequest, ResponsesOptions,
};
use codex_client::{
    WebSocketConnection, WebSocketMessage,
    fake::{FakeAnswer, FakeHandshake, FakeTransport, FakeWebSocketTransport},
};
use codex_feedback::{Feedback, Redactor};
use codex_observe::{HistoryObserver, NotRunReason, Observers};

/// What the service says about a 401 that is refused for a reason.
pub const CODE: &str = "token_expired";
pub const ERROR: &str = "invalid_token";
/// A word that stands in bodies only, and must not leave them.
pub const BODY_WORD: &str = "body-word";

pub struct Bench {
    pub api: ApiClient,
    pub http: FakeTransport,
    pub websocket: FakeWebSocketTransport,
    pub feedback: Feedback,
    history: Arc<HistoryObserver>,
}

impl Bench {
    /// A client with these credentials.
    pub fn with(auth: impl AuthProvider) -> Self {
        let (http, websocket) = (FakeTransport::default(), FakeWebSocketTransport::default());
        let (feedback, history) = (Feedback::new(Redactor::new()), Arc::new(HistoryObserver::new()));
        let observers = Observers::new().with(feedback.clone()).with(Arc::clone(&history));
        let api = ApiClient::with_transport(
            Provider::new("test", "https://service.test/v1").unwrap(),
            Arc::new(http.clone()),
        )
        .websocket_transport(Arc::new(websocket.clone()))
        .auth(auth)
        .observer(Arc::new(observers));
        Self { api, http, websocket, feedback, history }
    }

    /// A client with a ChatGPT login that takes these steps of recovery, one for each 401.
    pub fn recovering(steps: impl IntoIterator<Item = RecoveryStep>) -> Self {
        Self::with(Login(Arc::new(Mutex::new(steps.into_iter().collect()))))
    }

    /// Asks an endpoint that answers in one piece, and gets these answers, one an attempt.
    pub async fn fetch(&self, answers: impl IntoIterator<Item = FakeAnswer>) -> Result<(), ApiError> {
        answers.into_iter().for_each(|answer| self.http.push(answer));
        let result = self.api.models().list().await.map(drop);
        assert_eq!(self.http.unused(), 0, "every answer was asked for");
        result
    }

    /// Opens a WebSocket, and gets these answers to the handshake, one an attempt.
    pub async fn connect(
        &self,
        answers: impl IntoIterator<Item = FakeHandshake>,
    ) -> Result<codex_api::ResponsesWebsocketConnection, ApiError> {
        answers.into_iter().for_each(|answer| self.websocket.push(answer));
        let result = self.api.responses_websocket().connect(&ResponsesOptions::default()).await;
        assert_eq!(self.websocket.unused(), 0, "every answer was asked for");
        result
    }

    pub fn events(&self) -> Vec<Event> {
        self.history.history().events().cloned().collect()
    }

    pub fn tag(&self, name: &str) -> Option<String> {
        self.feedback.tags().remove(name)
    }

    /// All tags are these, and no other: lines `name=value`.
    #[track_caller]
    pub fn check_tags(&self, expected: &str) {
        let expected: BTreeMap<String, String> = expected
            .split_whitespace()
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        assert_eq!(self.feedback.tags(), expected);
    }
}

/// A login whose recovery follows a script.
#[derive(Clone)]
struct Login(Arc<Mutex<VecDeque<RecoveryStep>>>);

impl AuthProvider for Login {
    fn credentials(&self) -> Option<Credentials> {
        Some(Credentials::chatgpt("access-token".into(), Some("acct-1".to_owned())))
    }

    fn recovery(&self) -> Box<dyn Recovery> {
        Box::new(self.clone())
    }
}

impl Recovery for Login {
    fn step<'a>(&'a mut self, _refused: Option<&'a Credentials>) -> BoxFuture<'a, RecoveryStep> {
        let step = self.0.lock().unwrap().pop_front().unwrap_or(EXHAUSTED);
        Box::pin(async move { step })
    }
}

pub const RELOADED: RecoveryStep = managed(RecoveryPhase::Reload, worked(false));
pub const REFRESHED: RecoveryStep = managed(RecoveryPhase::RefreshToken, worked(true));
pub const EXHAUSTED: RecoveryStep =
    managed(RecoveryPhase::Done, RecoveryOutcome::NotRun(NotRunReason::RecoveryExhausted));

pub const fn managed(phase: RecoveryPhase, outcome: RecoveryOutcome) -> RecoveryStep {
    RecoveryStep { mode: RecoveryMode::Managed, phase, outcome }
}

const fn worked(state_changed: bool) -> RecoveryOutcome {
    RecoveryOutcome::Succeeded { state_changed }
}

/// An answer with this status and all four facts, its number in the ids.
pub fn told(status: u16, number: u32) -> FakeAnswer {
    facts(number)
        .into_iter()
        .fold(FakeAnswer::status(status).body(body()), |answer, (name, value)| answer.header(name, &value))
}

/// The same, to a handshake.
pub fn handshake_told(status: u16, number: u32) -> FakeHandshake {
    facts(number).into_iter().fold(FakeHandshake::refused(status).body(body()), |answer, (name, value)| {
        answer.header(name, &value)
    })
}

/// A handshake that is accepted, and a server that answers every request with these events, the response being another
/// one each time.
pub fn serving(events: &'static [&'static str]) -> FakeHandshake {
    FakeHandshake::accepted(move |server| serve(server, events)).header("x-request-id", "req-handshake")
}

async fn serve(mut server: WebSocketConnection, events: &'static [&'static str]) {
    let mut number = 0;
    while let Some(Ok(WebSocketMessage::Text(_))) = server.next().await {
        number += 1;
        for event in events {
            server.send_text(&event.replace("resp_1", &format!("resp_{number}"))).await.unwrap();
        }
    }
}

/// A request that is answered in full.
pub fn models() -> FakeAnswer {
    FakeAnswer::ok().body(r#"{"data": []}"#)
}

pub fn request() -> ResponsesApiRequest {
    ResponsesApiRequest::new("m").input("hi")
}

/// `x-error-json` with this code.
pub fn error_json(code: &str) -> String {
    STANDARD.encode(format!(r#"{{"error":{{"code":"{code}"}}}}"#))
}

fn facts(number: u32) -> [(&'static str, String); 4] {
    [
        ("x-request-id", format!("req-{number}")),
        ("cf-ray", format!("ray-{number}")),
        ("x-openai-authorization-error", ERROR.to_owned()),
        ("x-error-json", error_json(CODE)),
    ]
}

fn body() -> String {
    format!(r#"{{"error":{{"message":"Not today ({BODY_WORD}).","code":"{BODY_WORD}"}}}}"#)
}
