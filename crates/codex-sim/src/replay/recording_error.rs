//! What is wrong with a recording.

use std::io;
use std::path::PathBuf;

/// A recording that cannot be played. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("cannot read the recording {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// There is more of it than is read.
    #[error("the recording has more than {limit} bytes")]
    TooLong {
        /// The limit, in bytes.
        limit: u64,
    },
    /// It holds nothing.
    #[error("the recording is empty")]
    Empty,
    /// The first line is not that of a recording.
    #[error("this is no recording: line 1 does not say so; make one with `--record`")]
    Foreign,
    /// A later version wrote it.
    #[error("the recording has version {found}, and this program knows version {known}: update it")]
    NewerVersion {
        /// The version of the recording.
        found: u32,
        /// The latest one that is known.
        known: u32,
    },
    /// The last line stops in its middle.
    #[error("line {line} of the recording is cut off: copy the file again, or remove that line")]
    Truncated {
        /// The line.
        line: usize,
    },
    /// A line is not as it must be.
    #[error("line {line} of the recording is damaged: {problem}")]
    Damaged {
        /// The line.
        line: usize,
        /// What is wrong.
        #[source]
        problem: RecordingProblem,
    },
}

/// What is wrong with a line of a recording.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingProblem {
    /// It is not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// It is not JSON.
    #[error("it is not JSON")]
    NotJson {
        /// What the parser found.
        #[source]
        source: serde_json::Error,
    },
    /// It lacks a field, or has one with a value that cannot be.
    #[error("a field is missing or wrong")]
    Fields {
        /// Which one.
        #[source]
        source: serde_json::Error,
    },
    /// It is about an exchange that no line before it began.
    #[error("exchange {exchange} has not begun")]
    NotBegun {
        /// Number of the exchange.
        exchange: u64,
    },
    /// It begins an exchange that a line before it began.
    #[error("exchange {exchange} began before")]
    BegunTwice {
        /// Number of the exchange.
        exchange: u64,
    },
    /// It says something about an exchange whose end a line before it told.
    #[error("exchange {exchange} ended before")]
    AfterEnd {
        /// Number of the exchange.
        exchange: u64,
    },
    /// It follows the last line.
    #[error("the recording ended before")]
    AfterLast,
    /// A status that is none.
    #[error("{status} is no HTTP status")]
    Status {
        /// What stands there.
        status: u16,
    },
    /// A header that cannot be sent.
    #[error("{name:?} is not a header that can be sent, or its value is not")]
    Header {
        /// Its name.
        name: String,
    },
    /// Bytes that are not in base64.
    #[error("its bytes are not in base64")]
    Base64,
    /// Bytes were left out that could not be made up again.
    #[error("{count} bytes were left out, more than the {limit} that are made up")]
    OmittedTooMuch {
        /// How many.
        count: usize,
        /// The limit.
        limit: usize,
    },
}
