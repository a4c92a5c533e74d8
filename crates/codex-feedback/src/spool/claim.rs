//! A report that this process alone delivers.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read},
    path::{Path, PathBuf},
};

use bytes::Bytes;

use super::SpooledState;
use crate::{limits::MAX_ENVELOPE_BYTES, private_file};

/// A file of the spool that this process alone delivers.
#[derive(Debug)]
pub(crate) struct Claim {
    path: PathBuf,
    file: File,
}

impl Claim {
    pub(super) fn new(path: PathBuf, file: File) -> Self {
        Self { path, file }
    }

    /// Claims a waiting report; `None` when another process has it, or had it and delivered it.
    pub(crate) fn of(path: &Path) -> io::Result<Option<Self>> {
        let opened = private_file::check_regular(path)
            .and_then(|()| OpenOptions::new().read(true).write(true).open(path));
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Between opening and locking it, another process may have delivered and removed it.
        let still_there = path.try_exists()?;
        Ok(still_there.then(|| Self { path: path.to_owned(), file }))
    }

    /// Where the report is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What is on disk.
    pub(crate) fn read(&self) -> io::Result<Bytes> {
        let mut bytes = Vec::new();
        (&self.file).take(MAX_ENVELOPE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MAX_ENVELOPE_BYTES {
            let why = format!("larger than {MAX_ENVELOPE_BYTES} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        Ok(bytes.into())
    }

    /// Nobody needs it any more.
    pub(crate) fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)?;
        private_file::sync_folder(self.path.parent().unwrap_or(Path::new(".")));
        Ok(())
    }

    /// The tracker would never take it. Where it is from now on.
    pub(crate) fn set_aside(self) -> PathBuf {
        set_aside(&self.path)
    }
}

/// Marks the file as one that is not sent again. Where it is from now on: a file that cannot be renamed stays, and is
/// refused once more by the next flush.
pub(super) fn set_aside(path: &Path) -> PathBuf {
    let refused = path.with_extension(SpooledState::Refused.extension());
    match fs::rename(path, &refused) {
        Ok(()) => {
            private_file::sync_folder(path.parent().unwrap_or(Path::new(".")));
            refused
        }
        Err(_stays) => path.to_owned(),
    }
}
