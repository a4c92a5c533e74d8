//! Simulator: a ChatGPT login that this client stores: reload, then refresh, then nothing more.

use std::time::Duration;

use codex_core::Transport;
use codex_sim::{Account, Lifetime};
use insta::assert_snapshot;

use crate::story::{Story, service};

#[tokio::test]
async fn another_process_has_stored_a_newer_token() {
    let tell = async |transport| {
        let story = Story::of_login(service(Account::new("rt-1")), transport).await;
        story.store(&story.simulator.refresh_elsewhere(0).unwrap());
        story.ask().await;
        assert_eq!(story.simulator.refreshes(), 0);
        story.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: Hello! (completed)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired, auth.state_changed=true
    codex.api_request duration_ms=#, http.response.status_code=200, attempt=2, endpoint=/responses,
        auth.header_attached=true, auth.header_name=authorization, auth.retry_after_unauthorized=true,
        auth.recovery_mode=managed, auth.recovery_phase=reload, auth.request_id=req-2, auth.cf_ray=ray-2
    codex.stream_ended duration_ms=#, http.response.status_code=200, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-2, auth.cf_ray=ray-2
    tags: auth_401_cf_ray=ray-1, auth_401_error_code=token_expired, auth_401_request_id=req-1,
        auth_cf_ray=ray-2, auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
        auth_recovery_followup_status=200, auth_recovery_followup_success=true,
        auth_recovery_mode=managed, auth_recovery_outcome=recovery_succeeded, auth_recovery_phase=reload,
        auth_request_id=req-2, auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token had expired, was read again from the store, and the retry worked
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: Hello! (completed)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired, auth.state_changed=true
    codex.websocket_connect duration_ms=#, http.response.status_code=101, success=true,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
        auth.connection_reused=false, auth.request_id=req-2, auth.cf_ray=ray-2
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=false
    codex.stream_ended duration_ms=#, http.response.status_code=101, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-2, auth.cf_ray=ray-2
    tags: auth_401_cf_ray=ray-1, auth_401_error_code=token_expired, auth_401_request_id=req-1,
        auth_connection_reused=false, auth_header_attached=true, auth_header_name=authorization,
        auth_mode=Chatgpt, auth_recovery_followup_success=true, auth_recovery_mode=managed,
        auth_recovery_outcome=recovery_succeeded, auth_recovery_phase=reload,
        auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token had expired, was read again from the store, and the retry worked
    ");
}

#[tokio::test]
async fn the_refresh_works() {
    let tell = async |transport| {
        let story = Story::of_login(service(Account::new("rt-1")), transport).await;
        story.ask().await;
        assert_eq!(story.simulator.refreshes(), 1);
        story.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: Hello! (completed)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired,
        auth.state_changed=false
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=2,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=refresh_token, auth.outcome=recovery_succeeded,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.error_code=token_expired, auth.state_changed=true
    codex.api_request duration_ms=#, http.response.status_code=200, attempt=3, endpoint=/responses,
        auth.header_attached=true, auth.header_name=authorization, auth.retry_after_unauthorized=true,
        auth.recovery_mode=managed, auth.recovery_phase=refresh_token, auth.request_id=req-3,
        auth.cf_ray=ray-3
    codex.stream_ended duration_ms=#, http.response.status_code=200, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-3, auth.cf_ray=ray-3
    tags: auth_401_cf_ray=ray-2, auth_401_error_code=token_expired, auth_401_request_id=req-2,
        auth_cf_ray=ray-3, auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
        auth_recovery_followup_status=200, auth_recovery_followup_success=true,
        auth_recovery_mode=managed, auth_recovery_outcome=recovery_succeeded,
        auth_recovery_phase=refresh_token, auth_request_id=req-3, auth_retry_after_unauthorized=true,
        endpoint=/responses
    diagnosis: the token had expired, was refreshed, and the retry worked
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: Hello! (completed)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired,
        auth.state_changed=false
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
        auth.connection_reused=false, auth.request_id=req-2, auth.cf_ray=ray-2,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=refresh_token, auth.outcome=recovery_succeeded,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.error_code=token_expired, auth.state_changed=true
    codex.websocket_connect duration_ms=#, http.response.status_code=101, success=true,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed,
        auth.recovery_phase=refresh_token, auth.connection_reused=false, auth.request_id=req-3,
        auth.cf_ray=ray-3
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=false
    codex.stream_ended duration_ms=#, http.response.status_code=101, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-3, auth.cf_ray=ray-3
    tags: auth_401_cf_ray=ray-2, auth_401_error_code=token_expired, auth_401_request_id=req-2,
        auth_connection_reused=false, auth_header_attached=true, auth_header_name=authorization,
        auth_mode=Chatgpt, auth_recovery_followup_success=true, auth_recovery_mode=managed,
        auth_recovery_outcome=recovery_succeeded, auth_recovery_phase=refresh_token,
        auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token had expired, was refreshed, and the retry worked
    ");
}

#[tokio::test]
async fn the_refresh_works_and_the_retry_is_refused_all_the_same() {
    // Each access token is refused from its first moment on, though its JWT says otherwise.
    let account = || {
        Account::new("rt-1")
            .access_lifetime(Lifetime::For(Duration::ZERO))
            .told_lifetime(Lifetime::For(Duration::from_secs(3_600)))
    };
    let tell = async |transport| {
        let story = Story::of_login(service(account()), transport).await;
        story.ask().await;
        assert_eq!(story.simulator.refreshes(), 1);
        story.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: the server answered 401: Your authentication token has expired. Sign in again. (/responses,
        status 401, attempt 3 of 7, after #, request id req-3, cf-ray ray-3,
        auth error code token_expired, recovery managed done recovery_not_run)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired,
        auth.state_changed=false
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=2,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=refresh_token, auth.outcome=recovery_succeeded,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.error_code=token_expired, auth.state_changed=true
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=3,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed,
        auth.recovery_phase=refresh_token, auth.request_id=req-3, auth.cf_ray=ray-3,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=done, auth.outcome=recovery_not_run,
        auth.request_id=req-3, auth.cf_ray=ray-3, auth.error_code=token_expired,
        auth.recovery_reason=recovery_exhausted
    tags: auth_401_cf_ray=ray-3, auth_401_error_code=token_expired, auth_401_request_id=req-3,
        auth_cf_ray=ray-3, auth_error_code=token_expired, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=Chatgpt, auth_recovery_followup_status=401,
        auth_recovery_followup_success=false, auth_recovery_mode=managed,
        auth_recovery_outcome=recovery_not_run, auth_recovery_phase=done, auth_request_id=req-3,
        auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token was refreshed, and the retry was refused too (token_expired)
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: the server answered 401: Your authentication token has expired. Sign in again. (/responses,
        status 401, attempt 3 of 3, after #, request id req-3, cf-ray ray-3,
        auth error code token_expired, recovery managed done recovery_not_run)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired,
        auth.state_changed=false
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
        auth.connection_reused=false, auth.request_id=req-2, auth.cf_ray=ray-2,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=refresh_token, auth.outcome=recovery_succeeded,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.error_code=token_expired, auth.state_changed=true
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed,
        auth.recovery_phase=refresh_token, auth.connection_reused=false, auth.request_id=req-3,
        auth.cf_ray=ray-3, auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=done, auth.outcome=recovery_not_run,
        auth.request_id=req-3, auth.cf_ray=ray-3, auth.error_code=token_expired,
        auth.recovery_reason=recovery_exhausted
    tags: auth_401_cf_ray=ray-3, auth_401_error_code=token_expired, auth_401_request_id=req-3,
        auth_cf_ray=ray-3, auth_connection_reused=false, auth_error_code=token_expired,
        auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
        auth_recovery_followup_status=401, auth_recovery_followup_success=false,
        auth_recovery_mode=managed, auth_recovery_outcome=recovery_not_run, auth_recovery_phase=done,
        auth_request_id=req-3, auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token was refreshed, and the retry was refused too (token_expired)
    ");
}

#[tokio::test]
async fn success_after_success() {
    let tell = async |transport| {
        let story = Story::of_login(service(Account::new("rt-1")), transport).await;
        story.ask().await;
        story.ask().await;
        assert_eq!(story.simulator.refreshes(), 1);
        story.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: Hello! (completed)
    caller: Hello! (completed)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired,
        auth.state_changed=false
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=2,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=refresh_token, auth.outcome=recovery_succeeded,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.error_code=token_expired, auth.state_changed=true
    codex.api_request duration_ms=#, http.response.status_code=200, attempt=3, endpoint=/responses,
        auth.header_attached=true, auth.header_name=authorization, auth.retry_after_unauthorized=true,
        auth.recovery_mode=managed, auth.recovery_phase=refresh_token, auth.request_id=req-3,
        auth.cf_ray=ray-3
    codex.stream_ended duration_ms=#, http.response.status_code=200, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-3, auth.cf_ray=ray-3
    codex.api_request duration_ms=#, http.response.status_code=200, attempt=1, endpoint=/responses,
        auth.header_attached=true, auth.header_name=authorization, auth.retry_after_unauthorized=false,
        auth.request_id=req-4, auth.cf_ray=ray-4
    codex.stream_ended duration_ms=#, http.response.status_code=200, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-4, auth.cf_ray=ray-4
    tags: auth_401_cf_ray=ray-2, auth_401_error_code=token_expired, auth_401_request_id=req-2,
        auth_cf_ray=ray-4, auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
        auth_recovery_outcome=recovery_succeeded, auth_request_id=req-4,
        auth_retry_after_unauthorized=false, endpoint=/responses
    diagnosis: the token had expired, was refreshed, and the retry worked
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: Hello! (completed)
    caller: Hello! (completed)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired,
        auth.state_changed=false
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
        auth.connection_reused=false, auth.request_id=req-2, auth.cf_ray=ray-2,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=refresh_token, auth.outcome=recovery_succeeded,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.error_code=token_expired, auth.state_changed=true
    codex.websocket_connect duration_ms=#, http.response.status_code=101, success=true,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed,
        auth.recovery_phase=refresh_token, auth.connection_reused=false, auth.request_id=req-3,
        auth.cf_ray=ray-3
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=false
    codex.stream_ended duration_ms=#, http.response.status_code=101, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-3, auth.cf_ray=ray-3
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=true
    codex.stream_ended duration_ms=#, http.response.status_code=101, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-3, auth.cf_ray=ray-3
    tags: auth_401_cf_ray=ray-2, auth_401_error_code=token_expired, auth_401_request_id=req-2,
        auth_connection_reused=true, auth_header_attached=true, auth_header_name=authorization,
        auth_mode=Chatgpt, auth_recovery_outcome=recovery_succeeded, auth_retry_after_unauthorized=false,
        endpoint=/responses
    diagnosis: the token had expired, was refreshed, and the retry worked
    ");
}
