//! Nothing can be renewed: an API key, no auth manager, no credentials, or a proxy that takes the header away.

use codex_api::{ApiKey, NoAuth};
use codex_core::{AuthManager, Transport};
use codex_sim::{Account, Scenario, Simulator};
use insta::assert_snapshot;
use secrecy::SecretString;

use crate::story::{Story, service};

async fn with_key(scenario: Scenario, transport: Transport) -> Story {
    let manager = AuthManager::from_api_key(&SecretString::from("sk-test-rejected"));
    Story::with(Simulator::start(scenario).await.unwrap(), manager, transport)
}

#[tokio::test]
async fn an_api_key_is_rejected() {
    let tell = async |transport| {
        let story = with_key(Scenario::new().require_token("sk-another"), transport).await;
        story.ask().await;
        story.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"");
    assert_snapshot!(tell(Transport::Websocket).await, @"");
}

#[tokio::test]
async fn there_is_no_auth_manager() {
    let tell = async |transport| {
        let simulator = Simulator::start(Scenario::new().require_token("sk-another")).await.unwrap();
        let story = Story::with(simulator, ApiKey::new("sk-test-rejected"), transport);
        story.ask().await;
        story.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"");
    assert_snapshot!(tell(Transport::Websocket).await, @"");
}

#[tokio::test]
async fn there_are_no_credentials() {
    let tell = async |transport| {
        let story = Story::with(Simulator::start(Scenario::new()).await.unwrap(), NoAuth, transport);
        story.ask().await;
        story.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"");
    assert_snapshot!(tell(Transport::Websocket).await, @"");
}

#[tokio::test]
async fn the_header_is_taken_away_from_an_api_key() {
    let tell = async |transport| {
        let story = with_key(Scenario::new().strip_authorization(), transport).await;
        story.ask().await;
        story.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"");
    assert_snapshot!(tell(Transport::Websocket).await, @"");
}

/// Every step of recovery works, and none of them helps: the evidence says why.
#[tokio::test]
async fn the_header_is_taken_away_from_a_login() {
    let tell = async |transport| {
        let scenario = service(Account::new("rt-1")).strip_authorization();
        let story = Story::of_fresh_login(scenario, transport).await;
        story.ask().await;
        story.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"");
    assert_snapshot!(tell(Transport::Websocket).await, @"");
}
