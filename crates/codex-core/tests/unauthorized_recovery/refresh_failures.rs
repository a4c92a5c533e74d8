//! The login cannot be refreshed: for good, or for now.

use std::{net::TcpListener, sync::Arc};

use codex_core::{TokenAuthority, Transport};
use codex_sim::{Account, Failure, Faults, HeadFault, RefreshState, Rule, Simulator, When};
use insta::assert_snapshot;

use crate::{
    story::{Story, service},
    wire::Impatient,
};

/// What is told of a story, and the diagnosis apart from it.
fn split(told: &str) -> (String, String) {
    let (told, diagnosis) = told.split_once("diagnosis: ").unwrap();
    (told.to_owned(), diagnosis.trim_end().to_owned())
}

#[tokio::test]
async fn for_good() {
    for (state, expected) in [
        (RefreshState::Expired, "the login is over: its refresh token has expired"),
        (
            RefreshState::Reused,
            "the login is over: its refresh token was used before, by another process or a copy of the login",
        ),
        (RefreshState::Invalidated, "the login is over: its refresh token was revoked"),
    ] {
        let tell = async |transport| {
            let account = Account::new("rt-1").refresh_state(state);
            let story = Story::of_login(service(account), transport).await;
            story.ask().await;
            let (told, diagnosis) = split(&story.told());
            assert_eq!(diagnosis, expected);
            told
        };
        let (over_http, over_websocket) = (tell(Transport::Http).await, tell(Transport::Websocket).await);
        insta::allow_duplicates! {
            assert_snapshot!(over_http, @"");
            assert_snapshot!(over_websocket, @"");
        }
    }
}

fn authority(answer: impl Into<Rule>) -> Rule {
    answer.into().when(When::new().path("/oauth/token"))
}

#[tokio::test]
async fn for_now() {
    let page = || Failure::new(200).raw_body("text/html", "<html>Sign in to this network</html>");
    for (rule, expected) in [
        (authority(Failure::new(500)), "the token authority answered with status 500"),
        (authority(Failure::new(429)), "the token authority answered with status 429"),
        (authority(page()), "the answer of the token authority could not be read"),
        (authority(Faults::new().head(HeadFault::Never)), "the token authority could not be reached"),
        (authority(Faults::new().head(HeadFault::Close)), "the token authority could not be reached"),
    ] {
        let tell = async |transport| {
            let scenario = service(Account::new("rt-1")).rule(rule.clone());
            let story = Story::of_login(scenario, transport).await;
            story.ask().await;
            told_for_now(&story, expected)
        };
        let (over_http, over_websocket) = (tell(Transport::Http).await, tell(Transport::Websocket).await);
        insta::allow_duplicates! {
            assert_snapshot!(over_http, @"");
            assert_snapshot!(over_websocket, @"");
        }
    }
}

fn told_for_now(story: &Story, why: &str) -> String {
    let (told, diagnosis) = split(&story.told());
    assert_eq!(diagnosis, format!("the token was refused and could not be renewed: {why}"));
    told
}

/// Told like every failure for now.
#[tokio::test]
async fn the_authority_is_not_there() {
    for transport in [Transport::Http, Transport::Websocket] {
        let overloaded = service(Account::new("rt-1")).rule(authority(Failure::new(500)));
        let known = Story::of_login(overloaded, transport).await;
        known.ask().await;

        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let authority =
            TokenAuthority::with_issuer(Arc::new(Impatient), &format!("http://{closed}")).unwrap();
        let simulator = Simulator::start(service(Account::new("rt-1"))).await.unwrap();
        let story = Story::of_login_at(simulator, authority, transport).await;
        assert!(story.simulator.expire_access(0));
        story.ask().await;
        assert_eq!(
            told_for_now(&story, "the token authority could not be reached"),
            told_for_now(&known, "the token authority answered with status 500")
        );
    }
}
