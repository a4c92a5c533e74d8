//! Why there is no recording.

use std::{io, path::PathBuf, time::Duration};

use thiserror::Error;

/// Why a recording could not be made. A request never fails for it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The file cannot be opened.
    #[error("cannot open {} for the recording", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system found.
        #[source]
        source: io::Error,
    },
    /// The file holds something else than an older recording.
    #[error("{} is not a recording and will not be replaced: name another file", path.display())]
    NotARecording {
        /// The file.
        path: PathBuf,
    },
    /// No thread to write from.
    #[error("cannot start the thread that writes the recording")]
    Thread {
        /// What the system found.
        #[source]
        source: io::Error,
    },
    /// The file cannot be written. What came before stands in it.
    #[error("the recording {} could not be written to its end", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system found.
        #[source]
        source: io::Error,
    },
    /// Writing does not come to an end.
    #[error("the recording {} was not written within {} s: the file may lack its end", path.display(), limit.as_secs())]
    Unfinished {
        /// The file.
        path: PathBuf,
        /// How long it was waited.
        limit: Duration,
    },
}
