//! Reports that wait to be delivered.

mod claim;
mod error;
mod spooled_report;
mod tracker_spool;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{Dsn, private_file};

pub use error::SpoolError;
pub use spooled_report::{SpooledReport, SpooledState};
pub(crate) use {claim::Claim, tracker_spool::TrackerSpool};

/// How many reports may wait for one tracker.
pub const MAX_SPOOLED_REPORTS: usize = 32;
/// How many reports that one tracker refused may be kept.
pub const MAX_REFUSED_REPORTS: usize = 64;
/// How many bytes all reports of the spool may have.
pub const MAX_SPOOL_BYTES: u64 = 256 * 1024 * 1024;

/// A folder of reports that wait: a folder for each tracker, in it one file for each report, mode 0600, written whole, named
/// after its report. A report is for one tracker and goes to no other, whatever DSN is configured later.
///
/// A file is locked while it is on its way, so that of several processes only one delivers it; the lock ends with the
/// process. It is removed only after the tracker took the report, or by [`discard`](Self::discard).
#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
}

impl Spool {
    /// The spool in that folder, which need not exist.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder of the reports for this tracker: its name holds host, port and project, and no key.
    pub fn folder_of(&self, dsn: &Dsn) -> PathBuf {
        self.folder.join(dsn.folder_name())
    }

    /// All reports, waiting and refused, for all trackers, oldest first.
    ///
    /// # Errors
    /// [`SpoolError::Read`] when a folder cannot be read.
    pub fn reports(&self) -> Result<Vec<SpooledReport>, SpoolError> {
        let mut reports = Vec::new();
        for folder in self.folders()? {
            reports.extend(reports_in(&folder)?);
        }
        reports.sort_by_key(|report| report.since);
        Ok(reports)
    }

    /// The reports that wait, for whichever tracker, oldest first.
    ///
    /// # Errors
    /// [`SpoolError::Read`] when a folder cannot be read.
    pub fn pending(&self) -> Result<Vec<SpooledReport>, SpoolError> {
        let mut reports = self.reports()?;
        reports.retain(|report| report.state == SpooledState::Waiting);
        Ok(reports)
    }

    /// Removes a report that nobody delivers at this moment. Whether it did.
    ///
    /// # Errors
    /// [`SpoolError::Discard`] when the file cannot be removed.
    pub fn discard(&self, report: &SpooledReport) -> Result<bool, SpoolError> {
        let failed = |source| SpoolError::Discard { path: report.path.clone(), source };
        match Claim::of(&report.path) {
            Ok(Some(claim)) => claim.remove().map(|()| true).map_err(failed),
            Ok(None) => Ok(false),
            // What cannot even be opened is nobody's report on its way.
            Err(_no_report) => fs::remove_file(&report.path).map(|()| true).map_err(failed),
        }
    }

    /// Where the reports for this tracker are.
    pub(crate) fn into_tracker_spool(self, dsn: &Dsn) -> TrackerSpool {
        let folder = self.folder_of(dsn);
        TrackerSpool::new(self, folder)
    }

    /// The folders with reports. Those in the outermost one are for no known tracker.
    fn folders(&self) -> Result<Vec<PathBuf>, SpoolError> {
        let failed = |source| SpoolError::Read { folder: self.folder.clone(), source };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut folders = vec![self.folder.clone()];
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            // A folder of that extension is listed as a file that is no report.
            if path.is_dir() && !SpooledState::ALL.iter().any(|state| state.is_of(&path)) {
                folders.push(path);
            }
        }
        Ok(folders)
    }
}

/// The reports of one folder, waiting and refused, oldest first.
fn reports_in(folder: &Path) -> Result<Vec<SpooledReport>, SpoolError> {
    let failed = |source| SpoolError::Read { folder: folder.to_owned(), source };
    let mut reports = Vec::new();
    for state in SpooledState::ALL {
        let paths = private_file::list(folder, state.extension()).map_err(failed)?;
        // One that is delivered meanwhile is gone.
        reports.extend(paths.iter().filter_map(|path| SpooledReport::of(path, state).ok()));
    }
    reports.sort_by_key(|report| report.since);
    Ok(reports)
}
