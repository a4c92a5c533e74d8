//! A login in the keyring of the operating system.

use std::{
    fmt, fs,
    io::Write,
    path::{Path, PathBuf},
};

use keyring::v1::{Entry, Error as KeyringError};
use secrecy::ExposeSecret;

use super::{
    CredentialStore, FileStore, KeyringProblem, StoreError, StoreKind, StoreLock, file_store, replace,
};
use crate::auth::auth_file::AuthFile;

/// The service by which the Codex client keeps its logins.
const SERVICE: &str = "Codex Auth";

/// Keeps a login in the keyring of the operating system, under the name that the Codex client uses for this home folder.
///
/// Its lock is that of the [`FileStore`]. Saving removes the file, so that no older login is left in it.
#[derive(Debug)]
pub struct KeyringStore {
    home: PathBuf,
    file: FileStore,
    vault: Box<dyn Vault>,
}

impl KeyringStore {
    /// The store of the home folder `home`.
    pub fn new(home: &Path) -> Self {
        Self::with_vault(home, Box::new(SystemVault { account: account(home) }))
    }

    pub(super) fn with_vault(home: &Path, vault: Box<dyn Vault>) -> Self {
        Self { home: home.to_owned(), file: FileStore::new(home), vault }
    }
}

impl CredentialStore for KeyringStore {
    fn kind(&self) -> StoreKind {
        StoreKind::Keyring
    }

    fn load(&self) -> Result<Option<AuthFile>, StoreError> {
        let Some(content) = self.vault.read()? else { return Ok(None) };
        AuthFile::parse(content.as_bytes())
            .map(Some)
            .map_err(|damage| StoreError::Damaged { place: StoreKind::Keyring, damage })
    }

    fn save(&self, file: &AuthFile, lock: &StoreLock) -> Result<(), StoreError> {
        if let Err(error @ StoreError::Damaged { .. }) = self.load() {
            return Err(error);
        }
        self.vault.write(file.to_json().expose_secret())?;
        if self.file.load().is_ok() {
            self.file.delete(lock)?;
        }
        Ok(())
    }

    fn delete(&self, lock: &StoreLock) -> Result<bool, StoreError> {
        let in_keyring = self.vault.remove();
        let in_file = self.file.delete(lock)?;
        Ok(in_keyring? || in_file)
    }

    fn try_lock(&self) -> Result<Option<StoreLock>, StoreError> {
        file_store::lock(&self.home, "auth.json")
    }

    fn set_aside(&self, lock: &StoreLock) -> Result<Option<PathBuf>, StoreError> {
        if !matches!(self.load(), Err(StoreError::Damaged { .. })) {
            return self.file.set_aside(lock);
        }
        let Some(content) = self.vault.read()? else { return Ok(None) };
        let file = self.home.join("auth.json");
        let problem = |source| StoreError::SetAside { file: file.clone(), source };
        let aside = file_store::free_name(&file, "damaged")
            .ok_or_else(|| problem(std::io::ErrorKind::AlreadyExists.into()))?;
        replace::private()
            .create_new(true)
            .open(&aside)
            .and_then(|mut file| file.write_all(content.as_bytes()).and_then(|()| file.sync_all()))
            .map_err(problem)?;
        self.vault.remove()?;
        Ok(Some(aside))
    }
}

/// Keeps a login in the keyring, and in the file where there is no keyring that works.
#[derive(Debug)]
pub struct AutoStore {
    keyring: KeyringStore,
    file: FileStore,
}

impl AutoStore {
    /// The store of the home folder `home`.
    pub fn new(home: &Path) -> Self {
        Self::over(KeyringStore::new(home))
    }

    pub(super) fn over(keyring: KeyringStore) -> Self {
        Self { file: keyring.file.clone(), keyring }
    }
}

impl CredentialStore for AutoStore {
    fn kind(&self) -> StoreKind {
        match self.keyring.load() {
            Ok(Some(_)) | Err(StoreError::Damaged { .. }) => self.keyring.kind(),
            _ => self.file.kind(),
        }
    }

    fn load(&self) -> Result<Option<AuthFile>, StoreError> {
        match self.keyring.load() {
            Err(StoreError::Keyring { problem, .. }) => {
                tracing::debug!(%problem, "the keyring cannot be used: the login is read from the file");
                self.file.load()
            }
            Ok(None) => self.file.load(),
            found => found,
        }
    }

    fn prepare(&self, lock: &StoreLock) -> Result<(), StoreError> {
        match self.kind() {
            StoreKind::Keyring => Ok(()),
            _ => self.file.prepare(lock),
        }
    }

    fn save(&self, file: &AuthFile, lock: &StoreLock) -> Result<(), StoreError> {
        match self.keyring.save(file, lock) {
            Err(StoreError::Keyring { problem, .. }) => {
                tracing::warn!(%problem, "the keyring cannot be used: the login is stored in the file");
                self.file.save(file, lock)?;
                // An older login in the keyring would win the next time.
                let _ = self.keyring.vault.remove();
                Ok(())
            }
            result => result,
        }
    }

    fn delete(&self, lock: &StoreLock) -> Result<bool, StoreError> {
        let in_file = self.file.delete(lock)?;
        match self.keyring.vault.remove() {
            Err(StoreError::Keyring {
                problem: KeyringProblem::Absent | KeyringProblem::Platform, ..
            }) => Ok(in_file),
            in_keyring => Ok(in_keyring? || in_file),
        }
    }

    fn try_lock(&self) -> Result<Option<StoreLock>, StoreError> {
        self.keyring.try_lock()
    }

    fn keep_apart(&self, file: &AuthFile, lock: &StoreLock) -> Result<Option<PathBuf>, StoreError> {
        match self.kind() {
            StoreKind::Keyring => Ok(None),
            _ => self.file.keep_apart(file, lock),
        }
    }

    fn set_aside(&self, lock: &StoreLock) -> Result<Option<PathBuf>, StoreError> {
        self.keyring.set_aside(lock)
    }
}

/// One entry of a keyring.
pub(super) trait Vault: fmt::Debug + Send + Sync {
    fn read(&self) -> Result<Option<String>, StoreError>;
    fn write(&self, content: &str) -> Result<(), StoreError>;
    /// Whether there was an entry.
    fn remove(&self) -> Result<bool, StoreError>;
}

/// The keyring of this system.
#[derive(Debug)]
struct SystemVault {
    account: String,
}

impl SystemVault {
    fn entry(&self) -> Result<Entry, StoreError> {
        Entry::new(SERVICE, &self.account).map_err(problem)
    }
}

impl Vault for SystemVault {
    fn read(&self) -> Result<Option<String>, StoreError> {
        match self.entry()?.get_password() {
            Err(KeyringError::NoEntry) => Ok(None),
            result => result.map(Some).map_err(problem),
        }
    }

    fn write(&self, content: &str) -> Result<(), StoreError> {
        self.entry()?.set_password(content).map_err(problem)
    }

    fn remove(&self) -> Result<bool, StoreError> {
        match self.entry()?.delete_credential() {
            Err(KeyringError::NoEntry) => Ok(false),
            result => result.map(|()| true).map_err(problem),
        }
    }
}

/// The account name: it tells the home folders of one user apart (wire.md 15).
pub(super) fn account(home: &Path) -> String {
    let home = fs::canonicalize(home).unwrap_or_else(|_| home.to_owned());
    let digest = ring::digest::digest(&ring::digest::SHA256, home.to_string_lossy().as_bytes());
    let mut account = String::from("cli|");
    for byte in &digest.as_ref()[..8] {
        account.push_str(&format!("{byte:02x}"));
    }
    account
}

/// Some of the keyring's errors hold what is stored: those are reduced to the fact.
fn problem(error: KeyringError) -> StoreError {
    let (problem, source) = match error {
        KeyringError::PlatformFailure(source) => (KeyringProblem::Platform, Some(source)),
        KeyringError::NoStorageAccess(source) => (KeyringProblem::NoAccess, Some(source)),
        KeyringError::NoDefaultStore => (KeyringProblem::Absent, None),
        KeyringError::TooLong(..) => (KeyringProblem::TooLong, None),
        KeyringError::Ambiguous(_) => (KeyringProblem::Ambiguous, None),
        KeyringError::BadEncoding(_)
        | KeyringError::BadDataFormat(..)
        | KeyringError::BadStoreFormat(_)
        | KeyringError::NoEntry => (KeyringProblem::Unreadable, None),
        _ => (KeyringProblem::Unsupported, None),
    };
    StoreError::Keyring { problem, source }
}
