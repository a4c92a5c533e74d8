//! Keeps what a report after this run may need.

use codex_core::Environment;
use codex_feedback::{Feedback, Redactor, RunHistory};

use crate::state_folder::StateFolder;

/// Variable that turns the history of runs off.
const NO_HISTORY_VARIABLE: &str = "CODEX_API_NO_HISTORY";

pub(super) struct Keeper {
    pub(super) feedback: Feedback,
    pub(super) history: RunHistory,
}

impl Keeper {
    /// `None` where the user does not want it, or has no folder for it.
    pub(super) fn of(environment: &Environment) -> Option<Self> {
        if environment.variable(NO_HISTORY_VARIABLE).is_some() {
            return None;
        }
        let folder = StateFolder::of(environment)?;
        Some(Self { feedback: Feedback::new(Redactor::new()), history: folder.history() })
    }
}
