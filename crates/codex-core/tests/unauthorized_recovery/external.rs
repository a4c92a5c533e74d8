//! Tokens of a host application: it is asked once, then nothing more.

use std::{io, sync::Arc};

use codex_api::BoxFuture;
use codex_client::BoxError;
use codex_core::{AuthManager, ExternalRefresher, ExternalSetup, HostRefresh, HostTokens, Transport};
use codex_sim::{Account, Login, Simulator};
use insta::assert_snapshot;

use crate::story::{Story, service};

/// A host application that hands in these tokens, or none.
struct Host(Option<HostTokens>);

impl ExternalRefresher for Host {
    fn refresh(&self, request: HostRefresh) -> BoxFuture<'_, Result<HostTokens, BoxError>> {
        assert_eq!(request.previous_account_id.as_deref(), Some("acct-sim"));
        let tokens = self.0.clone().ok_or_else(|| io::Error::other("the user is not at home").into());
        Box::pin(async move { tokens })
    }
}

fn tokens(login: &Login) -> HostTokens {
    HostTokens::new(login.access_token.clone().into(), &login.account_id)
}

/// A host application that answers with the newest tokens of the account, as `answer` changes them.
async fn hosted(transport: Transport, answer: impl FnOnce(HostTokens) -> ExternalSetup) -> Story {
    let simulator = Simulator::start(service(Account::new("rt-1"))).await.unwrap();
    let first = tokens(&simulator.login(0).unwrap());
    assert!(simulator.expire_access(0));
    let newest = tokens(&simulator.refresh_elsewhere(0).unwrap());
    let manager = AuthManager::from_host_tokens(&first, answer(newest)).unwrap();
    let story = Story::with(simulator, manager, transport);
    story.ask().await;
    story
}

fn refreshed_by(host: Host) -> ExternalSetup {
    ExternalSetup::with_refresher(Arc::new(host))
}

#[tokio::test]
async fn the_refresher_works() {
    let tell = async |transport| hosted(transport, |newest| refreshed_by(Host(Some(newest)))).await.told();
    assert_snapshot!(tell(Transport::Http).await, @"");
    assert_snapshot!(tell(Transport::Websocket).await, @"");
}

#[tokio::test]
async fn the_refresher_hands_in_what_is_refused_too() {
    let tell = async |transport| {
        let useless = HostTokens::new("not-known-to-the-service".into(), "acct-sim");
        hosted(transport, |_| refreshed_by(Host(Some(useless)))).await.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"");
    assert_snapshot!(tell(Transport::Websocket).await, @"");
}

#[tokio::test]
async fn there_is_no_refresher() {
    let tell = async |transport| hosted(transport, |_| ExternalSetup::default()).await.told();
    assert_snapshot!(tell(Transport::Http).await, @"");
    assert_snapshot!(tell(Transport::Websocket).await, @"");
}

#[tokio::test]
async fn the_refresher_fails() {
    let tell = async |transport| hosted(transport, |_| refreshed_by(Host(None))).await.told();
    assert_snapshot!(tell(Transport::Http).await, @"");
    assert_snapshot!(tell(Transport::Websocket).await, @"");
}

#[tokio::test]
async fn the_refresher_hands_in_another_workspace() {
    let tell = async |transport| {
        let elsewhere = HostTokens::new("at-of-another-workspace".into(), "acct-another");
        hosted(transport, |_| refreshed_by(Host(Some(elsewhere))).workspace("acct-sim")).await.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"");
    assert_snapshot!(tell(Transport::Websocket).await, @"");
}
