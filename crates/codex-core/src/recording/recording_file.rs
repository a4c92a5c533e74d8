//! The file of a recording: lines, within a bound.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Read, Seek, Write},
    path::Path,
};

use serde::Serialize;

use super::{
    entry::{Entry, FORMAT, Header},
    error::RecordError,
};

/// Kept free for the last line, in bytes.
const LAST_LINE: u64 = 256;
/// Collected before it is written, in bytes.
const BUFFER: usize = 64 * 1024;

/// Whether a line stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Yes,
    /// The line is longer than a line may be.
    TooLong,
    /// The file would be longer than it may be.
    Full,
}

/// A file that takes lines as long as there is room.
pub(super) struct RecordingFile {
    file: BufWriter<File>,
    line: Vec<u8>,
    bytes: u64,
    max_bytes: u64,
    max_line_bytes: usize,
}

impl RecordingFile {
    /// A new file at `path`, for nobody else to read. It replaces an older recording or an empty file, and nothing else.
    pub(super) fn create(path: &Path, max_bytes: u64, max_line_bytes: usize) -> Result<Self, RecordError> {
        let failed = |source| RecordError::Open { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        if !is_replaceable(&mut file).map_err(failed)? {
            return Err(RecordError::NotARecording { path: path.to_owned() });
        }
        if file.metadata().map_err(failed)?.is_file() {
            make_private(&file).and_then(|()| file.set_len(0)).map_err(failed)?;
            file.rewind().map_err(failed)?;
        }
        Ok(Self::over(file, max_bytes, max_line_bytes))
    }

    pub(super) fn over(file: File, max_bytes: u64, max_line_bytes: usize) -> Self {
        let file = BufWriter::with_capacity(BUFFER, file);
        Self { file, line: Vec::new(), bytes: 0, max_bytes, max_line_bytes }
    }

    /// Adds the first line, whatever the bounds, and puts it on disk.
    pub(super) fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.encode(header)?;
        self.write_line()?;
        self.flush()
    }

    /// Adds a line if there is room.
    pub(super) fn add(&mut self, entry: &impl Serialize) -> io::Result<Written> {
        self.encode(entry)?;
        let length = self.line.len() as u64;
        if self.line.len() > self.max_line_bytes {
            return Ok(Written::TooLong);
        }
        if self.bytes + length + LAST_LINE > self.max_bytes {
            return Ok(Written::Full);
        }
        self.write_line().map(|()| Written::Yes)
    }

    /// Adds the last line, for which room was kept.
    pub(super) fn end(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        self.encode(entry)?;
        self.write_line()?;
        self.flush()
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    pub(super) fn max_line_bytes(&self) -> usize {
        self.max_line_bytes
    }

    /// How long it is so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    fn encode(&mut self, entry: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, entry)?;
        self.line.push(b'\n');
        Ok(())
    }

    fn write_line(&mut self) -> io::Result<()> {
        self.bytes += self.line.len() as u64;
        self.file.write_all(&self.line)
    }
}

/// Whether the file is empty or begins as a recording does. A device takes whatever comes.
fn is_replaceable(file: &mut File) -> io::Result<bool> {
    if !file.metadata()?.is_file() {
        return Ok(true);
    }
    let beginning = format!("{{\"format\":\"{FORMAT}\"");
    let mut found = Vec::new();
    file.take(beginning.len() as u64).read_to_end(&mut found)?;
    Ok(found.is_empty() || found == beginning.as_bytes())
}

#[cfg(unix)]
fn make_private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn make_private(_file: &File) -> io::Result<()> {
    Ok(())
}
