//! The 401 comes inside a stream whose head was a success.

use codex_core::Transport;
use codex_sim::{Account, Dialect, Faults, Reply, Rule, Scenario, StreamErrorShape, StreamFailure};
use insta::assert_snapshot;

use crate::story::{Story, service};

/// The first response breaks off with a 401 after so many events.
fn refused_after(events: usize) -> Scenario {
    let refusal = StreamFailure::unauthorized(events, "token_expired")
        .header("x-request-id", "req-in-stream")
        .header("cf-ray", "ray-in-stream");
    let rule = Rule::reply(Reply::text("Hello!")).faults(Faults::new().error(refusal)).once();
    Scenario::new().account(Account::new("rt-1")).rule(rule).reply(Reply::text("Hello!"))
}

async fn tell(scenario: Scenario, transport: Transport) -> String {
    let story = Story::of_fresh_login(scenario, transport).await;
    story.ask().await;
    story.told()
}

#[tokio::test]
async fn as_the_first_event() {
    assert_snapshot!(tell(refused_after(0), Transport::Http).await, @"");
    assert_snapshot!(tell(refused_after(0), Transport::Websocket).await, @"");
}

#[tokio::test]
async fn before_visible_output() {
    assert_snapshot!(tell(refused_after(1), Transport::Http).await, @"");
    assert_snapshot!(tell(refused_after(1), Transport::Websocket).await, @"");
}

/// The caller has seen a part of the answer: it is not asked for again.
#[tokio::test]
async fn after_visible_output() {
    assert_snapshot!(tell(refused_after(5), Transport::Http).await, @"");
    assert_snapshot!(tell(refused_after(5), Transport::Websocket).await, @"");
}

/// Nested or flat, the error event tells the same story.
#[tokio::test]
async fn in_either_shape() {
    for events in [0, 1, 5] {
        for transport in [Transport::Http, Transport::Websocket] {
            let nested = Dialect::openai().stream_errors(StreamErrorShape::Nested);
            let told = tell(refused_after(events).dialect(nested), transport).await;
            assert_eq!(told, tell(refused_after(events), transport).await);
        }
    }
}

/// The connection was kept from an earlier answer: the evidence says so, and the turn goes on over a new one.
#[tokio::test]
async fn on_a_reused_websocket() {
    let refusal = StreamFailure::unauthorized(0, "token_expired").header("x-request-id", "req-in-stream");
    let scenario = service(Account::new("rt-1"));
    let story = Story::of_fresh_login(scenario, Transport::Websocket).await;
    story.ask().await;
    story.simulator.push(Faults::new().error(refusal)).unwrap();
    story.ask().await;
    assert_snapshot!(story.told(), @"");
}
