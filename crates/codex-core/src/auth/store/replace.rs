//! Replacing a file so that a kill at any instant leaves the old one or the new one, whole.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, OpenOptions},
    io::{self, Seek, Write},
    path::{Path, PathBuf},
    process,
};

/// Stands between the name of the file and the number of the process in the name of an unfinished file.
const UNFINISHED: &str = ".tmp-";
/// How many symbolic links are followed, as the kernel does.
const MAX_LINKS: usize = 40;

/// Where a path leads through symbolic links, whether or not there is a file at the end.
pub(super) fn target(path: &Path) -> PathBuf {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(next) = fs::read_link(&target) else { break };
        // An absolute link replaces the whole path.
        target = folder(&target).join(next);
    }
    target
}

/// A file beside `target`, that only its owner may read and that is to replace it. Dropped before that, it is removed.
#[derive(Debug)]
pub(super) struct Unfinished {
    file: File,
    path: PathBuf,
    target: PathBuf,
    replaced: bool,
}

impl Unfinished {
    /// An empty one. Others may not write beside `target` at the same time.
    pub(super) fn create(target: &Path) -> io::Result<Self> {
        remove_unfinished(target);
        let mut unfinished = name(target);
        unfinished.push(format!("{UNFINISHED}{}", process::id()));
        let path = folder(target).join(unfinished);
        let file = private().create_new(true).open(&path)?;
        keep_owner(&file, target);
        Ok(Self { file, path, target: target.to_owned(), replaced: false })
    }

    /// One that has room for `bytes` on the disk.
    pub(super) fn with_room(target: &Path, bytes: usize) -> io::Result<Self> {
        let mut unfinished = Self::create(target)?;
        // A file system that compresses would set nothing aside for zeros.
        let filling: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..)).take(bytes).collect();
        unfinished.file.write_all(&filling)?;
        unfinished.file.sync_all()?;
        Ok(unfinished)
    }

    /// The same file, to replace another one.
    pub(super) fn instead_for(mut self, target: &Path) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    pub(super) fn is_for(&self, target: &Path) -> bool {
        self.target == target
    }

    /// Replaces the target by `content`.
    pub(super) fn replace(mut self, content: &[u8]) -> io::Result<()> {
        self.file.rewind()?;
        self.file.write_all(content)?;
        self.file.set_len(content.len() as u64)?;
        self.file.sync_all()?;
        fs::rename(&self.path, &self.target)?;
        self.replaced = true;
        sync_folder(folder(&self.target));
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.replaced {
            // Best effort: what is left over is harmless, and removed the next time.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes the folder and those above it; the new ones are for their owner only.
pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Options for files that only their owner may read.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The folder that a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The last part of a path.
pub(super) fn name(path: &Path) -> OsString {
    path.file_name().unwrap_or(OsStr::new("auth.json")).to_owned()
}

/// Removes what writers left that were killed. Whoever writes holds the lock, so none of it is in use.
fn remove_unfinished(target: &Path) {
    let mut prefix = name(target);
    prefix.push(UNFINISHED);
    let Ok(entries) = fs::read_dir(folder(target)) else { return };
    for entry in entries.flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A file that somebody writes with more rights (`sudo`) stays that of its owner; a new one is of the owner of the folder.
#[cfg(unix)]
fn keep_owner(file: &File, target: &Path) {
    own_like(file, fs::metadata(target).or_else(|_| fs::metadata(folder(target))));
}

/// A lock that root makes in the folder of a user is that user's: else nobody but root could take it from then on.
#[cfg(unix)]
pub(super) fn own_like_folder(file: &File, folder: &Path) {
    own_like(file, fs::metadata(folder));
}

#[cfg(unix)]
fn own_like(file: &File, owner: io::Result<fs::Metadata>) {
    use std::os::unix::fs::{MetadataExt, fchown};

    let (Ok(new), Ok(owner)) = (file.metadata(), owner) else { return };
    if new.uid() != owner.uid() {
        // Only root may do it, and only root has to.
        let _ = fchown(file, Some(owner.uid()), Some(owner.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _target: &Path) {}

#[cfg(not(unix))]
pub(super) fn own_like_folder(_file: &File, _folder: &Path) {}

/// Makes the new name last through a power cut. The file is in place already: a system that cannot do it is no failure.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(%error, "the folder of the login cannot be synchronised");
    }
    #[cfg(not(unix))]
    let _ = folder;
}
