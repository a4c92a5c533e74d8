//! Files that only the user can read, written whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::{Builder, NamedTempFile};

/// How the temporary files begin that a killed writer leaves behind.
const TEMPORARY_PREFIX: &str = ".codex-feedback-";
/// After this time a temporary file is taken for such a leftover.
const LEFTOVER_AGE: Duration = Duration::from_secs(60 * 60);

/// Writes a file so that a kill at any instant leaves the old one or the new one, whole. Mode 0600.
pub(crate) fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    let temporary = prepare(path, contents)?;
    place(temporary, path)?;
    Ok(())
}

/// Like [`write()`], and locked before anybody can see it. The lock ends when the file is dropped, or with the process.
pub(crate) fn write_locked(path: &Path, contents: &[u8]) -> io::Result<File> {
    let temporary = prepare(path, contents)?;
    temporary.as_file().lock()?;
    place(temporary, path)
}

/// Fails where the path leads to something else than a file: opening a pipe would wait for its writer, and a device never
/// ends. Done before a file is opened that anybody may have put there.
pub(crate) fn check_regular(path: &Path) -> io::Result<()> {
    if fs::metadata(path)?.is_file() {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidData, "not a regular file"))
    }
}

fn prepare(path: &Path, contents: &[u8]) -> io::Result<NamedTempFile> {
    let folder = parent(path);
    create_folder(folder)?;
    let mut file = Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn place(temporary: NamedTempFile, path: &Path) -> io::Result<File> {
    let file = temporary.persist(path).map_err(|error| error.error)?;
    sync_folder(parent(path));
    Ok(file)
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A rename is on disk when its folder is. Not every file system can do this, and the rename itself has happened.
pub(crate) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(unix)]
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// The files of a folder with that extension, sorted by name. A folder that does not exist has none. What killed writers
/// left behind is removed on the way.
pub(crate) fn list(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(TEMPORARY_PREFIX) {
            remove_leftover(&path);
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn remove_leftover(path: &Path) {
    let age = fs::symlink_metadata(path)
        .and_then(|meta| meta.modified())
        .ok()
        .and_then(|modified| SystemTime::now().duration_since(modified).ok());
    if age.is_some_and(|age| age > LEFTOVER_AGE) {
        let _ = fs::remove_file(path);
    }
}
