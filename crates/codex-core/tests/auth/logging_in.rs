//! Fake transport: logging in and out.

use std::{fs, sync::Mutex, time::Duration};

use codex_client::{
    TransportError,
    fake::{FakeAnswer, FakeTransport},
};
use codex_core::{
    AuthSetup, CredentialStore, DEFAULT_POLL_INTERVAL, DEVICE_CODE_LIFETIME, DeviceCode, FileStore,
    ForcedMethod, LoggedIn, LoginError, LoginMode, LoginRestrictions, MAX_API_KEY_BYTES, MemoryStore,
    REVOKE_TIMEOUT, Revocation, read_api_key,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{access, id_token, login, secret, setup, stored_refresh_token};

fn answer(status: u16, body: &Value) -> FakeAnswer {
    FakeAnswer::status(status).body(body.to_string())
}

fn code() -> FakeAnswer {
    answer(200, &json!({"device_auth_id": "dev-1", "user_code": "ABCD-1234", "interval": "7"}))
}

fn grant() -> FakeAnswer {
    answer(
        200,
        &json!({"authorization_code": "code-1", "code_challenge": "c", "code_verifier": "verifier&1"}),
    )
}

fn tokens() -> FakeAnswer {
    let access = access("at", 3600);
    answer(200, &json!({"id_token": id_token("acct-1"), "access_token": access, "refresh_token": "rt-1"}))
}

struct Tried {
    result: Result<LoggedIn, LoginError>,
    shown: Option<DeviceCode>,
    transport: FakeTransport,
    elapsed: Duration,
}

async fn device_login(setup: AuthSetup, transport: FakeTransport) -> Tried {
    let (shown, started) = (Mutex::new(None), Instant::now());
    let result = setup.login_with_device_code(|code| *shown.lock().unwrap() = Some(code.clone())).await;
    Tried { result, shown: shown.into_inner().unwrap(), transport, elapsed: started.elapsed() }
}

async fn device(script: Vec<FakeAnswer>) -> Tried {
    let transport = FakeTransport::new(script);
    device_login(setup(MemoryStore::new(), &transport), transport).await
}

fn text(transport: &FakeTransport, request: usize) -> String {
    let request = transport.requests().remove(request);
    String::from_utf8(request.body.unwrap().content().to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_code_that_is_entered_elsewhere_logs_in() {
    let pending = [answer(403, &json!({})), answer(404, &json!({}))];
    let [first, second] = pending;
    let store = MemoryStore::new();
    let transport = FakeTransport::new([code(), first, second, grant(), tokens()]);
    let tried = device_login(setup(store.clone(), &transport), transport).await;

    let status = tried.result.unwrap().status;
    assert_eq!((status.mode, status.account_id.as_deref()), (LoginMode::Chatgpt, Some("acct-1")));
    assert_eq!(tried.elapsed, Duration::from_secs(14));
    let shown = tried.shown.unwrap();
    assert_eq!(shown.user_code, "ABCD-1234");
    assert_eq!(shown.verification_url.as_str(), "https://authority.test/codex/device");
    assert_eq!(stored_refresh_token(&store), "rt-1");
    assert!(store.load().unwrap().unwrap().openai_api_key.is_none());
    let asked: Vec<String> =
        tried.transport.requests().iter().map(|request| request.url.path().to_owned()).collect();
    let poll = "/api/accounts/deviceauth/token";
    assert_eq!(asked, ["/api/accounts/deviceauth/usercode", poll, poll, poll, "/oauth/token"]);
    assert_eq!(text(&tried.transport, 1), r#"{"device_auth_id":"dev-1","user_code":"ABCD-1234"}"#);
    assert_eq!(
        text(&tried.transport, 4),
        "grant_type=authorization_code&code=code-1&redirect_uri=https%3A%2F%2Fauthority.test%2Fdeviceauth%2Fcallback\
         &client_id=app_EMoamEEZ73f0CkXaXp7hrann&code_verifier=verifier%261"
    );
}

#[tokio::test(start_paused = true)]
async fn there_is_always_a_pause_between_two_questions() {
    for interval in [json!(null), json!("0"), json!(0), json!("soon"), json!(-3), json!("5")] {
        let code = json!({"device_auth_id": "d", "usercode": "C", "interval": interval});
        let tried = device(vec![answer(200, &code), answer(403, &json!({})), grant(), tokens()]).await;
        assert_eq!(tried.elapsed, DEFAULT_POLL_INTERVAL, "{interval}");
        assert!(tried.result.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_ever() {
    let mut script = vec![code()];
    script.extend((0..200).map(|_| answer(403, &json!({}))));
    let tried = device(script).await;
    assert!(matches!(tried.result, Err(LoginError::CodeExpired { .. })));
    assert_eq!(tried.elapsed, DEVICE_CODE_LIFETIME);
}

#[tokio::test(start_paused = true)]
async fn a_network_that_goes_away_for_a_moment_is_waited_for() {
    let gone = TransportError::Dns { host: "authority.test".into(), source: "no network".into() };
    let tried = device(vec![code(), FakeAnswer::error(gone), grant(), tokens()]).await;
    assert!(tried.result.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_authority_that_is_busy_or_down_for_a_moment_is_asked_again() {
    for (status, retry_after, pause) in
        [(429, None, 7), (500, None, 7), (503, Some("30"), 30), (429, Some("1"), 7), (429, Some("soon"), 7)]
    {
        let mut busy = answer(status, &json!({"error": "slow_down"}));
        if let Some(value) = retry_after {
            busy = busy.header("retry-after", value);
        }
        let tried = device(vec![code(), busy, grant(), tokens()]).await;
        assert!(tried.result.is_ok(), "{status}");
        assert_eq!(tried.elapsed, Duration::from_secs(pause), "{status} {retry_after:?}");
    }
    let busy = answer(503, &json!({})).header("retry-after", "18446744073709551615");
    let down = vec![code(), busy, answer(403, &json!({}))];
    let tried = device(down).await;
    assert!(matches!(tried.result, Err(LoginError::CodeExpired { .. })));
    assert_eq!(tried.elapsed, DEVICE_CODE_LIFETIME);
}

#[tokio::test]
async fn what_goes_wrong_is_told_without_secrets() {
    let refusal = json!({"error": "invalid_grant", "error_description": "the code was used before"});
    let incomplete = json!({"id_token": "x", "access_token": "at-secret"});
    for (script, part) in [
        (vec![answer(404, &json!({}))], "does not offer"),
        (vec![answer(500, &json!({"error": {"message": "it is down"}}))], "(status 500): it is down"),
        (vec![FakeAnswer::ok().body("<html>")], "not JSON"),
        (vec![answer(200, &json!({"device_auth_id": "d"}))], "`user_code`"),
        (vec![code(), answer(400, &json!({"error": "bad_code"}))], "(status 400): bad_code"),
        (vec![code(), answer(200, &json!({}))], "`authorization_code`"),
        (vec![code(), grant(), answer(400, &refusal)], "the code was used before"),
        (vec![code(), grant(), answer(200, &incomplete)], "`refresh_token`"),
    ] {
        let error = device(script).await.result.unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
}

#[tokio::test]
async fn a_login_that_is_not_allowed_is_not_stored() {
    let restrictions = |method, workspace: Option<&str>| LoginRestrictions {
        method,
        workspace: workspace.map(str::to_owned),
    };
    let store = MemoryStore::new();
    let transport = FakeTransport::new([code(), grant(), tokens()]);
    let setup = setup(store.clone(), &transport);

    let other = setup.clone().with_restrictions(restrictions(None, Some("acct-2")));
    let error = device_login(other, transport.clone()).await.result.unwrap_err();
    assert!(matches!(error, LoginError::Forbidden(_)), "{error}");
    let keys_only = setup.clone().with_restrictions(restrictions(Some(ForcedMethod::Api), None));
    let error = device_login(keys_only, transport.clone()).await.result.unwrap_err();
    assert!(matches!(error, LoginError::Forbidden(_)), "{error}");
    let no_keys = setup.with_restrictions(restrictions(Some(ForcedMethod::Chatgpt), None));
    assert!(matches!(no_keys.login_with_api_key(&secret("sk-1")).await, Err(LoginError::Forbidden(_))));
    assert!(store.load().unwrap().is_none());
    assert_eq!(transport.requests().len(), 3);
}

#[test]
fn a_key_is_read_from_text_and_checked() {
    assert_eq!(read_api_key(&b"  sk-1\r\n"[..]).unwrap().expose_secret(), "sk-1");
    assert!(matches!(read_api_key(&b""[..]), Err(LoginError::EmptyKey)));
    assert!(matches!(read_api_key(&b" \n\t"[..]), Err(LoginError::EmptyKey)));
    assert!(matches!(read_api_key(&b"sk-\xff"[..]), Err(LoginError::KeyNotHeaderSafe { position: 4 })));
    assert!(matches!(read_api_key(&b"sk-a\nsk-b"[..]), Err(LoginError::KeyNotHeaderSafe { position: 5 })));
    let long = vec![b'a'; MAX_API_KEY_BYTES + 1];
    assert!(matches!(read_api_key(&long[..]), Err(LoginError::KeyTooLong { .. })));
    assert!(read_api_key(&long[1..]).is_ok());
}

#[tokio::test]
async fn a_key_takes_the_place_of_a_login_and_a_damaged_file_is_moved_aside() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("auth.json"), "{\"half").unwrap();
    let store = FileStore::new(home.path());
    let setup = setup(store.clone(), &FakeTransport::new([]));

    let first = setup.login_with_api_key(&secret(" sk-1 ")).await.unwrap();
    let second = setup.login_with_api_key(&secret("sk-2")).await.unwrap();

    assert_eq!(fs::read(first.set_aside.unwrap()).unwrap(), b"{\"half");
    assert!(second.set_aside.is_none());
    assert_eq!(second.status.mode, LoginMode::ApiKey);
    assert_eq!(store.load().unwrap().unwrap().openai_api_key.unwrap().expose_secret(), "sk-2");
}

#[tokio::test(start_paused = true)]
async fn logging_out_removes_the_login_whatever_the_authority_says() {
    let refresh =
        r#"{"token":"rt-1","token_type_hint":"refresh_token","client_id":"app_EMoamEEZ73f0CkXaXp7hrann"}"#;
    let access = r#"{"token":"at","token_type_hint":"access_token"}"#;
    for (refresh_token, answer, revoked, sent) in [
        ("rt-1", FakeAnswer::ok(), true, refresh),
        ("rt-1", FakeAnswer::status(500), false, refresh),
        ("rt-1", FakeAnswer::silence(), false, refresh),
        ("", FakeAnswer::ok(), true, access),
    ] {
        let (store, transport) =
            (MemoryStore::holding(login("at", refresh_token)), FakeTransport::new([answer]));
        let started = Instant::now();
        let done = setup(store.clone(), &transport).logout().await.unwrap();
        assert!(done.was_logged_in && store.load().unwrap().is_none());
        assert_eq!(matches!(done.revocation, Revocation::Revoked), revoked);
        assert!(started.elapsed() <= REVOKE_TIMEOUT);
        assert_eq!(transport.requests()[0].url.path(), "/oauth/revoke");
        assert_eq!(text(&transport, 0), sent);
    }
}

#[tokio::test]
async fn logging_out_of_nothing_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let transport = FakeTransport::new([]);
    let missing = setup(FileStore::new(&home.path().join("none")), &transport);
    assert!(!missing.logout().await.unwrap().was_logged_in);
    assert!(!home.path().join("none").exists());

    let key = setup(MemoryStore::new(), &transport);
    key.login_with_api_key(&secret("sk-1")).await.unwrap();
    let done = key.logout().await.unwrap();
    assert!(done.was_logged_in && matches!(done.revocation, Revocation::NothingToRevoke));
    assert!(transport.requests().is_empty());
}
