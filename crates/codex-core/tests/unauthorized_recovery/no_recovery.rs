//! Simulator: nothing can be renewed: an API key, no auth manager, no credentials, or a proxy that takes the header away.

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
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: the server answered 401: Incorrect API key provided. (/responses, status 401, attempt 1 of 5,
        after #, request id req-1, cf-ray ray-1, recovery managed reload recovery_not_run)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.recovery_reason=not_chatgpt_auth
    tags: auth_401_cf_ray=ray-1, auth_401_request_id=req-1, auth_cf_ray=ray-1, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=ApiKey, auth_recovery_mode=managed,
        auth_recovery_outcome=recovery_not_run, auth_recovery_phase=reload, auth_request_id=req-1,
        auth_retry_after_unauthorized=false, endpoint=/responses
    diagnosis: the service does not accept the API key
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: the server answered 401: Incorrect API key provided. (/responses, status 401, attempt 1 of 1,
        after #, request id req-1, cf-ray ray-1, recovery managed reload recovery_not_run)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.recovery_reason=not_chatgpt_auth
    tags: auth_401_cf_ray=ray-1, auth_401_request_id=req-1, auth_cf_ray=ray-1,
        auth_connection_reused=false, auth_header_attached=true, auth_header_name=authorization,
        auth_mode=ApiKey, auth_recovery_mode=managed, auth_recovery_outcome=recovery_not_run,
        auth_recovery_phase=reload, auth_request_id=req-1, auth_retry_after_unauthorized=false,
        endpoint=/responses
    diagnosis: the service does not accept the API key
    ");
}

#[tokio::test]
async fn there_is_no_auth_manager() {
    let tell = async |transport| {
        let simulator = Simulator::start(Scenario::new().require_token("sk-another")).await.unwrap();
        let story = Story::with(simulator, ApiKey::new("sk-test-rejected"), transport);
        story.ask().await;
        story.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: the server answered 401: Incorrect API key provided. (/responses, status 401, attempt 1 of 5,
        after #, request id req-1, cf-ray ray-1, recovery none none recovery_not_run)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1
    codex.auth_recovery auth.mode=none, auth.step=none, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.recovery_reason=auth_manager_missing
    tags: auth_401_cf_ray=ray-1, auth_401_request_id=req-1, auth_cf_ray=ray-1, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=ApiKey, auth_recovery_mode=none,
        auth_recovery_outcome=recovery_not_run, auth_recovery_phase=none, auth_request_id=req-1,
        auth_retry_after_unauthorized=false, endpoint=/responses
    diagnosis: the service does not accept the API key
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: the server answered 401: Incorrect API key provided. (/responses, status 401, attempt 1 of 1,
        after #, request id req-1, cf-ray ray-1, recovery none none recovery_not_run)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1
    codex.auth_recovery auth.mode=none, auth.step=none, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.recovery_reason=auth_manager_missing
    tags: auth_401_cf_ray=ray-1, auth_401_request_id=req-1, auth_cf_ray=ray-1,
        auth_connection_reused=false, auth_header_attached=true, auth_header_name=authorization,
        auth_mode=ApiKey, auth_recovery_mode=none, auth_recovery_outcome=recovery_not_run,
        auth_recovery_phase=none, auth_request_id=req-1, auth_retry_after_unauthorized=false,
        endpoint=/responses
    diagnosis: the service does not accept the API key
    ");
}

#[tokio::test]
async fn there_are_no_credentials() {
    let tell = async |transport| {
        let story = Story::with(Simulator::start(Scenario::new()).await.unwrap(), NoAuth, transport);
        story.ask().await;
        story.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: the server answered 401: You didn't provide an API key. Send it as a bearer token in the Authorization header. (/responses,
        status 401, attempt 1 of 5, after #, request id req-1, cf-ray ray-1,
        auth error missing_authorization_header, recovery none none recovery_not_run)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=false, auth.retry_after_unauthorized=false,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error=missing_authorization_header
    codex.auth_recovery auth.mode=none, auth.step=none, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error=missing_authorization_header,
        auth.recovery_reason=auth_manager_missing
    tags: auth_401_cf_ray=ray-1, auth_401_error=missing_authorization_header, auth_401_request_id=req-1,
        auth_cf_ray=ray-1, auth_error=missing_authorization_header, auth_header_attached=false,
        auth_recovery_mode=none, auth_recovery_outcome=recovery_not_run, auth_recovery_phase=none,
        auth_request_id=req-1, auth_retry_after_unauthorized=false, endpoint=/responses
    diagnosis: no credentials were attached
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: the server answered 401: You didn't provide an API key. Send it as a bearer token in the Authorization header. (/responses,
        status 401, attempt 1 of 1, after #, request id req-1, cf-ray ray-1,
        auth error missing_authorization_header, recovery none none recovery_not_run)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=false,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error=missing_authorization_header
    codex.auth_recovery auth.mode=none, auth.step=none, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error=missing_authorization_header,
        auth.recovery_reason=auth_manager_missing
    tags: auth_401_cf_ray=ray-1, auth_401_error=missing_authorization_header, auth_401_request_id=req-1,
        auth_cf_ray=ray-1, auth_connection_reused=false, auth_error=missing_authorization_header,
        auth_header_attached=false, auth_recovery_mode=none, auth_recovery_outcome=recovery_not_run,
        auth_recovery_phase=none, auth_request_id=req-1, auth_retry_after_unauthorized=false,
        endpoint=/responses
    diagnosis: no credentials were attached
    ");
}

#[tokio::test]
async fn the_header_is_taken_away_from_an_api_key() {
    let tell = async |transport| {
        let story = with_key(Scenario::new().strip_authorization(), transport).await;
        story.ask().await;
        story.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: the server answered 401: You didn't provide an API key. Send it as a bearer token in the Authorization header. (/responses,
        status 401, attempt 1 of 5, after #, request id req-1, cf-ray ray-1,
        auth error missing_authorization_header, recovery managed reload recovery_not_run)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error=missing_authorization_header
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error=missing_authorization_header,
        auth.recovery_reason=not_chatgpt_auth
    tags: auth_401_cf_ray=ray-1, auth_401_error=missing_authorization_header, auth_401_request_id=req-1,
        auth_cf_ray=ray-1, auth_error=missing_authorization_header, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=ApiKey, auth_recovery_mode=managed,
        auth_recovery_outcome=recovery_not_run, auth_recovery_phase=reload, auth_request_id=req-1,
        auth_retry_after_unauthorized=false, endpoint=/responses
    diagnosis: auth was attached (header authorization), but the upstream saw none: a proxy in between removes it
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: the server answered 401: You didn't provide an API key. Send it as a bearer token in the Authorization header. (/responses,
        status 401, attempt 1 of 1, after #, request id req-1, cf-ray ray-1,
        auth error missing_authorization_header, recovery managed reload recovery_not_run)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error=missing_authorization_header
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error=missing_authorization_header,
        auth.recovery_reason=not_chatgpt_auth
    tags: auth_401_cf_ray=ray-1, auth_401_error=missing_authorization_header, auth_401_request_id=req-1,
        auth_cf_ray=ray-1, auth_connection_reused=false, auth_error=missing_authorization_header,
        auth_header_attached=true, auth_header_name=authorization, auth_mode=ApiKey,
        auth_recovery_mode=managed, auth_recovery_outcome=recovery_not_run, auth_recovery_phase=reload,
        auth_request_id=req-1, auth_retry_after_unauthorized=false, endpoint=/responses
    diagnosis: auth was attached (header authorization), but the upstream saw none: a proxy in between removes it
    ");
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
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: the server answered 401: You didn't provide an API key. Send it as a bearer token in the Authorization header. (/responses,
        status 401, attempt 3 of 7, after #, request id req-3, cf-ray ray-3,
        auth error missing_authorization_header, recovery managed done recovery_not_run)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error=missing_authorization_header
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error=missing_authorization_header,
        auth.state_changed=false
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=2,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.error=missing_authorization_header
    codex.auth_recovery auth.mode=managed, auth.step=refresh_token, auth.outcome=recovery_succeeded,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.error=missing_authorization_header,
        auth.state_changed=true
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=3,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed,
        auth.recovery_phase=refresh_token, auth.request_id=req-3, auth.cf_ray=ray-3,
        auth.error=missing_authorization_header
    codex.auth_recovery auth.mode=managed, auth.step=done, auth.outcome=recovery_not_run,
        auth.request_id=req-3, auth.cf_ray=ray-3, auth.error=missing_authorization_header,
        auth.recovery_reason=recovery_exhausted
    tags: auth_401_cf_ray=ray-3, auth_401_error=missing_authorization_header, auth_401_request_id=req-3,
        auth_cf_ray=ray-3, auth_error=missing_authorization_header, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=Chatgpt, auth_recovery_followup_status=401,
        auth_recovery_followup_success=false, auth_recovery_mode=managed,
        auth_recovery_outcome=recovery_not_run, auth_recovery_phase=done, auth_request_id=req-3,
        auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: auth was attached (header authorization), but the upstream saw none: a proxy in between removes it
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: the server answered 401: You didn't provide an API key. Send it as a bearer token in the Authorization header. (/responses,
        status 401, attempt 3 of 3, after #, request id req-3, cf-ray ray-3,
        auth error missing_authorization_header, recovery managed done recovery_not_run)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error=missing_authorization_header
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error=missing_authorization_header,
        auth.state_changed=false
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
        auth.connection_reused=false, auth.request_id=req-2, auth.cf_ray=ray-2,
        auth.error=missing_authorization_header
    codex.auth_recovery auth.mode=managed, auth.step=refresh_token, auth.outcome=recovery_succeeded,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.error=missing_authorization_header,
        auth.state_changed=true
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed,
        auth.recovery_phase=refresh_token, auth.connection_reused=false, auth.request_id=req-3,
        auth.cf_ray=ray-3, auth.error=missing_authorization_header
    codex.auth_recovery auth.mode=managed, auth.step=done, auth.outcome=recovery_not_run,
        auth.request_id=req-3, auth.cf_ray=ray-3, auth.error=missing_authorization_header,
        auth.recovery_reason=recovery_exhausted
    tags: auth_401_cf_ray=ray-3, auth_401_error=missing_authorization_header, auth_401_request_id=req-3,
        auth_cf_ray=ray-3, auth_connection_reused=false, auth_error=missing_authorization_header,
        auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
        auth_recovery_followup_status=401, auth_recovery_followup_success=false,
        auth_recovery_mode=managed, auth_recovery_outcome=recovery_not_run, auth_recovery_phase=done,
        auth_request_id=req-3, auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: auth was attached (header authorization), but the upstream saw none: a proxy in between removes it
    ");
}
