//! Fake transport: a manager with a clock that stands still, a folder of its own, and an ear for warnings.

use std::{
    fmt::{Debug, Write},
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use codex_api::{ApiClient, ApiKey, AuthMode, ModelInfo, Provider};
use codex_client::fake::{FakeAnswer, FakeTransport};
use codex_core::models::{MODELS_CACHE_FILE, ModelsManager, ModelsSettings};
use serde_json::{Value, json};
use tempfile::TempDir;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::DefaultGuard,
};

/// The time of day at the start of every test.
pub(crate) fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

pub(crate) struct Bench {
    pub(crate) transport: FakeTransport,
    pub(crate) home: TempDir,
    now: Arc<Mutex<SystemTime>>,
}

impl Bench {
    pub(crate) fn new(script: impl IntoIterator<Item = FakeAnswer>) -> Self {
        Self {
            transport: FakeTransport::new(script),
            home: tempfile::tempdir().unwrap(),
            now: Arc::new(Mutex::new(start())),
        }
    }

    /// Settings with this bench's clock and folder, and a ChatGPT login.
    pub(crate) fn settings(&self) -> ModelsSettings {
        let now = Arc::clone(&self.now);
        ModelsSettings::default()
            .auth_mode(Some(AuthMode::Chatgpt))
            .codex_home(self.home.path())
            .client_version("1.2.3-alpha.4".parse().unwrap())
            .clock(move || *now.lock().unwrap())
    }

    pub(crate) fn api(&self) -> ApiClient {
        let provider = Provider::new("test", "https://service.test/v1").unwrap();
        ApiClient::with_transport(provider, Arc::new(self.transport.clone())).auth(ApiKey::new("sk-test"))
    }

    pub(crate) fn manager(&self) -> ModelsManager {
        ModelsManager::new(&self.api(), self.settings())
    }

    pub(crate) fn at(&self, time: SystemTime) {
        *self.now.lock().unwrap() = time;
    }

    pub(crate) fn after(&self, seconds: u64) {
        self.at(start() + Duration::from_secs(seconds));
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.home.path().join(MODELS_CACHE_FILE)
    }

    pub(crate) fn cached_json(&self) -> Value {
        serde_json::from_slice(&fs::read(self.cache()).unwrap()).unwrap()
    }

    /// Puts a cache of these models there, as if fetched at the start.
    pub(crate) fn put_cache(&self, slugs: &[&str]) {
        fs::write(self.cache(), cache_of(slugs).to_string()).unwrap();
    }

    /// How many requests went out, and what the last one sent as `If-None-Match`.
    pub(crate) fn asked(&self) -> (usize, Option<String>) {
        let requests = self.transport.requests();
        let tag = requests.last().and_then(|request| request.headers.get("if-none-match"));
        (requests.len(), tag.map(|tag| tag.to_str().unwrap().to_owned()))
    }
}

/// A cache file of version 1.2.3, fetched at [`start`].
pub(crate) fn cache_of(slugs: &[&str]) -> Value {
    let models: Vec<Value> = slugs.iter().map(|slug| json!({"slug": slug})).collect();
    json!({"fetched_at": "2027-01-15T08:00:00Z", "etag": "\"c1\"", "client_version": "1.2.3", "models": models})
}

/// An answer with these models, in this order, and their priorities.
pub(crate) fn catalogue(etag: &str, models: &[(&str, i64)]) -> FakeAnswer {
    let models: Vec<Value> = models
        .iter()
        .map(|(slug, priority)| json!({"slug": slug, "priority": priority, "visibility": "list"}))
        .collect();
    FakeAnswer::ok().header("etag", etag).body(json!({ "models": models }).to_string())
}

pub(crate) fn model(json: Value) -> ModelInfo {
    serde_json::from_value(json).unwrap()
}

pub(crate) fn slugs(manager: &ModelsManager) -> Vec<String> {
    manager.available_models().iter().map(|model| model.info.slug.clone()).collect()
}

/// The warnings of this thread, while it lives.
pub(crate) struct Warnings {
    heard: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Warnings {
    pub(crate) fn listen() -> Self {
        let heard = Arc::default();
        let guard = tracing::subscriber::set_default(Ear(Arc::clone(&heard)));
        Self { heard, _guard: guard }
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

struct Ear(Arc<Mutex<Vec<String>>>);

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}
