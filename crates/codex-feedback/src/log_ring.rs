//! The last lines of the log, whatever the terminal shows.

use std::{
    borrow::Cow,
    collections::VecDeque,
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer, filter::Targets, fmt::MakeWriter, registry::LookupSpan};

use crate::Redactor;

/// How many bytes of log are kept: the latest whole lines.
pub const LOG_RING_BYTES: usize = 4 * 1024 * 1024;

/// The longest record that is kept whole, in bytes; of a longer one the beginning is, and a note how much was cut.
pub const MAX_LOG_RECORD_BYTES: usize = 64 * 1024;

/// Libraries that say something for every piece of a stream at trace level, header values among it. Of them the ring takes
/// only what they say at `info` and above; of all others everything.
const NOISY_TARGETS: [&str; 7] = ["h2", "hyper", "hyper_util", "mio", "rustls", "tokio", "tungstenite"];

/// The last [`LOG_RING_BYTES`] of the log, at trace level, redacted as they come in. Clones share the ring.
///
/// Lines are formatted and redacted before the ring is locked; under the lock they are only copied.
///
/// ```
/// use codex_feedback::{LogRing, Redactor};
/// use tracing_subscriber::prelude::*;
///
/// let ring = LogRing::new(Redactor::new());
/// let subscriber = tracing_subscriber::registry().with(ring.layer());
/// tracing::subscriber::with_default(subscriber, || tracing::trace!(token = "abc", "sent"));
/// assert!(ring.snapshot().text.contains("sent token=\"[REDACTED]\""));
/// ```
#[derive(Clone)]
pub struct LogRing {
    redactor: Redactor,
    lines: Arc<Mutex<Lines>>,
}

impl LogRing {
    /// An empty one.
    pub fn new(redactor: Redactor) -> Self {
        Self::with_capacity(redactor, LOG_RING_BYTES)
    }

    /// An empty one for at most `bytes`.
    pub fn with_capacity(redactor: Redactor, bytes: usize) -> Self {
        Self { redactor, lines: Arc::new(Mutex::new(Lines { limit: bytes, ..Lines::default() })) }
    }

    /// The layer that fills it, with a filter of its own. A filter for the terminal (`RUST_LOG`) must stand on the
    /// terminal's layer, not on the whole subscriber, or it would hold for this one too.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let quiet = NOISY_TARGETS.map(|target| (target, LevelFilter::INFO));
        let everything = Targets::new().with_default(LevelFilter::TRACE).with_targets(quiet);
        tracing_subscriber::fmt::layer().with_ansi(false).with_writer(self.clone()).with_filter(everything)
    }

    /// Takes in a record of one or more lines: bytes that are not UTF-8 are replaced, control characters escaped,
    /// credentials removed, and one longer than [`MAX_LOG_RECORD_BYTES`] is cut.
    pub fn append(&self, record: &[u8]) {
        let (kept, cut) = bounded(record);
        let text = String::from_utf8_lossy(kept);
        let clean = self.redactor.redact(&text);
        let mut clean = without_controls(&clean);
        if cut > 0 {
            clean.to_mut().push_str(&format!(" [cut: {cut} bytes]"));
        }
        if !clean.ends_with('\n') {
            clean.to_mut().push('\n');
        }
        self.lock().push(clean.as_bytes());
    }

    /// What it holds now.
    pub fn snapshot(&self) -> LogSnapshot {
        let lines = self.lock();
        let (front, back) = lines.bytes.as_slices();
        let bytes = [front, back].concat();
        LogSnapshot { text: String::from_utf8_lossy(&bytes).into_owned(), dropped_lines: lines.dropped }
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for LogRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.lock();
        f.debug_struct("LogRing").field("bytes", &lines.bytes.len()).field("dropped", &lines.dropped).finish()
    }
}

impl<'a> MakeWriter<'a> for LogRing {
    type Writer = LogRingWriter<'a>;

    fn make_writer(&'a self) -> LogRingWriter<'a> {
        LogRingWriter { ring: self, pending: Vec::new() }
    }
}

/// Writes one record into a [`LogRing`]; what is left without a line break is written when it is dropped.
#[derive(Debug)]
pub struct LogRingWriter<'a> {
    ring: &'a LogRing,
    pending: Vec<u8>,
}

impl io::Write for LogRingWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pending.is_empty() && bytes.ends_with(b"\n") {
            self.ring.append(bytes);
        } else {
            self.pending.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for LogRingWriter<'_> {
    fn drop(&mut self) {
        if !self.pending.is_empty() {
            self.ring.append(&self.pending);
        }
    }
}

/// What a [`LogRing`] held at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogSnapshot {
    /// Whole lines, oldest first, without credentials.
    pub text: String,
    /// How many older lines had no room any more.
    pub dropped_lines: u64,
}

#[derive(Default)]
struct Lines {
    bytes: VecDeque<u8>,
    limit: usize,
    dropped: u64,
}

impl Lines {
    /// Adds whole lines; the oldest ones make room for them.
    fn push(&mut self, record: &[u8]) {
        if record.len() > self.limit {
            self.dropped += memchr::memchr_iter(b'\n', record).count() as u64;
            return;
        }
        while self.bytes.len() + record.len() > self.limit {
            self.drop_oldest();
        }
        self.bytes.extend(record);
    }

    fn drop_oldest(&mut self) {
        let (front, back) = self.bytes.as_slices();
        let end = memchr::memchr(b'\n', front)
            .or_else(|| memchr::memchr(b'\n', back).map(|end| front.len() + end))
            .map_or(self.bytes.len(), |end| end + 1);
        self.bytes.drain(..end);
        self.dropped += 1;
    }
}

/// The part of a record that is kept, and how many bytes are not. The cut is at a blank: what stands before the cut may be
/// half a credential, which no pattern knows.
fn bounded(record: &[u8]) -> (&[u8], usize) {
    if record.len() <= MAX_LOG_RECORD_BYTES {
        return (record, 0);
    }
    let head = &record[..MAX_LOG_RECORD_BYTES];
    let end = head.iter().rposition(|byte| byte.is_ascii_whitespace()).unwrap_or(0);
    (&head[..end], record.len() - end)
}

/// Control characters written as escapes, so that a log cannot steer the terminal that shows it. Line breaks and tabs stay.
fn without_controls(text: &str) -> Cow<'_, str> {
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(is_control) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_control(c) { clean.extend(c.escape_default()) } else { clean.push(c) }
    }
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests;
