//! A report on disk.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::EventId;

/// A report in the spool.
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
    /// Whether it is sent again.
    pub state: SpooledState,
}

/// Whether a report in the spool is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpooledState {
    /// The next flush sends it.
    Waiting,
    /// The tracker would never take it as it is: it is sent again only when that is asked for.
    Refused,
}

impl SpooledReport {
    /// What names it, for whoever wants it discarded: its event id, else the name of its file.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    pub(super) fn of(path: &Path, state: SpooledState) -> io::Result<Self> {
        let meta = fs::metadata(path)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        Ok(Self {
            event_id: stem.parse().ok(),
            path: path.to_owned(),
            bytes: meta.len(),
            since: meta.modified().ok(),
            state,
        })
    }
}

impl SpooledState {
    pub(super) const ALL: [Self; 2] = [Self::Waiting, Self::Refused];

    /// The state is the extension of the file: changing it is one rename.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Waiting => "envelope",
            Self::Refused => "refused",
        }
    }

    pub(super) fn is_of(self, path: &Path) -> bool {
        path.extension().is_some_and(|extension| extension == self.extension())
    }
}
