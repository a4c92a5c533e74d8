//! The list in memory: what is known now, exchanged whole.

use std::{
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, SystemTime},
};

use codex_api::{AuthMode, ModelInfo};

use super::{
    available::{self, AvailableModel},
    cache_file::Fetched,
    etag::Etag,
    lookup::{self, ResolvedModel},
    merge,
    settings::Clock,
};

/// The same unknown ETag makes the list be fetched once in this time: a server whose `x-models-etag` never equals the
/// ETag of its list would otherwise cause a fetch with every answer.
pub const ETAG_PAUSE: Duration = Duration::from_secs(60);

/// The bundled and the fetched list, and what a login may use of them.
pub(super) struct HeldList {
    clock: Clock,
    bundled: Vec<Arc<ModelInfo>>,
    state: RwLock<State>,
}

/// Everything that changes, always together.
struct State {
    login: Option<AuthMode>,
    fetched: Option<Fetched>,
    /// Bundled and fetched models in one, sorted by priority.
    models: Vec<Arc<ModelInfo>>,
    /// The last ETag of an answer that made the list be fetched, and when.
    noted: Option<(Etag, SystemTime)>,
}

impl HeldList {
    pub(super) fn new(bundled: Vec<ModelInfo>, login: Option<AuthMode>, clock: Clock) -> Self {
        let bundled = merge::nameable(bundled);
        let models = merge::merged(&bundled, &[]);
        Self { clock, bundled, state: RwLock::new(State { login, fetched: None, models, noted: None }) }
    }

    pub(super) fn set_login(&self, login: Option<AuthMode>) {
        self.state_mut().login = login;
    }

    /// Only for a ChatGPT login the service has a catalogue.
    pub(super) fn may_ask(&self) -> bool {
        self.state().login == Some(AuthMode::Chatgpt)
    }

    pub(super) fn available(&self) -> Vec<AvailableModel> {
        let state = self.state();
        available::to_login(&state.models, state.login)
    }

    pub(super) fn resolve(&self, name: &str) -> ResolvedModel {
        lookup::resolve(&self.state().models, name)
    }

    pub(super) fn fetched(&self) -> Option<Fetched> {
        self.state().fetched.clone()
    }

    pub(super) fn is_fresh(&self) -> bool {
        let now = self.clock.now();
        self.state().fetched.as_ref().is_some_and(|fetched| fetched.is_fresh(now))
    }

    pub(super) fn has_etag(&self, etag: &Etag) -> bool {
        self.state().fetched.as_ref().and_then(|fetched| fetched.etag.as_ref()) == Some(etag)
    }

    /// The service sent this list now.
    pub(super) fn take(&self, models: Vec<ModelInfo>, etag: Option<Etag>) {
        let models = merge::nameable(models).into();
        self.state_mut().hold(&self.bundled, Fetched { models, etag, fetched_at: self.clock.now() });
    }

    /// The service said now that `known` is still the list.
    pub(super) fn confirm(&self, known: Fetched) {
        self.state_mut().hold(&self.bundled, Fetched { fetched_at: self.clock.now(), ..known });
    }

    /// Takes the list of the cache, where it is better: another process may have fetched it since.
    pub(super) fn take_cached(&self, cached: Fetched) {
        let now = self.clock.now();
        let mut state = self.state_mut();
        let is_better = match &state.fetched {
            Some(known) => !known.is_fresh(now) && cached.is_fresh(now),
            None => true,
        };
        if is_better {
            state.hold(&self.bundled, cached);
        }
    }

    /// Whether `etag` is that of the known list, which is fresh then.
    pub(super) fn renew(&self, etag: &Etag) -> bool {
        let now = self.clock.now();
        match &mut self.state_mut().fetched {
            Some(fetched) if fetched.etag.as_ref() == Some(etag) => {
                fetched.fetched_at = now;
                true
            }
            _ => false,
        }
    }

    /// Whether an unknown ETag is to be acted upon; notes it if so.
    pub(super) fn is_news(&self, etag: &Etag) -> bool {
        let now = self.clock.now();
        let mut state = self.state_mut();
        let just_noted = state.noted.as_ref().is_some_and(|(noted, at)| {
            noted == etag && now.duration_since(*at).is_ok_and(|age| age < ETAG_PAUSE)
        });
        let is_news = state.login == Some(AuthMode::Chatgpt) && !just_noted;
        if is_news {
            state.noted = Some((etag.clone(), now));
        }
        is_news
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Models, ETag and time change together.
    fn hold(&mut self, bundled: &[Arc<ModelInfo>], fetched: Fetched) {
        self.models = merge::merged(bundled, &fetched.models);
        self.fetched = Some(fetched);
    }
}
