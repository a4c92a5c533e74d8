//! Logging in with an API key, and logging out.

use std::{io::Read, path::PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::{
    auth_file::AuthFile,
    authority::TokenHint,
    error::{LoginError, RefreshError},
    renewal::LOCK_PATIENCE,
    setup::AuthSetup,
    snapshot::Held,
    status::LoginStatus,
    store::{acquire, blocking},
};

/// The longest API key that is read, in bytes: 8 KiB.
pub const MAX_API_KEY_BYTES: usize = 8 * 1024;

/// A login that was stored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoggedIn {
    /// What it is.
    pub status: LoginStatus,
    /// Where a damaged file is now that was in the way of it.
    pub set_aside: Option<PathBuf>,
}

/// What logging out found and did.
#[derive(Debug)]
#[non_exhaustive]
pub struct LoggedOut {
    /// Whether anything was there.
    pub was_logged_in: bool,
    /// What became of the tokens at the authority.
    pub revocation: Revocation,
}

/// What became of tokens at the authority.
#[derive(Debug)]
#[non_exhaustive]
pub enum Revocation {
    /// There were none.
    NothingToRevoke,
    /// They are worth nothing any more.
    Revoked,
    /// The authority did not revoke them: they stay valid until they expire.
    Failed(RefreshError),
}

/// Reads an API key, as from standard input, without the white space around it.
///
/// ```
/// use codex_core::{LoginError, read_api_key};
///
/// assert!(read_api_key(&b"sk-test\n"[..]).is_ok());
/// assert!(matches!(read_api_key(&b" \n"[..]), Err(LoginError::EmptyKey)));
/// ```
///
/// # Errors
/// When the input is blank, longer than [`MAX_API_KEY_BYTES`], or holds what no header can carry.
pub fn read_api_key(reader: impl Read) -> Result<SecretString, LoginError> {
    let mut bytes = Vec::new();
    reader.take(MAX_API_KEY_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(LoginError::ReadKey)?;
    if bytes.len() > MAX_API_KEY_BYTES {
        return Err(LoginError::KeyTooLong { limit: MAX_API_KEY_BYTES });
    }
    checked_key(&String::from_utf8_lossy(&bytes))
}

/// The key without the white space around it, if a header can carry it.
fn checked_key(text: &str) -> Result<SecretString, LoginError> {
    let key = text.trim();
    if key.is_empty() {
        return Err(LoginError::EmptyKey);
    }
    match key.chars().position(|c| !c.is_ascii_graphic()) {
        Some(at) => Err(LoginError::KeyNotHeaderSafe { position: at + 1 }),
        None => Ok(SecretString::from(key)),
    }
}

impl AuthSetup {
    /// Stores an API key in place of the login that was there. The key is not tried out.
    ///
    /// # Errors
    /// When the key cannot be one, API keys are not allowed, or the store cannot be written.
    pub async fn login_with_api_key(&self, key: &SecretString) -> Result<LoggedIn, LoginError> {
        let key = checked_key(key.expose_secret())?;
        self.restrictions.check_api_key()?;
        self.store_login(AuthFile::api_key(key)).await
    }

    /// Removes the login, then has its tokens revoked, as far as the authority can be reached within
    /// [`REVOKE_TIMEOUT`](super::REVOKE_TIMEOUT).
    ///
    /// # Errors
    /// When the store cannot be read or written. A damaged file is kept.
    pub async fn logout(&self) -> Result<LoggedOut, LoginError> {
        let nothing = LoggedOut { was_logged_in: false, revocation: Revocation::NothingToRevoke };
        // Looked at first: a lock would make the folder.
        if blocking(&self.store, |store| store.load()).await?.is_none() {
            return Ok(nothing);
        }
        let lock = acquire(&self.store, LOCK_PATIENCE).await?;
        let removed = blocking(&self.store, move |store| {
            let stored = store.load()?;
            store.delete(&lock)?;
            Ok(stored)
        });
        let Some(file) = removed.await? else { return Ok(nothing) };
        Ok(LoggedOut { was_logged_in: true, revocation: self.revoke(&file).await })
    }

    /// Stores a login in place of what is there; a damaged file is moved aside.
    pub(super) async fn store_login(&self, file: AuthFile) -> Result<LoggedIn, LoginError> {
        let lock = acquire(&self.store, LOCK_PATIENCE).await?;
        blocking(&self.store, move |store| {
            let mut file = file;
            let set_aside = store.set_aside(&lock)?;
            if let Some(before) = store.load()? {
                file.take_rest_of(before);
            }
            store.save(&file, &lock)?;
            let held = Held::of(&file).unwrap_or(Held::Nothing);
            Ok(LoggedIn { status: LoginStatus::of_login(&file, &held, Some(store.kind())), set_aside })
        })
        .await
        .map_err(LoginError::Store)
    }

    async fn revoke(&self, file: &AuthFile) -> Revocation {
        let Some(tokens) = &file.tokens else { return Revocation::NothingToRevoke };
        let (token, hint) = if tokens.refresh_token.expose_secret().is_empty() {
            (&tokens.access_token, TokenHint::Access)
        } else {
            (&tokens.refresh_token, TokenHint::Refresh)
        };
        if token.expose_secret().is_empty() {
            return Revocation::NothingToRevoke;
        }
        match self.authority.revoke(token, hint).await {
            Ok(()) => Revocation::Revoked,
            Err(error) => Revocation::Failed(error),
        }
    }
}
