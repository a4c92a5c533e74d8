//! Ladder: pure function; the loading of files on a temporary folder.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{fs, path::Path, time::Duration};

use codex_core::{
    Config, ConfigError, Environment, KeySource, MAX_CONFIG_BYTES, ProviderChoice, ResolvedProvider,
    Selection, WhySimulator,
};

/// Planted wherever a secret can stand; no message may contain it.
const CANARY: &str = "sk-canary-0123456789";

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("config.toml")).map(|loaded| loaded.config)
}

/// The error and its causes in one line, as the command prints them.
fn line(error: &ConfigError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

fn resolve<const N: usize>(
    text: &str,
    choice: &ProviderChoice,
    variables: [(&str, &str); N],
) -> ResolvedProvider {
    match parse(text).unwrap().select(choice, &Environment::from(variables), None).unwrap() {
        Selection::Provider(provider) => *provider,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_key_of_a_provider_is_read() {
    let text = r#"
        model = "gpt-5.4-mini"
        model_provider = "azure"
        [model_providers.azure]
        name = " Azure "
        base_url = "https://x.openai.azure.com/openai/v1/"
        env_key = "AZURE_KEY"
        env_key_instructions = "see the portal"
        wire_api = "responses"
        query_params = { "api-version" = "2026-01 & more" }
        http_headers = { "X-Team" = "docs" }
        env_http_headers = { "X-User" = "USER_NAME", "X-Blank" = "BLANK", "X-Unset" = "UNSET" }
        request_max_retries = 0
        stream_max_retries = 100
        stream_idle_timeout_ms = 900000
        connect_timeout_ms = 1000
        head_timeout_ms = 2000
        event_idle_timeout_ms = 3000
        total_timeout_ms = 4000
        requires_openai_auth = false
        supports_websockets = true
    "#;
    let loaded = Config::parse(text, Path::new("config.toml")).unwrap();
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.config.model.as_deref(), Some("gpt-5.4-mini"));
    let azure = resolve(
        text,
        &ProviderChoice::default(),
        [("AZURE_KEY", CANARY), ("USER_NAME", "ada"), ("BLANK", " ")],
    );
    let provider = &azure.provider;
    assert!(provider.is_azure());
    assert_eq!(
        provider.url("/responses").as_str(),
        "https://x.openai.azure.com/openai/v1/responses?api-version=2026-01+%26+more"
    );
    let headers: Vec<_> = provider.headers().iter().map(|(name, value)| (name.as_str(), value)).collect();
    assert_eq!(headers.len(), 2, "blank and unset variables send no header");
    assert_eq!(provider.headers()["x-team"], "docs");
    assert_eq!(provider.headers()["x-user"], "ada");
    assert_eq!(provider.retry.max_retries, 0);
    assert_eq!(azure.stream_retries.max_retries, 100);
    let timeouts = &provider.timeouts;
    assert_eq!(timeouts.connect, Duration::from_secs(1));
    assert_eq!(timeouts.head, Some(Duration::from_secs(2)));
    assert_eq!(timeouts.byte_idle, Some(Duration::from_secs(900)));
    assert_eq!(timeouts.event_idle, Some(Duration::from_secs(3)));
    assert_eq!(timeouts.total, Some(Duration::from_secs(4)));
    assert_eq!(azure.key_source, KeySource::Variable { name: "AZURE_KEY".to_owned() });
}

#[test]
fn defaults_are_those_of_the_table() {
    let local = resolve(
        "[model_providers.local]\nname = \"Local\"\nbase_url = \"http://h/v1\"",
        &ProviderChoice::default().id("local"),
        [],
    );
    assert_eq!((local.provider.retry.max_retries, local.stream_retries.max_retries), (4, 5));
    assert_eq!(local.provider.timeouts.byte_idle, Some(Duration::from_secs(300)));
    assert!(local.key.is_none());
}

#[test]
fn what_cannot_be_used_is_named_with_its_line_and_a_remedy() {
    for (text, expected) in [
        ("model = ", "config.toml:1: this is not TOML: "),
        ("a = 1\nmodel = 3", "config.toml:2: `model` must be a text in quotes"),
        ("model_provider = \"ollama-chat\"", "config.toml:1: `model_provider` is retired: use `ollama`"),
        (
            "openai_base_url = \"nonsense\"",
            "config.toml:1: `openai_base_url` cannot be used: the base URL is not a URL",
        ),
        ("model_providers = \"sk-canary-0123456789\"", "config.toml:1: `model_providers` must be a table"),
        ("[model_providers]\nazure = 1", "config.toml:2: `model_providers.azure` must be a table"),
        (
            "[model_providers.openai]\nname = \"x\"",
            "`model_providers.openai` is a built-in provider and cannot be replaced",
        ),
        ("[model_providers.openai]\nname = \"x\"", "set `openai_base_url`"),
        (
            "[model_providers.sim]\nname = \"x\"",
            "config.toml:1: `model_providers.sim` is a built-in provider",
        ),
        (
            "[model_providers.ollama]\nname = \"x\"",
            "config.toml:1: `model_providers.ollama` is a built-in provider",
        ),
        (
            "[model_providers.lmstudio]\nname = \"x\"",
            "config.toml:1: `model_providers.lmstudio` is a built-in provider",
        ),
        (
            "[model_providers.x]\nbase_url = \"http://h\"",
            "config.toml:2: `model_providers.x.name` needs a value",
        ),
        ("[model_providers.x]\nname = \" \"", "config.toml:2: `model_providers.x.name` needs a value"),
        (
            "[model_providers.x]\nname = \"x\"\nwire_api = \"chat\"",
            "config.toml:3: `model_providers.x.wire_api` is \"chat\", which is not spoken here: set it to \"responses\"",
        ),
        (
            "[model_providers.x]\nname = \"x\"\nwire_api = \"grpc\"",
            "`model_providers.x.wire_api` must be \"responses\"",
        ),
        (
            "[model_providers.x]\nname = \"x\"\nrequest_max_retries = 101",
            "`model_providers.x.request_max_retries` must be at most 100",
        ),
        (
            "[model_providers.x]\nname = \"x\"\nstream_max_retries = -1",
            "`model_providers.x.stream_max_retries` must be a whole number from 0 on",
        ),
        (
            "[model_providers.x]\nname = \"x\"\nstream_idle_timeout_ms = 0",
            "`model_providers.x.stream_idle_timeout_ms` must be at least 1 millisecond",
        ),
        (
            "[model_providers.x]\nname = \"x\"\nsupports_websockets = \"yes\"",
            "`model_providers.x.supports_websockets` must be true or false",
        ),
        (
            "[model_providers.x]\nname = \"x\"\nbase_url = \"https://u:sk-canary-0123456789@h\"",
            "`model_providers.x.base_url` cannot be used: the base URL carries a user name or password",
        ),
        (
            "[model_providers.x]\nname = \"x\"\nhttp_headers = \"sk-canary-0123456789\"",
            "config.toml:3: `model_providers.x.http_headers` must be a table",
        ),
        (
            "[model_providers.x]\nname = \"x\"\n[model_providers.x.http_headers]\n\"a b\" = \"sk-canary-0123456789\"",
            "config.toml:4: `model_providers.x.http_headers.a b` cannot be used: the header \"a b\" cannot be sent: its name",
        ),
        (
            "[model_providers.x]\nname = \"x\"\nhttp_headers = { a = \"sk-canary-0123456789\\u0007\" }",
            "its value holds a line break",
        ),
        (
            "[model_providers.x]\nname = \"x\"\nhttp_headers = { a = 1 }",
            "`model_providers.x.http_headers.a` must be a text in quotes",
        ),
        (
            "[model_providers.x]\nname = \"x\"\nexperimental_bearer_token = [\"sk-canary-0123456789\"]",
            "`model_providers.x.experimental_bearer_token` must be a text in quotes",
        ),
        (
            "[model_providers.x]\nname = \"x\"\nexperimental_bearer_token = \"sk-canary-0123456789",
            "config.toml:3: this is not TOML",
        ),
    ] {
        let message = line(&parse(text).unwrap_err());
        assert!(message.contains(expected), "{text}\n  {message}\n  {expected}");
        assert!(!message.contains(CANARY), "{message}");
    }
}

#[test]
fn an_unknown_key_is_a_warning_with_its_line() {
    let text =
        "modle = \"x\"\n[model_providers.x]\nname = \"x\"\nbase_ulr = \"http://h\"\n[profiles.a]\nb = 1\n";
    let warnings = Config::parse(text, Path::new("config.toml")).unwrap().warnings;
    let warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "config.toml:1: the key `modle` is not known and has no effect; check its spelling",
            "config.toml:4: the key `model_providers.x.base_ulr` is not known and has no effect; check its spelling",
            "config.toml:5: the key `profiles` is not known and has no effect; check its spelling",
        ]
    );
}

#[test]
fn the_provider_is_the_named_one_else_openai_else_the_simulator() {
    let custom = "[model_providers.x]\nname = \"x\"\nbase_url = \"http://x/v1\"\n";
    let named = format!("model_provider = \"x\"\n{custom}");
    let choose = |id: &str| ProviderChoice::default().id(id);
    for (text, choice, variables, expected) in [
        ("", ProviderChoice::default(), [("A", "")], None),
        ("", ProviderChoice::default(), [("OPENAI_API_KEY", "  ")], None),
        (custom, ProviderChoice::default(), [("A", "")], None),
        ("", choose("sim"), [("OPENAI_API_KEY", "k")], None),
        ("model_provider = \"sim\"", ProviderChoice::default(), [("OPENAI_API_KEY", "k")], None),
        ("", ProviderChoice::default(), [("OPENAI_API_KEY", "k")], Some("https://api.openai.com/v1")),
        ("", ProviderChoice::default(), [("OPENAI_BASE_URL", "http://b/v1")], Some("http://b/v1")),
        (
            "openai_base_url = \"http://c/v1\"",
            choose("openai"),
            [("OPENAI_BASE_URL", "http://b/v1")],
            Some("http://c/v1"),
        ),
        ("", ProviderChoice::default().base_url("http://d/v1"), [("A", "")], Some("http://d/v1")),
        ("", choose("sim").base_url("http://d/v1"), [("A", "")], Some("http://d/v1")),
        (&named, ProviderChoice::default(), [("OPENAI_API_KEY", "k")], Some("http://x/v1")),
        (&named, choose("openai"), [("OPENAI_API_KEY", "k")], Some("https://api.openai.com/v1")),
        (&named, ProviderChoice::default().base_url("http://d/v1"), [("A", "")], Some("http://d/v1")),
        ("", choose("ollama"), [("A", "")], Some("http://localhost:11434/v1")),
        ("", choose("lmstudio"), [("A", "")], Some("http://localhost:1234/v1")),
        ("", choose("ollama"), [("CODEX_OSS_PORT", "99")], Some("http://localhost:99/v1")),
        ("", choose("lmstudio"), [("CODEX_OSS_BASE_URL", "http://gpu/v1")], Some("http://gpu/v1")),
    ] {
        let selection = parse(text).unwrap().select(&choice, &Environment::from(variables), None).unwrap();
        let url = match &selection {
            Selection::Provider(provider) => Some(provider.provider.base_url().as_str()),
            _ => None,
        };
        assert_eq!(url, expected, "{text} {choice:?} {variables:?}");
    }
}

#[test]
fn why_it_is_the_simulator_is_told() {
    for (choice, why) in [
        (ProviderChoice::default(), WhySimulator::NothingNamed),
        (ProviderChoice::default().id("sim"), WhySimulator::Named),
    ] {
        let selection = Config::default().select(&choice, &Environment::from([]), None).unwrap();
        assert!(matches!(selection, Selection::Simulator(found) if found == why), "{selection:?}");
    }
}

#[test]
fn a_selection_that_fails_names_the_thing_and_the_remedy() {
    let keyed = "[model_providers.x]\nname = \"x\"\nbase_url = \"http://x/v1\"\nenv_key = \"X_KEY\"\nenv_key_instructions = \"Get one at x.\"\nenv_http_headers = { h = \"H\" }";
    let login = "[model_providers.x]\nname = \"x\"\nrequires_openai_auth = true";
    for (text, id, variables, expected) in [
        (
            "",
            "openai",
            [("A", "")],
            "the provider `openai` needs a key, but OPENAI_API_KEY is not set; export it",
        ),
        (keyed, "x", [("X_KEY", " ")], "the provider `x` needs a key, but X_KEY is not set: Get one at x."),
        (login, "x", [("A", "")], "but OPENAI_API_KEY is not set"),
        (
            keyed,
            "y",
            [("A", "")],
            "the provider `y` is not known; known are openai, ollama, lmstudio, sim, x; add others as [model_providers.<id>]",
        ),
        ("", "ollama-chat", [("A", "")], "the provider `ollama-chat` is retired: use `ollama`"),
        (
            "",
            "ollama",
            [("CODEX_OSS_PORT", "eighty")],
            "cannot use CODEX_OSS_PORT: the base URL is not a URL",
        ),
    ] {
        let config = parse(text).unwrap();
        let error = config
            .select(&ProviderChoice::default().id(id), &Environment::from(variables), None)
            .unwrap_err();
        assert!(line(&error).contains(expected), "{}\n  {expected}", line(&error));
    }
    let environment = Environment::from([("X_KEY", CANARY), ("H", "a\nb")]);
    let error =
        parse(keyed).unwrap().select(&ProviderChoice::default().id("x"), &environment, None).unwrap_err();
    assert!(line(&error).starts_with("cannot use H: the header \"h\" cannot be sent"), "{}", line(&error));
    let environment = Environment::from([("OPENAI_BASE_URL", "ftp://h")]);
    let error = Config::default().select(&ProviderChoice::default(), &environment, None).unwrap_err();
    assert!(line(&error).starts_with("cannot use OPENAI_BASE_URL: the base URL is neither http nor https"));
    let choice = ProviderChoice::default().base_url("u:p@h");
    let error = Config::default().select(&choice, &Environment::from([]), None).unwrap_err();
    assert!(line(&error).starts_with("cannot use the base URL that was given: "), "{}", line(&error));
}

#[test]
fn openai_sends_organisation_and_project() {
    let variables = [("OPENAI_API_KEY", "k"), ("OPENAI_ORGANIZATION", " org "), ("OPENAI_PROJECT", " ")];
    let openai = resolve("", &ProviderChoice::default(), variables);
    assert_eq!(openai.provider.headers()["openai-organization"], "org");
    assert!(!openai.provider.headers().contains_key("openai-project"));
}

#[test]
fn a_token_in_the_file_is_used_and_never_shown() {
    let text = format!(
        "[model_providers.x]\nname = \"x\"\nexperimental_bearer_token = \"{CANARY}\"\nhttp_headers = {{ a = \"{CANARY}\" }}\nquery_params = {{ a = \"{CANARY}\" }}"
    );
    let provider = resolve(&text, &ProviderChoice::default().id("x"), []);
    assert_eq!(provider.key_source.to_string(), "from experimental_bearer_token of the provider `x`");
    assert!(provider.key.is_some());
    for shown in [format!("{provider:?}"), format!("{:?}", parse(&text).unwrap())] {
        assert!(!shown.contains(CANARY), "{shown}");
    }
}

#[test]
fn a_named_file_must_exist_and_the_default_one_need_not() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().to_str().unwrap();
    for environment in [
        Environment::from([("XDG_CONFIG_HOME", path)]),
        Environment::from([("HOME", path)]),
        Environment::from([]),
    ] {
        assert!(Config::load(None, &environment).unwrap().config.model.is_none());
    }
    let missing = home.path().join("nope.toml");
    let error = Config::load(Some(&missing), &Environment::from([])).unwrap_err();
    assert!(
        line(&error).starts_with("cannot read the configuration ") && line(&error).contains("nope.toml: ")
    );

    let folder = home.path().join(".config/codex-api");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), "model = \"from home\"").unwrap();
    let loaded =
        Config::load(None, &Environment::from([("HOME", path), ("XDG_CONFIG_HOME", "relative")])).unwrap();
    assert_eq!(loaded.config.model.as_deref(), Some("from home"));
}

#[test]
fn a_file_that_is_no_configuration_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.toml");
    let environment = Environment::from([]);
    fs::write(&file, [0xff, 0xfe]).unwrap();
    assert!(line(&Config::load(Some(&file), &environment).unwrap_err()).contains("UTF-8"));
    let limit = usize::try_from(MAX_CONFIG_BYTES).unwrap();
    fs::write(&file, "#".repeat(limit)).unwrap();
    assert!(Config::load(Some(&file), &environment).is_ok());
    fs::write(&file, "#".repeat(limit + 1)).unwrap();
    let message = line(&Config::load(Some(&file), &environment).unwrap_err());
    assert!(message.contains("is longer than 1048576 bytes"), "{message}");
    assert!(line(&Config::load(Some(folder.path()), &environment).unwrap_err()).starts_with("cannot read"));
}

#[test]
fn a_login_serves_where_no_key_is_set_and_its_kind_decides_the_base_url() {
    use codex_api::AuthMode;
    let keyed = [("OPENAI_API_KEY", "k")];
    let service = "https://api.openai.com/v1";
    for (variables, login, expected, source) in [
        ([("A", "")], AuthMode::Chatgpt, codex_core::CHATGPT_BASE_URL, true),
        ([("A", "")], AuthMode::ApiKey, service, true),
        (keyed, AuthMode::Chatgpt, service, false),
        ([("CODEX_API_KEY", "k")], AuthMode::Chatgpt, service, false),
        ([("OPENAI_BASE_URL", "http://b/v1")], AuthMode::Chatgpt, "http://b/v1", true),
    ] {
        let environment = Environment::from(variables);
        let choice = ProviderChoice::default();
        let selection = Config::default().select(&choice, &environment, Some(login)).unwrap();
        let Selection::Provider(provider) = selection else { panic!("{selection:?}") };
        assert_eq!(provider.provider.base_url().as_str(), expected, "{variables:?}");
        assert_eq!(provider.uses_login, source);
        assert_eq!(provider.key_source == KeySource::Login { mode: login }, source);
    }
    let own = "[model_providers.x]\nname = \"x\"\nbase_url = \"http://x/v1\"\nrequires_openai_auth = true";
    let choice = ProviderChoice::default().id("x");
    let selection =
        parse(own).unwrap().select(&choice, &Environment::from([]), Some(AuthMode::Chatgpt)).unwrap();
    assert!(matches!(selection, Selection::Provider(provider) if provider.uses_login));
}

#[test]
fn the_keys_about_logins_are_read_and_checked() {
    use codex_core::{ForcedMethod, StoreChoice};
    let config = parse("cli_auth_credentials_store = \"ephemeral\"\nforced_login_method = \"api\"\nforced_chatgpt_workspace_id = \"w\"").unwrap();
    assert_eq!(config.login.store, StoreChoice::Ephemeral);
    assert_eq!(config.login.restrictions.method, Some(ForcedMethod::Api));
    assert_eq!(config.login.restrictions.workspace.as_deref(), Some("w"));
    let error = parse("cli_auth_credentials_store = \"sk-canary-0123456789\"").unwrap_err();
    assert!(
        line(&error).contains("must be \"file\", \"keyring\", \"auto\" or \"ephemeral\""),
        "{}",
        line(&error)
    );
    assert!(!line(&error).contains(CANARY));
}

#[test]
fn telemetry_and_reports_are_configured_and_their_secrets_are_never_quoted() {
    let text = format!(
        "[otel]\nservice_name = \"x\"\n[otel.exporter]\nendpoint = \"http://127.0.0.1:4318\"\nheaders = {{ k = \"{CANARY}\" }}\n[feedback]\ndsn = \"https://{CANARY}@tracker.example/1\"\n"
    );
    let loaded = Config::parse(&text, Path::new("config.toml")).unwrap();
    assert_eq!(loaded.warnings, []);
    assert!(loaded.config.otel.is_enabled());
    assert!(loaded.config.feedback.dsn.is_some());
    assert!(!format!("{loaded:?}").contains(CANARY));
    for (text, expected) in [
        ("a = 1\n[otel]\nendpiont = \"sk-canary-0123456789\"", "config.toml:3: `otel` holds a key"),
        (
            "[otel.exporter]\n\nprotocol = \"sk-canary-0123456789\"",
            "config.toml:3: `otel` holds a value on this line",
        ),
        ("[feedback]\ndsn = \"sk-canary-0123456789\"", "config.toml:2: `feedback.dsn` cannot be used: "),
        ("otel = 1", "config.toml:1: `otel` must be a table"),
    ] {
        let error = line(&parse(text).unwrap_err());
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains(CANARY), "{error}");
    }
}
