//! Pure function, over files: the store of `auth.json`.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use codex_core::{AuthFile, CredentialStore, Damage, FileStore, StoreChoice, StoreError, StoreLock};
use tempfile::TempDir;

use crate::support::{locked, login, secret, stored_refresh_token};

struct Home {
    folder: TempDir,
    store: FileStore,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: FileStore::new(folder.path()), folder }
    }

    fn with(content: impl AsRef<[u8]>) -> Self {
        let home = Self::new();
        fs::write(home.path("auth.json"), content).unwrap();
        home
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn lock(&self) -> StoreLock {
        locked(&self.store)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_login_is_stored_for_its_owner_only() {
    let home = Home::new();
    assert!(home.store.load().unwrap().is_none());

    home.store.save(&login("a", "rt-1"), &home.lock()).unwrap();

    assert_eq!(stored_refresh_token(&home.store), "rt-1");
    assert_eq!(mode(&home.path("auth.json")), 0o600);
    assert_eq!(home.names(), ["auth.json", "auth.json.lock"]);
    assert!(home.store.delete(&home.lock()).unwrap());
    assert!(!home.store.delete(&home.lock()).unwrap());
}

#[test]
fn folders_are_made_and_a_file_that_others_can_read_is_tightened() {
    let home = Home::new();
    let deep = FileStore::new(&home.path("a/b"));
    let lock = locked(&deep);
    deep.save(&login("a", "rt-1"), &lock).unwrap();
    assert_eq!(mode(&home.path("a/b")), 0o700);

    fs::set_permissions(home.path("a/b/auth.json"), PermissionsExt::from_mode(0o644)).unwrap();
    assert_eq!(stored_refresh_token(&deep), "rt-1");
    deep.save(&login("a", "rt-2"), &lock).unwrap();
    assert_eq!(mode(&home.path("a/b/auth.json")), 0o600);
}

#[test]
fn what_killed_writers_left_is_harmless_and_removed() {
    let home = Home::new();
    home.store.save(&login("a", "rt-1"), &home.lock()).unwrap();
    fs::write(home.path("auth.json.tmp-4711"), "{\"OPENAI_API").unwrap();
    fs::write(home.path("auth.json.tmp-4712"), "").unwrap();
    assert_eq!(stored_refresh_token(&home.store), "rt-1");

    home.store.save(&login("a", "rt-2"), &home.lock()).unwrap();

    assert_eq!(home.names(), ["auth.json", "auth.json.lock"]);
}

#[test]
fn a_damaged_file_is_kept_until_a_login_moves_it_aside() {
    let half = &login("a", "rt-1").to_json();
    let half = &secrecy::ExposeSecret::expose_secret(half).as_bytes()[..40];
    for content in
        [b"".as_slice(), half, b"{\"name\": 1}", b"{\"tokens\": []}", b"\xff\xfe", &[b' '; 1_100_000]]
    {
        let home = Home::with(content);
        fs::write(home.path("auth.json.damaged-1"), "an older one").unwrap();
        let lock = home.lock();

        let load = home.store.load().unwrap_err();
        let save = home.store.save(&login("a", "rt-2"), &lock).unwrap_err();
        assert!(matches!(load, StoreError::Damaged { .. }), "{load}");
        assert!(matches!(save, StoreError::Damaged { .. }), "{save}");
        assert!(
            load.to_string().contains("auth.json") && load.to_string().contains("log in again"),
            "{load}"
        );
        assert_eq!(fs::read(home.path("auth.json")).unwrap(), content);

        let aside = home.store.set_aside(&lock).unwrap().unwrap();
        assert_eq!(aside, home.path("auth.json.damaged-2"));
        assert_eq!(fs::read(&aside).unwrap(), content);
        assert_eq!(mode(&aside), 0o600);
        home.store.save(&login("a", "rt-2"), &lock).unwrap();
        assert_eq!(home.store.set_aside(&lock).unwrap(), None);
        assert_eq!(fs::read(home.path("auth.json.damaged-1")).unwrap(), b"an older one");
    }
}

#[test]
fn a_folder_in_place_of_the_file_is_damage_too() {
    let home = Home::new();
    fs::create_dir(home.path("auth.json")).unwrap();
    let error = home.store.load().unwrap_err();
    assert!(matches!(error, StoreError::Damaged { damage: Damage::NotAFile, .. }), "{error}");
    assert_eq!(home.store.set_aside(&home.lock()).unwrap(), Some(home.path("auth.json.damaged-1")));
}

#[test]
fn symbolic_links_stay_and_lead_to_the_login() {
    let home = Home::new();
    fs::create_dir(home.path("real")).unwrap();
    symlink("real/login.json", home.path("auth.json")).unwrap();

    home.store.save(&login("a", "rt-1"), &home.lock()).unwrap();

    assert!(fs::symlink_metadata(home.path("auth.json")).unwrap().is_symlink());
    assert_eq!(stored_refresh_token(&home.store), "rt-1");
    assert_eq!(mode(&home.path("real/login.json")), 0o600);
    assert!(home.path("real/login.json.lock").exists());
    assert!(home.store.delete(&home.lock()).unwrap());
    assert!(!home.path("real/login.json").exists());
}

#[test]
fn a_link_that_leads_to_itself_is_an_error() {
    let home = Home::new();
    symlink("auth.json", home.path("auth.json")).unwrap();
    assert!(matches!(home.store.load(), Err(StoreError::Read { .. })));
}

#[test]
fn the_lock_is_held_by_one_and_given_back() {
    let home = Home::new();
    let other = FileStore::new(home.folder.path());
    let lock = home.lock();
    assert!(other.try_lock().unwrap().is_none());
    drop(lock);
    drop(locked(&other));
    assert_eq!(mode(&home.path("auth.json.lock")), 0o600);
}

#[test]
fn a_pipe_in_the_place_of_the_lock_is_an_error_and_hangs_nobody() {
    let home = Home::new();
    let made = std::process::Command::new("mkfifo").arg(home.path("auth.json.lock")).status();
    if made.map_or(true, |status| !status.success()) {
        fs::create_dir(home.path("auth.json.lock")).unwrap();
    }
    let error = home.store.try_lock().unwrap_err();
    assert!(
        matches!(&error, StoreError::LockNotAFile { file } if file.ends_with("auth.json.lock")),
        "{error}"
    );
}

/// Needs the right to give files away.
#[test]
fn what_root_makes_in_the_folder_of_a_user_is_that_users() {
    use std::os::unix::fs::MetadataExt;

    let home = Home::new();
    if std::os::unix::fs::chown(home.folder.path(), Some(4711), Some(4712)).is_err() {
        println!("skipped: only root can give files away");
        return;
    }
    home.store.save(&login("a", "rt-1"), &home.lock()).unwrap();
    for name in ["auth.json", "auth.json.lock"] {
        let metadata = fs::metadata(home.path(name)).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), (4711, 4712), "{name}");
    }
}

/// A folder in the place of the unfinished file, or of the folder, stands for a disk that cannot be written: tests may run
/// as a user whom permissions do not stop.
#[test]
fn what_cannot_be_written_leaves_the_old_file_whole() {
    let home = Home::new();
    home.store.save(&login("a", "rt-1"), &home.lock()).unwrap();
    let blocker = home.path(&format!("auth.json.tmp-{}", std::process::id()));
    fs::create_dir(&blocker).unwrap();

    let error = home.store.save(&login("a", "rt-2"), &home.lock()).unwrap_err();

    assert!(matches!(error, StoreError::Write { .. }), "{error}");
    assert_eq!(stored_refresh_token(&home.store), "rt-1");
    fs::write(home.path("no-folder"), "").unwrap();
    let error = FileStore::new(&home.path("no-folder")).try_lock().unwrap_err();
    assert!(matches!(error, StoreError::Lock { .. }), "{error}");
}

#[test]
fn what_killed_writers_left_is_never_followed() {
    let home = Home::new();
    fs::write(home.path("victim"), "precious").unwrap();
    symlink("victim", home.path(&format!("auth.json.tmp-{}", std::process::id()))).unwrap();

    home.store.save(&AuthFile::api_key(secret("sk-1")), &home.lock()).unwrap();

    assert_eq!(home.names(), ["auth.json", "auth.json.lock", "victim"]);
    assert_eq!(fs::read(home.path("victim")).unwrap(), b"precious");
}

#[test]
fn stores_are_chosen_by_name() {
    for (name, choice) in [
        ("file", StoreChoice::File),
        ("keyring", StoreChoice::Keyring),
        ("auto", StoreChoice::Auto),
        ("ephemeral", StoreChoice::Ephemeral),
    ] {
        assert_eq!(name.parse(), Ok(choice));
    }
    let home = tempfile::tempdir().unwrap();
    assert_eq!(
        StoreChoice::File.open(home.path()).unwrap().kind().file(),
        Some(&*home.path().join("auth.json"))
    );
    assert_eq!(
        StoreChoice::Ephemeral.open(home.path()).unwrap().kind().to_string(),
        "the memory of this process"
    );
    if cfg!(not(feature = "keyring")) {
        assert!(matches!(StoreChoice::Keyring.open(home.path()), Err(StoreError::KeyringNotBuilt)));
        assert!(StoreChoice::Auto.open(home.path()).unwrap().kind().file().is_some());
    }
}
