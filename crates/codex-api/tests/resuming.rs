//! Fake transport: a stored response over several connections; no event is lost, none comes twice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod stories;

use codex_api::ResponseEvent;
use serde_json::Value;
use stories::{client, completed, created, delta, stream_of};

fn numbered(number: u64, mut event: Value) -> Value {
    event["sequence_number"] = number.into();
    event
}

/// The texts of the deltas, whether the end came, and the queries that were asked.
async fn resume(
    script: Vec<codex_client::fake::FakeAnswer>,
    after: Option<u64>,
) -> (String, bool, Vec<String>) {
    let (client, transport) = client(script);
    let mut stream = client.stored_responses().resume("resp_1", after);
    let (mut text, mut ended) = (String::new(), false);
    while let Some(event) = stream.next().await {
        match event.unwrap() {
            ResponseEvent::OutputTextDelta(delta) => text.push_str(&delta.delta),
            event => ended |= event.is_terminal(),
        }
    }
    let sent = transport.requests();
    let queries = sent.iter().map(|request| request.url.query().unwrap_or_default().to_owned()).collect();
    (text, ended, queries)
}

#[tokio::test(start_paused = true)]
async fn what_a_new_connection_repeats_is_given_once() {
    let first = stream_of(&[numbered(0, created()), numbered(1, delta("a")), numbered(2, delta("b"))]).cut();
    // This server ignores `starting_after` and begins anew.
    let second = stream_of(&[
        numbered(0, created()),
        numbered(1, delta("a")),
        numbered(2, delta("b")),
        numbered(3, delta("c")),
        numbered(4, completed("abc")),
    ]);
    let (text, ended, queries) = resume(vec![first, second], None).await;
    assert_eq!((text.as_str(), ended), ("abc", true));
    assert_eq!(queries, ["stream=true", "stream=true&starting_after=2"]);
}

#[tokio::test]
async fn events_that_share_a_number_are_all_given_and_the_end_always_is() {
    let same = stream_of(&[
        numbered(0, created()),
        numbered(0, delta("a")),
        numbered(0, delta("b")),
        numbered(0, completed("ab")),
    ]);
    assert_eq!(resume(vec![same], None).await.0, "ab");
    let late = stream_of(&[numbered(3, completed(""))]);
    let (_, ended, _) = resume(vec![late], Some(9)).await;
    assert!(ended);
}

#[tokio::test]
async fn an_id_that_leads_elsewhere_is_refused_before_anything_is_sent() {
    for id in ["", ".", ".."] {
        let (client, transport) = client([]);
        let error = client.stored_responses().delete(id).await.unwrap_err();
        assert!(error.report().to_string().contains("no id of a response"), "{}", error.report());
        assert!(transport.requests().is_empty());
    }
}
