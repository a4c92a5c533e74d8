//! `codex-api feedback flush`.

use super::{FeedbackFailure, print_ids, tracker};
use crate::{command::Context, failure::Failure};

pub(super) async fn run(context: &Context) -> Result<(), Failure> {
    let folder = tracker::folder(context)?;
    let dsn = tracker::configured(context)?;
    let waiting = folder.spool().pending().map_err(FeedbackFailure::Spool)?.len();
    if waiting == 0 {
        context.status.note("no report waits");
        return Ok(());
    }
    let dsn = dsn.ok_or(FeedbackFailure::NoTracker { waiting })?;
    let delivery = tracker::delivery(dsn, &folder)?;
    let spinner = context.status.spin();
    let outcome = delivery.flush().await;
    drop(spinner);
    let outcome = outcome.map_err(FeedbackFailure::Spool)?;
    print_ids(&outcome.delivered).map_err(Failure::Output)?;
    match tracker::tell(&outcome, context) {
        0 => Ok(()),
        waiting => Err(FeedbackFailure::StillWaiting { waiting }.into()),
    }
}
