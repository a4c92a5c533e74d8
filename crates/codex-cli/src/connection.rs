//! From flags, configuration and environment to a client.

use std::{sync::Arc, time::Duration};

use codex_api::{ApiClient, ApiError, ApiKey, Provider, RetryPolicy};
use codex_core::{
    Config, KeySource, ModelClient, ProviderChoice, ResolvedProvider, Selection, SessionSettings, Transport,
    WhySimulator,
};
use codex_sim::{Drip, Faults, Scenario, Simulator};
use tokio::time::timeout;

use crate::{
    args::{ConnectionArgs, PairKind, split},
    command::Context,
    failure::Failure,
    retry_notes::RetryNotes,
    terminal::Target,
    verbose_observer::VerboseObserver,
};

/// Pause after each event of the embedded simulator where somebody reads along: about as fast as a model.
const SIMULATED_PACE: Duration = Duration::from_millis(20);

/// A client, and what else its requests need.
pub(crate) struct Connection {
    pub(crate) client: ApiClient,
    stream_retries: RetryPolicy,
    /// The transport of sessions, unless the user says otherwise.
    transport: Transport,
    key_source: KeySource,
    /// The embedded simulator runs as long as this.
    _simulator: Option<Simulator>,
}

impl Connection {
    /// The provider that the flags, the configuration and the environment name. Nothing is sent yet.
    pub(crate) async fn open(
        args: &ConnectionArgs,
        config: &Config,
        context: &Context,
    ) -> Result<Self, Failure> {
        let mut choice = ProviderChoice::default();
        choice.id = args.provider.clone();
        choice.base_url = args.base_url.clone();
        match config.select(&choice, &context.environment, None)? {
            Selection::Provider(provider) => Self::to(*provider, args, None, context),
            Selection::Simulator(why) => {
                let simulator = start_simulator(why, context).await?;
                Self::to(ResolvedProvider::simulator(&simulator.base_url())?, args, Some(simulator), context)
            }
        }
    }

    /// A session of turns.
    pub(crate) fn session(&self, transport: Option<Transport>) -> ModelClient {
        let mut settings = SessionSettings::with_transport(transport.unwrap_or(self.transport));
        settings.turn_retries = self.stream_retries.clone();
        ModelClient::new(self.client.clone(), settings)
    }

    /// What comes, unless it keeps us waiting longer than silence in a stream may last.
    pub(crate) async fn within_patience<T>(&self, event: impl Future<Output = T>) -> Result<T, Failure> {
        match self.client.provider().timeouts.byte_idle {
            Some(limit) => timeout(limit, event).await.map_err(|_elapsed| Failure::Silence { limit }),
            None => Ok(event.await),
        }
    }

    /// Says about a failed request what only the connection knows.
    pub(crate) fn failure(&self, error: ApiError) -> Failure {
        Failure::Request { error: Box::new(error), key_source: self.key_source.clone() }
    }

    fn to(
        resolved: ResolvedProvider,
        args: &ConnectionArgs,
        simulator: Option<Simulator>,
        context: &Context,
    ) -> Result<Self, Failure> {
        let mut stream_retries = resolved.stream_retries;
        if let Some(retries) = args.retries {
            stream_retries.max_retries = retries;
        }
        let provider = with_flags(resolved.provider, args)?;
        context.status.detail(format_args!("provider {}, {}", resolved.id, provider.base_url()));
        let max_retries = provider.retry.max_retries;
        let mut client = ApiClient::new(provider)?;
        if let Some(key) = key_beside_flags(resolved.key, &resolved.key_source, args)? {
            client = client.auth(key);
        }
        let status = context.status.clone();
        client = if status.is_verbose() {
            client.observer(Arc::new(VerboseObserver::new(status)))
        } else {
            client.observer(Arc::new(RetryNotes::new(status, max_retries)))
        };
        let ResolvedProvider { transport, key_source, .. } = resolved;
        Ok(Self { client, stream_retries, transport, key_source, _simulator: simulator })
    }
}

async fn start_simulator(why: WhySimulator, context: &Context) -> Result<Simulator, Failure> {
    let mut scenario = Scenario::default();
    if context.target == Target::Terminal {
        let pace = u64::try_from(SIMULATED_PACE.as_millis()).unwrap_or(u64::MAX);
        scenario = scenario.faults(Faults::new().drip(Drip::EventMs(pace)));
    }
    let simulator = Simulator::start(scenario).await?;
    if why == WhySimulator::NothingNamed {
        context.status.note(
            "no key is set, so the built-in simulator answers; set OPENAI_API_KEY or name a --provider for a real model",
        );
    }
    Ok(simulator)
}

/// The key to send. Where a flag says who asks, a key that somebody set would be a contradiction, and that of the
/// simulator is left out.
fn key_beside_flags(
    key: Option<ApiKey>,
    source: &KeySource,
    args: &ConnectionArgs,
) -> Result<Option<ApiKey>, Failure> {
    let headers = split(PairKind::Header, &args.headers)?;
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
        return Ok(key);
    }
    match (key, source) {
        (None, _) | (Some(_), KeySource::None) => Ok(None),
        (Some(_), source) => Err(Failure::TwoKeys { key_source: source.clone() }),
    }
}

/// The provider with what the flags say over what the configuration says.
fn with_flags(mut provider: Provider, args: &ConnectionArgs) -> Result<Provider, Failure> {
    for (name, value) in split(PairKind::Query, &args.query)? {
        provider = provider.query(name, value).map_err(|source| Failure::Flag { flag: "--query", source })?;
    }
    for (name, value) in split(PairKind::Header, &args.headers)? {
        provider =
            provider.header(name, value).map_err(|source| Failure::Flag { flag: "--header", source })?;
    }
    if let Some(retries) = args.retries {
        provider.retry.max_retries = retries;
    }
    let timeouts = &mut provider.timeouts;
    timeouts.total = args.timeout.or(timeouts.total);
    timeouts.byte_idle = args.idle_timeout.or(timeouts.byte_idle);
    timeouts.event_idle = args.event_timeout.or(timeouts.event_idle);
    Ok(provider)
}
