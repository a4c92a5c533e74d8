//! The one place that makes the list newer.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use codex_api::{ApiClient, AuthMode, ModelInfo, Models, ModelsAnswer, ModelsClient, ModelsQuery};
use tokio::{
    runtime::Handle,
    sync::Mutex,
    task::JoinHandle,
    time::{Instant, timeout_at},
};

use super::{
    available::AvailableModel,
    cache_file::{CacheError, CacheFile},
    client_version::ClientVersion,
    etag::Etag,
    held_list::HeldList,
    lookup::ResolvedModel,
    refresh::{CatalogueError, RefreshStrategy, Refreshed},
    settings::ModelsSettings,
};

/// How long a refresh may take, with reading the cache, waiting for another refresh, renewing a login and retries.
pub const MODELS_TIMEOUT: Duration = Duration::from_secs(5);

/// The models that a login can use. Cloning is cheap; clones share the list.
///
/// ```no_run
/// # async fn run(api: codex_api::ApiClient) {
/// use codex_api::AuthMode;
/// use codex_core::models::{ModelsManager, ModelsSettings, RefreshStrategy};
///
/// let settings = ModelsSettings::default().auth_mode(Some(AuthMode::Chatgpt)).codex_home("/home/ada/.codex");
/// let models = ModelsManager::new(&api, settings);
/// // At most 5 s. A failure is logged, and the list stays as it was.
/// let _ = models.refresh(RefreshStrategy::OnlineIfUncached).await;
/// for model in models.available_models().iter().filter(|model| model.shown) {
///     println!("{}{}", model.info.slug, if model.is_default { " (default)" } else { "" });
/// }
/// let model = models.model_info("gpt-5.4-2026-03-05");
/// println!("compact at {:?} tokens", model.info.auto_compact_limit());
/// # }
/// ```
#[derive(Clone)]
pub struct ModelsManager(Arc<Inner>);

struct Inner {
    client: ModelsClient,
    version: ClientVersion,
    list: HeldList,
    /// The list is the caller's own.
    is_given: bool,
    cache: Option<CacheFile>,
    /// Held by the one refresh that asks the service; what came of the last one.
    flight: Mutex<Option<Result<Refreshed, Arc<CatalogueError>>>>,
    /// How many refreshes have asked the service.
    landed: AtomicU64,
}

/// What a refresh is to reach.
enum Goal<'a> {
    /// An answer that came after the wish.
    Newer,
    /// A fresh list.
    Fresh,
    /// The list with this ETag.
    Etag(&'a Etag),
}

impl ModelsManager {
    /// The catalogue of the service behind `api`. Reads and asks nothing yet.
    pub fn new(api: &ApiClient, settings: ModelsSettings) -> Self {
        let ModelsSettings { auth_mode, codex_home, client_version, bundled, given, clock } = settings;
        let is_given = given.is_some();
        let cache = codex_home.filter(|_| !is_given);
        Self(Arc::new(Inner {
            client: api.models(),
            list: HeldList::new(given.unwrap_or(bundled), auth_mode, clock),
            is_given,
            cache: cache.map(|folder| CacheFile::new(&folder, client_version.clone())),
            version: client_version,
            flight: Mutex::new(None),
            landed: AtomicU64::new(0),
        }))
    }

    /// The user logged in or out. The list stays; what of it the login may use follows at once.
    pub fn set_auth_mode(&self, mode: Option<AuthMode>) {
        self.0.list.set_login(mode);
    }

    /// The models that the login may use: priority low first, equal ones in the service's order.
    pub fn available_models(&self) -> Vec<AvailableModel> {
        self.0.list.available()
    }

    /// The model to take when nobody says: the first that is shown, else the first. `None` when there is none.
    pub fn default_model(&self) -> Option<Arc<ModelInfo>> {
        self.available_models().into_iter().find(|model| model.is_default).map(|model| model.info)
    }

    /// What is known of the model of this name, whether or not the login may use it.
    ///
    /// The longest slug that the name begins with counts (`gpt-5.4` for `gpt-5.4-2026-03-05`), for `namespace/name` also
    /// that of `name`. For any other name the answer is [fallback data](super::ModelOrigin::Fallback).
    pub fn model_info(&self, name: &str) -> ResolvedModel {
        self.0.list.resolve(name)
    }

    /// When the list was fetched or last confirmed by the service; `None` when it is only the bundled or the caller's.
    pub fn fetched_at(&self) -> Option<SystemTime> {
        self.0.list.fetched().map(|fetched| fetched.fetched_at)
    }

    /// Makes the list newer, within [`MODELS_TIMEOUT`].
    ///
    /// Any number of callers at a time cause one request. Only for a ChatGPT login the service is asked: otherwise `Online`
    /// does nothing, and the other strategies try the cache. The future can be dropped at any time.
    ///
    /// # Errors
    /// When the service was asked in vain. It is logged, and the list stays as it was, so that most callers need not look.
    pub async fn refresh(&self, strategy: RefreshStrategy) -> Result<Refreshed, Arc<CatalogueError>> {
        let list = &self.0.list;
        match strategy {
            _ if self.0.is_given => Ok(Refreshed::Kept),
            RefreshStrategy::Offline => Ok(self.cached().await),
            RefreshStrategy::Online if list.may_ask() => self.fly(Goal::Newer).await,
            RefreshStrategy::Online => Ok(Refreshed::Kept),
            RefreshStrategy::OnlineIfUncached if list.is_fresh() => Ok(Refreshed::Cached),
            RefreshStrategy::OnlineIfUncached if list.may_ask() => self.fly(Goal::Fresh).await,
            RefreshStrategy::OnlineIfUncached => Ok(self.cached().await),
        }
    }

    /// Takes note of the `x-models-etag` of an answer ([`ResponseEvent::ModelsEtag`](codex_api::ResponseEvent)). Never
    /// waits, so that a stream can call it.
    ///
    /// The tag of the known list confirms that list: it is fresh again. Another one makes the list be fetched in the
    /// background, at most once in [`ETAG_PAUSE`](super::ETAG_PAUSE) for the same tag. Whoever wants to wait for that, or
    /// for the cache to be written, awaits the handle; dropping it stops nothing. `None`: there is nothing to wait for.
    /// Outside a tokio runtime nothing is fetched or written.
    pub fn note_etag(&self, etag: &str) -> Option<JoinHandle<()>> {
        let etag = Etag::new(etag).filter(|_| !self.0.is_given)?;
        let runtime = Handle::try_current().ok();
        let manager = self.clone();
        if self.0.list.renew(&etag) {
            return runtime.map(|runtime| runtime.spawn(async move { manager.save().await }));
        }
        let runtime = runtime.filter(|_| self.0.list.is_news(&etag))?;
        tracing::debug!("the service has another model list");
        Some(runtime.spawn(async move {
            // A failure is logged.
            let _ = manager.fly(Goal::Etag(&etag)).await;
        }))
    }

    async fn cached(&self) -> Refreshed {
        self.load(Instant::now() + MODELS_TIMEOUT).await;
        if self.fetched_at().is_some() { Refreshed::Cached } else { Refreshed::Kept }
    }

    /// One refresh at a time; who had to wait takes its result where that reaches the goal.
    async fn fly(&self, goal: Goal<'_>) -> Result<Refreshed, Arc<CatalogueError>> {
        let deadline = Instant::now() + MODELS_TIMEOUT;
        let timed_out = || CatalogueError::TimedOut { limit: MODELS_TIMEOUT };
        let landed = self.0.landed.load(Ordering::Acquire);
        let Ok(mut last) = timeout_at(deadline, self.0.flight.lock()).await else {
            return Err(Arc::new(timed_out()));
        };
        if matches!(goal, Goal::Fresh) || self.fetched_at().is_none() {
            self.load(deadline).await;
        }
        let landed_since = self.0.landed.load(Ordering::Acquire) != landed;
        if let Some(result) = self.reached(&goal, last.as_ref().filter(|_| landed_since)) {
            return result;
        }
        let asked = timeout_at(deadline, Box::pin(self.ask())).await;
        let result = asked.unwrap_or_else(|_| Err(timed_out())).map_err(Arc::new);
        match &result {
            // Written to the end even when the time is up.
            Ok(_) => drop(timeout_at(deadline, self.save()).await),
            Err(error) => error.log(),
        }
        *last = Some(result.clone());
        self.0.landed.fetch_add(1, Ordering::Release);
        result
    }

    /// Whether the goal was reached while this refresh waited; `last` is what came of another one meanwhile.
    fn reached(
        &self,
        goal: &Goal<'_>,
        last: Option<&Result<Refreshed, Arc<CatalogueError>>>,
    ) -> Option<Result<Refreshed, Arc<CatalogueError>>> {
        let is_reached = match goal {
            Goal::Newer => last.is_some(),
            Goal::Fresh => last.is_some() || self.0.list.is_fresh(),
            Goal::Etag(etag) => self.0.list.has_etag(etag),
        };
        is_reached.then(|| last.cloned().unwrap_or(Ok(Refreshed::Cached)))
    }

    /// Asks the service, by the pipeline that all endpoints share.
    async fn ask(&self) -> Result<Refreshed, CatalogueError> {
        let known = self.0.list.fetched();
        let etag = known.as_ref().and_then(|fetched| fetched.etag.as_ref());
        let mut query = ModelsQuery::default();
        query.client_version = Some(self.0.version.to_string());
        query.etag = etag.map(|etag| etag.as_str().to_owned());
        query.timeout = Some(MODELS_TIMEOUT);
        match (self.0.client.list_if_changed(&query).await?, known) {
            (ModelsAnswer::Changed { models: Models::Catalogue(catalogue), etag }, _) => {
                self.0.list.take(catalogue.models, etag.as_deref().and_then(Etag::new));
                Ok(Refreshed::Fetched)
            }
            (ModelsAnswer::Unchanged, Some(known)) => {
                self.0.list.confirm(known);
                Ok(Refreshed::Confirmed)
            }
            _ => Err(CatalogueError::NotACatalogue),
        }
    }

    /// Takes the list of the cache over, where it is better than the one in memory.
    async fn load(&self, deadline: Instant) {
        let inner = Arc::clone(&self.0);
        let load =
            tokio::task::spawn_blocking(move || inner.cache.as_ref().map_or(Ok(None), CacheFile::load));
        match timeout_at(deadline, load).await {
            Ok(Ok(Ok(Some(cached)))) => self.0.list.take_cached(cached),
            Ok(Ok(Ok(None))) => {}
            Ok(Ok(Err(error))) => warn_of(&error),
            Ok(Err(error)) => tracing::warn!(%error, "reading the model cache broke off"),
            Err(_) => tracing::warn!("the model cache could not be read in time"),
        }
    }

    /// Writes the newest list to the cache.
    async fn save(&self) {
        let inner = Arc::clone(&self.0);
        let store = tokio::task::spawn_blocking(move || match &inner.cache {
            Some(cache) => cache.store(|| inner.list.fetched()),
            None => Ok(()),
        });
        match store.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn_of(&error),
            Err(error) => tracing::warn!(%error, "writing the model cache broke off"),
        }
    }
}

impl fmt::Debug for ModelsManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelsManager")
            .field("models", &self.0.list.available().len())
            .field("fetched_at", &self.fetched_at())
            .finish_non_exhaustive()
    }
}

fn warn_of(error: &CacheError) {
    tracing::warn!(%error, "the model cache is of no use; the list in memory stays");
}
