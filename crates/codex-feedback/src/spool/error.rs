//! Why the spool failed.

use std::{io, path::PathBuf};

/// Why a report could not be put on disk or removed, or the waiting ones not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpoolError {
    /// There is no room.
    #[error(
        "{reports} {} of {bytes} bytes {} kept already: deliver them (feedback flush) or discard them (feedback discard); \
         the oldest is {}",
        if *.reports == 1 { "report" } else { "reports" },
        if *.reports == 1 { "is" } else { "are" },
        .oldest.display()
    )]
    Full {
        /// How many are kept.
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
    /// The file could not be removed.
    #[error("cannot discard the report {}", .path.display())]
    Discard {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
