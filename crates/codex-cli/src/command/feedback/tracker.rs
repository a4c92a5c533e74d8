//! The tracker that reports are sent to.

use std::sync::Arc;

use codex_api::SetupError;
use codex_client::{ClientConfig, ReqwestTransport};
use codex_core::{FEEDBACK_DSN_VARIABLE, ReportSender};
use codex_feedback::{Delivery, Dsn, FlushOutcome, SpooledReport, SpooledState};

use super::{FeedbackFailure, reports_wait};
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

/// How many of these reports wait.
pub(super) fn waiting(reports: &[SpooledReport]) -> usize {
    reports.iter().filter(|report| report.state == SpooledState::Waiting).count()
}

/// Tells what became of the reports that waited. How many wait on.
pub(super) fn tell(outcome: &FlushOutcome, context: &Context) -> usize {
    let status = &context.status;
    for remark in &outcome.remarks {
        status.warning(remark);
    }
    for (report, refusal) in &outcome.kept {
        let (path, why) = (report.path.display(), error_text::with_causes(refusal));
        match report.state {
            SpooledState::Refused => status.warning(format_args!(
                "{why}; the report is kept in {path}, and not sent again on its own: `codex-api feedback discard {}` \
                 removes it",
                report.name()
            )),
            _ => status.warning(format_args!("{why}; the report is kept in {path}")),
        }
    }
    for report in &outcome.not_tried {
        let path = report.path.display();
        status.warning(format_args!("not tried after that; the report is kept in {path}"));
    }
    for report in &outcome.elsewhere {
        status.note(format_args!("another process delivers the report {}", report.path.display()));
    }
    let waits = |report: &SpooledReport| report.state == SpooledState::Waiting;
    outcome
        .kept
        .iter()
        .map(|(report, _)| report)
        .chain(&outcome.not_tried)
        .filter(|report| waits(report))
        .count()
}

/// Tells of reports that are not for this tracker, and of those that it had refused before.
pub(super) fn tell_others(before: &[SpooledReport], delivery: &Delivery, context: &Context) {
    let (here, others): (Vec<_>, Vec<_>) = before.iter().cloned().partition(|report| delivery.is_for(report));
    let elsewhere = waiting(&others);
    if elsewhere > 0 {
        context.status.note(format_args!(
            "{} for another tracker: `codex-api feedback flush` with its DSN delivers {}",
            reports_wait(elsewhere),
            if elsewhere == 1 { "it" } else { "them" },
        ));
    }
    // Those that were sent again just now, and are gone or told of, do not count.
    let refused =
        here.iter().filter(|report| report.state == SpooledState::Refused && report.path.exists()).count();
    if refused > 0 {
        context.status.note(format_args!(
            "{refused} {} that the tracker had refused {} kept: `codex-api feedback flush --refused` sends, \
             `codex-api feedback discard` removes",
            if refused == 1 { "report" } else { "reports" },
            if refused == 1 { "is" } else { "are" },
        ));
    }
}
