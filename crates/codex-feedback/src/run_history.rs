//! The last runs, on disk, so that a report after a failure has the evidence.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::{EventId, Note, RunRecord, private_file, run_record::RUN_FORMAT};

/// How many runs are kept.
pub const MAX_RUNS: usize = 20;
/// How much log is kept with a run, in bytes: its last whole lines.
pub const MAX_RUN_LOG_BYTES: usize = 256 * 1024;
/// The largest file of a run that is read, in bytes.
pub const MAX_RUN_FILE_BYTES: u64 = 4 * 1024 * 1024;

const EXTENSION: &str = "run";

/// The last [`MAX_RUNS`] runs of the program in a folder of its state: one file a run, mode 0600, each written whole.
///
/// Several processes may use the folder at once.
///
/// ```no_run
/// use codex_feedback::{Feedback, Redactor, RunFacts, RunHistory};
///
/// let feedback = Feedback::new(Redactor::new());
/// let history = RunHistory::at("/home/ada/.local/state/codex-api/runs");
/// history.save(&feedback.run(RunFacts::default()))?;
/// let runs = history.load();
/// assert!(!runs.runs.is_empty());
/// # Ok::<(), codex_feedback::HistoryError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RunHistory {
    folder: PathBuf,
}

/// The runs that were found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoadedRuns {
    /// Newest first.
    pub runs: Vec<RunRecord>,
    /// Files that were passed over.
    pub notes: Vec<Note>,
}

impl From<RunRecord> for LoadedRuns {
    fn from(run: RunRecord) -> Self {
        Self { runs: vec![run], notes: Vec::new() }
    }
}

impl LoadedRuns {
    /// The runs from the latest that did not succeed on; all of them when every one succeeded. A report on a failure is
    /// about that run, whatever the user tried after it.
    #[must_use]
    pub fn from_last_failure(mut self) -> Self {
        let failed = self.runs.iter().position(|run| run.result == crate::RunResult::Failed);
        self.runs.drain(..failed.unwrap_or(0));
        self
    }
}

impl RunHistory {
    /// The history in that folder, which need not exist.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Keeps a run, and forgets the oldest ones beyond [`MAX_RUNS`]. Of its log the last [`MAX_RUN_LOG_BYTES`] are kept.
    ///
    /// # Errors
    /// [`HistoryError`] when it could not be written; the runs that are there stay whole.
    pub fn save(&self, run: &RunRecord) -> Result<PathBuf, HistoryError> {
        let text = serde_json::to_vec(&bounded(run)).map_err(HistoryError::Encode)?;
        let stamp: String = run.recorded_at.chars().filter(char::is_ascii_digit).collect();
        let path = self.folder.join(format!("{stamp}-{}.{EXTENSION}", EventId::random()));
        private_file::write(&path, &text)
            .map_err(|source| HistoryError::Write { path: path.clone(), source })?;
        self.forget_oldest();
        Ok(path)
    }

    /// The runs, newest first. What cannot be read is passed over, with a note.
    pub fn load(&self) -> LoadedRuns {
        let mut loaded = LoadedRuns::default();
        let files = private_file::list(&self.folder, EXTENSION).unwrap_or_else(|error| {
            loaded.notes.push(unreadable(&self.folder, &error));
            Vec::new()
        });
        for path in files.iter().rev().take(MAX_RUNS) {
            match read(path) {
                Ok(run) => loaded.runs.push(run),
                // Another process had it forgotten meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => loaded.notes.push(unreadable(path, &error)),
            }
        }
        loaded
    }

    /// What cannot be removed now is removed after the next run.
    fn forget_oldest(&self) {
        let files = private_file::list(&self.folder, EXTENSION).unwrap_or_default();
        let surplus = files.len().saturating_sub(MAX_RUNS);
        for path in &files[..surplus] {
            let _ = fs::remove_file(path);
        }
    }
}

/// Why a run was not kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The file could not be written.
    #[error("cannot keep the history of this run in {}", .path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The run could not be encoded.
    #[error("cannot encode the history of this run")]
    Encode(#[source] serde_json::Error),
}

fn bounded(run: &RunRecord) -> RunRecord {
    let mut run = run.clone();
    if run.logs.len() > MAX_RUN_LOG_BYTES {
        let start = run.logs.len() - MAX_RUN_LOG_BYTES;
        let line = run.logs.as_bytes()[start..].iter().position(|byte| *byte == b'\n');
        let start = line.map_or(run.logs.len(), |line| start + line + 1);
        run.notes.push(Note::RunCut { log_bytes: start as u64 });
        run.logs.drain(..start);
    }
    run
}

fn read(path: &Path) -> io::Result<RunRecord> {
    private_file::check_regular(path)?;
    let mut text = Vec::new();
    File::open(path)?.take(MAX_RUN_FILE_BYTES + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MAX_RUN_FILE_BYTES {
        return Err(io::Error::other(format!("larger than {MAX_RUN_FILE_BYTES} bytes")));
    }
    let run: RunRecord = serde_json::from_slice(&text)?;
    if run.format != RUN_FORMAT {
        return Err(io::Error::other(format!("of form {}, where {RUN_FORMAT} is known", run.format)));
    }
    Ok(run)
}

fn unreadable(path: &Path, error: &io::Error) -> Note {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Note::RunUnreadable { file, why: error.to_string() }
}
