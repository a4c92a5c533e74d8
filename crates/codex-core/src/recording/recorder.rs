//! The handle of a recording.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    thread,
    time::Duration,
};

use codex_client::{HttpTransport, WebSocketTransport};
use jiff::Timestamp;

use super::{
    cleaner::Cleaner,
    entry::{FORMAT, Header, VERSION},
    error::RecordError,
    options::RecordingOptions,
    recording_file::RecordingFile,
    scribe::{Outcome, Scribe},
    tape::Tape,
    transports::RecordedTransport,
};

/// How long the end of a recording is waited for: 5 s.
pub const FINISH_PATIENCE: Duration = Duration::from_secs(5);

/// Records what goes over the wire, without its secrets, in a file that the simulator can play
/// (`codex_sim::Scenario::replay_file`).
///
/// Transports that are wrapped in [`http`](Self::http) and [`websocket`](Self::websocket) tell it what they carry. A
/// thread of its own cleans and writes; requests never wait for it, and never fail because of it. The recording ends
/// when the recorder is finished or dropped.
///
/// The file holds prompts and answers unless [`RecordingOptions::texts`] says otherwise.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use codex_api::{ApiClient, ApiKey, Provider};
/// use codex_client::{ClientConfig, ReqwestTransport, ReqwestWebSocketTransport};
/// use codex_core::Recorder;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recorder = Recorder::create("run.ndjson")?;
/// let config = ClientConfig::default();
/// let http = recorder.http(Arc::new(ReqwestTransport::shared(&config)?));
/// let websocket = recorder.websocket(Arc::new(ReqwestWebSocketTransport::shared(&config)?));
/// let client = ApiClient::with_transport(Provider::new("local", "http://localhost:1234/v1")?, http)
///     .websocket_transport(websocket)
///     .auth(ApiKey::new("sk-local"));
/// // … requests …
/// let summary = recorder.finish()?;
/// println!("{} exchanges in {}", summary.exchanges, summary.path.display());
/// # Ok(())
/// # }
/// ```
pub struct Recorder {
    path: PathBuf,
    tape: Arc<Tape>,
    /// What came of the recording, once. None after that.
    outcome: Option<Receiver<io::Result<Outcome>>>,
}

/// What a recording holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingSummary {
    /// The file.
    pub path: PathBuf,
    /// How many requests and WebSockets are in it.
    pub exchanges: u64,
    /// Its length in bytes.
    pub bytes: u64,
    /// Why it ends early, if it does.
    pub cut: Option<RecordingCut>,
}

/// Why a recording ends before its run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordingCut {
    /// The file is as long as it may be: [`RecordingOptions::max_bytes`].
    FileLimit,
    /// A head or error was longer than a line may be: [`RecordingOptions::max_line_bytes`].
    LineLimit,
    /// The disk was slower than the network for too long: [`MAX_WAITING_BYTES`](super::MAX_WAITING_BYTES) waited.
    QueueLimit,
}

impl Recorder {
    /// A recording in a new file, with mode 0600. An older recording there is replaced; any other file is not.
    ///
    /// # Errors
    /// [`RecordError`] when there is no such file to be had.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, RecordError> {
        Self::with_options(path, &RecordingOptions::default())
    }

    /// [`create`](Self::create) with other bounds, or without texts.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn with_options(path: impl AsRef<Path>, options: &RecordingOptions) -> Result<Self, RecordError> {
        let path = path.as_ref().to_owned();
        let mut file = RecordingFile::create(&path, options.max_bytes, options.max_line_bytes)?;
        let header = Header {
            format: FORMAT,
            version: VERSION,
            recorded_at: Timestamp::now().to_string(),
            texts: options.texts.name(),
        };
        file.begin(&header).map_err(|source| RecordError::Write { path: path.clone(), source })?;
        let scribe = Scribe::new(file, Cleaner::new(options.texts), options.max_bytes);
        let (tape, reel) = Tape::new();
        // Room for the one outcome, so that the thread never waits to tell it.
        let (done, outcome) = sync_channel(1);
        thread::Builder::new()
            .name("codex-recording".to_owned())
            .spawn(move || scribe.run(&reel, &done))
            .map_err(|source| RecordError::Thread { source })?;
        Ok(Self { path, tape: Arc::new(tape), outcome: Some(outcome) })
    }

    /// The same transport, recorded.
    #[must_use]
    pub fn http(&self, transport: Arc<dyn HttpTransport>) -> Arc<dyn HttpTransport> {
        Arc::new(RecordedTransport { tape: Arc::clone(&self.tape), inner: transport })
    }

    /// The same transport, recorded.
    #[must_use]
    pub fn websocket(&self, transport: Arc<dyn WebSocketTransport>) -> Arc<dyn WebSocketTransport> {
        Arc::new(RecordedTransport { tape: Arc::clone(&self.tape), inner: transport })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Ends the recording and waits until it is written, for at most [`FINISH_PATIENCE`]. Blocks meanwhile. Exchanges
    /// that are still under way stand in it without an end; what they do later is not recorded.
    ///
    /// # Errors
    /// [`RecordError::Write`] when writing failed at any time, [`RecordError::Unfinished`] when it takes too long.
    pub fn finish(mut self) -> Result<RecordingSummary, RecordError> {
        self.end(FINISH_PATIENCE).unwrap_or_else(|| self.failed(io::ErrorKind::BrokenPipe.into()))
    }

    /// None when it has ended before.
    fn end(&mut self, limit: Duration) -> Option<Result<RecordingSummary, RecordError>> {
        let outcome = self.outcome.take()?;
        self.tape.finish();
        Some(match outcome.recv_timeout(limit) {
            Ok(Ok(Outcome { exchanges, bytes, cut })) => {
                Ok(RecordingSummary { path: self.path.clone(), exchanges, bytes, cut })
            }
            Ok(Err(source)) => self.failed(source),
            Err(RecvTimeoutError::Timeout) => Err(RecordError::Unfinished { path: self.path.clone(), limit }),
            Err(RecvTimeoutError::Disconnected) => self.failed(io::ErrorKind::BrokenPipe.into()),
        })
    }

    fn failed(&self, source: io::Error) -> Result<RecordingSummary, RecordError> {
        Err(RecordError::Write { path: self.path.clone(), source })
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.end(FINISH_PATIENCE) {
            tracing::warn!(%error, "the recording is not whole");
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    //! Pure function: an end that does not come.
    use super::*;

    #[test]
    fn a_disk_that_hangs_is_not_waited_for_without_end() {
        let (_never_told, outcome) = sync_channel(1);
        let mut recorder =
            Recorder { path: "run.ndjson".into(), tape: Arc::new(Tape::new().0), outcome: Some(outcome) };
        let unfinished = recorder.end(Duration::ZERO).unwrap();
        assert!(matches!(unfinished, Err(RecordError::Unfinished { .. })), "{unfinished:?}");
        assert!(recorder.end(Duration::ZERO).is_none());
    }
}
