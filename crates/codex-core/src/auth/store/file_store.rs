//! A login in `auth.json`.

use std::{
    fs::{self, File, Metadata, TryLockError},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
    sync::Once,
};

use secrecy::ExposeSecret;

use super::{
    CredentialStore, StoreError, StoreKind, StoreLock,
    replace::{self, Unfinished, create_folder, folder, name},
};
use crate::auth::auth_file::{AuthFile, Damage, MAX_AUTH_FILE_BYTES};

/// How many damaged files, and tokens kept apart, are kept beside the login.
const MAX_SET_ASIDE: u32 = 100;
/// How much longer than the stored login the next one may be and still fit in what [`FileStore`] prepares, in bytes: 16 KiB.
const SPARE_BYTES: usize = 16 * 1024;

/// Keeps a login in `auth.json`, readable for its owner only.
///
/// - It is replaced atomically (temporary file, fsync, rename): a kill at any instant leaves the old or the new one.
/// - A symbolic link stays one: the file that it leads to is replaced.
/// - A file that is no login is never overwritten; a new login moves it to `auth.json.damaged-1` (`-2`, …).
/// - Before tokens are renewed, the room for them is taken on the disk: a full disk or a read-only folder is noticed
///   while the old refresh token still works.
/// - The lock is `auth.json.lock`, an advisory lock of the system: it ends with the process that holds it.
#[derive(Clone, Debug)]
pub struct FileStore {
    file: PathBuf,
}

impl FileStore {
    /// The store in the folder `home`, which need not exist yet.
    pub fn new(home: &Path) -> Self {
        Self { file: home.join("auth.json") }
    }

    /// Where the login is, symbolic links followed.
    fn target(&self) -> PathBuf {
        replace::target(&self.file)
    }

    fn read(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let problem = |source| StoreError::Read { file: self.file.clone(), source };
        // Looked at before it is opened: opening a pipe would wait for a writer.
        let metadata = match fs::metadata(&self.file) {
            Ok(metadata) => metadata,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(problem(error)),
        };
        if !metadata.is_file() {
            return Err(self.damaged(Damage::NotAFile));
        }
        let mut content = Vec::new();
        // One byte more than the limit tells a file at the limit from one beyond it.
        File::open(&self.file)
            .and_then(|file| file.take(MAX_AUTH_FILE_BYTES + 1).read_to_end(&mut content))
            .map_err(problem)?;
        self.warn_of_readers(&metadata);
        Ok(Some(content))
    }

    fn damaged(&self, damage: Damage) -> StoreError {
        StoreError::Damaged { place: self.kind(), damage }
    }

    #[cfg(unix)]
    fn warn_of_readers(&self, metadata: &Metadata) {
        use std::os::unix::fs::PermissionsExt;

        if metadata.permissions().mode() & 0o077 != 0 {
            tracing::warn!(
                file = %self.file.display(),
                "other users of this machine can read the login: `chmod 600` it, or log in again"
            );
        }
    }

    #[cfg(not(unix))]
    fn warn_of_readers(&self, _metadata: &Metadata) {}
}

impl CredentialStore for FileStore {
    fn kind(&self) -> StoreKind {
        StoreKind::File(self.file.clone())
    }

    fn load(&self) -> Result<Option<AuthFile>, StoreError> {
        let Some(content) = self.read()? else { return Ok(None) };
        AuthFile::parse(&content).map(Some).map_err(|damage| self.damaged(damage))
    }

    /// Writes and synchronises a file of the login's length and 16 KiB more, which the next save fills.
    fn prepare(&self, lock: &StoreLock) -> Result<(), StoreError> {
        let target = self.target();
        let stored = fs::metadata(&target).map_or(0, |metadata| metadata.len().min(MAX_AUTH_FILE_BYTES));
        let bytes = usize::try_from(stored).unwrap_or_default() + SPARE_BYTES;
        // An earlier one would remove the new one, which has its name.
        drop(lock.take_prepared());
        create_folder(folder(&target))
            .and_then(|()| Unfinished::with_room(&target, bytes))
            .map(|unfinished| lock.keep_prepared(unfinished))
            .map_err(|source| StoreError::Write { file: self.file.clone(), source })
    }

    fn save(&self, file: &AuthFile, lock: &StoreLock) -> Result<(), StoreError> {
        if let Err(error @ StoreError::Damaged { .. }) = self.load() {
            return Err(error);
        }
        let target = self.target();
        create_folder(folder(&target))
            .and_then(|()| match lock.take_prepared().filter(|prepared| prepared.is_for(&target)) {
                Some(prepared) => Ok(prepared),
                None => Unfinished::create(&target),
            })
            .and_then(|unfinished| unfinished.replace(file.to_json().expose_secret().as_bytes()))
            .map_err(|source| StoreError::Write { file: self.file.clone(), source })
    }

    /// In `auth.json.other-1` (`-2`, …), readable for its owner only.
    fn keep_apart(&self, file: &AuthFile, lock: &StoreLock) -> Result<Option<PathBuf>, StoreError> {
        let target = self.target();
        let aside = free_name(&target, "other")
            .ok_or(ErrorKind::AlreadyExists.into())
            .map_err(|source| StoreError::Write { file: self.file.clone(), source })?;
        let unfinished = match lock.take_prepared().filter(|prepared| prepared.is_for(&target)) {
            Some(prepared) => Ok(prepared.instead_for(&aside)),
            None => Unfinished::create(&aside),
        };
        unfinished
            .and_then(|unfinished| unfinished.replace(file.to_json().expose_secret().as_bytes()))
            .map_err(|source| StoreError::Write { file: aside.clone(), source })?;
        Ok(Some(aside))
    }

    fn delete(&self, _lock: &StoreLock) -> Result<bool, StoreError> {
        match fs::remove_file(self.target()) {
            Ok(()) => Ok(true),
            Err(error) if is_absent(&error) => Ok(false),
            Err(source) => Err(StoreError::Remove { file: self.file.clone(), source }),
        }
    }

    fn try_lock(&self) -> Result<Option<StoreLock>, StoreError> {
        let target = self.target();
        lock(folder(&target), &name(&target).to_string_lossy())
    }

    fn set_aside(&self, _lock: &StoreLock) -> Result<Option<PathBuf>, StoreError> {
        match self.load() {
            Err(StoreError::Damaged { .. }) => {}
            Err(error) => return Err(error),
            Ok(_) => return Ok(None),
        }
        let problem = |source| StoreError::SetAside { file: self.file.clone(), source };
        let target = self.target();
        let aside = free_name(&target, "damaged").ok_or_else(|| problem(ErrorKind::AlreadyExists.into()))?;
        fs::rename(&target, &aside).map_err(problem)?;
        tighten(&aside);
        Ok(Some(aside))
    }
}

/// Takes the lock of the file `name` in `folder`.
pub(super) fn lock(folder: &Path, name: &str) -> Result<Option<StoreLock>, StoreError> {
    static WITHOUT_LOCKS: Once = Once::new();
    let path = folder.join(format!("{name}.lock"));
    let problem = |source| StoreError::Lock { file: path.clone(), source };
    create_folder(folder).map_err(problem)?;
    // Looked at before it is opened: opening a pipe would wait for a reader.
    match fs::metadata(&path) {
        Ok(metadata) if !metadata.is_file() => return Err(StoreError::LockNotAFile { file: path }),
        _ => {}
    }
    // Never removed: another process may be about to lock it.
    let file = replace::private().create(true).truncate(false).open(&path).map_err(problem)?;
    replace::own_like_folder(&file, folder);
    match file.try_lock() {
        Ok(()) => Ok(Some(StoreLock::holding(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
            WITHOUT_LOCKS.call_once(|| {
                tracing::warn!(
                    file = %path.display(),
                    "this file system has no locks: do not use the login in two processes at once"
                );
            });
            Ok(Some(StoreLock::holding(())))
        }
        Err(TryLockError::Error(error)) => Err(problem(error)),
    }
}

/// The first name for a file of this kind beside the login that is not taken.
pub(super) fn free_name(target: &Path, kind: &str) -> Option<PathBuf> {
    (1..=MAX_SET_ASIDE)
        .map(|number| folder(target).join(format!("{}.{kind}-{number}", name(target).to_string_lossy())))
        .find(|path| fs::symlink_metadata(path).is_err_and(|error| is_absent(&error)))
}

/// A damaged file may well hold tokens. Best effort: it was no safer where it stood.
fn tighten(file: &Path) {
    #[cfg(unix)]
    if file.is_file() {
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        let _ = fs::set_permissions(file, permissions);
    }
    #[cfg(not(unix))]
    let _ = file;
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
