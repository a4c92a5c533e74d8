//! From flags, configuration and environment to a client.

use std::{sync::Arc, time::Duration};

use codex_api::{
    ApiClient, ApiError, ApiKey, AuthMode, AuthProvider, Provider, ResponsesOptions, RetryPolicy, SetupError,
};
use codex_client::{ClientConfig, ReqwestTransport, ReqwestWebSocketTransport};
use codex_core::{
    AuthManager, ClientIdentity, Config, KeySource, ModelClient, ModelClientSession, ResolvedProvider,
    Selection, SessionSettings, Transport, TurnSettings, WhySimulator,
};
use codex_observe::{Diagnosis, DiagnosisState, HistoryObserver, Observers, SessionFacts, diagnose};
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
    run::{RedactedAuth, Run},
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
    /// What keeps and tells it.
    run: Run,
    stream_retries: RetryPolicy,
    /// The transport of sessions, unless the user says otherwise.
    transport: Transport,
    key_source: KeySource,
    /// The embedded simulator runs as long as this.
    _simulator: Option<Simulator>,
}

impl Connection {
    /// The provider that the flags, the configuration and the environment name, with whoever listens. Nothing is sent yet.
    pub(crate) async fn open(
        args: &ConnectionArgs,
        config: &Config,
        context: &Context,
    ) -> Result<Self, Failure> {
        listen(args, config, context)?;
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
        let run = context.run.clone();
        run.learn(|known| *known = circumstances::of_provider(&resolved));
        let mut stream_retries = resolved.stream_retries;
        if let Some(retries) = args.retries {
            stream_retries.max_retries = retries;
        }
        let provider = with_flags(resolved.provider, args)?;
        run.protect_settings(&provider);
        let provider = ClientIdentity::of_process(&context.environment).apply(provider);
        let provider = provider.map_err(SetupError::Provider)?;
        context.status.detail(format_args!("provider {}, {}", resolved.id, provider.base_url()));
        let history = Arc::new(HistoryObserver::new());
        let observers = observers(&provider, context).with(Arc::clone(&history));
        let mut client = client(provider, &run)?.observer(Arc::new(run.observers(observers)));
        if let Some(login) = login.filter(|_| resolved.uses_login) {
            client = with_login(client, login, &run);
        } else if let Some(key) = key_beside_flags(resolved.key, &resolved.key_source, args)? {
            client = with_key(client, &key, &run);
        }
        let ResolvedProvider { transport, key_source, .. } = resolved;
        Ok(Self { client, history, run, stream_retries, transport, key_source, _simulator: None })
    }

    /// A session whose requests form one turn.
    pub(crate) fn session(&self, transport: Option<Transport>) -> Result<ModelClientSession, Failure> {
        let mut settings = SessionSettings::with_transport(transport.unwrap_or(self.transport));
        settings.turn_retries = self.stream_retries.clone();
        let turn = TurnSettings::of_conversation(self.run.conversation_id());
        let session = ModelClient::new(self.client.clone(), settings).turn_session(&turn);
        Ok(session.map_err(SetupError::Provider)?)
    }

    /// Options of a request that belongs to no session.
    pub(crate) fn options(&self) -> ResponsesOptions {
        ResponsesOptions::default().conversation_id(self.run.conversation_id())
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
        let context = error.context();
        context.rate_limits.iter().for_each(|limits| self.run.note_limits(limits));
        if let Some(skew) = circumstances::clock_skew(context) {
            self.run.learn(|known| known.clock_skew = Some(skew));
        }
        let wants_diagnosis = error.is_unauthorized() || error.context().recovery.is_some();
        let diagnosis = wants_diagnosis.then(|| self.diagnosis()).flatten().map(Box::new);
        Failure::Request { error: Box::new(error), key_source: self.key_source.clone(), diagnosis }
    }

    /// Why the last request failed, as far as what was recorded tells.
    pub(crate) fn diagnosis(&self) -> Option<Diagnosis> {
        let history = self.history.history().with_circumstances(self.run.circumstances());
        Some(diagnose(&history)).filter(|diagnosis| diagnosis.state == DiagnosisState::Unresolved)
    }
}

/// From now on the run is recorded and told to whoever the user named.
///
/// # Errors
/// When the file of the recording cannot be used.
pub(crate) fn listen(args: &ConnectionArgs, config: &Config, context: &Context) -> Result<(), Failure> {
    context.run.start_recording(args.record.file())?;
    context.run.start_telemetry(&config.otel, &context.environment);
    Ok(())
}

/// A client on the connection pool that the process shares.
fn client(provider: Provider, run: &Run) -> Result<ApiClient, SetupError> {
    if !run.records() {
        return ApiClient::new(provider);
    }
    let config = ClientConfig::default();
    let http = run.recorded(Arc::new(ReqwestTransport::shared(&config)?));
    let websocket = run.recorded_websocket(Arc::new(ReqwestWebSocketTransport::shared(&config)?));
    Ok(ApiClient::with_transport(provider, http).websocket_transport(websocket))
}

/// Who listens to what happens, beside the history and the run.
fn observers(provider: &Provider, context: &Context) -> Observers {
    let status = context.status.clone();
    if status.is_verbose() {
        Observers::new().with(VerboseObserver::new(status))
    } else {
        Observers::new().with(RetryNotes::new(status, provider.retry.max_retries))
    }
}

/// A key is an auth manager's as well: so a 401 records that there was one, and that a key is never recovered.
fn with_key(client: ApiClient, key: &ApiKey, run: &Run) -> ApiClient {
    let Some(credentials) = key.credentials() else { return client };
    run.update_session(|facts| facts.auth_mode = Some(AuthMode::ApiKey));
    client.auth(RedactedAuth::new(AuthManager::from_api_key(&credentials.bearer), run.clone()))
}

fn with_login(client: ApiClient, login: AuthManager, run: &Run) -> ApiClient {
    run.login().set(&login);
    run.update_session(|facts| describe(facts, &login));
    client.auth(RedactedAuth::new(login, run.clone()))
}

/// Who is logged in: account and e-mail go to the log of the collector, and nowhere else.
fn describe(facts: &mut SessionFacts, login: &AuthManager) {
    facts.auth_mode = login.mode();
    if let Some(status) = login.status() {
        (facts.account_id, facts.email) = (status.account_id, status.email);
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
