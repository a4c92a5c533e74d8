//! What a manager is told at its start.

use std::{fmt, path::PathBuf, sync::Arc, time::SystemTime};

use codex_api::{AuthMode, ModelInfo};

use super::client_version::ClientVersion;

/// Settings of a [`ModelsManager`](super::ModelsManager). The default keeps no cache and, having no login, asks nobody.
///
/// ```
/// use codex_api::AuthMode;
/// use codex_core::models::ModelsSettings;
///
/// let settings = ModelsSettings::default().auth_mode(Some(AuthMode::Chatgpt)).codex_home("/home/ada/.codex");
/// # let _ = settings;
/// ```
#[derive(Clone, Debug)]
pub struct ModelsSettings {
    pub(super) auth_mode: Option<AuthMode>,
    pub(super) codex_home: Option<PathBuf>,
    pub(super) client_version: ClientVersion,
    pub(super) bundled: Vec<ModelInfo>,
    pub(super) given: Option<Vec<ModelInfo>>,
    pub(super) clock: Clock,
}

impl ModelsSettings {
    /// The kind of the login. Only for a ChatGPT login the service has a catalogue.
    #[must_use]
    pub fn auth_mode(mut self, mode: Option<AuthMode>) -> Self {
        self.auth_mode = mode;
        self
    }

    /// Keeps the list in `models_cache.json` of this folder, which other clients of the family share.
    #[must_use]
    pub fn codex_home(mut self, folder: impl Into<PathBuf>) -> Self {
        self.codex_home = Some(folder.into());
        self
    }

    /// Asks for the catalogue of this version; by default that of this crate.
    #[must_use]
    pub fn client_version(mut self, version: ClientVersion) -> Self {
        self.client_version = version;
        self
    }

    /// Models that are known before anything was fetched. A fetched model takes the place of the one with its slug. By
    /// default there are none: what a release knows of models is soon wrong, and a model that no list has is answered
    /// with [fallback data](super::ModelOrigin::Fallback).
    #[must_use]
    pub fn bundled(mut self, models: Vec<ModelInfo>) -> Self {
        self.bundled = models;
        self
    }

    /// The whole catalogue, from the caller: it is never refreshed, and no cache is read or written.
    #[must_use]
    pub fn catalogue(mut self, models: Vec<ModelInfo>) -> Self {
        self.given = Some(models);
        self
    }

    /// Tells the time of day by this clock, for tests.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock(Arc::new(now));
        self
    }
}

impl Default for ModelsSettings {
    fn default() -> Self {
        Self {
            auth_mode: None,
            codex_home: None,
            client_version: ClientVersion::current(),
            bundled: Vec::new(),
            given: None,
            clock: Clock(Arc::new(SystemTime::now)),
        }
    }
}

/// The time of day.
#[derive(Clone)]
pub(super) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    pub(super) fn now(&self) -> SystemTime {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
