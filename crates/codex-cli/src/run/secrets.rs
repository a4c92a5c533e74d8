//! What must stand in nothing that is kept: the secrets that this run knows.

use codex_api::{AuthProvider, Credentials, Provider, Recovery};
use codex_client::BoxFuture;
use codex_core::{AuthManager, CredentialStore, StoreKind};
use secrecy::ExposeSecret;

use super::Run;

/// Headers and parameters that everybody may know. What else a user or a configuration sets may well be a key.
const PUBLIC_HEADERS: [&str; 8] = [
    "accept",
    "content-type",
    "user-agent",
    "openai-beta",
    "openai-organization",
    "openai-project",
    "originator",
    "version",
];
const PUBLIC_PARAMETERS: [&str; 1] = ["api-version"];

impl Run {
    /// Protects what the user or the configuration sets in headers and parameters.
    pub(crate) fn protect_settings(&self, provider: &Provider) {
        for (name, value) in provider.headers() {
            if !PUBLIC_HEADERS.contains(&name.as_str())
                && let Ok(value) = value.to_str()
            {
                self.protect(value);
                // The token alone, where it goes out with its scheme: `Bearer …`.
                value.split_once(' ').into_iter().for_each(|(_scheme, token)| self.protect(token));
            }
        }
        for (name, value) in provider.query_pairs() {
            if !PUBLIC_PARAMETERS.contains(&name.as_str()) {
                self.protect(value);
            }
        }
    }
}

/// Protects the tokens that a file of a login holds, those that no request carries included.
pub(crate) fn of_login_file(store: &dyn CredentialStore, protect: impl Fn(&str)) {
    // A keyring may ask the user for a password, and a file that cannot be read is told where it is needed.
    if !matches!(store.kind(), StoreKind::File(_)) {
        return;
    }
    let Ok(Some(login)) = store.load() else { return };
    let tokens = login.tokens.as_ref();
    let tokens = tokens.map(|tokens| [&tokens.id_token, &tokens.access_token, &tokens.refresh_token]);
    for secret in login.openai_api_key.iter().chain(tokens.into_iter().flatten()) {
        protect(secret.expose_secret());
    }
}

/// A login whose tokens are protected as they come to be used, new ones too.
pub(crate) struct RedactedAuth {
    manager: AuthManager,
    run: Run,
}

impl RedactedAuth {
    pub(crate) fn new(manager: AuthManager, run: Run) -> Self {
        Self { manager, run }
    }

    fn protected(&self, credentials: Option<Credentials>) -> Option<Credentials> {
        if let Some(credentials) = &credentials {
            self.run.protect(credentials.bearer.expose_secret());
        }
        credentials
    }
}

impl AuthProvider for RedactedAuth {
    fn credentials(&self) -> Option<Credentials> {
        self.protected(self.manager.credentials())
    }

    fn realtime_credentials(&self) -> Option<Credentials> {
        self.protected(self.manager.realtime_credentials())
    }

    fn make_ready(&self) -> BoxFuture<'_, ()> {
        self.manager.make_ready()
    }

    fn recovery(&self) -> Box<dyn Recovery> {
        self.manager.recovery()
    }
}
