//! `codex-api feedback discard`.

use std::io::{self, Write, stdout};

use codex_feedback::{Spool, SpooledReport};

use super::{FeedbackFailure, tracker};
use crate::{command::Context, failure::Failure, terminal::one_line};

/// The reports of these ids, or all of them.
pub(super) fn run(ids: Option<&Vec<String>>, context: &Context) -> Result<(), Failure> {
    let spool = tracker::folder(context)?.spool();
    let reports = chosen(ids, spool.reports().map_err(FeedbackFailure::Spool)?)?;
    if reports.is_empty() {
        context.status.note("no report is kept");
    }
    reports.iter().try_for_each(|report| discard(&spool, report, context))
}

/// All that are named, or none where one of them is not there.
fn chosen(
    ids: Option<&Vec<String>>,
    reports: Vec<SpooledReport>,
) -> Result<Vec<SpooledReport>, FeedbackFailure> {
    let Some(ids) = ids else { return Ok(reports) };
    let unknown = ids.iter().find(|id| reports.iter().all(|report| report.name() != **id));
    match unknown {
        Some(id) => Err(FeedbackFailure::NoSuchReport { id: id.clone() }),
        None => Ok(reports.into_iter().filter(|report| ids.contains(&report.name())).collect()),
    }
}

fn discard(spool: &Spool, report: &SpooledReport, context: &Context) -> Result<(), Failure> {
    if spool.discard(report).map_err(FeedbackFailure::Spool)? {
        return print(report).map_err(Failure::Output);
    }
    context
        .status
        .warning(format_args!("another process has the report {}: it is not discarded", report.name()));
    Ok(())
}

/// What is gone, once it is.
fn print(report: &SpooledReport) -> io::Result<()> {
    let mut out = stdout().lock();
    let line = format!("{}  {}", report.name(), report.path.display());
    writeln!(out, "{}", one_line(&line))?;
    out.flush()
}
