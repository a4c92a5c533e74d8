//! Input that cannot be used.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use codex_api::MAX_SCHEMA_NAME_CHARS;
use thiserror::Error;

use super::{image::MAX_IMAGE_BYTES, wav::WavProblem};
use crate::args::PairError;

/// Where input comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Stdin,
    /// The file given as an argument.
    Argument {
        path: PathBuf,
    },
    /// The file given to a flag.
    File {
        flag: &'static str,
        path: PathBuf,
    },
}

impl Source {
    /// The file at `path`; `-`, or none, is standard input.
    pub(crate) fn argument(path: Option<&Path>) -> Self {
        match path {
            Some(path) if path != Path::new("-") => Self::Argument { path: path.to_owned() },
            _ => Self::Stdin,
        }
    }

    pub(super) fn file(flag: &'static str, path: impl Into<PathBuf>) -> Self {
        Self::File { flag, path: path.into() }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::Argument { path } => write!(f, "the file {}", path.display()),
            Self::File { flag, path } => write!(f, "the {flag} file {}", path.display()),
        }
    }
}

/// Input that cannot be used.
#[derive(Debug, Error)]
pub(crate) enum InputError {
    #[error("cannot read {from}")]
    Read { from: Source, source: io::Error },
    #[error("{from} is longer than {limit} bytes, the most that is read; shorten it")]
    TooLong { from: Source, limit: u64 },
    #[error("{from} is not UTF-8 text (the byte at position {position} is wrong); convert it to UTF-8")]
    NotUtf8 { from: Source, position: usize },
    #[error("{from} is not JSON")]
    NotJson { from: Source, source: serde_json::Error },
    #[error("{from} is JSON, but not {expected}")]
    OtherJson { from: Source, expected: &'static str },
    #[error("there is no input; name a file, or pipe it in")]
    NoItems,
    #[error("a line is longer than {limit} bytes, the most that is read; shorten it")]
    LongLine { limit: u64 },
    #[error("{from} {problem}")]
    Wav { from: Source, problem: WavProblem },
    #[error("there is no prompt; give one as an argument, or pipe it in")]
    NoPrompt,
    #[error("the prompt is empty")]
    EmptyPrompt,
    #[error("{from} is no PNG, JPEG, GIF or WebP image")]
    UnknownImage { from: Source },
    #[error("{from} is an image of more than {MAX_IMAGE_BYTES} bytes; make it smaller, or give its URL")]
    LargeImage { from: Source },
    #[error("{from} {problem}")]
    Tool { from: Source, problem: ToolProblem },
    #[error(transparent)]
    Pair(#[from] PairError),
}

/// What is wrong with a tool. Reads on after the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum ToolProblem {
    #[error("has no \"name\"; it should be {{\"name\", \"description\", \"parameters\"}}")]
    NoName,
    #[error("has a \"name\" that is not of 1 to {MAX_SCHEMA_NAME_CHARS} letters, digits, _ and -")]
    BadName,
    #[error("has the \"name\" of another tool")]
    SameName,
    #[error("has a \"command\" that is not a list of texts: a program and its arguments")]
    BadCommand,
    #[error("has a \"command\", but is no function tool")]
    CommandOfOtherKind,
    #[error("has \"parameters\" that are no JSON schema: an object")]
    BadParameters,
    #[error("has the form of Chat Completions; move the fields of \"function\" one level up")]
    ChatForm,
}
