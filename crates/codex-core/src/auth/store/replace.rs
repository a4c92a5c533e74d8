//! Replacing a file so that a kill at any instant leaves the old one or the new one, whole.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, OpenOptions},
    io::{self, Write},
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

/// Replaces `target` by a file that only its owner may read. Others may not write there at the same time.
pub(super) fn replace(target: &Path, content: &[u8]) -> io::Result<()> {
    remove_unfinished(target);
    let mut unfinished = name(target);
    unfinished.push(format!("{UNFINISHED}{}", process::id()));
    let unfinished = folder(target).join(unfinished);
    let written = write(&unfinished, target, content).and_then(|()| fs::rename(&unfinished, target));
    if let Err(error) = written {
        // Best effort: what is left over is harmless, and removed the next time.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    sync_folder(folder(target));
    Ok(())
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

fn write(unfinished: &Path, target: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = private().create_new(true).open(unfinished)?;
    keep_owner(&file, target);
    file.write_all(content)?;
    file.sync_all()
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

/// A file that somebody writes with more rights (`sudo`) stays that of its owner.
#[cfg(unix)]
fn keep_owner(file: &File, target: &Path) {
    use std::os::unix::fs::{MetadataExt, fchown};

    let (Ok(new), Ok(old)) = (file.metadata(), fs::metadata(target)) else { return };
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _target: &Path) {}

/// Makes the new name last through a power cut. The file is in place already: a system that cannot do it is no failure.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(%error, "the folder of the login cannot be synchronised");
    }
    #[cfg(not(unix))]
    let _ = folder;
}
