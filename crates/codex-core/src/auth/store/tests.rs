//! Pure function: the keyring is a double.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    sync::{Arc, Mutex},
};

use secrecy::SecretString;

use super::{
    AutoStore, CredentialStore, FileStore, KeyringProblem, KeyringStore, StoreError, StoreKind,
    keyring_store::{Vault, account},
};
use crate::auth::AuthFile;

#[derive(Clone, Debug, Default)]
struct FakeVault {
    content: Arc<Mutex<Option<String>>>,
    absent: bool,
}

impl FakeVault {
    fn check(&self) -> Result<(), StoreError> {
        if self.absent {
            return Err(StoreError::Keyring { problem: KeyringProblem::Absent, source: None });
        }
        Ok(())
    }
}

impl Vault for FakeVault {
    fn read(&self) -> Result<Option<String>, StoreError> {
        self.check()?;
        Ok(self.content.lock().unwrap().clone())
    }

    fn write(&self, content: &str) -> Result<(), StoreError> {
        self.check()?;
        *self.content.lock().unwrap() = Some(content.to_owned());
        Ok(())
    }

    fn remove(&self) -> Result<bool, StoreError> {
        self.check()?;
        Ok(self.content.lock().unwrap().take().is_some())
    }
}

fn login(key: &str) -> AuthFile {
    AuthFile::api_key(SecretString::from(key))
}

#[test]
fn the_account_name_is_a_digest_of_the_folder() {
    // printf %s / | sha256sum
    assert_eq!(account("/".as_ref()), "cli|8a5edab282632443");
}

#[test]
fn saving_in_the_keyring_removes_the_file() {
    let home = tempfile::tempdir().unwrap();
    let file = FileStore::new(home.path());
    let store = KeyringStore::with_vault(home.path(), Box::new(FakeVault::default()));
    let lock = store.try_lock().unwrap().unwrap();
    file.save(&login("sk-old"), &lock).unwrap();

    store.save(&login("sk-new"), &lock).unwrap();

    assert!(file.load().unwrap().is_none());
    assert!(store.load().unwrap().is_some());
    assert!(store.delete(&lock).unwrap());
    assert!(!store.delete(&lock).unwrap());
}

#[test]
fn a_damaged_entry_is_kept_in_a_file_when_it_is_in_the_way() {
    let home = tempfile::tempdir().unwrap();
    let vault = FakeVault::default();
    vault.write("{\"half").unwrap();
    let store = KeyringStore::with_vault(home.path(), Box::new(vault));
    let lock = store.try_lock().unwrap().unwrap();
    assert!(matches!(store.save(&login("sk-1"), &lock), Err(StoreError::Damaged { .. })));

    let aside = store.set_aside(&lock).unwrap().unwrap();

    assert_eq!(fs::read_to_string(aside).unwrap(), "{\"half");
    store.save(&login("sk-1"), &lock).unwrap();
}

#[test]
fn without_a_keyring_the_file_is_taken() {
    let home = tempfile::tempdir().unwrap();
    let vault = FakeVault { absent: true, ..FakeVault::default() };
    let store = AutoStore::over(KeyringStore::with_vault(home.path(), Box::new(vault)));
    let lock = store.try_lock().unwrap().unwrap();

    store.save(&login("sk-1"), &lock).unwrap();

    assert!(matches!(store.kind(), StoreKind::File(_)));
    assert!(store.load().unwrap().is_some());
    assert!(store.delete(&lock).unwrap());
}
