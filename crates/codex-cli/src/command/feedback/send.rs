//! `codex-api feedback send`.

use std::path::Path;

use codex_feedback::{DeliveryOutcome, Dsn, Report, Undelivered, write_local_copy};

use super::{FeedbackFailure, print_ids, report, tracker};
use crate::{args::ReportArgs, command::Context, error_text, failure::Failure, state_folder::StateFolder};

pub(super) async fn run(args: &ReportArgs, context: &Context) -> Result<(), Failure> {
    // A mistake in the address is told before anything is written.
    let dsn = tracker::configured(context)?;
    let report = report(args, context)?;
    match dsn {
        Some(dsn) => send(dsn, &report, context).await,
        None => {
            write_here(&report, context)?;
            context.status.note(
                "no tracker is configured, so nothing was sent: hand the file over, or set CODEX_FEEDBACK_DSN and send again",
            );
            Ok(())
        }
    }
}

async fn send(dsn: Dsn, report: &Report, context: &Context) -> Result<(), Failure> {
    let delivery = tracker::delivery(dsn, &tracker::folder(context)?)?;
    let spinner = context.status.spin();
    let outcome = delivery.deliver(report).await;
    drop(spinner);
    match outcome {
        Ok(DeliveryOutcome::Delivered { event_id, remarks, earlier, .. }) => {
            context.status.note("the tracker has the report:");
            print_ids(&[event_id]).map_err(Failure::Output)?;
            for remark in &remarks {
                context.status.warning(remark);
            }
            for id in &earlier.delivered {
                context.status.note(format_args!("the report {id}, which had waited, is delivered too"));
            }
            // This report is delivered; others that wait on are told, and fail nothing.
            let _waiting = tracker::tell(&earlier, context);
            Ok(())
        }
        Ok(DeliveryOutcome::Spooled { path, refusal, .. }) => {
            Err(FeedbackFailure::Kept { path, source: refusal }.into())
        }
        Ok(_) => Err(FeedbackFailure::UnknownOutcome.into()),
        Err(undelivered) => neither(report, *undelivered, context),
    }
}

/// The report is not lost: it goes into a file that the user is told of.
fn neither(report: &Report, undelivered: Undelivered, context: &Context) -> Result<(), Failure> {
    let Undelivered { refusal, spool, .. } = undelivered;
    context.status.warning(error_text::with_causes(&spool));
    write_here(report, context)?;
    Err(FeedbackFailure::NotSent { source: refusal }.into())
}

/// Writes the report to a file in the current folder, else in that of the state, and says where.
fn write_here(report: &Report, context: &Context) -> Result<(), Failure> {
    let written = write_local_copy(report, Path::new("."));
    let written = match (written, StateFolder::of(&context.environment)) {
        (Err(_not_here), Some(folder)) => write_local_copy(report, folder.path()),
        (written, _) => written,
    };
    let path = written.map_err(FeedbackFailure::LocalCopy)?;
    context.status.explain("the report is in", path.display());
    Ok(())
}
