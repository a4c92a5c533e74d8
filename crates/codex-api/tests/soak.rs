//! Simulator: more than ten thousand requests over one connection, of either kind, in flat memory.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use codex_api::{ApiClient, ApiKey, Provider, ResponsesApiRequest, ResponsesOptions};
use codex_sim::{Reply, Rule, Scenario, Simulator};

/// From here on the simulator, in the same process, keeps no more records, and memory is looked at.
const RECORDED: usize = codex_sim::MAX_RECORDED;
const REQUESTS: usize = RECORDED + 3_000;
/// What the resident set may grow by in those last requests, in bytes: a kilobyte kept for each would be 3 MB.
const GROWTH: u64 = 2 * 1024 * 1024;

/// Memory is that of the whole process: one test looks at a time.
static MEMORY: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn simulator() -> (Simulator, ApiClient) {
    let simulator = Simulator::start(Scenario::new().rule(Rule::reply(Reply::text("Hello.")))).await.unwrap();
    let provider = Provider::new("sim", &simulator.base_url()).unwrap();
    let client = ApiClient::new(provider).unwrap().auth(ApiKey::new("sk-sim"));
    (simulator, client)
}

fn request() -> ResponsesApiRequest {
    ResponsesApiRequest::new("gpt-test").input("hi").store(false)
}

/// Resident memory of this process, in bytes; `None` where the system does not tell it this way.
fn resident() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    statm.split_whitespace().nth(1)?.parse::<u64>().ok().map(|pages| pages * 4096)
}

/// The simulator numbers its connections; every request came on the first one.
fn one_connection(simulator: &Simulator) {
    assert!(simulator.requests().iter().all(|request| request.connection == 1));
}

fn stayed_flat(before: Option<u64>) {
    if let (Some(before), Some(after)) = (before, resident()) {
        assert!(after < before + GROWTH, "{before} bytes became {after}");
    }
}

#[tokio::test]
async fn http_requests_share_one_connection() {
    let _alone = MEMORY.lock().await;
    let (simulator, client) = simulator().await;
    let mut full = None;
    for number in 0..REQUESTS {
        if number == RECORDED {
            full = resident();
        }
        let response = client.responses().create(&request()).await.unwrap();
        assert_eq!(response.output_text(), "Hello.");
    }
    stayed_flat(full);
    one_connection(&simulator);
}

#[tokio::test]
async fn websocket_requests_share_one_connection() {
    let _alone = MEMORY.lock().await;
    let (simulator, client) = simulator().await;
    let connection = client.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap();
    let mut full = None;
    for number in 0..REQUESTS {
        if number == RECORDED {
            full = resident();
        }
        let response = connection.stream(&request()).await.unwrap().collect().await.unwrap();
        assert_eq!(response.output_text(), "Hello.");
    }
    stayed_flat(full);
    one_connection(&simulator);
    assert_eq!(connection.served(), REQUESTS as u64);
}
