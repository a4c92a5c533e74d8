//! Simulator: the 401 comes inside a stream whose head was a success.

use codex_core::Transport;
use codex_sim::{Account, Dialect, Faults, Reply, Rule, Scenario, StreamErrorShape, StreamFailure};
use insta::assert_snapshot;

use crate::story::{Story, service};

/// The first response breaks off with a 401 after so many events.
fn refused_after(events: usize) -> Scenario {
    let refusal = StreamFailure::unauthorized(events, "token_expired")
        .header("x-request-id", "req-in-stream")
        .header("cf-ray", "ray-in-stream");
    let rule = Rule::reply(Reply::text("Hello!")).faults(Faults::new().error(refusal)).once();
    Scenario::new().account(Account::new("rt-1")).rule(rule).reply(Reply::text("Hello!"))
}

async fn tell(scenario: Scenario, transport: Transport) -> String {
    let story = Story::of_fresh_login(scenario, transport).await;
    story.ask().await;
    story.told()
}

#[tokio::test]
async fn as_the_first_event() {
    assert_snapshot!(tell(refused_after(0), Transport::Http).await, @"
    caller: Hello! (completed)
    codex.api_request duration_ms=#, http.response.status_code=401, error.message=http 401, attempt=1,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.request_id=req-in-stream, auth.cf_ray=ray-in-stream,
        auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-in-stream, auth.cf_ray=ray-in-stream, auth.error_code=token_expired,
        auth.state_changed=false
    codex.api_request duration_ms=#, http.response.status_code=200, attempt=2, endpoint=/responses,
        auth.header_attached=true, auth.header_name=authorization, auth.retry_after_unauthorized=true,
        auth.recovery_mode=managed, auth.recovery_phase=reload, auth.request_id=req-2, auth.cf_ray=ray-2
    codex.stream_ended duration_ms=#, http.response.status_code=200, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-2, auth.cf_ray=ray-2
    tags: auth_401_cf_ray=ray-in-stream, auth_401_error_code=token_expired,
        auth_401_request_id=req-in-stream, auth_cf_ray=ray-2, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=Chatgpt, auth_recovery_followup_status=200,
        auth_recovery_followup_success=true, auth_recovery_mode=managed,
        auth_recovery_outcome=recovery_succeeded, auth_recovery_phase=reload, auth_request_id=req-2,
        auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token had expired, was read again from the store, and the retry worked
    ");
    assert_snapshot!(tell(refused_after(0), Transport::Websocket).await, @"
    caller: Hello! (completed)
    codex.websocket_connect duration_ms=#, http.response.status_code=101, success=true,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=false
    codex.stream_ended duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, stream.events=1, stream.bytes=#,
        auth.request_id=req-in-stream, auth.cf_ray=ray-in-stream, auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-in-stream, auth.cf_ray=ray-in-stream, auth.error_code=token_expired,
        auth.state_changed=false
    codex.websocket_connect duration_ms=#, http.response.status_code=101, success=true,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
        auth.connection_reused=false, auth.request_id=req-2, auth.cf_ray=ray-2
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=false
    codex.stream_ended duration_ms=#, http.response.status_code=101, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-2, auth.cf_ray=ray-2
    tags: auth_401_cf_ray=ray-in-stream, auth_401_error_code=token_expired,
        auth_401_request_id=req-in-stream, auth_connection_reused=false, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=Chatgpt, auth_recovery_followup_success=true,
        auth_recovery_mode=managed, auth_recovery_outcome=recovery_succeeded, auth_recovery_phase=reload,
        auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token had expired, was read again from the store, and the retry worked
    ");
}

#[tokio::test]
async fn before_visible_output() {
    assert_snapshot!(tell(refused_after(1), Transport::Http).await, @"
    caller: Hello! (completed)
    codex.api_request duration_ms=#, http.response.status_code=200, attempt=1, endpoint=/responses,
        auth.header_attached=true, auth.header_name=authorization, auth.retry_after_unauthorized=false,
        auth.request_id=req-1, auth.cf_ray=ray-1
    codex.stream_ended duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, stream.events=2, stream.bytes=#,
        auth.request_id=req-in-stream, auth.cf_ray=ray-in-stream, auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-in-stream, auth.cf_ray=ray-in-stream, auth.error_code=token_expired,
        auth.state_changed=false
    codex.api_request duration_ms=#, http.response.status_code=200, attempt=1, endpoint=/responses,
        auth.header_attached=true, auth.header_name=authorization, auth.retry_after_unauthorized=true,
        auth.recovery_mode=managed, auth.recovery_phase=reload, auth.request_id=req-2, auth.cf_ray=ray-2
    codex.stream_ended duration_ms=#, http.response.status_code=200, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-2, auth.cf_ray=ray-2
    tags: auth_401_cf_ray=ray-in-stream, auth_401_error_code=token_expired,
        auth_401_request_id=req-in-stream, auth_cf_ray=ray-2, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=Chatgpt, auth_recovery_followup_status=200,
        auth_recovery_followup_success=true, auth_recovery_mode=managed,
        auth_recovery_outcome=recovery_succeeded, auth_recovery_phase=reload, auth_request_id=req-2,
        auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token had expired, was read again from the store, and the retry worked
    ");
    assert_snapshot!(tell(refused_after(1), Transport::Websocket).await, @"
    caller: Hello! (completed)
    codex.websocket_connect duration_ms=#, http.response.status_code=101, success=true,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=false
    codex.stream_ended duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, stream.events=2, stream.bytes=#,
        auth.request_id=req-in-stream, auth.cf_ray=ray-in-stream, auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-in-stream, auth.cf_ray=ray-in-stream, auth.error_code=token_expired,
        auth.state_changed=false
    codex.websocket_connect duration_ms=#, http.response.status_code=101, success=true,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
        auth.connection_reused=false, auth.request_id=req-2, auth.cf_ray=ray-2
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=false
    codex.stream_ended duration_ms=#, http.response.status_code=101, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-2, auth.cf_ray=ray-2
    tags: auth_401_cf_ray=ray-in-stream, auth_401_error_code=token_expired,
        auth_401_request_id=req-in-stream, auth_connection_reused=false, auth_header_attached=true,
        auth_header_name=authorization, auth_mode=Chatgpt, auth_recovery_followup_success=true,
        auth_recovery_mode=managed, auth_recovery_outcome=recovery_succeeded, auth_recovery_phase=reload,
        auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token had expired, was read again from the store, and the retry worked
    ");
}

/// The caller has seen a part of the answer: it is not asked for again.
#[tokio::test]
async fn after_visible_output() {
    assert_snapshot!(tell(refused_after(5), Transport::Http).await, @"
    caller: Hello!…, the server answered 401: Your credentials were not accepted. (/responses,
        status 401, attempt 1 of 5, after #, 6 events and # bytes read, last error, output had begun,
        request id req-in-stream, cf-ray ray-in-stream, auth error code token_expired)
    codex.api_request duration_ms=#, http.response.status_code=200, attempt=1, endpoint=/responses,
        auth.header_attached=true, auth.header_name=authorization, auth.retry_after_unauthorized=false,
        auth.request_id=req-1, auth.cf_ray=ray-1
    codex.stream_ended duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, stream.events=6, stream.bytes=#,
        auth.request_id=req-in-stream, auth.cf_ray=ray-in-stream, auth.error_code=token_expired
    tags: auth_401_cf_ray=ray-in-stream, auth_401_error_code=token_expired,
        auth_401_request_id=req-in-stream, auth_cf_ray=ray-in-stream, auth_error_code=token_expired,
        auth_header_attached=true, auth_header_name=authorization, auth_mode=Chatgpt,
        auth_request_id=req-in-stream, auth_retry_after_unauthorized=false, endpoint=/responses
    diagnosis: the service does not accept the login (token_expired)
    ");
    assert_snapshot!(tell(refused_after(5), Transport::Websocket).await, @"
    caller: Hello!…, the server answered 401: Your credentials were not accepted. (/responses,
        status 401, attempt 1 of 1, after #, on a new WebSocket, 6 events and # bytes read, last error,
        output had begun, request id req-in-stream, cf-ray ray-in-stream, auth error code token_expired)
    codex.websocket_connect duration_ms=#, http.response.status_code=101, success=true,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=false
    codex.stream_ended duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, stream.events=6, stream.bytes=#,
        auth.request_id=req-in-stream, auth.cf_ray=ray-in-stream, auth.error_code=token_expired
    tags: auth_401_cf_ray=ray-in-stream, auth_401_error_code=token_expired,
        auth_401_request_id=req-in-stream, auth_cf_ray=ray-in-stream, auth_connection_reused=false,
        auth_error_code=token_expired, auth_header_attached=true, auth_header_name=authorization,
        auth_mode=Chatgpt, auth_request_id=req-in-stream, auth_retry_after_unauthorized=false,
        endpoint=/responses
    diagnosis: the service does not accept the login (token_expired)
    ");
}

/// Nested or flat, the error event tells the same story.
#[tokio::test]
async fn in_either_shape() {
    for events in [0, 1, 5] {
        for transport in [Transport::Http, Transport::Websocket] {
            let nested = Dialect::openai().stream_errors(StreamErrorShape::Nested);
            let told = tell(refused_after(events).dialect(nested), transport).await;
            assert_eq!(told, tell(refused_after(events), transport).await);
        }
    }
}

/// The connection was kept from an earlier answer: the evidence says so, and the turn goes on over a new one.
#[tokio::test]
async fn on_a_reused_websocket() {
    let refusal = StreamFailure::unauthorized(0, "token_expired").header("x-request-id", "req-in-stream");
    let scenario = service(Account::new("rt-1"));
    let story = Story::of_fresh_login(scenario, Transport::Websocket).await;
    story.ask().await;
    story.simulator.push(Faults::new().error(refusal)).unwrap();
    story.ask().await;
    assert_snapshot!(story.told(), @"
    caller: Hello! (completed)
    caller: Hello! (completed)
    codex.websocket_connect duration_ms=#, http.response.status_code=101, success=true,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=false, auth.connection_reused=false, auth.request_id=req-1,
        auth.cf_ray=ray-1
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=false
    codex.stream_ended duration_ms=#, http.response.status_code=101, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-1, auth.cf_ray=ray-1
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=true
    codex.stream_ended duration_ms=#, http.response.status_code=401, error.message=http 401,
        success=false, endpoint=/responses, stream.events=1, stream.bytes=#,
        auth.request_id=req-in-stream, auth.error_code=token_expired
    codex.auth_recovery auth.mode=managed, auth.step=reload, auth.outcome=recovery_succeeded,
        auth.request_id=req-in-stream, auth.error_code=token_expired, auth.state_changed=false
    codex.websocket_connect duration_ms=#, http.response.status_code=101, success=true,
        endpoint=/responses, auth.header_attached=true, auth.header_name=authorization,
        auth.retry_after_unauthorized=true, auth.recovery_mode=managed, auth.recovery_phase=reload,
        auth.connection_reused=false, auth.request_id=req-2, auth.cf_ray=ray-2
    codex.websocket_request duration_ms=#, success=true, auth.connection_reused=false
    codex.stream_ended duration_ms=#, http.response.status_code=101, success=true, endpoint=/responses,
        stream.events=9, stream.bytes=#, auth.request_id=req-2, auth.cf_ray=ray-2
    tags: auth_401_error_code=token_expired, auth_401_request_id=req-in-stream,
        auth_connection_reused=false, auth_header_attached=true, auth_header_name=authorization,
        auth_mode=Chatgpt, auth_recovery_followup_success=true, auth_recovery_mode=managed,
        auth_recovery_outcome=recovery_succeeded, auth_recovery_phase=reload,
        auth_retry_after_unauthorized=true, endpoint=/responses
    diagnosis: the token had expired, was read again from the store, and the retry worked
    ");
}
