//! Simulator: logins of a service that checks them.

use std::{fs, sync::Arc, time::Duration};

use codex_api::{ApiClient, ApiError, ClientConfig, Provider, ReqwestTransport, ResponsesApiRequest};
use codex_core::{
    AuthManager, AuthSetup, FileStore, LoginMode, MemoryStore, Revocation, StoreChoice, TokenAuthority,
};
use codex_sim::{Account, DeviceFlow, Lifetime, OAuth, Scenario, Simulator};
use tempfile::TempDir;

use crate::support::{stored_access_token, stored_refresh_token};

struct World {
    simulator: Simulator,
    home: TempDir,
    setup: AuthSetup,
}

impl World {
    async fn start(scenario: Scenario) -> Self {
        let simulator = Simulator::start(scenario).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        if let Some(login) = simulator.login(0) {
            fs::write(home.path().join("auth.json"), login.auth_json()).unwrap();
        }
        let store = StoreChoice::File.open(home.path()).unwrap();
        let setup = AuthSetup::new(store, authority(&simulator));
        Self { simulator, home, setup }
    }

    fn client(&self, manager: &AuthManager) -> ApiClient {
        let provider = Provider::new("sim", &self.simulator.base_url()).unwrap();
        ApiClient::new(provider).unwrap().auth(manager.clone())
    }

    async fn ask(&self, manager: &AuthManager) -> Result<(), ApiError> {
        let request = ResponsesApiRequest::new("m").input("hi");
        self.client(manager).responses().stream(&request).await?.collect().await.map(drop)
    }
}

fn authority(simulator: &Simulator) -> TokenAuthority {
    let transport = ReqwestTransport::shared(&ClientConfig::default()).unwrap();
    TokenAuthority::with_issuer(Arc::new(transport), &simulator.origin()).unwrap()
}

/// The first access token is refused, and does not say so itself.
fn expired() -> Scenario {
    let hour = Lifetime::For(Duration::from_secs(3600));
    let account = Account::new("rt-1").initial_lifetime(Lifetime::For(Duration::ZERO)).told_lifetime(hour);
    Scenario::new().oauth(OAuth::new().account(account).require_account_id())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_requests_with_one_expired_token_cause_one_refresh() {
    let world = Arc::new(World::start(expired()).await);
    let manager = world.setup.manager().await.unwrap();
    let requests: Vec<_> = (0..200)
        .map(|_| {
            let (world, manager) = (Arc::clone(&world), manager.clone());
            tokio::spawn(async move { world.ask(&manager).await })
        })
        .collect();
    for request in requests {
        request.await.unwrap().unwrap();
    }
    assert_eq!(world.simulator.refreshes(), 1);
    let login = world.simulator.login(0).unwrap();
    let store = FileStore::new(world.home.path());
    assert_eq!(stored_refresh_token(&store), login.refresh_token);
    assert_eq!(stored_access_token(&store), login.access_token);
}

#[tokio::test]
async fn a_login_that_another_process_renewed_is_reloaded() {
    let world = World::start(expired()).await;
    let manager = world.setup.manager().await.unwrap();
    let login = world.simulator.refresh_elsewhere(0).unwrap();
    fs::write(world.home.path().join("auth.json"), login.auth_json()).unwrap();
    world.ask(&manager).await.unwrap();
    assert_eq!(world.simulator.refreshes(), 0);
}

#[tokio::test]
async fn a_token_that_says_it_is_expired_is_renewed_before_it_is_used() {
    let account = Account::new("rt-1").initial_lifetime(Lifetime::For(Duration::ZERO));
    let world = World::start(Scenario::new().account(account)).await;
    let manager = world.setup.manager().await.unwrap();
    for _ in 0..3 {
        world.ask(&manager).await.unwrap();
    }
    assert_eq!(world.simulator.refreshes(), 1);
    let refused = |request: &&codex_sim::RecordedRequest| request.path.ends_with("/responses");
    assert_eq!(world.simulator.requests().iter().filter(refused).count(), 3);
}

#[tokio::test]
async fn a_spent_refresh_token_ends_in_a_401_and_is_not_tried_again() {
    let world = World::start(expired()).await;
    let manager = world.setup.manager().await.unwrap();
    world.simulator.refresh_elsewhere(0).unwrap();
    for _ in 0..3 {
        assert!(world.ask(&manager).await.unwrap_err().is_unauthorized());
    }
    let asked = |request: &&codex_sim::RecordedRequest| request.path == "/oauth/token";
    assert_eq!(world.simulator.requests().iter().filter(asked).count(), 1);
}

#[tokio::test]
async fn a_device_login_works_until_it_is_logged_out() {
    let flow = DeviceFlow::new().interval("1");
    let world =
        World::start(Scenario::new().oauth(OAuth::new().account(Account::new("rt-1")).device(flow))).await;
    let setup = AuthSetup::new(Arc::new(MemoryStore::new()), authority(&world.simulator));

    let done = setup.login_with_device_code(|code| assert!(!code.user_code.is_empty())).await.unwrap();
    assert_eq!(
        (done.status.mode, done.status.email.as_deref()),
        (LoginMode::Chatgpt, Some("user@example.com"))
    );
    let manager = setup.manager().await.unwrap();
    world.ask(&manager).await.unwrap();

    let done = setup.logout().await.unwrap();
    assert!(done.was_logged_in && matches!(done.revocation, Revocation::Revoked));
    assert!(setup.status().await.unwrap().is_none());
    assert!(setup.manager().await.unwrap().mode().is_none());
}
