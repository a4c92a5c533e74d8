//! A client whose wire is recorded, and the same client before the recording.

use std::{
    fmt::Debug,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use codex_api::{
    ApiClient, ApiKey, Backoff, ClientConfig, HttpTransport, Provider, ReqwestTransport, ResponsesApiRequest,
    RetryPolicy,
};
use codex_client::{ReqwestWebSocketTransport, WebSocketTransport};
use codex_core::{
    AuthSetup, FileStore, ModelClient, Recorder, RecordingOptions, RecordingSummary, SessionSettings,
    TokenAuthority, Transport, TurnEvent,
};
use codex_sim::{Scenario, Simulator};
use serde_json::Value;
use tempfile::TempDir;

/// A client of a simulator.
pub struct Bench {
    pub simulator: Simulator,
    pub api: ApiClient,
    /// Where the login is kept.
    _home: TempDir,
    /// What the client got, as text.
    told: Vec<String>,
}

/// How a client logs in.
#[derive(Clone)]
pub enum Login {
    Key(&'static str),
    /// An `auth.json`.
    File(String),
}

impl Bench {
    async fn new(simulator: Simulator, login: &Login, recorder: Option<&Recorder>) -> Self {
        let config = ClientConfig::default();
        let mut http: Arc<dyn HttpTransport> = Arc::new(ReqwestTransport::new(&config).unwrap());
        let mut websocket: Arc<dyn WebSocketTransport> =
            Arc::new(ReqwestWebSocketTransport::new(&config).unwrap());
        if let Some(recorder) = recorder {
            http = recorder.http(http);
            websocket = recorder.websocket(websocket);
        }
        let mut provider = Provider::new("simulator", &simulator.base_url()).unwrap();
        provider.retry = soon();
        let api = ApiClient::with_transport(provider, Arc::clone(&http)).websocket_transport(websocket);
        let home = tempfile::tempdir().unwrap();
        let api = match login {
            Login::Key(key) => api.auth(ApiKey::new(*key)),
            Login::File(file) => {
                fs::write(home.path().join("auth.json"), file).unwrap();
                let authority = TokenAuthority::with_issuer(http, &simulator.origin()).unwrap();
                let setup = AuthSetup::new(Arc::new(FileStore::new(home.path())), authority);
                api.auth(setup.manager().await.unwrap())
            }
        };
        Self { simulator, api, _home: home, told: Vec::new() }
    }

    /// Notes what the client got.
    pub fn tell(&mut self, got: &impl Debug) {
        self.told.push(format!("{got:?}"));
    }

    /// A session over a transport.
    pub fn session(&self, transport: Transport) -> ModelClient {
        let mut settings = SessionSettings::with_transport(transport);
        settings.turn_retries = soon();
        ModelClient::new(self.api.clone(), settings)
    }

    /// Runs a turn, and notes every event and error.
    pub async fn turn(&mut self, session: &ModelClient, request: ResponsesApiRequest) -> Vec<TurnEvent> {
        let mut turn = session.turn(request);
        let mut events = Vec::new();
        while let Some(event) = turn.next().await {
            match event {
                Ok(event) => {
                    self.tell(&event);
                    events.push(event);
                }
                Err(error) => self.told.push(error.report().to_string()),
            }
        }
        events
    }

    /// Everything the client got, without what differs from run to run: the port and durations.
    fn told(&self) -> Vec<String> {
        let port = self.simulator.addr().port().to_string();
        let told = self.told.iter().map(|text| without_durations(&text.replace(&port, "PORT")));
        told.collect()
    }
}

/// One retry, without a long wait before it.
fn soon() -> RetryPolicy {
    let backoff = Backoff { base: Duration::from_millis(1), cap: Duration::from_millis(1), jitter: 0.0 };
    RetryPolicy { max_retries: 1, backoff, ..RetryPolicy::default() }
}

/// A recording, and what the client got while it was made.
pub struct Recorded {
    pub path: PathBuf,
    pub text: String,
    pub summary: RecordingSummary,
    pub told: Vec<String>,
    folder: TempDir,
}

/// Runs a story against a scenario, and records it.
pub async fn record(
    scenario: Scenario,
    login: impl FnOnce(&Simulator) -> Login,
    options: &RecordingOptions,
    story: impl AsyncFnOnce(&mut Bench),
) -> Recorded {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.ndjson");
    let simulator = Simulator::start(scenario).await.unwrap();
    let login = login(&simulator);
    let recorder = Recorder::with_options(&path, options).unwrap();
    let mut bench = Bench::new(simulator, &login, Some(&recorder)).await;
    story(&mut bench).await;
    let summary = recorder.finish().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    Recorded { path, text, summary, told: bench.told(), folder }
}

/// Runs a story against a recording; what the client got, and the simulator.
pub async fn replay(
    path: &Path,
    login: &Login,
    story: impl AsyncFnOnce(&mut Bench),
) -> (Vec<String>, Simulator) {
    let simulator = Simulator::start(Scenario::replay_file(path).unwrap()).await.unwrap();
    let mut bench = Bench::new(simulator, login, None).await;
    story(&mut bench).await;
    (bench.told(), bench.simulator)
}

/// Records a story and plays it: the client gets the same, and all that was recorded was asked for.
pub async fn check_story(
    scenario: Scenario,
    login: impl FnOnce(&Simulator) -> Login,
    story: impl AsyncFn(&mut Bench),
) -> Recorded {
    let mut kept = None;
    let keep = |simulator: &Simulator| {
        let login = login(simulator);
        kept = Some(login.clone());
        login
    };
    let recorded = record(scenario, keep, &RecordingOptions::default(), &story).await;
    let (told, simulator) = replay(&recorded.path, &kept.unwrap(), &story).await;
    for (recorded, played) in recorded.told.iter().zip(&told) {
        assert_eq!(recorded, played);
    }
    assert_eq!(recorded.told.len(), told.len(), "{:?}", told.last());
    let report = simulator.replay_report().unwrap();
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.played as u64, recorded.summary.exchanges, "{report}");
    recorded
}

impl Recorded {
    /// The lines after the first.
    pub fn lines(&self) -> Vec<Value> {
        self.text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The lines of a kind.
    pub fn of_kind(&self, kind: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["kind"] == kind).collect()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// The text without durations (`after 1.2 s`, `12.3ms`), times of day and the numbers of operations.
fn without_durations(text: &str) -> String {
    let text = ["OperationId(", "tv_sec: ", "tv_nsec: "].into_iter().fold(text.to_owned(), |text, before| {
        let mut parts = text.split(before);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + before + part.trim_start_matches(|c: char| c.is_ascii_digit()))
    });
    let text = text.as_str();
    let mut clean = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(at);
        clean.push_str(before);
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        let (digits, after) = number.split_at(end);
        let unit = ["ns", "µs", "ms", "s", " s", " ms"].into_iter().find(|unit| {
            after.strip_prefix(unit).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        });
        let word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        match unit {
            Some(unit) if !word => {
                clean.push('#');
                rest = after.strip_prefix(unit).unwrap();
            }
            _ => {
                clean.push_str(digits);
                rest = after;
            }
        }
    }
    clean + rest
}
