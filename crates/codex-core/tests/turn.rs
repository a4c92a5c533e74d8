//! Fake transport: when a turn is asked again, and when not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::{sync::Arc, time::Duration};

use codex_api::{
    ApiClient, ApiError, ApiKey, Provider, ResponseEvent, ResponsesApiRequest, ResponsesOptions, Timeouts,
};
use codex_client::fake::{FakeAnswer, FakeTransport};
use codex_core::{Turn, TurnEvent};
use tokio::time::Instant;

const CREATED: &str = "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}\n\n";
const DELTA: &str = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n";
const COMPLETED: &str =
    "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"output\":[]}}\n\n";
const RATE_LIMITED: &str = "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Please try again in 1.5s.\"}}}\n\n";
const NO_QUOTA: &str = "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"error\":{\"code\":\"insufficient_quota\",\"message\":\"x\"}}}\n\n";

fn events(texts: &[&'static str]) -> FakeAnswer {
    FakeAnswer::ok().header("content-type", "text/event-stream").chunks(texts.iter().copied())
}

struct Told {
    events: usize,
    retries: Vec<Duration>,
    error: Option<ApiError>,
    requests: usize,
    elapsed: Duration,
}

async fn run(script: Vec<FakeAnswer>, options: ResponsesOptions) -> Told {
    let transport = FakeTransport::new(script);
    let provider = Provider::new("test", "https://service.test/v1").unwrap();
    let client =
        ApiClient::with_transport(provider, Arc::new(transport.clone())).auth(ApiKey::new("sk-test"));
    let started = Instant::now();
    let mut turn = Turn::new(client.responses(), ResponsesApiRequest::new("m").input("hi")).options(options);
    let (mut events, mut retries, mut error) = (0, Vec::new(), None);
    while let Some(event) = turn.next().await {
        match event {
            Ok(TurnEvent::Event(ResponseEvent::Unknown { kind, .. })) => panic!("{kind}"),
            Ok(TurnEvent::Event(_)) => events += 1,
            Ok(TurnEvent::Retrying { delay, retry, of, .. }) => {
                retries.push(delay);
                assert_eq!((retry as usize, of), (retries.len(), Turn::DEFAULT_RETRIES));
            }
            Ok(other) => panic!("{other:?}"),
            Err(failure) => error = Some(failure),
        }
    }
    Told { events, retries, error, requests: transport.requests().len(), elapsed: started.elapsed() }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_before_output_is_asked_again() {
    for broken in [events(&[CREATED]), events(&[CREATED]).cut(), events(&[CREATED, RATE_LIMITED])] {
        let told = run(vec![broken, events(&[CREATED, DELTA, COMPLETED])], ResponsesOptions::default()).await;
        assert!(told.error.is_none(), "{:?}", told.error);
        assert_eq!((told.requests, told.events, told.retries.len()), (2, 4, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn after_visible_output_nothing_is_replayed() {
    for broken in [events(&[CREATED, DELTA]), events(&[CREATED, DELTA]).cut()] {
        let told = run(vec![broken, events(&[COMPLETED])], ResponsesOptions::default()).await;
        assert!(told.error.unwrap().output_started());
        assert_eq!((told.requests, told.events), (1, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn what_stays_wrong_is_not_asked_again() {
    let told =
        run(vec![events(&[CREATED, NO_QUOTA]), events(&[COMPLETED])], ResponsesOptions::default()).await;
    assert_eq!((told.requests, told.retries.len()), (1, 0));
    let told = run(vec![FakeAnswer::status(401), events(&[COMPLETED])], ResponsesOptions::default()).await;
    assert_eq!((told.requests, told.error.unwrap().status()), (1, Some(401)));
}

#[tokio::test(start_paused = true)]
async fn the_budget_of_a_turn_is_its_own_and_ends() {
    let told = run((0..20).map(|_| events(&[CREATED])).collect(), ResponsesOptions::default()).await;
    assert_eq!(told.requests, 1 + Turn::DEFAULT_RETRIES as usize);
    let tries = told.error.unwrap().context().turn.unwrap();
    assert_eq!((tries.asked, tries.elapsed), (1 + Turn::DEFAULT_RETRIES, told.elapsed));
    // A request that never got an event spent the request's retries: the turn does not multiply them.
    let told = run((0..50).map(|_| FakeAnswer::status(500)).collect(), ResponsesOptions::default()).await;
    assert_eq!(told.requests, 5);
}

#[tokio::test(start_paused = true)]
async fn the_servers_delay_is_kept_and_the_total_time_bounds_the_turn() {
    let limited = || events(&[CREATED, RATE_LIMITED]);
    let told = run(vec![limited(), events(&[COMPLETED])], ResponsesOptions::default()).await;
    assert_eq!(told.retries, [Duration::from_millis(1500)]);
    assert_eq!(told.elapsed, Duration::from_millis(1500));

    let timeouts = Timeouts { total: Some(Duration::from_secs(4)), ..Timeouts::default() };
    let options = ResponsesOptions::default().timeouts(timeouts);
    let told = run((0..20).map(|_| limited()).collect(), options).await;
    assert!(told.elapsed <= Duration::from_secs(4), "{:?}", told.elapsed);
    assert!(told.error.is_some());
    let silent = events(&[CREATED]).stall();
    let timeouts = Timeouts { total: Some(Duration::from_secs(4)), ..Timeouts::default() };
    let late = run(vec![limited(), silent], ResponsesOptions::default().timeouts(timeouts)).await;
    let text = late.error.unwrap().to_string();
    assert!(text.contains("4000 ms"), "the limit that was set, not what was left of it: {text}");
    assert_eq!(told.requests, 3, "two waits of 1.5 s fit into 4 s");
}
