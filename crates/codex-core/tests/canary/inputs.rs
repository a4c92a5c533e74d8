//! Pure function, and files: secrets in the files, variables and settings that are read.

use std::{path::Path, sync::Arc};

use codex_api::{ApiKey, Provider};
use codex_client::fake::FakeTransport;
use codex_core::{
    AuthFile, Config, CredentialStore, Environment, FileStore, ProviderChoice, REFRESH_URL_VARIABLE,
    REVOKE_URL_VARIABLE, TokenAuthority, read_api_key,
};

use crate::{
    listener,
    planted::{
        ACCESS_TOKEN, API_KEY, ID_TOKEN, PASSWORD, PLAIN_KEY, QUERY, REFRESH_TOKEN, nothing_found, secrets,
    },
    sinks::texts,
};

/// A login with secrets in all its fields, also those that are not known here.
fn auth_json() -> String {
    serde_json::json!({
        "auth_mode": "chatgpt", "OPENAI_API_KEY": API_KEY, "agent_identity": ACCESS_TOKEN, "later": [API_KEY],
        "tokens": {
            "id_token": ID_TOKEN, "access_token": ACCESS_TOKEN, "refresh_token": REFRESH_TOKEN, "later": API_KEY,
        },
        "last_refresh": "2026-11-22T14:00:00Z",
    })
    .to_string()
}

#[track_caller]
fn check(place: &str, text: &str) {
    nothing_found(place, text, &secrets());
}

#[track_caller]
fn check_log() {
    nothing_found("log", &listener::unchecked(), &secrets());
}

#[test]
fn a_stored_login_whole_or_cut_off_tells_no_secret() {
    listener::listen();
    let whole = auth_json();
    let mut damaged = 0;
    for end in 0..=whole.len() {
        match AuthFile::parse(&whole.as_bytes()[..end]) {
            Ok(file) => check("Debug of a login", &format!("{file:?} {file:#?} {:?}", file.tokens)),
            Err(damage) => {
                damaged += 1;
                check("damage of a login", &texts(&damage));
            }
        }
    }
    assert_eq!(damaged, whole.len(), "only the whole file is a login");
    for foreign in [
        whole.replace("\"tokens\":{", "\"tokens\":[{").replace("},\"last", "}],\"last"),
        whole.replace("\"chatgpt\"", &format!("\"{API_KEY}\"")),
        whole.replace("2026-11-22T14:00:00Z", API_KEY),
        format!("[{whole}]"),
        API_KEY.to_owned(),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("auth.json"), foreign).unwrap();
        match FileStore::new(folder.path()).load() {
            Ok(file) => check("Debug of a login", &format!("{:?}", file.map(|file| file.tokens))),
            Err(error) => check("error of a store", &texts(&error)),
        }
    }
    check_log();
}

#[test]
fn keys_and_urls_that_cannot_be_used_tell_no_secret() {
    listener::listen();
    for key in [format!("{API_KEY}\n{PLAIN_KEY}"), format!("{PLAIN_KEY}ü"), format!("\"{API_KEY}\" x")] {
        if let Err(error) = read_api_key(key.as_bytes()) {
            check("error of a key", &texts(&error));
        }
        check("Debug of a key", &format!("{:?}", ApiKey::new(&key)));
    }
    for url in [
        format!("https://ada:{PASSWORD}@service.test/v1?key={QUERY}"),
        format!("https://service.test/v1?key={QUERY}#{QUERY}"),
        format!("ftp://ada:{PASSWORD}@service.test/"),
        format!("https://ada:{PASSWORD}@service.test:port/"),
        PASSWORD.to_owned(),
    ] {
        match Provider::new("test", &url) {
            Ok(provider) => check("Debug of a provider", &format!("{provider:?}")),
            Err(error) => check("error of a provider", &texts(&error)),
        }
        for variable in [REFRESH_URL_VARIABLE, REVOKE_URL_VARIABLE] {
            let environment = Environment::from([(variable, url.as_str())]);
            let authority = TokenAuthority::new(Arc::new(FakeTransport::default())).unwrap();
            match authority.with_environment(&environment) {
                Ok(authority) => check("Debug of an authority", &format!("{authority:?}")),
                Err(error) => check("error of an authority", &texts(&error)),
            }
        }
        if let Err(error) = TokenAuthority::with_issuer(Arc::new(FakeTransport::default()), &url) {
            check("error of an issuer", &texts(&error));
        }
    }
    let provider = Provider::new("test", "https://service.test/v1").unwrap();
    for (name, value) in [("x-key", format!("{API_KEY}\n")), (API_KEY, "x".to_owned())] {
        if let Err(error) = provider.clone().header(name, &value) {
            // The name is the setting's own, and is named so that it can be found.
            nothing_found("error of a header", &texts(&error).replace(name, ""), &secrets());
        }
    }
    let provider = provider.header("x-key", API_KEY).unwrap().query("key", QUERY).unwrap();
    check("Debug of a provider", &format!("{provider:?} {provider:#?}"));
    check_log();
}

#[test]
fn configurations_tell_no_secret() {
    listener::listen();
    let provider = |line: &str| format!("[model_providers.x]\nname = \"x\"\n{line}\n");
    for text in [
        provider(&format!("experimental_bearer_token = \"{API_KEY}\"")),
        provider(&format!("experimental_bearer_token = \"{API_KEY}\nbroken")),
        provider(&format!("experimental_bearer_token = [\"{API_KEY}\"]")),
        provider(&format!("http_headers = {{ x-key = \"{API_KEY}\" }}")),
        provider(&format!("http_headers = {{ x-key = [\"{API_KEY}\"] }}")),
        provider(&format!("http_headers = {{ x-key = \"{API_KEY}\\n\" }}")),
        provider(&format!("query_params = {{ key = \"{QUERY}\" }}")),
        provider(&format!("base_url = \"https://ada:{PASSWORD}@service.test/?{QUERY}\"")),
        provider(&format!("request_max_retries = \"{API_KEY}\"")),
        format!("openai_base_url = \"https://ada:{PASSWORD}@service.test/?{QUERY}\""),
        format!("cli_auth_credentials_store = \"{API_KEY}\""),
        format!("{PASSWORD} {API_KEY}"),
    ] {
        match Config::parse(&text, Path::new("config.toml")) {
            Err(error) => check("error of a configuration", &texts(&error)),
            Ok(loaded) => {
                check("Debug of a configuration", &format!("{:?} {:?}", loaded.config, loaded.warnings));
                let environment = Environment::from([("OPENAI_API_KEY", API_KEY)]);
                for id in ["x", "openai"] {
                    let choice = ProviderChoice::default().id(id);
                    match loaded.config.select(&choice, &environment, None) {
                        Ok(selection) => check("Debug of a selection", &format!("{selection:?}")),
                        Err(error) => check("error of a selection", &texts(&error)),
                    }
                }
            }
        }
    }
    check_log();
}
