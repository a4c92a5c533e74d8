//! Fake transport and simulator: a 401 of `/models` takes the same way as any other.

use std::sync::{Arc, Mutex};

use codex_api::{
    ApiClient, ApiKey, AuthMode, AuthProvider, BoxFuture, Credentials, Endpoint, Event, Observer, Provider,
    Recovery, RecoveryMode, RecoveryOutcome, RecoveryPhase, RecoveryStep,
};
use codex_client::fake::FakeAnswer;
use codex_core::models::{CatalogueError, ModelsManager, ModelsSettings, RefreshStrategy, Refreshed};
use codex_sim::{Scenario, Simulator};

use crate::support::{Bench, catalogue, slugs};

/// A login whose recovery brings a new token once.
#[derive(Clone)]
struct Login(Arc<Mutex<&'static str>>);

impl AuthProvider for Login {
    fn credentials(&self) -> Option<Credentials> {
        Some(Credentials::chatgpt(self.0.lock().unwrap().to_string().into(), None))
    }

    fn recovery(&self) -> Box<dyn Recovery> {
        Box::new(self.clone())
    }
}

impl Recovery for Login {
    fn step<'a>(&'a mut self, _refused: Option<&'a Credentials>) -> BoxFuture<'a, RecoveryStep> {
        let state_changed = std::mem::replace(&mut *self.0.lock().unwrap(), "new-token") == "old-token";
        let outcome = if state_changed {
            RecoveryOutcome::Succeeded { state_changed }
        } else {
            RecoveryStep::NO_AUTH_MANAGER.outcome
        };
        let step = RecoveryStep { mode: RecoveryMode::Managed, phase: RecoveryPhase::RefreshToken, outcome };
        Box::pin(async move { step })
    }
}

/// Keeps what it is told.
#[derive(Default)]
struct Ear(Mutex<Vec<Event>>);

impl Observer for Ear {
    fn on_event(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

#[tokio::test]
async fn a_401_is_recovered_from_and_recorded() {
    let bench = Bench::new([
        FakeAnswer::status(401).header("x-request-id", "req-1"),
        catalogue("\"e1\"", &[("a", 1)]),
    ]);
    let ear = Arc::new(Ear::default());
    let login = Login(Arc::new(Mutex::new("old-token")));
    let api = bench.api().auth(login).observer(Arc::<Ear>::clone(&ear));
    let manager = ModelsManager::new(&api, bench.settings());
    assert_eq!(manager.refresh(RefreshStrategy::Online).await.unwrap(), Refreshed::Fetched);
    let sent: Vec<_> =
        bench.transport.requests().iter().map(|request| request.headers["authorization"].clone()).collect();
    assert_eq!(sent, ["Bearer old-token", "Bearer new-token"]);

    let events = ear.0.lock().unwrap();
    let requests: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::ApiRequest(fact) => Some(fact),
            _ => None,
        })
        .collect();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].context.endpoint, Endpoint::MODELS);
    assert_eq!(requests[0].outcome.evidence.request_id.as_deref(), Some("req-1"));
    assert!(requests[0].context.follow_up.is_none());
    assert_eq!(requests[1].context.follow_up.unwrap().phase, RecoveryPhase::RefreshToken);
    let recoveries = events.iter().filter(|event| matches!(event, Event::AuthRecovery(_))).count();
    assert_eq!(recoveries, 1);
}

#[tokio::test]
async fn a_401_that_stays_goes_to_the_caller_with_its_evidence() {
    let refused = || FakeAnswer::status(401).header("x-request-id", "req-2");
    let bench = Bench::new([refused(), refused(), refused()]);
    let api = bench.api().auth(Login(Arc::new(Mutex::new("old-token"))));
    let error =
        ModelsManager::new(&api, bench.settings()).refresh(RefreshStrategy::Online).await.unwrap_err();
    let CatalogueError::Api(error) = &*error else { panic!("{error:?}") };
    assert_eq!((error.status(), error.request_id()), (Some(401), Some("req-2")));
    assert_eq!(bench.transport.requests().len(), 2, "one step for each 401");
}

#[tokio::test]
async fn the_simulators_catalogue_is_read_cached_and_looked_up() {
    let simulator = Simulator::start(Scenario::new().require_token("sk-sim")).await.unwrap();
    let provider = Provider::new("simulator", &simulator.base_url()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let settings = ModelsSettings::default().auth_mode(Some(AuthMode::Chatgpt)).codex_home(home.path());
    let api = ApiClient::new(provider).unwrap().auth(ApiKey::new("sk-sim"));
    let manager = ModelsManager::new(&api, settings.clone());
    assert_eq!(manager.refresh(RefreshStrategy::OnlineIfUncached).await.unwrap(), Refreshed::Fetched);
    assert!(!manager.available_models().is_empty());
    assert!(!manager.model_info("sim-1-preview").is_fallback());
    let second = ModelsManager::new(&api, settings);
    assert_eq!(second.refresh(RefreshStrategy::OnlineIfUncached).await.unwrap(), Refreshed::Cached);
    assert_eq!(slugs(&second), slugs(&manager));
    assert_eq!(simulator.requests().len(), 1);
    simulator.shutdown().await;
}
