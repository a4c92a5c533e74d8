//! What this command keeps from run to run, and where.

use std::path::PathBuf;

use codex_core::{Environment, paths};
use codex_feedback::{RunHistory, Spool};

/// The last runs.
const RUNS: &str = "runs";
/// Reports that no tracker took yet.
const REPORTS: &str = "reports";

/// The folder of this command's state: `$XDG_STATE_HOME/codex-api`, else `~/.local/state/codex-api`.
#[derive(Clone, Debug)]
pub(crate) struct StateFolder(PathBuf);

impl StateFolder {
    /// `None` where no variable names a folder of the user.
    pub(crate) fn of(environment: &Environment) -> Option<Self> {
        paths::state_folder(environment).map(Self)
    }

    pub(crate) fn history(&self) -> RunHistory {
        RunHistory::at(self.0.join(RUNS))
    }

    pub(crate) fn spool(&self) -> Spool {
        Spool::at(self.0.join(REPORTS))
    }

    /// For what has no better place.
    pub(crate) fn path(&self) -> &PathBuf {
        &self.0
    }
}
