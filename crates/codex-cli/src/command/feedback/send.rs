//! `codex-api feedback send`.

use codex_feedback::{Delivery, DeliveryOutcome, Dsn, Report, Undelivered};

use super::{FeedbackFailure, local_copy, on_its_way::OnItsWay, print_ids, report, tracker};
use crate::{args::ReportArgs, command::Context, error_text, failure::Failure, state_folder::StateFolder};

pub(super) async fn run(args: &ReportArgs, context: &Context) -> Result<(), Failure> {
    // A mistake in the address is told before anything is written.
    let dsn = tracker::configured(context)?;
    let report = report(args, context)?;
    match dsn {
        Some(dsn) => send(dsn, &report, context).await,
        None => {
            local_copy::write(&report, context)?;
            context.status.note(
                "no tracker is configured, so nothing was sent: hand the file over, or set CODEX_FEEDBACK_DSN and send again",
            );
            Ok(())
        }
    }
}

async fn send(dsn: Dsn, report: &Report, context: &Context) -> Result<(), Failure> {
    let folder = tracker::folder(context)?;
    let delivery = tracker::delivery(dsn, &folder)?;
    let on_its_way = OnItsWay::new(&context.status, delivery.path_of(report.event_id()), report.event_id());
    let spinner = context.status.spin();
    let outcome = delivery.deliver(report).await;
    drop(spinner);
    on_its_way.arrived();
    match outcome {
        Ok(DeliveryOutcome::Delivered { event_id, remarks, .. }) => {
            context.status.note("the tracker has the report:");
            // At once: those that wait may take a while.
            print_ids(&[event_id]).map_err(Failure::Output)?;
            for remark in &remarks {
                context.status.warning(remark);
            }
            send_earlier(&delivery, &folder, context).await;
            Ok(())
        }
        Ok(DeliveryOutcome::Spooled { event_id, path, refusal, .. }) if refusal.is_permanent() => {
            Err(FeedbackFailure::Refused { name: event_id.to_string(), path, source: refusal }.into())
        }
        Ok(DeliveryOutcome::Spooled { path, refusal, .. }) => {
            Err(FeedbackFailure::Kept { path, source: refusal }.into())
        }
        Ok(_) => Err(FeedbackFailure::UnknownOutcome.into()),
        Err(undelivered) => neither(report, *undelivered, context),
    }
}

/// Takes along the reports that waited. The one that was to be sent is delivered: what becomes of others is told, and
/// fails nothing.
async fn send_earlier(delivery: &Delivery, folder: &StateFolder, context: &Context) {
    let Ok(reports) = folder.spool().reports() else { return };
    let spinner = context.status.spin();
    let outcome = delivery.flush().await;
    drop(spinner);
    match outcome {
        Ok(outcome) => {
            for id in &outcome.delivered {
                context.status.note(format_args!("the report {id}, which had waited, is delivered too"));
            }
            let _waiting = tracker::tell(&outcome, context);
            tracker::tell_others(&reports, delivery, context);
        }
        Err(error) => context.status.warning(error_text::with_causes(&error)),
    }
}

/// The report is not lost: it goes into a file that the user is told of.
fn neither(report: &Report, undelivered: Undelivered, context: &Context) -> Result<(), Failure> {
    let Undelivered { refusal, spool, .. } = undelivered;
    context.status.warning(error_text::with_causes(&spool));
    // That it is not delivered is told in any case.
    if let Err(failure) = local_copy::write(report, context) {
        context.status.warning(error_text::line(&failure));
    }
    Err(FeedbackFailure::NotSent { source: refusal }.into())
}
