//! Which store is used.

use std::{path::Path, str::FromStr, sync::Arc};

use serde::Deserialize;
use thiserror::Error;

use super::{CredentialStore, FileStore, MemoryStore, StoreError};

/// Where logins are kept: `cli_auth_credentials_store` in the configuration.
///
/// ```
/// use codex_core::StoreChoice;
///
/// assert_eq!("keyring".parse(), Ok(StoreChoice::Keyring));
/// assert!("safe".parse::<StoreChoice>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreChoice {
    /// `file`: `auth.json` in the home folder.
    #[default]
    File,
    /// `keyring`: the keyring of the operating system. Needs the cargo feature `keyring`.
    Keyring,
    /// `auto`: the keyring, and the file where there is none. Without the cargo feature `keyring`: the file.
    Auto,
    /// `ephemeral`: the memory of this process.
    Ephemeral,
}

impl StoreChoice {
    /// The store of the home folder `home`. Nothing is read or written yet.
    ///
    /// # Errors
    /// [`StoreError::KeyringNotBuilt`] when a keyring is asked for that was not built in.
    pub fn open(self, home: &Path) -> Result<Arc<dyn CredentialStore>, StoreError> {
        match self {
            Self::File => Ok(Arc::new(FileStore::new(home))),
            Self::Ephemeral => Ok(Arc::new(MemoryStore::new())),
            #[cfg(feature = "keyring")]
            Self::Keyring => Ok(Arc::new(super::KeyringStore::new(home))),
            #[cfg(feature = "keyring")]
            Self::Auto => Ok(Arc::new(super::AutoStore::new(home))),
            #[cfg(not(feature = "keyring"))]
            Self::Keyring => Err(StoreError::KeyringNotBuilt),
            #[cfg(not(feature = "keyring"))]
            Self::Auto => Ok(Arc::new(FileStore::new(home))),
        }
    }
}

impl FromStr for StoreChoice {
    type Err = UnknownStore;

    fn from_str(name: &str) -> Result<Self, UnknownStore> {
        match name {
            "file" => Ok(Self::File),
            "keyring" => Ok(Self::Keyring),
            "auto" => Ok(Self::Auto),
            "ephemeral" => Ok(Self::Ephemeral),
            _ => Err(UnknownStore),
        }
    }
}

/// A name that is no [`StoreChoice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a credential store is one of file, keyring, auto, ephemeral")]
pub struct UnknownStore;
