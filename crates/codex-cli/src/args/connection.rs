//! Options that say whom to ask and how long to wait.

use std::time::Duration;

use clap::Args;

use codex_core::ProviderChoice;

use super::{PairError, PairKind, RecordArgs, duration::parse_duration, split};

/// Values of headers, parameters and URLs may be secrets, and clap quotes what it refuses: so they are plain text here,
/// and checked later.
#[derive(Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// Provider: openai, ollama, lmstudio, sim, or one of the configuration.
    #[arg(long, short, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// Base URL in place of the provider's, such as http://localhost:8080/v1.
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Header to send too, as 'Name: value'. Repeatable. Accept goes over our own; Authorization only where the
    /// provider has no key.
    #[arg(long = "header", value_name = "'NAME: VALUE'")]
    pub(crate) headers: Vec<String>,
    /// Parameter to add to the URL. Repeatable.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) query: Vec<String>,
    /// Longest time of a request, its retries included: 30, 30s, 2m, 500ms [default: none]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) timeout: Option<Duration>,
    /// Longest silence within a stream, in which keep-alives and pings count as sounds [default: 300s]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) idle_timeout: Option<Duration>,
    /// Longest time without an event, keep-alives and pings or not [default: none]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) event_timeout: Option<Duration>,
    /// How often a failed request, and a stream that broke before any output, is tried again [default: 4 and 5].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=i64::from(codex_core::MAX_RETRIES)))]
    pub(crate) retries: Option<u32>,
    #[command(flatten)]
    pub(crate) record: RecordArgs,
}

impl ConnectionArgs {
    /// Whom the flags choose.
    pub(crate) fn choice(&self) -> ProviderChoice {
        let mut choice = ProviderChoice::default();
        choice.id.clone_from(&self.provider);
        choice.base_url.clone_from(&self.base_url);
        choice
    }

    /// Whether a flag holds the credentials.
    ///
    /// # Errors
    /// When a header is none.
    pub(crate) fn says_who_asks(&self) -> Result<bool, PairError> {
        let headers = split(PairKind::Header, &self.headers)?;
        Ok(headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")))
    }

    /// The flags that lead another run to the same service, without those that may hold secrets.
    pub(crate) fn to_repeat(&self) -> String {
        let provider = self.provider.as_ref().map(|provider| format!(" --provider {provider}"));
        let base_url = self.base_url.as_ref().map(|_| " --base-url …".to_owned());
        provider.into_iter().chain(base_url).collect()
    }
}
