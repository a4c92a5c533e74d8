//! The end of a run: what was kept goes to disk, what was told goes out.

use codex_feedback::{RunFacts, RunResult};

use super::{Run, keeper::Keeper, locked};
use crate::{error_text, exit::Exit};

/// Where sessions of this command come from.
const SESSION_SOURCE: &str = "cli";

impl Run {
    /// Ends the run, once: whoever comes second waits for the first. `error` is what the user was told. Whether the run
    /// is on disk for a report.
    ///
    /// It blocks, for a limited time.
    pub(crate) fn end(&self, exit: Exit, error: Option<String>) -> bool {
        let mut ended = locked(&self.0.ended);
        if let Some(kept) = *ended {
            return kept;
        }
        let kept = self.0.keeper.as_ref().is_some_and(|keeper| self.keep(keeper, exit, error));
        if let Some(recording) = locked(&self.0.recording).take() {
            recording.end(&self.0.status);
        }
        let telemetry = locked(&self.0.telemetry).take();
        if let Some(telemetry) = telemetry {
            telemetry.end(&self.0.complaint, &self.0.status);
        }
        *ended = Some(kept);
        kept
    }

    /// A mistake in the command line is nothing to report: nobody was asked.
    fn keep(&self, keeper: &Keeper, exit: Exit, error: Option<String>) -> bool {
        if exit == Exit::Usage {
            return false;
        }
        let mut facts = RunFacts::default();
        facts.command = self.0.command.to_owned();
        facts.app_version = env!("CARGO_PKG_VERSION").to_owned();
        facts.thread_id = Some(self.0.conversation_id.clone());
        facts.session_source = Some(SESSION_SOURCE.to_owned());
        facts.result = result(exit);
        facts.error = error;
        facts.circumstances = self.circumstances();
        match keeper.history.save(&keeper.feedback.run(facts)) {
            Ok(_path) => true,
            Err(error) => {
                self.0.status.detail(error_text::with_causes(&error));
                false
            }
        }
    }
}

fn result(exit: Exit) -> RunResult {
    match exit {
        Exit::Ok => RunResult::Succeeded,
        Exit::Interrupted => RunResult::Interrupted,
        Exit::Failed | Exit::Usage | Exit::Auth => RunResult::Failed,
    }
}
