//! The login of a process: what requests ask for their credentials.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use codex_api::{AuthMode, AuthProvider, BoxFuture, Credentials, PermanentFailure, Recovery};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{
    auth_file::AuthFile,
    due::Due,
    error::AuthError,
    external::{ExternalSetup, HostTokens},
    flight::Flight,
    recovery::UnauthorizedRecovery,
    renewal::{self, Need},
    setup::AuthSetup,
    snapshot::{Held, Snapshot},
    status::LoginStatus,
    store::blocking,
};
use crate::config::{CODEX_API_KEY_VARIABLE, Environment};

/// How long a request waits for a renewal while its token still works: 5 s. The renewal goes on without it.
pub const READY_PATIENCE: Duration = Duration::from_secs(5);
/// After a renewal ahead of use that failed, the next one comes after this time at the earliest: 60 s.
pub const READY_PAUSE: Duration = Duration::from_secs(60);

/// The login of a process. Cloning is cheap; clones share it.
///
/// - [`credentials`](AuthProvider::credentials) come from memory; the store is read at the start and after a 401.
/// - [`make_ready`](AuthProvider::make_ready) renews tokens that are about to expire. If that fails, the old ones are
///   used.
/// - [`recovery`](AuthProvider::recovery) is the machine of [`UnauthorizedRecovery`].
/// - Tokens are renewed once for all tasks that wait, and once for all processes that share a store: they are stored
///   before anybody uses them, under the store's lock, by a task of their own. A refresh token that was refused for good
///   is not sent again.
#[derive(Clone)]
pub struct AuthManager {
    pub(super) shared: Arc<Shared>,
}

impl AuthManager {
    /// A fixed API key, without the white space around it.
    pub fn from_api_key(key: &SecretString) -> Self {
        let file = AuthFile::api_key(SecretString::from(key.expose_secret().trim()));
        Self::over(Origin::Fixed, SystemTime::now, Snapshot::of(file))
    }

    /// The key in `CODEX_API_KEY`, if it is set: for commands that nobody sits in front of. It goes before every other
    /// login.
    pub fn from_environment(environment: &Environment) -> Option<Self> {
        let key = environment.variable(CODEX_API_KEY_VARIABLE)?;
        Some(Self::from_api_key(&SecretString::from(key)))
    }

    /// Tokens of a host application.
    ///
    /// # Errors
    /// When no header can carry the access token, or its workspace is not allowed.
    pub fn from_host_tokens(tokens: &HostTokens, setup: ExternalSetup) -> Result<Self, AuthError> {
        setup.check(tokens).map_err(AuthError::Forbidden)?;
        if !tokens.is_sendable() {
            return Err(AuthError::HostTokenNotHeaderSafe);
        }
        let snapshot = tokens.snapshot(SystemTime::now());
        let manager = Self::over(Origin::Host(setup), SystemTime::now, snapshot);
        manager.shared.notes().host_plan = tokens.given_plan().map(str::to_owned);
        Ok(manager)
    }

    /// The login of a store.
    pub(super) fn stored(setup: AuthSetup, file: AuthFile) -> Self {
        let clock = setup.clock;
        Self::over(Origin::Stored(Box::new(setup)), clock, Snapshot::of(file))
    }

    fn over(origin: Origin, clock: fn() -> SystemTime, snapshot: Snapshot) -> Self {
        let shared = Shared {
            origin,
            clock,
            current: RwLock::new(Arc::new(snapshot)),
            flight: Arc::default(),
            notes: Mutex::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Reads the store again and takes over what is there, be it of another account or nothing. Says whether requests go
    /// out with other credentials now.
    ///
    /// # Errors
    /// When the store cannot be read, or the login in it is not allowed: then nothing changes.
    pub async fn reload(&self) -> Result<bool, AuthError> {
        let Origin::Stored(setup) = &self.shared.origin else { return Ok(false) };
        let before = self.shared.current();
        let stored = blocking(&setup.store, |store| store.load()).await?.unwrap_or_default();
        setup.check(&stored).map_err(AuthError::Forbidden)?;
        let next = Snapshot::of(stored);
        let changed = !next.sends_the_same_as(&before);
        self.shared.publish_after(&before, next);
        Ok(changed)
    }

    /// Which kind of login it is; `None` when there is none.
    pub fn mode(&self) -> Option<AuthMode> {
        self.shared.current().credentials.as_ref().map(|credentials| credentials.mode)
    }

    /// What the login is; `None` when there is none.
    pub fn status(&self) -> Option<LoginStatus> {
        let store = match &self.shared.origin {
            Origin::Stored(setup) => Some(setup.store.kind()),
            Origin::Fixed | Origin::Host(_) => None,
        };
        let mut status = LoginStatus::of(&self.shared.current().file, store)?;
        status.plan = status.plan.or_else(|| self.shared.notes().host_plan.clone());
        Some(status)
    }

    /// Waits until no renewal is under way. For the end of a program: a refresh token may have been spent, and the new
    /// one has to be stored.
    pub async fn settle(&self) {
        while let Some(waiting) = self.shared.flight.under_way() {
            let _ = waiting.outcome().await;
        }
    }
}

impl AuthProvider for AuthManager {
    fn credentials(&self) -> Option<Credentials> {
        self.shared.current().credentials.clone()
    }

    /// Realtime takes API keys only: the stored one.
    fn realtime_credentials(&self) -> Option<Credentials> {
        self.shared.current().realtime.clone()
    }

    fn make_ready(&self) -> BoxFuture<'_, ()> {
        let Some(due) = self.shared.wants_renewal() else { return Box::pin(std::future::ready(())) };
        Box::pin(async move {
            let renewal = renewal::renew(&self.shared, Need::Freshness);
            // What came of it is logged where it happened, once for all that wait.
            if due == Due::Past {
                let _ = renewal.await;
            } else {
                let _ = tokio::time::timeout(READY_PATIENCE, renewal).await;
            }
        })
    }

    fn recovery(&self) -> Box<dyn Recovery> {
        Box::new(UnauthorizedRecovery::new(self))
    }
}

impl fmt::Debug for AuthManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthManager").field("mode", &self.mode()).finish_non_exhaustive()
    }
}

/// Where the login comes from, and how it is renewed.
pub(super) enum Origin {
    /// It never changes.
    Fixed,
    Stored(Box<AuthSetup>),
    Host(ExternalSetup),
}

/// What the clones of a manager share.
pub(super) struct Shared {
    pub(super) origin: Origin,
    pub(super) clock: fn() -> SystemTime,
    current: RwLock<Arc<Snapshot>>,
    pub(super) flight: Arc<Flight>,
    notes: Mutex<Notes>,
}

/// What is remembered beside the login.
#[derive(Default)]
pub(super) struct Notes {
    /// A refresh token that was refused for good.
    pub(super) dead: Option<(SecretString, PermanentFailure)>,
    /// A refresh token that was sent, without an answer, and until when it is not sent again.
    pub(super) in_doubt: Option<(SecretString, Instant)>,
    /// The refresh token in the store, if newer tokens than those there could not be stored.
    pub(super) unsaved_over: Option<SecretString>,
    /// No renewal ahead of use before this moment.
    pub(super) not_before: Option<Instant>,
    /// The plan that a host application told.
    pub(super) host_plan: Option<String>,
}

impl Shared {
    pub(super) fn current(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn publish(&self, next: Snapshot) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }

    /// Publishes what was read while `before` was current. If that was replaced meanwhile, what was read may be older.
    pub(super) fn publish_after(&self, before: &Arc<Snapshot>, next: Snapshot) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&current, before) {
            *current = Arc::new(next);
        }
    }

    /// Whether there is a reason to renew ahead of use, and how urgent it is.
    pub(super) fn wants_renewal(&self) -> Option<Due> {
        if !matches!(self.origin, Origin::Stored(_)) {
            return None;
        }
        let current = self.current();
        let due = match current.held {
            Held::Chatgpt(_) => current.wants_renewal((self.clock)()),
            Held::Nothing | Held::ApiKey(_) => None,
        };
        let notes = self.notes();
        // Tokens that are in no store yet are a reason as well.
        let reason = due.or(notes.unsaved_over.is_some().then_some(Due::Soon))?;
        notes.not_before.is_none_or(|at| Instant::now() >= at).then_some(reason)
    }
}
