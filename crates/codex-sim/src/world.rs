//! The state that all connections of a simulator share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::AUTHORIZATION;
use tokio::time::Instant;

use crate::collector::{MAX_EXPORT_BYTES, MAX_EXPORTS, TelemetryExport};
use crate::conversation::Conversations;
use crate::failure::Failure;
use crate::kept::Kept;
use crate::oauth::{Access, Authority, OAuth};
use crate::recorded::Journal;
use crate::replay::Replay;
use crate::rulebook::Rulebook;
use crate::scenario::{Scenario, Settings};
use crate::tracker::{Envelope, MAX_ENVELOPES, MAX_KEPT_ENVELOPE_BYTES};

/// Header in which a request names its account.
const ACCOUNT_HEADER: &str = "chatgpt-account-id";

/// The path whose requests name no account.
const REALTIME: &str = "/realtime";

/// Everything that outlives a request.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) started: Instant,
    /// What is played instead of rules.
    pub(crate) replay: Option<Replay>,
    requests: AtomicU64,
    connections: AtomicU64,
    rulebook: Mutex<Rulebook>,
    journal: Mutex<Journal>,
    conversations: Mutex<Conversations>,
    authority: Mutex<Authority>,
    envelopes: Mutex<Kept<Envelope>>,
    telemetry: Mutex<Kept<TelemetryExport>>,
}

impl World {
    pub(crate) fn new(scenario: Scenario) -> Self {
        let mut settings = scenario.settings;
        if settings.oauth.is_some() {
            settings.auth = settings.auth.known_only();
        }
        let oauth = settings.oauth.clone().unwrap_or_else(OAuth::with_default_account);
        let authority = Authority::new(oauth, settings.seed, SystemTime::now());
        Self {
            replay: settings.replay.as_ref().map(Replay::new),
            settings,
            started: Instant::now(),
            requests: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            rulebook: Mutex::new(Rulebook::new(scenario.rules)),
            journal: Mutex::default(),
            conversations: Mutex::default(),
            authority: Mutex::new(authority),
            envelopes: Mutex::new(Kept::new(MAX_ENVELOPES, MAX_KEPT_ENVELOPE_BYTES)),
            telemetry: Mutex::new(Kept::new(MAX_EXPORTS, MAX_EXPORT_BYTES)),
        }
    }

    /// Takes the `Authorization` header away when the scenario wants it so, as a proxy in front would.
    pub(crate) fn strip(&self, headers: &mut HeaderMap) {
        if self.settings.strip_authorization {
            headers.remove(AUTHORIZATION);
        }
    }

    /// Accepts or refuses a request to a path below the base URL.
    pub(crate) fn authorize(
        &self,
        headers: &HeaderMap,
        path: &str,
        age: Duration,
    ) -> Result<(), Box<Failure>> {
        self.settings.auth.check(headers, age, |token| {
            let authority = self.authority();
            let account_id = match authority.access(token, age) {
                Access::Granted { account_id } => account_id,
                Access::Expired => return Err(Box::new(Failure::token_expired())),
                Access::Revoked => return Err(Box::new(Failure::token_revoked())),
                Access::Unknown => return Err(Box::new(Failure::invalid_api_key())),
            };
            let named = headers.get(ACCOUNT_HEADER).is_some_and(|id| id.as_bytes() == account_id.as_bytes());
            if named || !authority.oauth().require_account_id || path.trim_end_matches('/') == REALTIME {
                return Ok(());
            }
            Err(Box::new(Failure::account_id_mismatch()))
        })
    }

    /// The number of the next request, counted from 1.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The number of the next connection, counted from 1.
    pub(crate) fn next_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn rulebook(&self) -> MutexGuard<'_, Rulebook> {
        lock(&self.rulebook)
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }

    pub(crate) fn authority(&self) -> MutexGuard<'_, Authority> {
        lock(&self.authority)
    }

    pub(crate) fn envelopes(&self) -> MutexGuard<'_, Kept<Envelope>> {
        lock(&self.envelopes)
    }

    pub(crate) fn telemetry(&self) -> MutexGuard<'_, Kept<TelemetryExport>> {
        lock(&self.telemetry)
    }

    pub(crate) fn conversations(&self) -> MutexGuard<'_, Conversations> {
        lock(&self.conversations)
    }
}

/// No code panics while it holds one of these locks, so that a poisoned one is still whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
