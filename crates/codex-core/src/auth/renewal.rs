//! Renewing tokens: once for all that wait, stored before anybody uses them.

use std::{sync::Arc, time::Duration};

use codex_api::RecoveryOutcome;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{
    auth_file::AuthFile,
    authority::{AnswerProblem, RefreshedTokens},
    error::RefreshError,
    external::ExternalSetup,
    flight::{Renewal, Role},
    manager::{Origin, READY_PAUSE, Shared},
    setup::AuthSetup,
    snapshot::{Held, Snapshot},
    store::{CredentialStore, StoreError, StoreLock, acquire, blocking},
    tokens::same,
};

/// How long the lock of a store is waited for: 45 s. Whoever holds it waits at most 30 s for the authority.
pub const LOCK_PATIENCE: Duration = Duration::from_secs(45);

/// Why tokens are to be renewed.
#[derive(Clone)]
pub(super) enum Need {
    /// The service refused this one.
    Replacement { refused: SecretString },
    /// They are about to expire.
    Freshness,
}

/// Renews the tokens, or waits for the renewal that is under way. When it succeeds, the need is met as well as it can be.
pub(super) async fn renew(shared: &Arc<Shared>, need: Need) -> Renewal {
    loop {
        let waiting = shared.flight.join(
            || shared.meets(&need),
            || {
                let (shared, need) = (Arc::clone(shared), need.clone());
                async move { run(&shared, &need).await }
            },
        );
        let Some((waiting, role)) = waiting else { return Ok(()) };
        waiting.outcome().await?;
        if role == Role::Started {
            return Ok(());
        }
        // What was joined may have been for less than what is needed here.
    }
}

/// Reads the store again, and takes over what is there if it is of the same account.
pub(super) async fn read_again(shared: &Shared, setup: &AuthSetup) -> Result<(), RefreshError> {
    let before = shared.current();
    let Some(tokens) = before.tokens() else { return Err(RefreshError::NotRenewable) };
    let stored = blocking(&setup.store, |store| store.load()).await?;
    if shared.is_ahead_of(stored.as_ref()) {
        return Ok(());
    }
    shared.notes().unsaved_over = None;
    let next = Snapshot::of(stored.ok_or(RefreshError::LoggedOut)?);
    match &next.held {
        Held::Nothing => Err(RefreshError::LoggedOut),
        Held::Chatgpt(stored) if stored.account() == tokens.account() => {
            let known = same(&stored.access_token, &tokens.access_token)
                && same(&stored.refresh_token, &tokens.refresh_token);
            if !known {
                shared.publish_after(&before, next);
            }
            Ok(())
        }
        Held::Chatgpt(_) | Held::ApiKey(_) => Err(RefreshError::AccountChanged),
    }
}

/// The task of a flight.
async fn run(shared: &Shared, need: &Need) -> Renewal {
    let renewed = match &shared.origin {
        Origin::Stored(setup) => renew_stored(shared, setup, need).await,
        Origin::Host(setup) => renew_host(shared, setup).await,
        Origin::Fixed => Err(RefreshError::NotRenewable),
    };
    if let Err(error) = &renewed {
        let outcome = error.outcome().as_str();
        tracing::warn!(%error, outcome, "the login was not renewed; what there is will be used");
    }
    let still_wanted = {
        shared.notes().not_before = None;
        shared.wants_renewal().is_some()
    };
    shared.notes().not_before = still_wanted.then(|| Instant::now() + READY_PAUSE);
    renewed.map_err(Arc::new)
}

async fn renew_host(shared: &Shared, setup: &ExternalSetup) -> Result<(), RefreshError> {
    let account = shared.current().tokens().and_then(|tokens| tokens.account_id.clone());
    let tokens = setup.refresh(account).await?;
    shared.notes().host_plan = tokens.given_plan().map(str::to_owned);
    shared.publish(tokens.snapshot((shared.clock)()));
    Ok(())
}

/// Under the lock: read again, and only if that does not help, spend the refresh token.
async fn renew_stored(shared: &Shared, setup: &AuthSetup, need: &Need) -> Result<(), RefreshError> {
    let lock = Arc::new(acquire(&setup.store, LOCK_PATIENCE).await?);
    read_again(shared, setup).await?;
    save_unsaved(shared, setup, &lock).await;
    if shared.meets(need) {
        return Ok(());
    }
    let current = shared.current();
    let tokens = current.tokens().ok_or(RefreshError::NotRenewable)?;
    let spent = tokens.refresh_token.clone();
    if spent.expose_secret().is_empty() {
        return Err(RefreshError::NoRefreshToken);
    }
    shared.check_alive(&spent)?;
    let refreshed = setup.authority.refresh(&spent).await.inspect_err(|error| {
        if let RecoveryOutcome::FailedPermanent(failure) = error.outcome() {
            shared.notes().dead = Some((spent.clone(), failure));
        }
    })?;
    let is_complete = refreshed.access_token.is_some();
    if is_complete || refreshed.refresh_token.is_some() {
        let snapshot = shared.refreshed(&current, &refreshed);
        // What was unsaved before replaces the same entry of the store.
        let over = shared.notes().unsaved_over.take().unwrap_or(spent);
        save(shared, setup, &lock, Unsaved { file: snapshot.file.clone(), over }).await;
        shared.publish(snapshot);
    }
    let missing = AnswerProblem::Missing { field: "access_token" };
    is_complete.then_some(()).ok_or(RefreshError::Answer(missing))
}

/// Tokens to be stored in place of those whose refresh token is `over`.
struct Unsaved {
    file: AuthFile,
    over: SecretString,
}

/// Stores again what could not be stored before.
async fn save_unsaved(shared: &Shared, setup: &AuthSetup, lock: &Arc<StoreLock>) {
    let over = shared.notes().unsaved_over.take();
    if let Some(over) = over {
        let file = shared.current().file.clone();
        save(shared, setup, lock, Unsaved { file, over }).await;
    }
}

/// Stores new tokens. If that fails they are used all the same: the old ones are worth nothing any more.
async fn save(shared: &Shared, setup: &AuthSetup, lock: &Arc<StoreLock>, unsaved: Unsaved) {
    let over = unsaved.over.clone();
    let lock = Arc::clone(lock);
    match blocking(&setup.store, move |store| put(store, unsaved, &lock)).await {
        Ok(Put::Stored) => {}
        Ok(Put::Superseded) => {
            tracing::warn!("somebody else changed the stored login meanwhile: it is left as it is");
        }
        Err(error) => {
            tracing::error!(
                %error,
                "the renewed login could not be stored: it works as long as this program runs, and is stored when that is \
                 possible again"
            );
            shared.notes().unsaved_over = Some(over);
        }
    }
}

enum Put {
    Stored,
    /// The store holds something else than what the tokens are to replace.
    Superseded,
}

/// A program that knows no lock may have stored another login since: that one is not overwritten.
fn put(store: &dyn CredentialStore, unsaved: Unsaved, lock: &StoreLock) -> Result<Put, StoreError> {
    let Some(mut file) = store.load()? else { return Ok(Put::Superseded) };
    if !file.tokens.as_ref().is_some_and(|tokens| same(&tokens.refresh_token, &unsaved.over)) {
        return Ok(Put::Superseded);
    }
    file.take_tokens_of(unsaved.file);
    store.save(&file, lock)?;
    Ok(Put::Stored)
}

impl Shared {
    /// Whether nothing needs to be done any more.
    fn meets(&self, need: &Need) -> bool {
        let current = self.current();
        match need {
            Need::Replacement { refused } => current.credentials.is_some() && !current.bears(refused),
            Need::Freshness => {
                current.wants_renewal((self.clock)()).is_none() && self.notes().unsaved_over.is_none()
            }
        }
    }

    /// Whether the tokens in memory replace those in the store, which could not be written.
    fn is_ahead_of(&self, stored: Option<&AuthFile>) -> bool {
        let stored = stored.and_then(|file| file.tokens.as_ref());
        match (&self.notes().unsaved_over, stored) {
            (Some(over), Some(stored)) => same(over, &stored.refresh_token),
            _ => false,
        }
    }

    fn check_alive(&self, refresh_token: &SecretString) -> Result<(), RefreshError> {
        match &self.notes().dead {
            Some((dead, failure)) if same(dead, refresh_token) => {
                Err(RefreshError::Refused { failure: *failure })
            }
            _ => Ok(()),
        }
    }

    /// The login with the new tokens; what is absent keeps its value.
    fn refreshed(&self, current: &Snapshot, refreshed: &RefreshedTokens) -> Snapshot {
        let now = (self.clock)();
        let mut file = current.file.clone();
        if let Some(tokens) = &mut file.tokens {
            for (token, new) in [
                (&mut tokens.id_token, &refreshed.id_token),
                (&mut tokens.access_token, &refreshed.access_token),
                (&mut tokens.refresh_token, &refreshed.refresh_token),
            ] {
                if let Some(new) = new {
                    *token = new.clone();
                }
            }
        }
        if refreshed.access_token.is_none() {
            return Snapshot::of(file);
        }
        file.set_last_refresh(now);
        Snapshot::renewed(file, now)
    }
}
