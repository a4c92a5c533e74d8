//! Reports that wait to be delivered.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;

use crate::{Envelope, EventId, limits::MAX_ENVELOPE_BYTES, private_file, tracker_limits::MAX_WAIT};

/// How many reports may wait.
pub const MAX_SPOOLED_REPORTS: usize = 32;
/// How many bytes all waiting reports may have.
pub const MAX_SPOOL_BYTES: u64 = 256 * 1024 * 1024;

const EXTENSION: &str = "envelope";
/// Holds the time until which the tracker wants to be left alone, Unix seconds.
const HOLD: &str = "hold";
const ADMISSION_LOCK: &str = "lock";

/// A folder of reports that wait: one file each, mode 0600, written whole, named after its report.
///
/// A file is locked while it is on its way, so that of several processes only one delivers it; the lock ends with the
/// process. It is removed only after the tracker took the report.
#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
}

/// A report that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpooledReport {
    /// Its name at the tracker; `None` when the file has not the name of one.
    pub event_id: Option<EventId>,
    /// Where it is.
    pub path: PathBuf,
    /// How large it is.
    pub bytes: u64,
    /// Since when it waits.
    pub since: Option<SystemTime>,
}

/// A file of the spool that this process alone delivers.
#[derive(Debug)]
pub(crate) struct Claim {
    path: PathBuf,
    file: File,
}

impl Spool {
    /// The spool in that folder, which need not exist.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The reports that wait, oldest first.
    ///
    /// # Errors
    /// [`SpoolError::Read`] when the folder cannot be read.
    pub fn pending(&self) -> Result<Vec<SpooledReport>, SpoolError> {
        let failed = |source| SpoolError::Read { folder: self.folder.clone(), source };
        let paths = private_file::list(&self.folder, EXTENSION).map_err(failed)?;
        // One that is delivered meanwhile is gone.
        let mut reports: Vec<_> = paths.iter().filter_map(|path| spooled(path).ok()).collect();
        reports.sort_by_key(|report| report.since);
        Ok(reports)
    }

    /// Puts a report on disk, whole, and claims it.
    pub(crate) fn keep(&self, envelope: &Envelope) -> Result<Claim, SpoolError> {
        let path = self.path_of(envelope.event_id());
        let failed = |source| SpoolError::Write { path: path.clone(), source };
        // Held until the file is there, so that two processes do not pass the bounds together.
        private_file::create_folder(&self.folder).map_err(failed)?;
        let admission = OpenOptions::new().create(true).append(true).open(self.folder.join(ADMISSION_LOCK));
        let admission = admission.map_err(failed)?;
        admission.lock().map_err(failed)?;
        let bytes = envelope.stored();
        self.check_room(bytes.len() as u64)?;
        let file = private_file::write_locked(&path, &bytes).map_err(failed)?;
        Ok(Claim { path, file })
    }

    /// Claims a waiting report; `None` when another process has it, or had it and delivered it.
    pub(crate) fn claim(&self, report: &SpooledReport) -> io::Result<Option<Claim>> {
        let gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        let file = match OpenOptions::new().read(true).write(true).open(&report.path) {
            Ok(file) => file,
            Err(error) if gone(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Between opening and locking it, another process may have delivered and removed it.
        let still_there = report.path.try_exists()?;
        Ok(still_there.then(|| Claim { path: report.path.clone(), file }))
    }

    /// Until when the tracker wants to be left alone.
    pub(crate) fn held_until(&self, now: SystemTime) -> Option<SystemTime> {
        let text = fs::read_to_string(self.folder.join(HOLD)).ok()?;
        let until = UNIX_EPOCH.checked_add(Duration::from_secs(text.trim().parse().ok()?))?;
        let wait = until.duration_since(now).ok()?;
        (!wait.is_zero() && wait <= MAX_WAIT).then_some(until)
    }

    /// Remembers that the tracker wants to be left alone. Without it the next report is sent early, and refused: so a
    /// failure to write is no error.
    pub(crate) fn hold(&self, until: SystemTime) {
        let seconds = until.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().saturating_add(1);
        let _ = private_file::write(&self.folder.join(HOLD), seconds.to_string().as_bytes());
    }

    fn path_of(&self, event_id: EventId) -> PathBuf {
        self.folder.join(format!("{event_id}.{EXTENSION}"))
    }

    fn check_room(&self, bytes: u64) -> Result<(), SpoolError> {
        let pending = self.pending()?;
        let used: u64 = pending.iter().map(|report| report.bytes).sum();
        match pending.first() {
            Some(oldest) if pending.len() >= MAX_SPOOLED_REPORTS || used + bytes > MAX_SPOOL_BYTES => {
                Err(SpoolError::Full { reports: pending.len(), bytes: used, oldest: oldest.path.clone() })
            }
            _ => Ok(()),
        }
    }
}

impl Claim {
    /// Where the report is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What is on disk.
    pub(crate) fn read(&self) -> io::Result<Bytes> {
        let mut bytes = Vec::new();
        (&self.file).take(MAX_ENVELOPE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MAX_ENVELOPE_BYTES {
            return Err(io::Error::other(format!("larger than {MAX_ENVELOPE_BYTES} bytes")));
        }
        Ok(bytes.into())
    }

    /// The tracker took it.
    pub(crate) fn delivered(self) -> Result<(), PathBuf> {
        fs::remove_file(&self.path).map_err(|_| self.path.clone())?;
        private_file::sync_folder(self.path.parent().unwrap_or(Path::new(".")));
        Ok(())
    }
}

fn spooled(path: &Path) -> io::Result<SpooledReport> {
    let meta = fs::metadata(path)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    Ok(SpooledReport {
        event_id: stem.parse().ok(),
        path: path.to_owned(),
        bytes: meta.len(),
        since: meta.modified().ok(),
    })
}

/// Why a report could not be put on disk, or the waiting ones not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpoolError {
    /// There is no room.
    #[error(
        "{reports} reports of {bytes} bytes wait already: deliver them (feedback flush) or remove the oldest, {}",
        .oldest.display()
    )]
    Full {
        /// How many wait.
        reports: usize,
        /// How large they are together.
        bytes: u64,
        /// The one that waits longest.
        oldest: PathBuf,
    },
    /// The file could not be written.
    #[error("cannot keep the report in {}", .path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder could not be read.
    #[error("cannot read the waiting reports in {}", .folder.display())]
    Read {
        /// Which folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
