//! Why there is no report where one was wanted.

use std::{io, num::NonZeroUsize, path::PathBuf};

use codex_core::FEEDBACK_DSN_VARIABLE;
use codex_feedback::{DsnError, Refusal, SpoolError};
use thiserror::Error;

use super::reports_wait;
use crate::{error_text::with_causes, exit::Exit};

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
    #[error("no report {id} is kept")]
    NoSuchReport { id: String },
    #[error(
        "{}, and no tracker is configured: set {FEEDBACK_DSN_VARIABLE}, or dsn in [feedback]",
        reports_wait(*.waiting)
    )]
    NoTracker { waiting: usize },
    #[error(
        "the report is not delivered: {}; it is kept in {}, and the next `codex-api feedback send` or \
         `codex-api feedback flush` delivers it",
        with_causes(source),
        path.display()
    )]
    Kept { path: PathBuf, source: Refusal },
    #[error(
        "the report is not delivered: {}; it is kept in {}, and not sent again on its own: \
         `codex-api feedback flush --refused` sends it as it is, `codex-api feedback discard {name}` removes it",
        with_causes(source),
        path.display()
    )]
    Refused { name: String, path: PathBuf, source: Refusal },
    #[error("the report is not delivered: {}", with_causes(source))]
    NotSent { source: Refusal },
    #[error("what became of the report is not known; `codex-api feedback flush` delivers it if it waits")]
    UnknownOutcome,
    #[error("{} on; `codex-api feedback flush` tries again", reports_wait(*.waiting))]
    StillWaiting { waiting: usize },
    #[error("the tracker refused {refused} {} for good", if *refused == 1 { "report" } else { "reports" })]
    RefusedForGood { refused: usize },
    #[error(transparent)]
    Spool(SpoolError),
}

impl FeedbackFailure {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::NoSuchRun { .. }
            | Self::NoSuchReport { .. }
            | Self::Page { .. }
            | Self::Dsn(_)
            | Self::NoStateFolder
            | Self::NoTracker { .. } => Exit::Usage,
            Self::Kept { .. }
            | Self::Refused { .. }
            | Self::NotSent { .. }
            | Self::UnknownOutcome
            | Self::StillWaiting { .. }
            | Self::RefusedForGood { .. }
            | Self::Spool(_) => Exit::Failed,
        }
    }
}
