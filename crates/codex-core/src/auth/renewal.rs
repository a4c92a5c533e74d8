//! Renewing tokens: once for all that wait, stored before anybody uses them.

mod saving;

use std::{sync::Arc, time::Duration};

use codex_api::{RecoveryOutcome, TransportError};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use self::saving::{Unsaved, keep_apart, save, save_unsaved};
use super::{
    auth_file::AuthFile,
    authority::{AnswerProblem, RefreshedTokens},
    error::RefreshError,
    external::ExternalSetup,
    flight::Renewal,
    manager::{Origin, READY_PAUSE, Shared},
    setup::AuthSetup,
    snapshot::{Held, Snapshot},
    store::{acquire, blocking},
    tokens::{Tokens, same},
};

/// How long the lock of a store is waited for: 45 s. Whoever holds it waits at most 30 s for the authority.
pub const LOCK_PATIENCE: Duration = Duration::from_secs(45);

/// How long a refresh token is not sent again that the authority may have read without a word: 60 s. A request that waited
/// for a renewal ahead of use does not send it a second time after its 401.
const DOUBT_PAUSE: Duration = Duration::from_secs(60);

/// Why tokens are to be renewed.
#[derive(Clone)]
pub(super) enum Need {
    /// The service refused this one.
    Replacement { refused: SecretString },
    /// They are about to expire.
    Freshness,
}

impl Need {
    /// Whether a renewal for `purpose` does all that can be done for this one.
    fn is_covered_by(&self, purpose: &Self) -> bool {
        match (self, purpose) {
            (Self::Freshness, _) => true,
            (Self::Replacement { .. }, Self::Freshness) => false,
            (Self::Replacement { refused }, Self::Replacement { refused: of_purpose }) => {
                same(refused, of_purpose)
            }
        }
    }
}

/// Renews the tokens, or waits for the renewal that is under way. When it succeeds, the need is met as well as it can be.
pub(super) async fn renew(shared: &Arc<Shared>, need: Need) -> Renewal {
    loop {
        let waiting = shared.flight.join(
            &need,
            || shared.meets(&need),
            || {
                let (shared, need) = (Arc::clone(shared), need.clone());
                async move { run(&shared, &need).await }
            },
        );
        let Some((waiting, purpose)) = waiting else { return Ok(()) };
        waiting.outcome().await?;
        // Tokens that equal the refused ones are no reason to ask again: all that waited would, one after the other.
        if need.is_covered_by(&purpose) {
            return Ok(());
        }
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
        Held::Chatgpt(stored) if tokens.is_of_same_login(stored) => {
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
    let for_saving = Arc::clone(&lock);
    blocking(&setup.store, move |store| store.prepare(&for_saving)).await?;
    let refreshed = setup.authority.refresh(&spent).await.inspect_err(|error| shared.note(&spent, error))?;
    let is_complete = refreshed.access_token.is_some();
    if is_complete || refreshed.refresh_token.is_some() {
        let snapshot = shared.refreshed(&current, &refreshed);
        if let Err(error) = check_owner(setup, tokens, &snapshot) {
            shared.note(&spent, &error);
            keep_apart(setup, &lock, snapshot.file).await;
            return Err(error);
        }
        // What was unsaved before replaces the same entry of the store.
        let over = shared.notes().unsaved_over.take().unwrap_or(spent);
        save(shared, setup, &lock, Unsaved { file: snapshot.file.clone(), over }).await;
        shared.publish(snapshot);
    }
    let missing = AnswerProblem::Missing { field: "access_token" };
    is_complete.then_some(()).ok_or(RefreshError::Answer(missing))
}

/// Whether tokens that came in answer to the refresh token of `before` are of the same login, and allowed.
fn check_owner(setup: &AuthSetup, before: &Tokens, next: &Snapshot) -> Result<(), RefreshError> {
    let tokens = next.file.tokens.as_ref();
    let is_other = tokens.is_some_and(|tokens| {
        before.is_contradicted_by(&tokens.id_token) || setup.restrictions.check_tokens(tokens).is_err()
    });
    if is_other { Err(RefreshError::OtherAccount) } else { Ok(()) }
}

/// Whether the authority may have read the request: it may not where no connection came about.
fn may_have_been_read(error: &TransportError) -> bool {
    matches!(
        error,
        TransportError::Timeout { .. }
            | TransportError::Closed { .. }
            | TransportError::Protocol { .. }
            | TransportError::Other { .. }
    )
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

    /// Whether the refresh token may be sent: it was not refused for good, and its fate is not unknown.
    fn check_alive(&self, refresh_token: &SecretString) -> Result<(), RefreshError> {
        let notes = self.notes();
        match (&notes.dead, &notes.in_doubt) {
            (Some((dead, failure)), _) if same(dead, refresh_token) => {
                Err(RefreshError::Refused { failure: *failure })
            }
            (_, Some((token, until))) if same(token, refresh_token) && Instant::now() < *until => {
                Err(RefreshError::InDoubt { pause: DOUBT_PAUSE })
            }
            _ => Ok(()),
        }
    }

    /// Remembers what a failure means for the refresh token that was sent.
    fn note(&self, sent: &SecretString, error: &RefreshError) {
        let mut notes = self.notes();
        match (error.outcome(), error) {
            (RecoveryOutcome::FailedPermanent(failure), _) => notes.dead = Some((sent.clone(), failure)),
            (_, RefreshError::Transport(error)) if may_have_been_read(error) => {
                notes.in_doubt = Some((sent.clone(), Instant::now() + DOUBT_PAUSE));
            }
            _ => {}
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
