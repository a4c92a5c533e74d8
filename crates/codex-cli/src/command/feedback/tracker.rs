//! The tracker that reports are sent to.

use std::sync::Arc;

use codex_api::SetupError;
use codex_client::{ClientConfig, ReqwestTransport};
use codex_core::{FEEDBACK_DSN_VARIABLE, ReportSender};
use codex_feedback::{Delivery, Dsn, FlushOutcome};

use super::FeedbackFailure;
use crate::{command::Context, error_text, failure::Failure, state_folder::StateFolder};

/// The tracker that the variable names, else the configuration. There is none that is built in.
pub(super) fn configured(context: &Context) -> Result<Option<Dsn>, Failure> {
    match context.environment.variable(FEEDBACK_DSN_VARIABLE) {
        Some(text) => Ok(Some(text.parse().map_err(FeedbackFailure::Dsn)?)),
        None => Ok(context.config()?.feedback.dsn),
    }
}

/// How reports get there: as requests do, through the same proxy and with the same certificates.
pub(super) fn delivery(dsn: Dsn, folder: &StateFolder) -> Result<Delivery, Failure> {
    let transport = ReqwestTransport::shared(&ClientConfig::default()).map_err(SetupError::Transport)?;
    let sender = ReportSender::new(Arc::new(transport));
    Ok(Delivery::new(dsn, folder.spool(), Arc::new(sender)))
}

/// The folder in which reports wait.
pub(super) fn folder(context: &Context) -> Result<StateFolder, FeedbackFailure> {
    StateFolder::of(&context.environment).ok_or(FeedbackFailure::NoStateFolder)
}

/// Tells what became of the reports that waited. How many wait on.
pub(super) fn tell(outcome: &FlushOutcome, context: &Context) -> usize {
    let status = &context.status;
    for remark in &outcome.remarks {
        status.warning(remark);
    }
    for (report, refusal) in &outcome.kept {
        let (path, why) = (report.path.display(), error_text::with_causes(refusal));
        status.warning(format_args!("the report {path} is kept: {why}"));
    }
    for report in &outcome.not_tried {
        status.warning(format_args!(
            "the report {} is kept, and was not tried after that",
            report.path.display()
        ));
    }
    for report in &outcome.elsewhere {
        status.note(format_args!("another process delivers the report {}", report.path.display()));
    }
    outcome.kept.len() + outcome.not_tried.len()
}
