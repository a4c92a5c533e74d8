//! Ladder: simulator. Lanes of a WebSocket: order, concurrency, bounds.

use std::time::Duration;

use codex_sim::{Faults, Position, Reply, Rule, Scenario, Simulator, WebSocketOptions, When};
use serde_json::{Value, json};

use crate::socket::{Socket, create, kinds, output_text};

#[tokio::test]
async fn requests_of_one_lane_wait_for_each_other() {
    let when = |prompt: &str| When::new().user_says(prompt);
    let slow = Faults::new().head_delay(Duration::from_millis(10));
    let never = Faults::new().stall(Position::Events(0));
    let scenario = Scenario::new()
        .rule(Rule::reply(Reply::text("slow")).faults(slow).when(when("slow")))
        .rule(Rule::sensible().faults(never).when(when("never")))
        .reply(Reply::text("fast"));
    let simulator = Simulator::start(scenario).await.unwrap();
    let mut socket = Socket::connect(&simulator).await;
    socket.send(&create("slow")).await;
    socket.send(&create("fast")).await;
    assert_eq!(output_text(&socket.events().await), "slow");
    assert_eq!(output_text(&socket.events().await), "fast");

    for (prompt, lane) in [("never", "a"), ("fast", "a"), ("fast", "b")] {
        let mut request = create(prompt);
        request["stream_id"] = json!(lane);
        socket.send(&request).await;
    }
    let events = socket.events().await;
    assert_eq!(output_text(&events), "fast", "lanes do not wait for each other");
    assert!(events.iter().all(|event| event["stream_id"] == "b"));
}

#[tokio::test]
async fn lanes_are_bounded() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let mut socket = Socket::connect(&simulator).await;
    let in_lane = |lane: Value| {
        let mut request = create("hi");
        request["stream_id"] = lane;
        request
    };
    for name in 0..codex_sim::MAX_LANES {
        let events = socket.ask(&in_lane(json!(format!("lane-{name}")))).await;
        assert_eq!(kinds(&events).last(), Some(&"response.completed"));
    }
    let refused = socket.ask(&in_lane(json!("one-more"))).await;
    assert_eq!(refused[0]["error"]["code"], "websocket_stream_limit_reached");
    for name in [json!(""), json!("a b"), json!(7)] {
        assert_eq!(socket.ask(&in_lane(name)).await[0]["error"]["code"], "invalid_stream_id");
    }
    assert_eq!(kinds(&socket.ask(&create("hi")).await).last(), Some(&"response.completed"));

    let options = WebSocketOptions::new().without_lanes();
    let without = Simulator::start(Scenario::new().websocket(options)).await.unwrap();
    let refused = Socket::connect(&without).await.ask(&in_lane(json!("a"))).await;
    assert_eq!(refused[0]["error"]["code"], "unknown_parameter");
}

#[tokio::test]
async fn sixteen_responses_are_under_way_at_most() {
    let never = Faults::new().stall(Position::Events(1));
    let simulator = Simulator::start(Scenario::new().faults(never)).await.unwrap();
    let mut socket = Socket::connect(&simulator).await;
    for lane in 0..=codex_sim::MAX_IN_FLIGHT {
        let mut request = create("hi");
        request["stream_id"] = json!(lane.to_string());
        socket.send(&request).await;
    }
    for _ in 0..codex_sim::MAX_IN_FLIGHT {
        assert_eq!(socket.next().await["type"], "response.created");
    }
    assert!(tokio::time::timeout(Duration::from_millis(30), socket.next()).await.is_err());
}
