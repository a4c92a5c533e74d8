//! What a diagnosis has to know beside the recorded facts.

use std::env;

use codex_api::{API_KEY_VARIABLE, ErrorContext};
use codex_client::ClientConfig;
use codex_core::{BuiltIn, KeySource, ResolvedProvider};
use codex_observe::{Circumstances, ClockSkew, CredentialOrigin, SafeText, VariableState};
use url::Url;

/// Of requests to this provider. `proxy_variable` stays empty where the proxy settings cannot be used: that is an error
/// of its own.
pub(crate) fn of_provider(provider: &ResolvedProvider) -> Circumstances {
    let mut circumstances = Circumstances::default();
    circumstances.credentials = credential_origin(provider);
    circumstances.proxy_variable = proxy_variable(provider.provider.base_url()).map(SafeText::new);
    circumstances
}

/// How far this machine's clock is off, as the failed answer tells.
pub(crate) fn clock_skew(failed: &ErrorContext) -> Option<ClockSkew> {
    failed.answered_at.map(|at| ClockSkew::between(at.here, at.service))
}

fn credential_origin(provider: &ResolvedProvider) -> CredentialOrigin {
    match &provider.key_source {
        KeySource::Variable { name } => CredentialOrigin::variable(name, VariableState::Set),
        KeySource::Configuration { .. } => CredentialOrigin::Configuration,
        KeySource::Login { mode } => CredentialOrigin::StoredLogin { mode: *mode },
        // The key of the simulator is nobody's.
        KeySource::None if provider.key.is_some() => CredentialOrigin::Unknown,
        KeySource::None if provider.id == BuiltIn::Openai.id() => {
            let value = env::var_os(API_KEY_VARIABLE).map(|value| value.to_string_lossy().into_owned());
            match VariableState::of(value.as_deref()) {
                VariableState::Blank => CredentialOrigin::variable(API_KEY_VARIABLE, VariableState::Blank),
                _ => CredentialOrigin::Nothing,
            }
        }
        _ => CredentialOrigin::Nothing,
    }
}

/// Variables that name the proxy of a URL, the first one that is set wins. Small letters come first, as in other
/// programs.
const OF_HTTP: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
const OF_HTTPS: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// The variable that names the proxy through which `url` is asked.
pub(crate) fn proxy_variable(url: &Url) -> Option<&'static str> {
    let proxies = ClientConfig::default().proxies().ok()?;
    proxies.for_url(url)?;
    let names = if matches!(url.scheme(), "https" | "wss") { OF_HTTPS } else { OF_HTTP };
    names.into_iter().find(|name| env::var(name).is_ok_and(|value| !value.trim().is_empty()))
}
