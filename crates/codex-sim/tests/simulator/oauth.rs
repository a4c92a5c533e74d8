//! Ladder: simulator. The token authority: tokens are given, used once, expire and are revoked.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use codex_sim::{
    Account, DEFAULT_CLIENT_ID, DeviceFlow, Faults, HeadFault, Lifetime, Login, MAX_DEVICE_CODES, MAX_ISSUED,
    OAuth, RefreshState, Rule, Scenario, Simulator, When,
};
use serde_json::{Value, json};

use crate::http::{Answer, End, Request, ask};

async fn start(account: Account) -> Simulator {
    Simulator::start(Scenario::new().account(account)).await.unwrap()
}

pub(crate) async fn post(simulator: &Simulator, path: &str, body: &Value) -> Answer {
    let request = Request::new("POST", path).without("authorization");
    request.header("content-type", "application/json").body(body.to_string()).send(simulator).await
}

pub(crate) async fn refresh(simulator: &Simulator, token: &str) -> Answer {
    let body = json!({"client_id": DEFAULT_CLIENT_ID, "grant_type": "refresh_token", "refresh_token": token});
    post(simulator, "/oauth/token", &body).await
}

async fn form(simulator: &Simulator, fields: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::new("POST", "/oauth/token").without("authorization");
    request.header("content-type", "application/x-www-form-urlencoded").body(body).send(simulator).await
}

pub(crate) async fn use_token(simulator: &Simulator, token: &str) -> Answer {
    Request::post(&ask("hello")).header("authorization", &format!("Bearer {token}")).send(simulator).await
}

fn claims(token: &Value) -> Value {
    let token = token.as_str().unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    assert!(parts.len() == 3 && parts.iter().all(|part| !part.is_empty()), "{token}");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
}

fn refused_code(answer: &Answer) -> String {
    assert_eq!(answer.status, 401);
    answer.json()["error"]["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_expired_token_is_refreshed_once() {
    let account = Account::new("rt-1").access_token("at-1").initial_lifetime(Lifetime::For(Duration::ZERO));
    let simulator = start(account).await;
    let refused = use_token(&simulator, "at-1").await;
    assert_eq!(refused_code(&refused), "token_expired");
    assert!(refused.header("x-error-json").is_some());

    let given = refresh(&simulator, "rt-1").await;
    assert_eq!(given.status, 200);
    let tokens = given.json();
    assert_eq!(use_token(&simulator, tokens["access_token"].as_str().unwrap()).await.status, 200);
    assert_eq!(refused_code(&use_token(&simulator, "at-unknown").await), "invalid_api_key");

    assert_eq!(refused_code(&refresh(&simulator, "rt-1").await), "refresh_token_reused");
    assert_eq!(refused_code(&refresh(&simulator, "rt-unknown").await), "invalid_grant");
    assert_eq!(simulator.refreshes(), 1);
    let next = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(refresh(&simulator, next).await.status, 200);
    assert_eq!(simulator.refreshes(), 2);
}

#[tokio::test]
async fn tokens_carry_the_claims() {
    let account =
        Account::new("rt-1").email("a@b.example").account_id("acct-1").plan("pro").user_id("user-1");
    let simulator = start(account.access_lifetime(Lifetime::For(Duration::from_secs(90)))).await;
    let tokens = refresh(&simulator, "rt-1").await.json();
    let auth = json!({
        "chatgpt_account_id": "acct-1",
        "chatgpt_plan_type": "pro",
        "chatgpt_user_id": "user-1",
        "user_id": "user-1",
    });
    let (id, access) = (claims(&tokens["id_token"]), claims(&tokens["access_token"]));
    assert_eq!(id["email"], "a@b.example");
    assert_eq!(id["https://api.openai.com/auth"], auth);
    assert_eq!(access["https://api.openai.com/auth"], auth);
    assert_eq!(access["exp"].as_u64().unwrap() - access["iat"].as_u64().unwrap(), 90);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(access["exp"].as_u64().unwrap() > now + 30);

    let first = simulator.login(0).unwrap();
    assert_eq!(json!(first.access_token), tokens["access_token"]);
    assert_eq!(json!(first.refresh_token), tokens["refresh_token"]);
    assert!(!format!("{first:?} {simulator:?}").contains(&first.refresh_token));
}

#[tokio::test]
async fn lifetimes_are_kept_and_told() {
    let hour = Lifetime::For(Duration::from_secs(3600));
    let none = Lifetime::For(Duration::ZERO);
    let cases = [
        (Account::new("rt").access_lifetime(Lifetime::Never), 200, None),
        (Account::new("rt"), 200, Some(3600)),
        (Account::new("rt").initial_lifetime(none), 401, Some(0)),
        (Account::new("rt").initial_lifetime(none).told_lifetime(hour), 401, Some(3600)),
        (Account::new("rt").told_lifetime(Lifetime::Never), 200, None),
        (Account::new("rt").access_lifetime(none).initial_lifetime(hour), 200, Some(3600)),
    ];
    for (account, status, told) in cases {
        let named = format!("{account:?}");
        let simulator = start(account).await;
        let token = simulator.login(0).unwrap().access_token;
        let access = claims(&json!(token));
        let lifetime = access["exp"].as_u64().map(|exp| exp - access["iat"].as_u64().unwrap());
        assert_eq!(lifetime, told, "{named}");
        assert_eq!(use_token(&simulator, &token).await.status, status, "{named}");
    }
}

#[tokio::test]
async fn refresh_tokens_fail_as_told() {
    let cases = [
        (RefreshState::Expired, "refresh_token_expired"),
        (RefreshState::Reused, "refresh_token_reused"),
        (RefreshState::Invalidated, "refresh_token_invalidated"),
    ];
    for (state, code) in cases {
        let simulator = start(Account::new("rt").refresh_state(state)).await;
        assert_eq!(refused_code(&refresh(&simulator, "rt").await), code);
        assert_eq!(simulator.refresh_elsewhere(0), None);
        assert!(simulator.set_refresh_state(0, RefreshState::Valid));
        assert_eq!(refresh(&simulator, "rt").await.status, 200);
        assert_eq!(simulator.refreshes(), 1);
        assert!(simulator.set_refresh_state(0, state));
        let newest = simulator.login(0).unwrap().refresh_token;
        assert_eq!(refused_code(&refresh(&simulator, &newest).await), code);
    }
}

#[tokio::test]
async fn another_process_refreshes_first() {
    let simulator = start(Account::new("rt-1")).await;
    let before = simulator.login(0).unwrap();
    assert!(simulator.expire_access(0));
    assert_eq!(refused_code(&use_token(&simulator, &before.access_token).await), "token_expired");
    let after = simulator.refresh_elsewhere(0).unwrap();
    assert_eq!(use_token(&simulator, &after.access_token).await.status, 200);
    assert_eq!(refused_code(&refresh(&simulator, "rt-1").await), "refresh_token_reused");
    assert_eq!(simulator.refreshes(), 0);
    assert_eq!(simulator.login(0), Some(after));
    assert_eq!((simulator.login(1), simulator.refresh_elsewhere(1)), (None, None));
    assert!(!simulator.expire_access(1) && !simulator.set_refresh_state(1, RefreshState::Valid));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_refreshes_at_once_one_succeeds() {
    const CLIENTS: usize = 50;
    let simulator = std::sync::Arc::new(start(Account::new("rt-1")).await);
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let simulator = std::sync::Arc::clone(&simulator);
        clients.spawn(async move { refresh(&simulator, "rt-1").await.status });
    }
    let statuses = clients.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), CLIENTS - 1);
    assert_eq!(simulator.refreshes(), 1);
}

#[tokio::test]
async fn a_login_is_written_as_the_client_stores_it() {
    let simulator = start(Account::new("rt-1").account_id("acct-1").access_token("at").id_token("id")).await;
    let login: Login = simulator.login(0).unwrap();
    let stored: Value = serde_json::from_str(&login.refreshed_at(std::time::UNIX_EPOCH).auth_json()).unwrap();
    let tokens =
        json!({"id_token": "id", "access_token": "at", "refresh_token": "rt-1", "account_id": "acct-1"});
    let expected = json!({
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": null,
        "tokens": tokens,
        "last_refresh": "1970-01-01T00:00:00Z",
    });
    assert_eq!(stored, expected);
}

#[tokio::test]
async fn the_account_id_may_be_wanted() {
    let oauth = OAuth::new().account(Account::new("rt").account_id("acct-1")).require_account_id();
    let simulator = Simulator::start(Scenario::new().oauth(oauth).require_token("sk-key")).await.unwrap();
    let token = format!("Bearer {}", simulator.login(0).unwrap().access_token);
    let cases = [
        (Some("acct-1"), token.as_str(), 200),
        (Some("acct-2"), &token, 401),
        (None, &token, 401),
        (None, "Bearer sk-key", 200),
    ];
    for (account, token, status) in cases {
        let mut request = Request::post(&ask("hello")).header("authorization", token);
        if let Some(account) = account {
            request = request.header("chatgpt-account-id", account);
        }
        assert_eq!(request.send(&simulator).await.status, status, "{account:?}");
    }
    assert_eq!(simulator.requests()[0].header("ChatGPT-Account-ID"), Some("acct-1"));
}

#[tokio::test]
async fn tokens_are_revoked() {
    let simulator = start(Account::new("rt-1").access_token("at-1")).await;
    let access = json!({"token": "at-1", "token_type_hint": "access_token"});
    assert_eq!(post(&simulator, "/oauth/revoke", &access).await.status, 200);
    assert_eq!(refused_code(&use_token(&simulator, "at-1").await), "token_revoked");
    let next = refresh(&simulator, "rt-1").await.json();
    let next = (next["refresh_token"].as_str().unwrap(), next["access_token"].as_str().unwrap());
    let mut whole = json!({"token": next.0, "token_type_hint": "refresh_token"});
    assert_eq!(post(&simulator, "/oauth/revoke", &whole).await.status, 400, "the client id is missing");
    whole["client_id"] = json!(DEFAULT_CLIENT_ID);
    assert_eq!(post(&simulator, "/oauth/revoke", &whole).await.status, 200);
    assert_eq!(refused_code(&refresh(&simulator, next.0).await), "refresh_token_invalidated");
    assert_eq!(refused_code(&use_token(&simulator, next.1).await), "token_revoked");
    assert_eq!(post(&simulator, "/oauth/revoke", &json!({"token": "unknown"})).await.status, 200);
    assert_eq!(post(&simulator, "/oauth/revoke", &json!({})).await.status, 400);
}

const USER_CODE: &str = "/api/accounts/deviceauth/usercode";
const DEVICE_TOKEN: &str = "/api/accounts/deviceauth/token";
/// The test client calls its host so.
const REDIRECT: &str = "http://sim/deviceauth/callback";

async fn device_login(simulator: &Simulator) -> (Value, Value) {
    let code = post(simulator, USER_CODE, &json!({"client_id": DEFAULT_CLIENT_ID})).await.json();
    let poll = json!({"device_auth_id": code["device_auth_id"], "user_code": code["user_code"]});
    (code, poll)
}

#[tokio::test]
async fn a_device_logs_in() {
    let device = DeviceFlow::new().pending_polls(2).interval("0").account(1);
    let accounts =
        OAuth::new().account(Account::new("rt-0")).account(Account::new("rt-1").account_id("acct-1"));
    let simulator = Simulator::start(Scenario::new().oauth(accounts.device(device))).await.unwrap();
    let (code, poll) = device_login(&simulator).await;
    assert_eq!(code["interval"], "0");
    for status in [403, 403, 200, 200] {
        assert_eq!(post(&simulator, DEVICE_TOKEN, &poll).await.status, status);
    }
    let confirmed = post(&simulator, DEVICE_TOKEN, &poll).await.json();
    assert!(confirmed["code_challenge"].as_str().is_some_and(|challenge| !challenge.is_empty()));
    let right = [
        ("grant_type", "authorization_code"),
        ("code", confirmed["authorization_code"].as_str().unwrap()),
        ("redirect_uri", REDIRECT),
        ("client_id", DEFAULT_CLIENT_ID),
        ("code_verifier", confirmed["code_verifier"].as_str().unwrap()),
    ];
    let errors =
        ["unsupported_grant_type", "invalid_grant", "invalid_request", "invalid_client", "invalid_grant"];
    for (index, error) in errors.into_iter().enumerate() {
        let mut wrong = right;
        wrong[index].1 = "wrong";
        let answer = form(&simulator, &wrong).await;
        assert_eq!((answer.status, &answer.json()["error"]), (400, &json!(error)), "{}", right[index].0);
        let missing: Vec<_> = right.iter().copied().filter(|field| field.0 != right[index].0).collect();
        assert_eq!(form(&simulator, &missing).await.json()["error"], "invalid_request", "{}", right[index].0);
    }
    let tokens = form(&simulator, &right).await.json();
    assert_eq!(claims(&tokens["id_token"])["https://api.openai.com/auth"]["chatgpt_account_id"], "acct-1");
    assert_eq!(use_token(&simulator, tokens["access_token"].as_str().unwrap()).await.status, 200);
    assert_eq!(form(&simulator, &right).await.json()["error"], "invalid_grant", "a code works once");
    assert_eq!(post(&simulator, DEVICE_TOKEN, &poll).await.status, 400);
    assert_eq!(simulator.refreshes(), 0);
}

#[tokio::test]
async fn device_codes_may_fail() {
    let with = async |device: DeviceFlow| {
        let oauth = OAuth::new().account(Account::new("rt")).device(device);
        Simulator::start(Scenario::new().oauth(oauth)).await.unwrap()
    };
    let disabled = with(DeviceFlow::disabled()).await;
    let body = json!({"client_id": DEFAULT_CLIENT_ID});
    assert_eq!(post(&disabled, USER_CODE, &body).await.status, 404);
    let silent = with(DeviceFlow::new().without_interval().pending_polls(9).pending_status(404)).await;
    let (code, poll) = device_login(&silent).await;
    assert_eq!(code.get("interval"), None);
    assert_eq!(post(&silent, DEVICE_TOKEN, &poll).await.status, 404);
    let late = with(DeviceFlow::new().valid_for(Duration::ZERO)).await;
    let (_, poll) = device_login(&late).await;
    assert_eq!(post(&late, DEVICE_TOKEN, &poll).await.json()["error"], "expired_token");
    let other = json!({"client_id": "someone"});
    assert_eq!(post(&late, USER_CODE, &other).await.json()["error"], "invalid_client");
}

#[tokio::test]
async fn bodies_must_be_what_each_grant_wants() {
    let simulator = start(Account::new("rt")).await;
    let refresh_form =
        [("grant_type", "refresh_token"), ("refresh_token", "rt"), ("client_id", DEFAULT_CLIENT_ID)];
    assert_eq!(form(&simulator, &refresh_form).await.status, 400);
    let cases = [
        json!({"client_id": DEFAULT_CLIENT_ID, "grant_type": "refresh_token"}),
        json!({"client_id": DEFAULT_CLIENT_ID, "grant_type": "refresh_token", "refresh_token": 7}),
        json!({"client_id": "other", "grant_type": "refresh_token", "refresh_token": "rt"}),
        json!({"client_id": DEFAULT_CLIENT_ID, "grant_type": "authorization_code", "code": "x"}),
        json!({"client_id": DEFAULT_CLIENT_ID, "grant_type": "password"}),
        json!([]),
    ];
    for body in cases {
        assert_eq!(post(&simulator, "/oauth/token", &body).await.status, 400, "{body}");
    }
    let text = Request::new("POST", "/oauth/token").header("content-type", "text/plain").body("x");
    assert_eq!(text.send(&simulator).await.status, 400);
    assert_eq!(Request::new("GET", "/oauth/token").send(&simulator).await.status, 405);
    assert_eq!(post(&simulator, "/v1/oauth/token", &json!({})).await.status, 401, "the root only");
    assert_eq!(simulator.refreshes(), 0);
    assert_eq!(refresh(&simulator, "rt").await.status, 200);
}

#[tokio::test]
async fn rules_stand_in_front_of_the_authority() {
    let at_token = || When::new().path("/oauth/token");
    let page = codex_sim::Failure::new(502).raw_body("text/html", "<html>").header("x-request-id", "req-7");
    let scenario = Scenario::new()
        .account(Account::new("rt-1"))
        .rule(Rule::fail(page).when(at_token()).once())
        .rule(Rule::from(Faults::new().head(HeadFault::Close)).when(at_token().nth(2)))
        .rule(Rule::from(Faults::new().head_delay(Duration::from_millis(5))).when(at_token().nth(3)));
    let simulator = Simulator::start(scenario).await.unwrap();
    let refused = refresh(&simulator, "rt-1").await;
    assert_eq!((refused.status, refused.header("x-request-id")), (502, Some("req-7")));
    assert_eq!((refused.header("content-type"), refused.text().as_str()), (Some("text/html"), "<html>"));
    assert_eq!(refresh(&simulator, "rt-1").await.end, End::Closed);
    let spent = refresh(&simulator, "rt-1").await;
    assert_eq!(refused_code(&spent), "refresh_token_reused", "the answer was lost, the token is spent");
    assert_eq!(simulator.refreshes(), 1);
}

#[tokio::test]
async fn what_is_remembered_has_no_token() {
    let simulator = start(Account::new("rt-canary")).await;
    refresh(&simulator, "rt-canary").await;
    form(
        &simulator,
        &[("grant_type", "authorization_code"), ("code", "canary"), ("code_verifier", "canary")],
    )
    .await;
    let requests = simulator.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].path, "/oauth/token");
    let body = requests[0].body.as_ref().unwrap();
    assert_eq!(
        (&body["grant_type"], &body["refresh_token"]),
        (&json!("refresh_token"), &json!("[REDACTED]"))
    );
    assert_eq!(requests[1].body.as_ref().unwrap()["code"], "[REDACTED]");
    assert!(requests.iter().all(|request| request.authorized && !request.authorization_sent));
    assert!(!format!("{requests:?} {simulator:?}").contains("canary"));
}

#[tokio::test]
async fn without_a_scenario_there_is_one_account() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    assert_eq!(refresh(&simulator, "rt-sim").await.status, 200);
    assert_eq!(use_token(&simulator, "anything").await.status, 200, "any token still works");
}

#[tokio::test]
async fn impossible_authorities_are_refused() {
    let one = || OAuth::new().account(Account::new("rt").access_token("at"));
    let cases = [
        (one().account(Account::new("rt")), "account 1"),
        (one().account(Account::new("rt-2").access_token("at")), "account 1"),
        (one().device(DeviceFlow::new().account(1)), "device.account"),
        (one().device(DeviceFlow::new().pending_status(200)), "200"),
    ];
    for (oauth, named) in cases {
        let error = Simulator::start(Scenario::new().oauth(oauth)).await.unwrap_err().to_string();
        assert!(error.contains("`oauth`") && error.contains(named), "{error}");
    }
    let unsaid = Scenario::from_toml("[[oauth.account]]\nrefresh_token = \"rt\"\naccess_lifetime_ms = \"x\"");
    assert!(unsaid.unwrap_err().to_string().contains("line 3"));
}

#[tokio::test]
async fn old_logins_and_device_codes_make_room() {
    let simulator = start(Account::new("rt-1").access_token("at-1")).await;
    let (_, poll) = device_login(&simulator).await;
    for _ in 0..MAX_DEVICE_CODES {
        device_login(&simulator).await;
    }
    assert_eq!(post(&simulator, DEVICE_TOKEN, &poll).await.json()["error"], "expired_token");
    assert_eq!(use_token(&simulator, "at-1").await.status, 200);
    for _ in 0..MAX_ISSUED {
        simulator.refresh_elsewhere(0).unwrap();
    }
    assert_eq!(refused_code(&use_token(&simulator, "at-1").await), "invalid_api_key");
    assert_eq!(refused_code(&refresh(&simulator, "rt-1").await), "invalid_grant");
}
