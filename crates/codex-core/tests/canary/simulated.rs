//! Simulator: a login that is renewed, over real connections: what all libraries below say at trace level, and what is on disk.

use std::{fs, sync::Arc};

use codex_api::{
    ApiClient, ApiError, ApiKey, AuthMode, ClientConfig, CompactionInput, Provider, RealtimeSettings,
    ReqwestTransport, ResponseItem, ResponsesApiRequest, ResponsesOptions, RetryPolicy, TurnState,
};
use codex_client::{ProxyConfig, ProxySource, ReqwestWebSocketTransport};
use codex_core::{
    AuthSetup, CodexErr, FileStore, ModelClient, SessionSettings, TokenAuthority, Transport,
    models::{ModelsManager, ModelsSettings, RefreshStrategy},
};
use codex_sim::{Account, Failure, Faults, Rule, Scenario, Simulator, StreamFailure, When};
use tempfile::TempDir;

use crate::{
    listener,
    planted::{
        ACCESS_TOKEN, ACCOUNT_ID, API_KEY, BODY, COOKIE, EMAIL, HEADER, ID_TOKEN, PASSWORD, PLAIN_ACCESS,
        PROMPT, QUERY, REFRESH_TOKEN, nothing_found, secrets,
    },
    sinks::{Sinks, check_files, texts},
};

struct Client {
    sinks: Sinks,
    simulator: Simulator,
    home: TempDir,
    setup: AuthSetup,
    api: ApiClient,
    /// The tokens that the simulator made up.
    made_up: Vec<String>,
}

fn account(access_token: &str) -> Account {
    Account::new(REFRESH_TOKEN)
        .access_token(access_token)
        .id_token(ID_TOKEN)
        .email(EMAIL)
        .account_id(ACCOUNT_ID)
}

impl Client {
    async fn new(scenario: Scenario) -> Self {
        let sinks = Sinks::new();
        let simulator = Simulator::start(scenario).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let login = simulator.login(0).unwrap().auth_json();
        let login = login.replace(r#""OPENAI_API_KEY": null"#, &format!(r#""OPENAI_API_KEY": "{API_KEY}""#));
        fs::write(home.path().join("auth.json"), login).unwrap();
        let transport = Arc::new(ReqwestTransport::shared(&ClientConfig::default()).unwrap());
        let authority = TokenAuthority::with_issuer(transport, &simulator.origin()).unwrap();
        let setup = AuthSetup::new(Arc::new(FileStore::new(home.path())), authority);
        let provider = Provider::new("simulator", &simulator.base_url())
            .and_then(|it| it.header("x-custom-key", HEADER)?.header("cookie", COOKIE)?.query("key", QUERY))
            .unwrap();
        let manager = setup.manager().await.unwrap();
        let api = ApiClient::new(provider).unwrap().auth(manager.clone()).observer(sinks.observer());
        nothing_found("Debug", &format!("{setup:?} {manager:?} {:?} {api:?}", manager.status()), &secrets());
        Self { sinks, simulator, home, setup, api, made_up: Vec::new() }
    }

    async fn respond(&self, transport: Transport) -> Result<(), ApiError> {
        let session = ModelClient::new(self.api.clone(), SessionSettings::with_transport(transport));
        let mut turn = session.turn(ResponsesApiRequest::new("gpt-5.4").instructions(PROMPT).input(PROMPT));
        while let Some(event) = turn.next().await {
            event?;
        }
        Ok(())
    }

    async fn list_models(&self) {
        let settings =
            ModelsSettings::default().auth_mode(Some(AuthMode::Chatgpt)).codex_home(self.home.path());
        let _ = ModelsManager::new(&self.api, settings).refresh(RefreshStrategy::Online).await;
    }

    /// Every endpoint once.
    async fn ask_all(&self) -> Vec<ApiError> {
        let history = [ResponseItem::user(PROMPT)];
        let compaction = CompactionInput { model: "m", input: &history, ..CompactionInput::default() };
        self.list_models().await;
        let results = [
            self.respond(Transport::Http).await,
            self.respond(Transport::Websocket).await,
            self.api.compact().compact_input(&compaction, http::HeaderMap::new()).await.map(drop),
            self.api.stored_responses().retrieve("resp_1").await.map(drop),
            self.api.realtime().connect(&RealtimeSettings::conversation(PROMPT).model("m")).await.map(drop),
        ];
        results.into_iter().filter_map(Result::err).collect()
    }

    #[track_caller]
    fn check(&mut self, errors: &[ApiError]) {
        let login = self.simulator.login(0).unwrap();
        self.made_up.extend([login.access_token, login.refresh_token, login.id_token]);
        errors.iter().for_each(|error| self.sinks.check_call(error));
        self.sinks.check_all();
        check_files(self.home.path(), &["auth.json"]);
        // What the simulator made up can be looked for from here on only.
        nothing_found("log", &listener::heard(), &self.made_up);
        nothing_found("log ring", &listener::ring(), &[secrets(), self.made_up.clone()].concat());
    }
}

#[tokio::test]
async fn a_login_that_is_renewed_tells_no_secret() {
    for access_token in [ACCESS_TOKEN, PLAIN_ACCESS] {
        let mut client = Client::new(Scenario::new().account(account(access_token))).await;
        client.ask_all().await;
        client.simulator.expire_access(0);
        let errors = client.ask_all().await;
        assert_eq!(client.simulator.refreshes(), 1);
        client.check(&errors);
        let stored = fs::read_to_string(client.home.path().join("auth.json")).unwrap();
        assert!(stored.contains(&client.made_up[0]), "the credential store has the new token");
        let names: Vec<_> =
            fs::read_dir(client.home.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert!(names.len() >= 3, "the login, its lock and the models: {names:?}");
        let logged_out = client.setup.logout().await.unwrap();
        nothing_found("Debug of a logout", &format!("{logged_out:?}"), &secrets());
        client.check(&[]);
    }
}

/// The token authority refuses, in words that hold all that it was sent.
#[tokio::test]
async fn an_authority_that_echoes_tells_no_secret() {
    let echo = format!("{REFRESH_TOKEN} {ACCESS_TOKEN} {API_KEY}");
    let object = serde_json::json!({
        "error": {"code": REFRESH_TOKEN, "message": echo}, "error_description": echo, "access_token": API_KEY,
    });
    let tokenless = serde_json::json!({"id_token": ID_TOKEN, "refresh_token": 7, "error_description": echo});
    for failure in [
        Failure::new(401).raw_body("application/json", object.to_string()),
        Failure::new(400).raw_body("application/json", object.to_string()),
        Failure::new(500).raw_body("text/html", format!("<html>{echo}</html>")),
        Failure::new(200).raw_body("application/json", tokenless.to_string()),
        Failure::new(200).raw_body("text/html", format!("<html>{echo}</html>")),
    ] {
        let rule = Rule::fail(failure.header("set-cookie", COOKIE).header("x-request-id", API_KEY));
        let rule = rule.when(When::new().path("/oauth/token"));
        let mut client = Client::new(Scenario::new().account(account(ACCESS_TOKEN)).rule(rule)).await;
        client.simulator.expire_access(0);
        let error = client.respond(Transport::Http).await.unwrap_err();
        client.check(&[error]);
        let error = CodexErr::from(client.respond(Transport::Websocket).await.unwrap_err());
        assert!(matches!(error, CodexErr::Unauthorized { .. }));
        nothing_found("error", &texts(&error), &secrets());
    }
}

/// The service echoes what it was sent, in heads, bodies and streams.
#[tokio::test]
async fn a_service_that_echoes_tells_no_secret() {
    let echo = format!("{BODY} {ACCESS_TOKEN} {API_KEY}");
    let refusal = || {
        Failure::new(401)
            .message(&echo)
            .code(API_KEY)
            .header("x-request-id", ACCESS_TOKEN)
            .header("x-openai-authorization-error", API_KEY)
            .header("set-cookie", COOKIE)
            .header("x-codex-turn-state", ACCESS_TOKEN)
    };
    let in_stream = || {
        let failure = StreamFailure::unauthorized(3, API_KEY).header("x-request-id", ACCESS_TOKEN);
        Rule::from(Faults::new().error(failure))
    };
    for rule in [
        Rule::fail(refusal()).when(When::new().path("*")),
        Rule::fail(refusal()).when(When::new().path("*").transport(codex_sim::Transport::Handshake)),
        in_stream(),
    ] {
        let mut client = Client::new(Scenario::new().account(account(ACCESS_TOKEN)).rule(rule)).await;
        let errors = client.ask_all().await;
        assert!(!errors.is_empty());
        client.check(&errors);
        let state = TurnState::new();
        nothing_found("Debug of a turn's state", &format!("{state:?}"), &secrets());
    }
}

/// Connections that do not come about: through a proxy with a password that wants another one, and over TLS to a server
/// that speaks none.
#[tokio::test]
async fn connections_that_fail_tell_no_secret() {
    let refuses = Scenario::new().rule(Rule::fail(Failure::new(407)).when(When::new().path("*")));
    let simulator = Simulator::start(refuses.without_auth()).await.unwrap();
    let mut proxies = ProxyConfig::all(&format!("http://ada:{PASSWORD}@{}", simulator.addr())).unwrap();
    proxies.proxy_loopback = true;
    let mut through_proxy = ClientConfig::default();
    through_proxy.proxy = ProxySource::Config(proxies);
    let provider = Provider::new("test", &format!("https://{}/v1", simulator.addr()))
        .and_then(|it| it.header("cookie", COOKIE)?.query("key", QUERY))
        .unwrap();
    for config in [through_proxy, ClientConfig::default()] {
        nothing_found("Debug of a configuration", &format!("{config:?} {config:#?}"), &secrets());
        let sinks = Sinks::new();
        let mut provider = provider.clone();
        provider.retry = RetryPolicy::never();
        let api = ApiClient::with_transport(provider, Arc::new(ReqwestTransport::new(&config).unwrap()))
            .websocket_transport(Arc::new(ReqwestWebSocketTransport::new(&config).unwrap()))
            .auth(ApiKey::new(API_KEY))
            .observer(sinks.observer());
        sinks.check_call(&api.models().list().await.unwrap_err());
        sinks.check_call(&api.responses_websocket().connect(&ResponsesOptions::default()).await.unwrap_err());
        sinks.check_all();
    }
    let heard = listener::heard();
    for library in ["hyper_util::", "reqwest::", "rustls::", "codex_"] {
        assert!(heard.contains(library), "nothing was heard of {library}");
    }
}
