//! Fake transport: a recovery that does not end keeps a turn no longer than its time allows.

use std::{sync::Arc, time::Duration};

use codex_api::{
    ApiClient, AuthProvider, BoxFuture, Credentials, Provider, Recovery, RecoveryStep, ResponsesApiRequest,
    Timeouts,
};
use codex_client::fake::{FakeAnswer, FakeHandshake, FakeTransport, FakeWebSocketTransport};
use codex_core::{ModelClient, SessionSettings, Transport, TurnSettings};
use tokio::time::Instant;

const CREATED: &str = r#"{"type":"response.created","response":{"id":"r"}}"#;
const REFUSED: &str = r#"{"type":"error","status":401,"error":{"code":"token_expired","message":"no"}}"#;
/// How long a turn may take.
const TOTAL: Duration = Duration::from_secs(5);

/// A login whose recovery never comes to an end.
#[derive(Clone, Copy)]
struct Stuck;

impl AuthProvider for Stuck {
    fn credentials(&self) -> Option<Credentials> {
        Some(Credentials::chatgpt("token".into(), None))
    }

    fn recovery(&self) -> Box<dyn Recovery> {
        Box::new(*self)
    }
}

impl Recovery for Stuck {
    fn step<'a>(&'a mut self, _refused: Option<&'a Credentials>) -> BoxFuture<'a, RecoveryStep> {
        Box::pin(std::future::pending())
    }
}

/// How long a turn took that ended with a 401.
async fn refused_within(transport: Transport, http: FakeAnswer, handshake: FakeHandshake) -> Duration {
    let provider = Provider::new("test", "https://service.test/v1").unwrap();
    let api = ApiClient::with_transport(provider, Arc::new(FakeTransport::new([http])))
        .websocket_transport(Arc::new(FakeWebSocketTransport::new([handshake])))
        .auth(Stuck);
    let session = ModelClient::new(api, SessionSettings::with_transport(transport));
    let mut settings = TurnSettings::default();
    settings.timeouts = Some(Timeouts { total: Some(TOTAL), ..Timeouts::default() });
    let mut turn = session.turn_session(&settings).unwrap().ask(ResponsesApiRequest::new("m").input("hi"));
    let started = Instant::now();
    let error = async {
        loop {
            if let Err(error) = turn.next().await.unwrap() {
                return error;
            }
        }
    };
    let error = tokio::time::timeout(10 * TOTAL, error).await.expect("the turn ends in time");
    assert_eq!(error.status(), Some(401), "the error says why the turn ended: {}", error.report());
    started.elapsed()
}

fn streamed(events: &[&str]) -> FakeAnswer {
    let body: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    FakeAnswer::ok().header("content-type", "text/event-stream").body(body)
}

fn over_websocket(events: &'static [&'static str]) -> FakeHandshake {
    FakeHandshake::accepted(move |mut server| async move {
        server.next().await.unwrap().unwrap();
        for event in events {
            server.send_text(event).await.unwrap();
        }
        std::future::pending::<()>().await;
    })
}

#[tokio::test(start_paused = true)]
async fn a_recovery_that_does_not_end_is_given_up() {
    let unused = || FakeHandshake::refused(500);
    for answer in [FakeAnswer::status(401), streamed(&[REFUSED]), streamed(&[CREATED, REFUSED])] {
        assert_eq!(refused_within(Transport::Http, answer, unused()).await, TOTAL);
    }
    for handshake in
        [FakeHandshake::refused(401), over_websocket(&[REFUSED]), over_websocket(&[CREATED, REFUSED])]
    {
        assert_eq!(refused_within(Transport::Websocket, FakeAnswer::status(500), handshake).await, TOTAL);
    }
}

/// What is known of a step that was given up is told, so that nobody is sent to log in again for nothing.
#[tokio::test(start_paused = true)]
async fn a_step_that_is_given_up_is_a_fact() {
    let history = Arc::new(codex_observe::HistoryObserver::new());
    let mut provider = Provider::new("test", "https://service.test/v1").unwrap();
    provider.timeouts = Timeouts { total: Some(TOTAL), ..Timeouts::default() };
    let transport = FakeTransport::new([FakeAnswer::status(401)]);
    let api = ApiClient::with_transport(provider, Arc::new(transport)).auth(Stuck);
    let api = api.observer(Arc::clone(&history) as Arc<_>);
    let error = api.models().list().await.unwrap_err();
    let step = error.context().recovery.expect("a step was under way");
    assert_eq!(step.outcome.as_str(), "recovery_failed_transient");
    let diagnosis = codex_observe::diagnose(&history.history());
    assert!(diagnosis.to_string().contains("the time limit of the request was reached"), "{diagnosis}");
}
