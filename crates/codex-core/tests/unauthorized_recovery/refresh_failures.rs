//! Simulator: the login cannot be refreshed: for good, or for now.

use std::{net::TcpListener, sync::Arc};

use codex_core::{TokenAuthority, Transport};
use codex_sim::{Account, Failure, Faults, HeadFault, RefreshState, Rule, Simulator, When};
use insta::assert_snapshot;

use crate::{
    story::{Story, service},
    wire::Impatient,
};

/// What is told of a story, and the diagnosis apart from it.
fn split(told: &str) -> (String, String) {
    let (told, diagnosis) = told.split_once("diagnosis: ").unwrap();
    (told.to_owned(), diagnosis.trim_end().to_owned())
}

#[tokio::test]
async fn for_good() {
    for (state, expected) in [
        (RefreshState::Expired, "the login is over: its refresh token has expired"),
        (
            RefreshState::Reused,
            "the login is over: its refresh token was used before, by another process or a copy of the login",
        ),
        (RefreshState::Invalidated, "the login is over: its refresh token was revoked"),
    ] {
        let tell = async |transport| {
            let account = Account::new("rt-1").refresh_state(state);
            let story = Story::of_login(service(account), transport).await;
            story.ask().await;
            let (told, diagnosis) = split(&story.told());
            assert_eq!(diagnosis, expected);
            told
        };
        let (over_http, over_websocket) = (tell(Transport::Http).await, tell(Transport::Websocket).await);
        insta::allow_duplicates! {
            assert_snapshot!(over_http, @"
            caller: the server answered 401: Your authentication token has expired. Sign in again. (/responses,
                status 401, attempt 2 of 6, after #, request id req-2, cf-ray ray-2,
                auth error code token_expired, recovery managed refresh_token recovery_failed_permanent)
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
            codex.auth_recovery auth.mode=managed, auth.step=refresh_token,
                auth.outcome=recovery_failed_permanent, auth.request_id=req-2, auth.cf_ray=ray-2,
                auth.error_code=token_expired
            tags: auth_401_cf_ray=ray-2, auth_401_error_code=token_expired, auth_401_request_id=req-2,
                auth_cf_ray=ray-2, auth_error_code=token_expired, auth_header_attached=true,
                auth_header_name=authorization, auth_mode=Chatgpt, auth_recovery_followup_status=401,
                auth_recovery_followup_success=false, auth_recovery_mode=managed,
                auth_recovery_outcome=recovery_failed_permanent, auth_recovery_phase=refresh_token,
                auth_request_id=req-2, auth_retry_after_unauthorized=true, endpoint=/responses
            ");
            assert_snapshot!(over_websocket, @"
            caller: the server answered 401: Your authentication token has expired. Sign in again. (/responses,
                status 401, attempt 2 of 2, after #, request id req-2, cf-ray ray-2,
                auth error code token_expired, recovery managed refresh_token recovery_failed_permanent)
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
            codex.auth_recovery auth.mode=managed, auth.step=refresh_token,
                auth.outcome=recovery_failed_permanent, auth.request_id=req-2, auth.cf_ray=ray-2,
                auth.error_code=token_expired
            tags: auth_401_cf_ray=ray-2, auth_401_error_code=token_expired, auth_401_request_id=req-2,
                auth_cf_ray=ray-2, auth_connection_reused=false, auth_error_code=token_expired,
                auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
                auth_recovery_followup_status=401, auth_recovery_followup_success=false,
                auth_recovery_mode=managed, auth_recovery_outcome=recovery_failed_permanent,
                auth_recovery_phase=refresh_token, auth_request_id=req-2, auth_retry_after_unauthorized=true,
                endpoint=/responses
            ");
        }
    }
}

fn authority(answer: impl Into<Rule>) -> Rule {
    answer.into().when(When::new().path("/oauth/token"))
}

#[tokio::test]
async fn for_now() {
    let page = || Failure::new(200).raw_body("text/html", "<html>Sign in to this network</html>");
    for (rule, expected) in [
        (authority(Failure::new(500)), "the token authority answered with status 500"),
        (authority(Failure::new(429)), "the token authority answered with status 429"),
        (authority(page()), "the answer of the token authority could not be read"),
        (authority(Faults::new().head(HeadFault::Never)), "the token authority could not be reached"),
        (authority(Faults::new().head(HeadFault::Close)), "the token authority could not be reached"),
    ] {
        let tell = async |transport| {
            let scenario = service(Account::new("rt-1")).rule(rule.clone());
            let story = Story::of_login(scenario, transport).await;
            story.ask().await;
            told_for_now(&story, expected)
        };
        let (over_http, over_websocket) = (tell(Transport::Http).await, tell(Transport::Websocket).await);
        insta::allow_duplicates! {
            assert_snapshot!(over_http, @"
            caller: the server answered 401: Your authentication token has expired. Sign in again. (/responses,
                status 401, attempt 2 of 6, after #, request id req-2, cf-ray ray-2,
                auth error code token_expired, recovery managed refresh_token recovery_failed_transient)
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
            codex.auth_recovery auth.mode=managed, auth.step=refresh_token,
                auth.outcome=recovery_failed_transient, auth.request_id=req-2, auth.cf_ray=ray-2,
                auth.error_code=token_expired
            tags: auth_401_cf_ray=ray-2, auth_401_error_code=token_expired, auth_401_request_id=req-2,
                auth_cf_ray=ray-2, auth_error_code=token_expired, auth_header_attached=true,
                auth_header_name=authorization, auth_mode=Chatgpt, auth_recovery_followup_status=401,
                auth_recovery_followup_success=false, auth_recovery_mode=managed,
                auth_recovery_outcome=recovery_failed_transient, auth_recovery_phase=refresh_token,
                auth_request_id=req-2, auth_retry_after_unauthorized=true, endpoint=/responses
            ");
            assert_snapshot!(over_websocket, @"
            caller: the server answered 401: Your authentication token has expired. Sign in again. (/responses,
                status 401, attempt 2 of 2, after #, request id req-2, cf-ray ray-2,
                auth error code token_expired, recovery managed refresh_token recovery_failed_transient)
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
            codex.auth_recovery auth.mode=managed, auth.step=refresh_token,
                auth.outcome=recovery_failed_transient, auth.request_id=req-2, auth.cf_ray=ray-2,
                auth.error_code=token_expired
            tags: auth_401_cf_ray=ray-2, auth_401_error_code=token_expired, auth_401_request_id=req-2,
                auth_cf_ray=ray-2, auth_connection_reused=false, auth_error_code=token_expired,
                auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
                auth_recovery_followup_status=401, auth_recovery_followup_success=false,
                auth_recovery_mode=managed, auth_recovery_outcome=recovery_failed_transient,
                auth_recovery_phase=refresh_token, auth_request_id=req-2, auth_retry_after_unauthorized=true,
                endpoint=/responses
            ");
        }
    }
}

fn told_for_now(story: &Story, why: &str) -> String {
    let (told, diagnosis) = split(&story.told());
    assert_eq!(diagnosis, format!("the token was refused and could not be renewed: {why}"));
    told
}

/// Told like every failure for now.
#[tokio::test]
async fn the_authority_is_not_there() {
    for transport in [Transport::Http, Transport::Websocket] {
        let overloaded = service(Account::new("rt-1")).rule(authority(Failure::new(500)));
        let known = Story::of_login(overloaded, transport).await;
        known.ask().await;

        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let authority =
            TokenAuthority::with_issuer(Arc::new(Impatient), &format!("http://{closed}")).unwrap();
        let simulator = Simulator::start(service(Account::new("rt-1"))).await.unwrap();
        let story = Story::of_login_at(simulator, authority, transport).await;
        assert!(story.simulator.expire_access(0));
        story.ask().await;
        assert_eq!(
            told_for_now(&story, "the token authority could not be reached"),
            told_for_now(&known, "the token authority answered with status 500")
        );
    }
}
