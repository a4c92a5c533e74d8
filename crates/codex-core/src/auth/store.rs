//! Where a login is kept.

mod choice;
mod error;
mod file_store;
#[cfg(feature = "keyring")]
mod keyring_store;
mod lock;
mod memory_store;
mod replace;
#[cfg(all(test, feature = "keyring"))]
mod tests;

use std::{
    fmt,
    path::{Path, PathBuf},
};

pub use choice::{StoreChoice, UnknownStore};
pub use error::{KeyringProblem, StoreError};
pub use file_store::FileStore;
#[cfg(feature = "keyring")]
pub use keyring_store::{AutoStore, KeyringStore};
pub use lock::StoreLock;
pub(super) use lock::{acquire, blocking};
pub use memory_store::MemoryStore;

use super::auth_file::AuthFile;

/// Keeps one login. Every method may block: call them where blocking is fine.
///
/// Whoever changes the store holds its lock, which other processes honour, and reads again after taking it.
pub trait CredentialStore: fmt::Debug + Send + Sync + 'static {
    /// What and where it is.
    fn kind(&self) -> StoreKind;

    /// The login, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when something is there that is no login; else when it cannot be read.
    fn load(&self) -> Result<Option<AuthFile>, StoreError>;

    /// Sees to it that the next [`save`](Self::save) under this lock will work, as far as that can be known: before tokens are
    /// renewed, as the old ones are worth nothing after that.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn prepare(&self, lock: &StoreLock) -> Result<(), StoreError> {
        let _ = lock;
        Ok(())
    }

    /// Replaces the login, whole: after any failure, and after a kill at any instant, the old one or the new one is there.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when something is there that is no login: it is not overwritten. Else when the store
    /// cannot be written.
    fn save(&self, file: &AuthFile, lock: &StoreLock) -> Result<(), StoreError>;

    /// Keeps tokens that are not to be used beside the login, and says where. Stores that cannot do it keep nothing.
    ///
    /// # Errors
    /// When they cannot be written.
    fn keep_apart(&self, file: &AuthFile, lock: &StoreLock) -> Result<Option<PathBuf>, StoreError> {
        let _ = (file, lock);
        Ok(None)
    }

    /// Removes the login, and says whether there was one.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn delete(&self, lock: &StoreLock) -> Result<bool, StoreError>;

    /// Takes the lock of the store, or `None` when somebody else holds it. Does not wait.
    ///
    /// # Errors
    /// When there can be no lock, as in a folder that is read-only.
    fn try_lock(&self) -> Result<Option<StoreLock>, StoreError>;

    /// Moves what is there, but is no login, out of the way of a new one, and says where it is now.
    ///
    /// # Errors
    /// When it cannot be moved.
    fn set_aside(&self, lock: &StoreLock) -> Result<Option<PathBuf>, StoreError> {
        let _ = lock;
        Ok(None)
    }
}

/// What a store is, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreKind {
    /// This file.
    File(PathBuf),
    /// The keyring of the operating system.
    Keyring,
    /// The memory of this process.
    Memory,
}

impl StoreKind {
    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Keyring | Self::Memory => None,
        }
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Keyring => f.write_str("the keyring"),
            Self::Memory => f.write_str("the memory of this process"),
        }
    }
}
