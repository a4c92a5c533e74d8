//! How this client names itself to the service (wire.md 14).

use codex_api::{Provider, ProviderError};

use crate::config::Environment;

/// Replaces the originator.
const ORIGINATOR_VARIABLE: &str = "CODEX_INTERNAL_ORIGINATOR_OVERRIDE";
/// The originator of this product.
const ORIGINATOR: &str = "codex-api";
/// The name by which the service's own provider is known.
const OPENAI_NAME: &str = "OpenAI";
/// The longest terminal name that is told, in characters.
const MAX_TERMINAL_CHARS: usize = 64;

/// How this client names itself: sent as `originator` and `User-Agent`, to the service itself also as `version`.
///
/// ```
/// use codex_core::{ClientIdentity, Environment};
///
/// let identity = ClientIdentity::new("my-agent", "1.2.3").terminal("iTerm.app/3.5");
/// assert!(identity.user_agent().starts_with("my-agent/1.2.3 ("));
/// assert!(identity.user_agent().ends_with(" iTerm.app/3.5"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientIdentity {
    originator: String,
    version: String,
    terminal: Option<String>,
}

impl ClientIdentity {
    /// An application of this name and version.
    pub fn new(originator: impl Into<String>, version: impl Into<String>) -> Self {
        Self { originator: originator.into(), version: version.into(), terminal: None }
    }

    /// This product, in the terminal that `TERM_PROGRAM` or `TERM` names. `CODEX_INTERNAL_ORIGINATOR_OVERRIDE` replaces
    /// the originator, unless no header may carry it.
    pub fn of_process(environment: &Environment) -> Self {
        let replaced = environment.variable(ORIGINATOR_VARIABLE).filter(|name| is_header_safe(name));
        let identity = Self::new(replaced.as_deref().unwrap_or(ORIGINATOR), env!("CARGO_PKG_VERSION"));
        match terminal_of(environment) {
            Some(terminal) => identity.terminal(terminal),
            None => identity,
        }
    }

    /// Sets the terminal that it runs in.
    #[must_use]
    pub fn terminal(mut self, terminal: impl Into<String>) -> Self {
        self.terminal = Some(terminal.into().chars().take(MAX_TERMINAL_CHARS).collect());
        self
    }

    /// Which client this is.
    pub fn originator(&self) -> &str {
        &self.originator
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The terminal, where one is known.
    pub fn terminal_type(&self) -> Option<&str> {
        self.terminal.as_deref()
    }

    /// The value of `User-Agent`: `<originator>/<version> (<os> <os version>; <arch>) <terminal>`.
    pub fn user_agent(&self) -> String {
        let Self { originator, version, terminal } = self;
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        let terminal = terminal.as_deref().unwrap_or("unknown");
        let text = format!("{originator}/{version} ({os} {}; {arch}) {terminal}", os_version());
        text.chars().map(|c| if matches!(c, ' '..='~') { c } else { '_' }).collect()
    }

    /// The provider with these headers, where it does not set them itself.
    ///
    /// # Errors
    /// When originator or version cannot stand in a header.
    pub fn apply(&self, mut provider: Provider) -> Result<Provider, ProviderError> {
        let user_agent = self.user_agent();
        let is_openai = provider.name == OPENAI_NAME;
        let headers = [
            ("originator", Some(self.originator.as_str())),
            ("user-agent", Some(user_agent.as_str())),
            ("version", Some(self.version.as_str()).filter(|_| is_openai)),
        ];
        for (name, value) in headers {
            if let Some(value) = value.filter(|_| !provider.headers().contains_key(name)) {
                provider = provider.header(name, value)?;
            }
        }
        Ok(provider)
    }
}

fn is_header_safe(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' '..='~'))
}

fn terminal_of(environment: &Environment) -> Option<String> {
    match (environment.variable("TERM_PROGRAM"), environment.variable("TERM_PROGRAM_VERSION")) {
        (Some(program), Some(version)) => Some(format!("{program}/{version}")),
        (Some(program), None) => Some(program),
        (None, _) => environment.variable("TERM"),
    }
}

/// Of Linux, what `/etc/os-release` says; nothing is known of others without asking a program.
fn os_version() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let version = release.lines().find_map(|line| line.strip_prefix("VERSION_ID="));
    version.map_or_else(|| "unknown".to_owned(), |version| version.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn headers_name_the_client_and_a_provider_can_replace_them() {
        let environment = Environment::from([("TERM_PROGRAM", "tmux"), ("TERM_PROGRAM_VERSION", "3.4ü")]);
        let identity = ClientIdentity::of_process(&environment);
        assert_eq!(identity.originator(), "codex-api");
        assert!(identity.user_agent().ends_with(" tmux/3.4_"), "{}", identity.user_agent());
        let openai = identity.apply(Provider::openai().unwrap()).unwrap();
        assert_eq!(openai.headers()["version"], env!("CARGO_PKG_VERSION"));
        let own = Provider::new("own", "http://h/v1").unwrap().header("originator", "mine").unwrap();
        let own = identity.apply(own).unwrap();
        assert_eq!(own.headers()["originator"], "mine");
        assert!(!own.headers().contains_key("version"));
    }

    #[test]
    fn an_originator_that_no_header_carries_falls_back() {
        for (given, expected) in [("my agent", "my agent"), ("mü", "codex-api"), (" ", "codex-api")] {
            let environment = Environment::from([(ORIGINATOR_VARIABLE, given)]);
            assert_eq!(ClientIdentity::of_process(&environment).originator(), expected);
        }
    }
}
