//! Storing what a renewal brought, under the lock that it holds.

use std::sync::Arc;

use secrecy::SecretString;

use crate::auth::{
    auth_file::AuthFile,
    manager::Shared,
    setup::AuthSetup,
    store::{CredentialStore, StoreError, StoreLock, blocking},
    tokens::same,
};

/// Tokens to be stored in place of those whose refresh token is `over`.
pub(super) struct Unsaved {
    pub(super) file: AuthFile,
    pub(super) over: SecretString,
}

/// Stores again what could not be stored before.
pub(super) async fn save_unsaved(shared: &Shared, setup: &AuthSetup, lock: &Arc<StoreLock>) {
    let over = shared.notes().unsaved_over.take();
    if let Some(over) = over {
        let file = shared.current().file.clone();
        save(shared, setup, lock, Unsaved { file, over }).await;
    }
}

/// Stores new tokens. If that fails they are used all the same: the old ones are worth nothing any more.
pub(super) async fn save(shared: &Shared, setup: &AuthSetup, lock: &Arc<StoreLock>, unsaved: Unsaved) {
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

/// Tokens of somebody else are not put into the login. The old refresh token is spent, and these are what is left of it:
/// they are kept beside the login, for whoever finds out what happened.
pub(super) async fn keep_apart(setup: &AuthSetup, lock: &Arc<StoreLock>, file: AuthFile) {
    let lock = Arc::clone(lock);
    match blocking(&setup.store, move |store| store.keep_apart(&file, &lock)).await {
        Ok(Some(kept)) => {
            tracing::error!(file = %kept.display(), "the token authority gave tokens of another account: they are kept apart");
        }
        Ok(None) => {
            tracing::error!("the token authority gave tokens of another account: they are not used");
        }
        Err(error) => {
            tracing::error!(%error, "the token authority gave tokens of another account, which could not be kept");
        }
    }
}
