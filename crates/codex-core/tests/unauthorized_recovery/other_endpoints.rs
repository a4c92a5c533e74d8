//! Simulator: the same recovery at every other endpoint, and at realtime, which takes API keys only.

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
        Rule::fail(Failure::new(200).raw_body("application/json", body.to_string()))
            .when(When::new().path(path))
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
            assert_snapshot!(story.told_of(endpoint), @"
            caller: an answer
            codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
                endpoint=(it), auth.header_attached=true, auth.header_name=authorization,
                auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1,
                auth.error_code=token_expired
            codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
                auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired,
                auth.state_changed=false
            codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=2,
                endpoint=(it), auth.header_attached=true, auth.header_name=authorization,
                auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
                auth.request_id=req-2, auth.cf_ray=ray-2, auth.error_code=token_expired
            codex.auth_recovery auth.mode=managed, auth.step=refresh_token, auth.outcome=recovery_succeeded,
                auth.request_id=req-2, auth.cf_ray=ray-2, auth.error_code=token_expired, auth.state_changed=true
            codex.api_request duration_ms=#, http.response.status_code=200, attempt=3, endpoint=(it),
                auth.header_attached=true, auth.header_name=authorization, auth.retry_after_unauthorized=true,
                auth.recovery_mode=managed, auth.recovery_phase=refresh_token, auth.request_id=req-3,
                auth.cf_ray=ray-3
            tags: auth_401_cf_ray=ray-2, auth_401_error_code=token_expired, auth_401_request_id=req-2,
                auth_cf_ray=ray-3, auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
                auth_recovery_followup_status=200, auth_recovery_followup_success=true,
                auth_recovery_mode=managed, auth_recovery_outcome=recovery_succeeded,
                auth_recovery_phase=refresh_token, auth_request_id=req-3, auth_retry_after_unauthorized=true,
                endpoint=(it)
            diagnosis: the token had expired, was refreshed, and the retry worked
            ");
        }
    }
}

#[tokio::test]
async fn realtime_refuses_an_api_key() {
    let simulator = Simulator::start(Scenario::new().require_token("sk-another")).await.unwrap();
    let manager = AuthManager::from_api_key(&SecretString::from("sk-test-rejected"));
    let story = Story::with(simulator, manager, Transport::Http);
    story.note_result(call(&story.api, "/realtime").await);
    assert_snapshot!(story.told(), @"
    caller: the server answered 401: Incorrect API key provided. (/realtime, status 401, attempt 1 of 1,
        after #, request id req-1, cf-ray ray-1, recovery managed reload recovery_not_run)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/realtime, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.recovery_reason=not_chatgpt_auth
    tags: auth_401_cf_ray=ray-1, auth_401_request_id=req-1, auth_cf_ray=ray-1,
        auth_connection_reused=false, auth_header_attached=true, auth_header_name=authorization,
        auth_mode=ApiKey, auth_recovery_mode=managed, auth_recovery_outcome=recovery_not_run,
        auth_recovery_phase=reload, auth_request_id=req-1, auth_retry_after_unauthorized=false,
        endpoint=/realtime
    diagnosis: the service does not accept the API key
    ");
}

/// Beside a login, the API key that is stored with it is used, and is not recovered.
#[tokio::test]
async fn realtime_refuses_the_api_key_of_a_login() {
    let story = Story::of_login_with_key(scenario(), "sk-test-rejected").await;
    story.note_result(call(&story.api, "/realtime").await);
    assert_eq!(story.simulator.refreshes(), 0);
    assert_snapshot!(story.told(), @"
    caller: the server answered 401: Incorrect API key provided. (/realtime, status 401, attempt 1 of 1,
        after #, request id req-1, cf-ray ray-1, recovery managed reload recovery_not_run)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/realtime, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.recovery_reason=not_chatgpt_auth
    tags: auth_401_cf_ray=ray-1, auth_401_request_id=req-1, auth_cf_ray=ray-1,
        auth_connection_reused=false, auth_header_attached=true, auth_header_name=authorization,
        auth_mode=ApiKey, auth_recovery_mode=managed, auth_recovery_outcome=recovery_not_run,
        auth_recovery_phase=reload, auth_request_id=req-1, auth_retry_after_unauthorized=false,
        endpoint=/realtime
    diagnosis: the service does not accept the API key
    ");
}

/// A login alone is of no use there, and a new token would be of none either.
#[tokio::test]
async fn realtime_takes_no_login() {
    let story = Story::of_fresh_login(scenario(), Transport::Http).await;
    story.note_result(call(&story.api, "/realtime").await);
    assert_eq!(story.simulator.refreshes(), 0);
    assert_snapshot!(story.told(), @"
    caller: the server answered 401: You didn't provide an API key. Send it as a bearer token in the Authorization header. (/realtime,
        status 401, attempt 1 of 1, after #, request id req-1, cf-ray ray-1,
        auth error missing_authorization_header, recovery managed reload recovery_not_run)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/realtime, auth.header_attached=false,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error=missing_authorization_header
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error=missing_authorization_header,
        auth.recovery_reason=not_chatgpt_auth
    tags: auth_401_cf_ray=ray-1, auth_401_error=missing_authorization_header, auth_401_request_id=req-1,
        auth_cf_ray=ray-1, auth_connection_reused=false, auth_error=missing_authorization_header,
        auth_header_attached=false, auth_recovery_mode=managed, auth_recovery_outcome=recovery_not_run,
        auth_recovery_phase=reload, auth_request_id=req-1, auth_retry_after_unauthorized=false,
        endpoint=/realtime
    diagnosis: no credentials were attached
    ");
}
