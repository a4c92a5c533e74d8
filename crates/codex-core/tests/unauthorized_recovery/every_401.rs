//! Fake transport: every 401 takes a step of its own, and a caller that looks away in between loses nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use codex_api::{
    ApiClient, AuthProvider, BoxFuture, Credentials, Provider, Recovery, RecoveryMode, RecoveryOutcome,
    RecoveryPhase, RecoveryStep, ResponsesApiRequest,
};
use codex_client::fake::{FakeAnswer, FakeHandshake, FakeTransport, FakeWebSocketTransport};
use codex_core::{ModelClient, SessionSettings, Transport, TurnEvent};

const CREATED: &str = r#"{"type":"response.created","response":{"id":"r"}}"#;
const REFUSED: &str = r#"{"type":"error","status":401,"error":{"code":"token_expired","message":"no"}}"#;
const COMPLETED: &str = r#"{"type":"response.completed","response":{"id":"r","status":"completed"}}"#;

/// A login that has always something else to try, and takes its time for it.
#[derive(Clone, Default)]
struct Patient(Arc<AtomicUsize>);

impl AuthProvider for Patient {
    fn credentials(&self) -> Option<Credentials> {
        Some(Credentials::chatgpt("token".into(), None))
    }

    fn recovery(&self) -> Box<dyn Recovery> {
        Box::new(self.clone())
    }
}

impl Recovery for Patient {
    fn step<'a>(&'a mut self, _refused: Option<&'a Credentials>) -> BoxFuture<'a, RecoveryStep> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.0.fetch_add(1, Ordering::Relaxed);
            let outcome = RecoveryOutcome::Succeeded { state_changed: true };
            RecoveryStep { mode: RecoveryMode::Managed, phase: RecoveryPhase::Reload, outcome }
        })
    }
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

/// How many steps a turn takes that is looked at for 100 ms at a time, until it is whole.
async fn steps(transport: Transport, http: Vec<FakeAnswer>, handshakes: Vec<FakeHandshake>) -> usize {
    let login = Patient::default();
    let http = FakeTransport::new(http);
    let provider = Provider::new("test", "https://service.test/v1").unwrap();
    let api = ApiClient::with_transport(provider, Arc::new(http))
        .websocket_transport(Arc::new(FakeWebSocketTransport::new(handshakes)))
        .auth(login.clone());
    let session = ModelClient::new(api, SessionSettings::with_transport(transport));
    let mut turn = session.turn(ResponsesApiRequest::new("m").input("hi"));
    let mut completed = false;
    loop {
        match tokio::time::timeout(Duration::from_millis(100), turn.next()).await {
            Err(_looked_away) => {}
            Ok(Some(event)) => {
                let event = event.expect("every 401 was recovered from");
                completed |= matches!(&event, TurnEvent::Event(event) if event.is_terminal());
            }
            Ok(None) => break,
        }
    }
    assert!(completed, "the turn ends with its response");
    login.0.load(Ordering::Relaxed)
}

#[tokio::test(start_paused = true)]
async fn in_the_head_and_then_in_the_stream() {
    let refused = || FakeAnswer::status(401);
    for (answers, expected) in [
        (vec![refused(), streamed(&[CREATED, COMPLETED])], 1),
        (vec![streamed(&[CREATED, REFUSED]), streamed(&[CREATED, COMPLETED])], 1),
        (vec![refused(), streamed(&[CREATED, REFUSED]), streamed(&[CREATED, COMPLETED])], 2),
        (vec![streamed(&[REFUSED]), streamed(&[CREATED, REFUSED]), streamed(&[CREATED, COMPLETED])], 2),
    ] {
        assert_eq!(steps(Transport::Http, answers, Vec::new()).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn at_the_handshake_and_then_on_the_connection() {
    let handshakes = vec![
        FakeHandshake::refused(401),
        over_websocket(&[CREATED, REFUSED]),
        over_websocket(&[CREATED, COMPLETED]),
    ];
    assert_eq!(steps(Transport::Websocket, Vec::new(), handshakes).await, 2);
}

/// A login whose account can be another one.
#[derive(Clone)]
struct Switching(Arc<AtomicUsize>);

impl AuthProvider for Switching {
    fn credentials(&self) -> Option<Credentials> {
        let account = format!("account-{}", self.0.load(Ordering::Relaxed));
        Some(Credentials::chatgpt("token".into(), Some(account)))
    }
}

/// The connection was opened for somebody else.
#[tokio::test(start_paused = true)]
async fn another_account_gets_a_connection_of_its_own() {
    let account = Switching(Arc::default());
    let handshakes = (0..2).map(|_| over_websocket(&[CREATED, COMPLETED]));
    let provider = Provider::new("test", "https://service.test/v1").unwrap();
    let api = ApiClient::with_transport(provider, Arc::new(FakeTransport::new(Vec::new())))
        .websocket_transport(Arc::new(FakeWebSocketTransport::new(handshakes)))
        .auth(account.clone());
    let session = ModelClient::new(api, SessionSettings::with_transport(Transport::Websocket));
    for number in 0..2 {
        account.0.store(number, Ordering::Relaxed);
        let mut turn = session.turn(ResponsesApiRequest::new("m").input("hi"));
        let whole = async { while turn.next().await.transpose().expect("no error").is_some() {} };
        // On the first connection nothing is answered a second time.
        tokio::time::timeout(Duration::from_secs(60), whole).await.expect("an answer");
    }
}
