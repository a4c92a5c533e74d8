//! `codex-api feedback flush`.

use codex_feedback::FlushOutcome;

use super::{FeedbackFailure, print_ids, tracker};
use crate::{command::Context, failure::Failure};

/// With `refused`, those too that the tracker refused for good.
pub(super) async fn run(refused: bool, context: &Context) -> Result<(), Failure> {
    let folder = tracker::folder(context)?;
    let dsn = tracker::configured(context)?;
    let reports = folder.spool().reports().map_err(FeedbackFailure::Spool)?;
    let Some(dsn) = dsn else {
        return match tracker::waiting(&reports) {
            0 => {
                tell_none(context);
                Ok(())
            }
            waiting => Err(FeedbackFailure::NoTracker { waiting }.into()),
        };
    };
    let delivery = tracker::delivery(dsn, &folder)?;
    let spinner = context.status.spin();
    let outcome = match refused {
        true => delivery.flush_with_refused().await,
        false => delivery.flush().await,
    };
    drop(spinner);
    let outcome = outcome.map_err(FeedbackFailure::Spool)?;
    print_ids(&outcome.delivered).map_err(Failure::Output)?;
    let waiting = tracker::tell(&outcome, context);
    let FlushOutcome { delivered, kept, elsewhere, .. } = &outcome;
    if waiting == 0 && delivered.is_empty() && kept.is_empty() && elsewhere.is_empty() {
        tell_none(context);
    }
    tracker::tell_others(&reports, &delivery, context);
    match (waiting, kept.len()) {
        (0, 0) => Ok(()),
        (0, refused) => Err(FeedbackFailure::RefusedForGood { refused }.into()),
        (waiting, _) => Err(FeedbackFailure::StillWaiting { waiting }.into()),
    }
}

fn tell_none(context: &Context) {
    context.status.note("no report waits");
}
