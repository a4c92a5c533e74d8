//! The same recovery at every other endpoint, and at realtime, which takes API keys only.

use codex_api::{
    ApiClient, ApiError, CompactionInput, InputItemsQuery, MemorySummarizeInput, RawMemory, RealtimeSettings,
    ResponseItem,
};
use codex_core::{AuthManager, Transport};
use codex_sim::{Account, Failure, Rule, Scenario, Simulator, When};
use insta::assert_snapshot;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::story::{Story, service};

/// Calls an endpoint, and forgets the answer.
async fn call(api: &ApiClient, endpoint: &str) -> Result<(), ApiError> {
    const ID: &str = "resp_1";
    let stored = api.stored_responses();
    match endpoint {
        "/responses/compact" => {
            let history = [ResponseItem::user("Say hello")];
            let input = CompactionInput { model: "gpt-5.4", input: &history, ..CompactionInput::default() };
            api.compact().compact_input(&input, http::HeaderMap::new()).await.map(drop)
        }
        "/memories/trace_summarize" => {
            let memory = RawMemory { id: "1".to_owned(), ..RawMemory::default() };
            let mut input = MemorySummarizeInput { raw_memories: vec![memory], ..Default::default() };
            input.model = "gpt-5.4".to_owned();
            api.memories().summarize_input(&input, http::HeaderMap::new()).await.map(drop)
        }
        "/models" => api.models().list().await.map(drop),
        "GET /responses/{id}" => stored.retrieve(ID).await.map(drop),
        "GET /responses/{id}/input_items" => {
            stored.input_items(ID, &InputItemsQuery::default()).await.map(drop)
        }
        "DELETE /responses/{id}" => stored.delete(ID).await.map(drop),
        "POST /responses/{id}/cancel" => stored.cancel(ID).await.map(drop),
        "/realtime" => {
            api.realtime().connect(&RealtimeSettings::conversation("").model("gpt-realtime")).await.map(drop)
        }
        other => panic!("{other}"),
    }
}

/// The service knows the stored response `resp_1`.
fn scenario() -> Scenario {
    let at = |path: &str, body: Value| {
        Rule::fail(Failure::new(200).raw_body("application/json", body.to_string())).when(When::new().path(path))
    };
    let response = json!({"id": "resp_1", "object": "response", "status": "completed", "output": []});
    service(Account::new("rt-1"))
        .rule(at("/responses/resp_1", response.clone()))
        .rule(at("/responses/resp_1/cancel", response))
        .rule(at("/responses/resp_1/input_items", json!({"object": "list", "data": [], "has_more": false})))
}

#[tokio::test]
async fn every_endpoint_over_http_tells_the_same_story() {
    for (call_of, endpoint) in [
        ("/responses/compact", "/responses/compact"),
        ("/memories/trace_summarize", "/memories/trace_summarize"),
        ("/models", "/models"),
        ("GET /responses/{id}", "/responses/{id}"),
        ("GET /responses/{id}/input_items", "/responses/{id}"),
        ("DELETE /responses/{id}", "/responses/{id}"),
        ("POST /responses/{id}/cancel", "/responses/{id}/cancel"),
    ] {
        let story = Story::of_login(scenario(), Transport::Http).await;
        story.note_result(call(&story.api, call_of).await);
        assert_eq!(story.simulator.refreshes(), 1, "{call_of}");
        insta::allow_duplicates! {
            assert_snapshot!(story.told_of(endpoint), @"");
        }
    }
}

#[tokio::test]
async fn realtime_refuses_an_api_key() {
    let simulator = Simulator::start(Scenario::new().require_token("sk-another")).await.unwrap();
    let manager = AuthManager::from_api_key(&SecretString::from("sk-test-rejected"));
    let story = Story::with(simulator, manager, Transport::Http);
    story.note_result(call(&story.api, "/realtime").await);
    assert_snapshot!(story.told(), @"");
}

/// Beside a login, the API key that is stored with it is used, and is not recovered.
#[tokio::test]
async fn realtime_refuses_the_api_key_of_a_login() {
    let story = Story::of_login_with_key(scenario(), "sk-test-rejected").await;
    story.note_result(call(&story.api, "/realtime").await);
    assert_eq!(story.simulator.refreshes(), 0);
    assert_snapshot!(story.told(), @"");
}

/// A login alone is of no use there, and a new token would be of none either.
#[tokio::test]
async fn realtime_takes_no_login() {
    let story = Story::of_fresh_login(scenario(), Transport::Http).await;
    story.note_result(call(&story.api, "/realtime").await);
    assert_snapshot!(story.told(), @"");
}
