//! Simulator: tokens of a host application: it is asked once, then nothing more.

use std::{io, sync::Arc};

use codex_api::BoxFuture;
use codex_client::BoxError;
use codex_core::{AuthManager, ExternalRefresher, ExternalSetup, HostRefresh, HostTokens, Transport};
use codex_sim::{Account, Login, Simulator};
use insta::assert_snapshot;

use crate::story::{Story, service};

/// A host application that hands in these tokens, or none.
struct Host(Option<HostTokens>);

impl ExternalRefresher for Host {
    fn refresh(&self, request: HostRefresh) -> BoxFuture<'_, Result<HostTokens, BoxError>> {
        assert_eq!(request.previous_account_id.as_deref(), Some("acct-sim"));
        let tokens = self.0.clone().ok_or_else(|| io::Error::other("the user is not at home").into());
        Box::pin(async move { tokens })
    }
}

fn tokens(login: &Login) -> HostTokens {
    HostTokens::new(login.access_token.clone().into(), &login.account_id)
}

/// A host application that answers with the newest tokens of the account, as `answer` changes them.
async fn hosted(transport: Transport, answer: impl FnOnce(HostTokens) -> ExternalSetup) -> Story {
    let simulator = Simulator::start(service(Account::new("rt-1"))).await.unwrap();
    let first = tokens(&simulator.login(0).unwrap());
    assert!(simulator.expire_access(0));
    let newest = tokens(&simulator.refresh_elsewhere(0).unwrap());
    let manager = AuthManager::from_host_tokens(&first, answer(newest)).unwrap();
    let story = Story::with(simulator, manager, transport);
    story.ask().await;
    story
}

fn refreshed_by(host: Host) -> ExternalSetup {
    ExternalSetup::with_refresher(Arc::new(host))
}

#[tokio::test]
async fn the_refresher_works() {
    let tell = async |transport| hosted(transport, |newest| refreshed_by(Host(Some(newest)))).await.told();
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: Hello! (completed)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=external, auth.step=external_refresh, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired, auth.state_changed=true
    codex.api_request duration_ms=#, http.response.status_code=200, attempt=2, endpoint=/responses,
        auth.header_attached=true, auth.header_name=authorization, auth.retry_after_unauthorized=true,
        auth.recovery_mode=external, auth.recovery_phase=external_refresh, auth.request_id=req-2,
        auth.cf_ray=ray-2
    codex.stream_ended duration_ms=#, http.response.status_code=200, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-2, auth.cf_ray=ray-2
    tags: auth_401_cf_ray=ray-1, auth_401_error_code=token_expired, auth_401_request_id=req-1,
        auth_cf_ray=ray-2, auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
        auth_recovery_followup_status=200, auth_recovery_followup_success=true,
        auth_recovery_mode=external, auth_recovery_outcome=recovery_succeeded,
        auth_recovery_phase=external_refresh, auth_request_id=req-2, auth_retry_after_unauthorized=true,
        endpoint=/responses
    diagnosis: the token had expired, was renewed by the host application, and the retry worked
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: Hello! (completed)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error_code=token_expired
    codex.auth_recovery auth.mode=external, auth.step=external_refresh, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired, auth.state_changed=true
    codex.websocket_connect duration_ms=#, http.response.status_code=101, success=true,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=external,
        auth.recovery_phase=external_refresh, auth.connection_reused=false, auth.request_id=req-2,
        auth.cf_ray=ray-2
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=false
    codex.stream_ended duration_ms=#, http.response.status_code=101, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-2, auth.cf_ray=ray-2
    tags: auth_401_cf_ray=ray-1, auth_401_error_code=token_expired, auth_401_request_id=req-1,
        auth_connection_reused=false, auth_header_attached=true, auth_header_name=authorization,
        auth_mode=Chatgpt, auth_recovery_followup_success=true, auth_recovery_mode=external,
        auth_recovery_outcome=recovery_succeeded, auth_recovery_phase=external_refresh,
        auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token had expired, was renewed by the host application, and the retry worked
    ");
}

#[tokio::test]
async fn the_refresher_hands_in_what_is_refused_too() {
    let tell = async |transport| {
        let useless = HostTokens::new("not-known-to-the-service".into(), "acct-sim");
        hosted(transport, |_| refreshed_by(Host(Some(useless)))).await.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: the server answered 401: Incorrect API key provided. (/responses, status 401, attempt 2 of 6,
        after #, request id req-2, cf-ray ray-2, recovery external done recovery_not_run)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=external, auth.step=external_refresh, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired, auth.state_changed=true
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=2,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=external,
        auth.recovery_phase=external_refresh, auth.request_id=req-2, auth.cf_ray=ray-2
    codex.auth_recovery auth.mode=external, auth.step=done, auth.outcome=recovery_not_run,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.recovery_reason=recovery_exhausted
    tags: auth_401_cf_ray=ray-2, auth_401_request_id=req-2, auth_cf_ray=ray-2, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=Chatgpt, auth_recovery_followup_status=401,
        auth_recovery_followup_success=false, auth_recovery_mode=external,
        auth_recovery_outcome=recovery_not_run, auth_recovery_phase=done, auth_request_id=req-2,
        auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token was renewed by the host application, and the retry was refused too
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: the server answered 401: Incorrect API key provided. (/responses, status 401, attempt 2 of 2,
        after #, request id req-2, cf-ray ray-2, recovery external done recovery_not_run)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error_code=token_expired
    codex.auth_recovery auth.mode=external, auth.step=external_refresh, auth.outcome=recovery_succeeded,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired, auth.state_changed=true
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=external,
        auth.recovery_phase=external_refresh, auth.connection_reused=false, auth.request_id=req-2,
        auth.cf_ray=ray-2
    codex.auth_recovery auth.mode=external, auth.step=done, auth.outcome=recovery_not_run,
        auth.request_id=req-2, auth.cf_ray=ray-2, auth.recovery_reason=recovery_exhausted
    tags: auth_401_cf_ray=ray-2, auth_401_request_id=req-2, auth_cf_ray=ray-2,
        auth_connection_reused=false, auth_header_attached=true, auth_header_name=authorization,
        auth_mode=Chatgpt, auth_recovery_followup_status=401, auth_recovery_followup_success=false,
        auth_recovery_mode=external, auth_recovery_outcome=recovery_not_run, auth_recovery_phase=done,
        auth_request_id=req-2, auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token was renewed by the host application, and the retry was refused too
    ");
}

#[tokio::test]
async fn there_is_no_refresher() {
    let tell = async |transport| hosted(transport, |_| ExternalSetup::default()).await.told();
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: the server answered 401: Your authentication token has expired. Sign in again. (/responses,
        status 401, attempt 1 of 5, after #, request id req-1, cf-ray ray-1,
        auth error code token_expired, recovery external external_refresh recovery_not_run)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=external, auth.step=external_refresh, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired,
        auth.recovery_reason=no_external_refresher
    tags: auth_401_cf_ray=ray-1, auth_401_error_code=token_expired, auth_401_request_id=req-1,
        auth_cf_ray=ray-1, auth_error_code=token_expired, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=Chatgpt, auth_recovery_mode=external,
        auth_recovery_outcome=recovery_not_run, auth_recovery_phase=external_refresh,
        auth_request_id=req-1, auth_retry_after_unauthorized=false, endpoint=/responses
    diagnosis: the token was refused, and the host application gave no way to renew it
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: the server answered 401: Your authentication token has expired. Sign in again. (/responses,
        status 401, attempt 1 of 1, after #, request id req-1, cf-ray ray-1,
        auth error code token_expired, recovery external external_refresh recovery_not_run)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error_code=token_expired
    codex.auth_recovery auth.mode=external, auth.step=external_refresh, auth.outcome=recovery_not_run,
        auth.request_id=req-1, auth.cf_ray=ray-1, auth.error_code=token_expired,
        auth.recovery_reason=no_external_refresher
    tags: auth_401_cf_ray=ray-1, auth_401_error_code=token_expired, auth_401_request_id=req-1,
        auth_cf_ray=ray-1, auth_connection_reused=false, auth_error_code=token_expired,
        auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
        auth_recovery_mode=external, auth_recovery_outcome=recovery_not_run,
        auth_recovery_phase=external_refresh, auth_request_id=req-1, auth_retry_after_unauthorized=false,
        endpoint=/responses
    diagnosis: the token was refused, and the host application gave no way to renew it
    ");
}

#[tokio::test]
async fn the_refresher_fails() {
    let tell = async |transport| hosted(transport, |_| refreshed_by(Host(None))).await.told();
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: the server answered 401: Your authentication token has expired. Sign in again. (/responses,
        status 401, attempt 1 of 5, after #, request id req-1, cf-ray ray-1,
        auth error code token_expired, recovery external external_refresh recovery_failed_transient)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=external, auth.step=external_refresh,
        auth.outcome=recovery_failed_transient, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    tags: auth_401_cf_ray=ray-1, auth_401_error_code=token_expired, auth_401_request_id=req-1,
        auth_cf_ray=ray-1, auth_error_code=token_expired, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=Chatgpt, auth_recovery_mode=external,
        auth_recovery_outcome=recovery_failed_transient, auth_recovery_phase=external_refresh,
        auth_request_id=req-1, auth_retry_after_unauthorized=false, endpoint=/responses
    diagnosis: the token was refused and could not be renewed: the host application failed to renew it
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: the server answered 401: Your authentication token has expired. Sign in again. (/responses,
        status 401, attempt 1 of 1, after #, request id req-1, cf-ray ray-1,
        auth error code token_expired, recovery external external_refresh recovery_failed_transient)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error_code=token_expired
    codex.auth_recovery auth.mode=external, auth.step=external_refresh,
        auth.outcome=recovery_failed_transient, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    tags: auth_401_cf_ray=ray-1, auth_401_error_code=token_expired, auth_401_request_id=req-1,
        auth_cf_ray=ray-1, auth_connection_reused=false, auth_error_code=token_expired,
        auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
        auth_recovery_mode=external, auth_recovery_outcome=recovery_failed_transient,
        auth_recovery_phase=external_refresh, auth_request_id=req-1, auth_retry_after_unauthorized=false,
        endpoint=/responses
    diagnosis: the token was refused and could not be renewed: the host application failed to renew it
    ");
}

#[tokio::test]
async fn the_refresher_hands_in_another_workspace() {
    let tell = async |transport| {
        let elsewhere = HostTokens::new("at-of-another-workspace".into(), "acct-another");
        hosted(transport, |_| refreshed_by(Host(Some(elsewhere))).workspace("acct-sim")).await.told()
    };
    assert_snapshot!(tell(Transport::Http).await, @"
    caller: the server answered 401: Your authentication token has expired. Sign in again. (/responses,
        status 401, attempt 1 of 5, after #, request id req-1, cf-ray ray-1,
        auth error code token_expired, recovery external external_refresh recovery_failed_transient)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=external, auth.step=external_refresh,
        auth.outcome=recovery_failed_transient, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    tags: auth_401_cf_ray=ray-1, auth_401_error_code=token_expired, auth_401_request_id=req-1,
        auth_cf_ray=ray-1, auth_error_code=token_expired, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=Chatgpt, auth_recovery_mode=external,
        auth_recovery_outcome=recovery_failed_transient, auth_recovery_phase=external_refresh,
        auth_request_id=req-1, auth_retry_after_unauthorized=false, endpoint=/responses
    diagnosis: the token was refused and could not be renewed: the host application handed in a token of another workspace
    ");
    assert_snapshot!(tell(Transport::Websocket).await, @"
    caller: the server answered 401: Your authentication token has expired. Sign in again. (/responses,
        status 401, attempt 1 of 1, after #, request id req-1, cf-ray ray-1,
        auth error code token_expired, recovery external external_refresh recovery_failed_transient)
    codex.websocket_connect duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1, auth.error_code=token_expired
    codex.auth_recovery auth.mode=external, auth.step=external_refresh,
        auth.outcome=recovery_failed_transient, auth.request_id=req-1, auth.cf_ray=ray-1,
        auth.error_code=token_expired
    tags: auth_401_cf_ray=ray-1, auth_401_error_code=token_expired, auth_401_request_id=req-1,
        auth_cf_ray=ray-1, auth_connection_reused=false, auth_error_code=token_expired,
        auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
        auth_recovery_mode=external, auth_recovery_outcome=recovery_failed_transient,
        auth_recovery_phase=external_refresh, auth_request_id=req-1, auth_retry_after_unauthorized=false,
        endpoint=/responses
    diagnosis: the token was refused and could not be renewed: the host application handed in a token of another workspace
    ");
}
