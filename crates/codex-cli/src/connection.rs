//! From flags, configuration and environment to a client.

use std::{sync::Arc, time::Duration};

use codex_api::{ApiClient, ApiError, ApiKey, AuthProvider, Provider, RetryPolicy, SetupError};
use codex_core::{
    AuthManager, ClientIdentity, Config, KeySource, ModelClient, ResolvedProvider, Selection,
    SessionSettings, Transport, WhySimulator,
};
use codex_observe::{Circumstances, Diagnosis, DiagnosisState, HistoryObserver, Observers, diagnose};
use codex_sim::{Drip, Faults, Scenario, Simulator};
use tokio::time::timeout;

use crate::{
    args::{ConnectionArgs, PairKind, split},
    circumstances,
    command::Context,
    error_text,
    failure::Failure,
    login::{Selected, StoredLogin},
    retry_notes::RetryNotes,
    terminal::Target,
    verbose_observer::VerboseObserver,
};

/// Pause after each event of the embedded simulator where somebody reads along: about as fast as a model.
const SIMULATED_PACE: Duration = Duration::from_millis(20);

/// A client, and what else its requests need.
pub(crate) struct Connection {
    pub(crate) client: ApiClient,
    /// What happened, for a diagnosis.
    history: Arc<HistoryObserver>,
    /// What a diagnosis has to know beside it.
    pub(crate) circumstances: Circumstances,
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
        let stored = StoredLogin::read(config, context).await?;
        let Selected { selection, login, problem } = stored.select(args, config, context)?;
        if let Some(problem) = problem {
            context.status.warning(error_text::line(&problem));
        }
        match selection {
            Selection::Provider(provider) => Self::to(*provider, login, args, context),
            Selection::Simulator(why) => Self::to_simulator(why, args, context).await,
        }
    }

    /// A simulator inside this process.
    async fn to_simulator(
        why: WhySimulator,
        args: &ConnectionArgs,
        context: &Context,
    ) -> Result<Self, Failure> {
        let simulator = start_simulator(why, context).await?;
        let provider = ResolvedProvider::simulator(&simulator.base_url())?;
        let mut connection = Self::to(provider, None, args, context)?;
        connection._simulator = Some(simulator);
        Ok(connection)
    }

    /// This provider, with this login where it uses one.
    pub(crate) fn to(
        resolved: ResolvedProvider,
        login: Option<AuthManager>,
        args: &ConnectionArgs,
        context: &Context,
    ) -> Result<Self, Failure> {
        let circumstances = circumstances::of_provider(&resolved);
        let mut stream_retries = resolved.stream_retries;
        if let Some(retries) = args.retries {
            stream_retries.max_retries = retries;
        }
        let provider = with_flags(resolved.provider, args)?;
        let provider = ClientIdentity::of_process(&context.environment).apply(provider);
        let provider = provider.map_err(SetupError::Provider)?;
        context.status.detail(format_args!("provider {}, {}", resolved.id, provider.base_url()));
        let history = Arc::new(HistoryObserver::new());
        let observers = observers(&provider, context).with(Arc::clone(&history));
        let mut client = ApiClient::new(provider)?.observer(Arc::new(observers));
        if let Some(login) = login.filter(|_| resolved.uses_login) {
            context.login.set(&login);
            client = client.auth(login);
        } else if let Some(key) = key_beside_flags(resolved.key, &resolved.key_source, args)? {
            client = with_key(client, &key);
        }
        let ResolvedProvider { transport, key_source, .. } = resolved;
        Ok(Self { client, history, circumstances, stream_retries, transport, key_source, _simulator: None })
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

    /// The transport of sessions, unless the user says otherwise.
    pub(crate) fn transport(&self) -> Transport {
        self.transport
    }

    /// Where the credentials come from.
    pub(crate) fn key_source(&self) -> &KeySource {
        &self.key_source
    }

    /// Says about a failed request what only the connection knows.
    pub(crate) fn failure(&self, error: ApiError) -> Failure {
        let wants_diagnosis = error.is_unauthorized() || error.context().recovery.is_some();
        let diagnosis = wants_diagnosis.then(|| self.diagnosis()).flatten().map(Box::new);
        Failure::Request { error: Box::new(error), key_source: self.key_source.clone(), diagnosis }
    }

    /// Why the last request failed, as far as what was recorded tells.
    pub(crate) fn diagnosis(&self) -> Option<Diagnosis> {
        let history = self.history.history().with_circumstances(self.circumstances.clone());
        Some(diagnose(&history)).filter(|diagnosis| diagnosis.state == DiagnosisState::Unresolved)
    }
}

/// Who listens to what happens, beside the history.
fn observers(provider: &Provider, context: &Context) -> Observers {
    let status = context.status.clone();
    if status.is_verbose() {
        Observers::new().with(VerboseObserver::new(status))
    } else {
        Observers::new().with(RetryNotes::new(status, provider.retry.max_retries))
    }
}

/// A key is an auth manager's as well: so a 401 records that there was one, and that a key is never recovered.
fn with_key(client: ApiClient, key: &ApiKey) -> ApiClient {
    match key.credentials() {
        Some(credentials) => client.auth(AuthManager::from_api_key(&credentials.bearer)),
        None => client,
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
    if !args.says_who_asks()? {
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
