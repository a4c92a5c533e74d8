//! Why there is no report where one was wanted.

use std::{io, num::NonZeroUsize, path::PathBuf};

use codex_core::FEEDBACK_DSN_VARIABLE;
use codex_feedback::{DsnError, LocalCopyError, Refusal, SpoolError};
use thiserror::Error;

use crate::exit::Exit;

/// Why a report could not be made or delivered.
#[derive(Debug, Error)]
pub(crate) enum FeedbackFailure {
    #[error("there is no run {number}: {kept} are kept; `codex-api feedback runs` lists them")]
    NoSuchRun { number: NonZeroUsize, kept: usize },
    #[error("cannot write the report to {}", path.display())]
    Page { path: PathBuf, source: io::Error },
    #[error("cannot use {FEEDBACK_DSN_VARIABLE}")]
    Dsn(#[source] DsnError),
    #[error("there is no folder for reports that wait: set XDG_STATE_HOME or HOME")]
    NoStateFolder,
    #[error(
        "{waiting} reports wait, and no tracker is configured: set {FEEDBACK_DSN_VARIABLE}, or dsn in [feedback]"
    )]
    NoTracker { waiting: usize },
    #[error(
        "the report is not delivered; it is kept in {}, and the next `codex-api feedback send` or \
         `codex-api feedback flush` delivers it",
        path.display()
    )]
    Kept { path: PathBuf, source: Refusal },
    #[error("the report is not delivered")]
    NotSent { source: Refusal },
    #[error("what became of the report is not known; `codex-api feedback flush` delivers it if it waits")]
    UnknownOutcome,
    #[error("{waiting} reports wait on; `codex-api feedback flush` tries again")]
    StillWaiting { waiting: usize },
    #[error(transparent)]
    Spool(SpoolError),
    #[error(transparent)]
    LocalCopy(LocalCopyError),
}

impl FeedbackFailure {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::NoSuchRun { .. }
            | Self::Page { .. }
            | Self::Dsn(_)
            | Self::NoStateFolder
            | Self::NoTracker { .. } => Exit::Usage,
            Self::Kept { .. }
            | Self::NotSent { .. }
            | Self::UnknownOutcome
            | Self::StillWaiting { .. }
            | Self::Spool(_)
            | Self::LocalCopy(_) => Exit::Failed,
        }
    }
}
