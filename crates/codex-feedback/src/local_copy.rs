//! A report where there is no tracker.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{Report, private_file};

/// Writes the report as one HTML page, with the user's files in it, for a user who has no tracker: mode 0600, in that
/// folder, named `codex-feedback-<thread id>.html`, or after the report where there is no thread. Another report of the same
/// thread has its own file.
///
/// # Errors
/// [`LocalCopyError`] when it cannot be written.
pub fn write_local_copy(report: &Report, folder: &Path) -> Result<PathBuf, LocalCopyError> {
    let id = report.event_id().to_string();
    let thread: String =
        report.thread_id().unwrap_or_default().chars().filter(is_file_char).take(64).collect();
    let mut path =
        folder.join(format!("codex-feedback-{}.html", if thread.is_empty() { &id } else { &thread }));
    if path.exists() {
        path = folder.join(format!("codex-feedback-{thread}-{id}.html"));
    }
    match private_file::write(&path, report.to_html().as_bytes()) {
        Ok(()) => Ok(path),
        Err(source) => Err(LocalCopyError { path, source }),
    }
}

fn is_file_char(c: &char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// The report could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report to {}", .path.display())]
#[non_exhaustive]
pub struct LocalCopyError {
    /// Which file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}
