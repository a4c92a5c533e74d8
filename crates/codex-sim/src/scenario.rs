//! A scenario: the rules, and how the simulated service behaves as a whole.

use std::path::Path;

use crate::auth::{Auth, Token};
use crate::background::BackgroundTiming;
use crate::dialect::Dialect;
use crate::error::ScenarioError;
use crate::failure::Failure;
use crate::faults::Faults;
use crate::ids::Calendar;
use crate::limits::Limits;
use crate::oauth::{Account, OAuth};
use crate::realtime_options::RealtimeOptions;
use crate::replay::{RecordingError, ReplaySettings, ReplaySpeed};
use crate::reply::Reply;
use crate::rule::Rule;
use crate::scenario_toml;
use crate::tracker::Sentry;
use crate::websocket_options::WebSocketOptions;

/// Default limit of a request body, in bytes, once decompressed.
pub const DEFAULT_BODY_LIMIT: usize = 64 * 1024 * 1024;

/// Models listed when a scenario names none.
pub const DEFAULT_MODELS: &[&str] = &["gpt-5.4", "gpt-5.4-mini", "gpt-5.3-codex", "sim-1"];

/// Which requests get which answers.
///
/// Rules are tried in order; the first that matches and is not used up answers. A request that no
/// rule matches gets a sensible answer made from the request itself.
///
/// ```
/// use codex_sim::{Failure, Reply, Scenario};
/// use std::time::Duration;
///
/// // The first request is told to come back later, the second gets its answer.
/// let scenario = Scenario::new()
///     .rule(codex_sim::Rule::fail(Failure::rate_limit(Duration::from_secs(1))).once())
///     .reply(Reply::text("Here I am."))
///     .require_token("sk-test");
/// # let _ = scenario;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub(crate) rules: Vec<Rule>,
    pub(crate) settings: Settings,
}

/// How the service behaves as a whole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    pub(crate) auth: Auth,
    pub(crate) dialect: Dialect,
    pub(crate) faults: Faults,
    pub(crate) seed: u64,
    pub(crate) calendar: Calendar,
    pub(crate) models: Vec<String>,
    pub(crate) body_limit: usize,
    pub(crate) zstd: ZstdBodies,
    pub(crate) unknown_parameters: UnknownParameters,
    pub(crate) websocket: WebSocketOptions,
    pub(crate) realtime: RealtimeOptions,
    pub(crate) limits: Limits,
    pub(crate) background: BackgroundTiming,
    pub(crate) oauth: Option<OAuth>,
    pub(crate) strip_authorization: bool,
    pub(crate) sentry: Sentry,
    pub(crate) replay: Option<ReplaySettings>,
}

/// What happens to request bodies compressed with zstd.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ZstdBodies {
    /// They are read.
    #[default]
    Accept,
    /// 415 `unsupported_media_type`.
    UnsupportedMediaType,
    /// 400, as a server answers that takes the bytes for broken JSON.
    BadRequest,
}

/// What happens to request parameters that the service does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnknownParameters {
    /// 400 `unknown_parameter`, as the service does.
    #[default]
    Reject,
    /// They are ignored, as many other servers do.
    Ignore,
}

impl Default for Scenario {
    fn default() -> Self {
        Self::new()
    }
}

impl Scenario {
    /// No rules: every request gets a sensible answer. Any bearer token is accepted.
    #[must_use]
    pub fn new() -> Self {
        Self {
            rules: Vec::new(),
            settings: Settings {
                auth: Auth::AnyToken,
                dialect: Dialect::openai(),
                faults: Faults::new(),
                seed: 0,
                calendar: Calendar::Fixed,
                models: DEFAULT_MODELS.iter().map(ToString::to_string).collect(),
                body_limit: DEFAULT_BODY_LIMIT,
                zstd: ZstdBodies::Accept,
                unknown_parameters: UnknownParameters::Reject,
                websocket: WebSocketOptions::new(),
                realtime: RealtimeOptions::new(),
                limits: Limits::new(),
                background: BackgroundTiming::default(),
                oauth: None,
                strip_authorization: false,
                sentry: Sentry::new(),
                replay: None,
            },
        }
    }

    /// Reads a scenario from TOML; the crate's front page describes the format.
    ///
    /// # Errors
    /// [`ScenarioError`] names the line and the key that is wrong. Files named in the scenario are
    /// looked up from the current folder.
    ///
    /// ```
    /// let scenario = codex_sim::Scenario::from_toml(r#"
    ///     [[rule]]
    ///     when = { user_says = "weather" }
    ///     reply = { text = "Sunny." }
    /// "#)?;
    /// # let _ = scenario;
    /// let error = codex_sim::Scenario::from_toml("sede = 7").unwrap_err();
    /// assert!(error.to_string().contains("sede"));
    /// # Ok::<(), codex_sim::ScenarioError>(())
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        scenario_toml::read(text, Path::new(""))
    }

    /// Reads a scenario from a file; files it names are looked up from its own folder.
    ///
    /// # Errors
    /// [`ScenarioError`], as for [`Scenario::from_toml`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ScenarioError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|source| ScenarioError::File { path: path.to_owned(), source })?;
        scenario_toml::read(&text, path.parent().unwrap_or(Path::new("")))
    }

    /// Plays a recording of `codex-api --record`: each request gets the answer that was recorded for the next one with its
    /// method and path, whatever its token and body are. Rules, tokens and faults do not matter then.
    ///
    /// # Errors
    /// [`RecordingError`] when the file cannot be read or is no recording; it names the line.
    ///
    /// ```no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use codex_sim::{Scenario, Simulator};
    ///
    /// let simulator = Simulator::start(Scenario::replay_file("run.ndjson")?).await?;
    /// // … run the client again, with the simulator's base URL and any key …
    /// println!("{}", simulator.replay_report().expect("a recording is played"));
    /// # Ok(()) }
    /// ```
    pub fn replay_file(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        ReplaySettings::load(path.as_ref()).map(Self::replaying)
    }

    /// [`replay_file`](Self::replay_file) from a text.
    ///
    /// # Errors
    /// [`RecordingError`], which names the line.
    ///
    /// ```
    /// use codex_sim::{RecordingError, Scenario};
    ///
    /// let recording = r#"{"format":"codex-api recording","version":1}
    /// {"kind":"request","exchange":1,"at_ms":0,"carrier":"http","method":"GET","path":"/v1/models"}
    /// {"kind":"head","exchange":1,"at_ms":9,"status":503,"headers":[["retry-after","1"]]}
    /// {"kind":"end","exchange":1,"at_ms":9,"how":"clean"}
    /// "#;
    /// let scenario = Scenario::from_recording(recording)?;
    /// # let _ = scenario;
    /// assert!(matches!(Scenario::from_recording("{}"), Err(RecordingError::Foreign)));
    /// # Ok::<(), RecordingError>(())
    /// ```
    pub fn from_recording(text: &str) -> Result<Self, RecordingError> {
        ReplaySettings::read(text).map(Self::replaying)
    }

    fn replaying(replay: ReplaySettings) -> Self {
        let mut scenario = Self::new();
        scenario.settings.replay = Some(replay);
        scenario
    }

    /// Sets how fast a recording is played; without one, this does nothing.
    #[must_use]
    pub fn replay_speed(mut self, speed: ReplaySpeed) -> Self {
        if let Some(replay) = &mut self.settings.replay {
            replay.speed = speed;
        }
        self
    }

    /// Adds a rule after the others.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<Rule>) -> Self {
        self.rules.push(rule.into());
        self
    }

    /// Adds a rule that answers every request with this reply.
    #[must_use]
    pub fn reply(self, reply: Reply) -> Self {
        self.rule(reply)
    }

    /// Adds a rule that answers every request with this error.
    #[must_use]
    pub fn fail(self, failure: Failure) -> Self {
        self.rule(failure)
    }

    /// Accepts this bearer token, and no other but those added likewise.
    #[must_use]
    pub fn require_token(self, token: impl Into<String>) -> Self {
        self.token(Token::new(token))
    }

    /// Accepts a token that may expire.
    #[must_use]
    pub fn token(mut self, token: Token) -> Self {
        self.settings.auth.add(token);
        self
    }

    /// Asks for no token at all, as local servers do.
    #[must_use]
    pub fn without_auth(mut self) -> Self {
        self.settings.auth = Auth::None;
        self
    }

    /// Sets the dialect of all answers whose rule has none.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.settings.dialect = dialect;
        self
    }

    /// Sets the faults of all answers whose rule has none.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Self {
        self.settings.faults = faults;
        self
    }

    /// Sets the seed of ids and padding. Equal seeds and requests give equal bytes.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Takes `created_at` from the machine's clock instead of a fixed calendar.
    #[must_use]
    pub fn real_time(mut self) -> Self {
        self.settings.calendar = Calendar::Real;
        self
    }

    /// Sets the models that are listed.
    #[must_use]
    pub fn models<M: Into<String>>(mut self, models: impl IntoIterator<Item = M>) -> Self {
        self.settings.models = models.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the largest request body, in bytes; above it the answer is 413.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.settings.body_limit = bytes;
        self
    }

    /// Sets what happens to bodies compressed with zstd.
    #[must_use]
    pub fn zstd(mut self, bodies: ZstdBodies) -> Self {
        self.settings.zstd = bodies;
        self
    }

    /// Sets what happens to request parameters that the service does not have.
    #[must_use]
    pub fn unknown_parameters(mut self, parameters: UnknownParameters) -> Self {
        self.settings.unknown_parameters = parameters;
        self
    }

    /// Sets how WebSockets are spoken.
    #[must_use]
    pub fn websocket(mut self, options: WebSocketOptions) -> Self {
        self.settings.websocket = options;
        self
    }

    /// Sets what realtime sessions hear.
    #[must_use]
    pub fn realtime(mut self, options: RealtimeOptions) -> Self {
        self.settings.realtime = options;
        self
    }

    /// Sets the limits that every answer tells.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Sets how fast responses come that run in the background.
    #[must_use]
    pub fn background(mut self, timing: BackgroundTiming) -> Self {
        self.settings.background = timing;
        self
    }

    /// Sets the token authority: the service then takes only its tokens and those of [`Scenario::token`].
    #[must_use]
    pub fn oauth(mut self, oauth: OAuth) -> Self {
        self.settings.oauth = Some(oauth);
        self
    }

    /// Adds an account to the token authority.
    #[must_use]
    pub fn account(mut self, account: Account) -> Self {
        self.settings.oauth.get_or_insert_default().accounts.push(account);
        self
    }

    /// Ignores every `Authorization` header, as if a proxy in front had taken it away.
    /// [`RecordedRequest::authorization_sent`](crate::RecordedRequest::authorization_sent) tells whether it was sent.
    #[must_use]
    pub fn strip_authorization(mut self) -> Self {
        self.settings.strip_authorization = true;
        self
    }

    /// Sets which envelopes the tracker takes.
    #[must_use]
    pub fn sentry(mut self, sentry: Sentry) -> Self {
        self.settings.sentry = sentry;
        self
    }
}
