//! What can go wrong with a store.

use std::{io, path::PathBuf, time::Duration};

use codex_client::BoxError;
use thiserror::Error;

use super::StoreKind;
use crate::auth::auth_file::Damage;

/// Why a login could not be read, stored or removed. No secret is in it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Something is there, but it is no login. It is left as it is.
    #[error(
        "{place} holds no login that can be read: {damage}; it is kept as it is: repair it, or log in again, which moves \
         it aside"
    )]
    Damaged {
        /// Where.
        place: StoreKind,
        /// What is wrong with it.
        #[source]
        damage: Damage,
    },
    /// It cannot be read.
    #[error("cannot read the login in {}: check who may read it", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It cannot be written; the old file is as it was.
    #[error("cannot store the login in {}: check the space on the disk and who may write there", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It cannot be removed.
    #[error("cannot remove the login in {}: check who may write there, or remove it by hand", file.display())]
    Remove {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What is in the way of a login cannot be moved aside.
    #[error("cannot move {} aside: move or remove it by hand", file.display())]
    SetAside {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The lock of the store cannot be used.
    #[error("cannot lock the login with {}: check who may write there", file.display())]
    Lock {
        /// The lock file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Something else is in the place of the lock: a pipe, a folder, a device.
    #[error("{} is no ordinary file, so the login cannot be locked: remove it", file.display())]
    LockNotAFile {
        /// What is there.
        file: PathBuf,
    },
    /// Somebody else held the lock for the whole time.
    #[error("another process has held the login in {place} for {} s: look for one that hangs", waited.as_secs())]
    Locked {
        /// The store.
        place: StoreKind,
        /// How long was waited.
        waited: Duration,
    },
    /// A keyring is asked for, but this program was built without.
    #[error(
        "this program was built without support for the keyring: set cli_auth_credentials_store to \"file\", or build it \
         with the feature `keyring`"
    )]
    KeyringNotBuilt,
    /// The keyring does not do what it should.
    #[error(
        "the keyring cannot be used: {problem}; see to it, or set cli_auth_credentials_store to \"file\""
    )]
    Keyring {
        /// What is wrong with it.
        problem: KeyringProblem,
        /// What the system said.
        #[source]
        source: Option<BoxError>,
    },
    /// The program is about to end.
    #[error("the program ended before the login was read or stored")]
    Interrupted,
}

/// What is wrong with the keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyringProblem {
    /// There is none, or no way to reach it.
    #[error("there is none on this machine")]
    Absent,
    /// It is locked, or does not let this program in.
    #[error("it is locked")]
    NoAccess,
    /// The system failed.
    #[error("the system reported a failure")]
    Platform,
    /// The login is longer than the keyring allows.
    #[error("the login is too long for it")]
    TooLong,
    /// It holds several entries by the same name.
    #[error("it holds several logins of the same name")]
    Ambiguous,
    /// It holds something that cannot be read.
    #[error("what it holds cannot be read")]
    Unreadable,
    /// It refuses what it is asked.
    #[error("it cannot do what it was asked")]
    Unsupported,
}
