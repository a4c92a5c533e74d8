//! From runs and the user's words to a report within its limits.

use std::collections::BTreeMap;

use codex_observe::rfc3339_millis;

use super::{Report, ReportRequest, RunSummary, sentry_event};
use crate::{
    Classification, EventId, LoadedRuns, Note, Redactor, attachment,
    limits::{MAX_BREADCRUMBS, MAX_EVENT_BYTES, MAX_MESSAGE_CHARS},
    tag_limits,
};

/// How many runs before the one it is about are summed up.
const MAX_EARLIER_RUNS: usize = 9;

pub(super) fn report(runs: LoadedRuns, request: ReportRequest, redactor: &Redactor) -> Report {
    let LoadedRuns { runs, mut notes } = runs;
    let mut runs = runs.into_iter().map(|run| run.redacted(redactor));
    let run = runs.next();
    let earlier_runs = runs.take(MAX_EARLIER_RUNS).map(|run| RunSummary::from(&run)).collect();
    if run.is_none() {
        notes.push(Note::NoRun);
    }
    let summary = run.as_ref().map(RunSummary::from);
    let mut run = run.unwrap_or_default();
    notes.append(&mut run.notes);

    let environment = request.environment.redacted(redactor);
    let event_id = EventId::random();
    let clean = |text: String| redactor.redact(&text).into_owned();
    let thread_id = request.thread_id.or(run.thread_id.take()).map(clean).filter(|id| !id.is_empty());
    let reason = request.reason.map(clean).and_then(|text| bounded_reason(&text, &mut notes));
    let title = title(request.classification, thread_id.as_deref(), event_id);
    let logs = if request.include_logs { run.logs } else { String::new() };
    if !request.include_logs {
        notes.push(Note::LogsLeftOut);
    }
    let reserved = [
        ("classification", Some(request.classification.as_str())),
        ("cli_version", Some(environment.app_version.as_str())),
        ("session_source", run.session_source.as_deref()),
        ("thread_id", thread_id.as_deref()),
        ("reason", reason.as_deref()),
    ];
    let tags = tags(reserved, run.tags, &mut notes);
    let attachments = attachment::read_all(&request.attachments, redactor, &mut notes);
    let report = Report {
        event_id,
        created_at: rfc3339_millis(request.created_at),
        title,
        classification: request.classification,
        reason,
        thread_id,
        diagnosis: run.diagnosis,
        run: summary,
        tags,
        events: run.events,
        rate_limits: run.rate_limits,
        environment,
        earlier_runs,
        notes,
        logs,
        attachments,
        breadcrumbs: MAX_BREADCRUMBS,
    };
    within_event_limit(report)
}

/// Reserved tags come first: nobody else sets them.
fn tags(
    reserved: [(&str, Option<&str>); 5],
    of_run: BTreeMap<String, String>,
    notes: &mut Vec<Note>,
) -> BTreeMap<String, String> {
    let known = reserved.iter().filter_map(|(key, value)| Some(((*key).to_owned(), (*value)?.to_owned())));
    let others = of_run.into_iter().filter(|(key, _)| reserved.iter().all(|(reserved, _)| reserved != key));
    tag_limits::within_limits(known.chain(others), notes)
}

fn title(classification: Classification, thread_id: Option<&str>, event_id: EventId) -> String {
    let label = classification.label();
    let title = match thread_id {
        Some(thread) => format!("[{label}]: Codex session {thread}"),
        None => format!("[{label}]: Codex session no-active-thread-{event_id}"),
    };
    tag_limits::cut(&title.replace(char::is_control, " "), MAX_MESSAGE_CHARS)
}

fn bounded_reason(text: &str, notes: &mut Vec<Note>) -> Option<String> {
    // Its lines stay; nothing else in it steers whoever shows it.
    let text = text.replace("\r\n", "\n").replace(|c: char| c.is_control() && !matches!(c, '\n' | '\t'), " ");
    let text = text.trim();
    let chars = text.chars().count();
    if chars > MAX_MESSAGE_CHARS {
        notes.push(Note::ReasonCut { chars, limit: MAX_MESSAGE_CHARS });
    }
    (!text.is_empty()).then(|| tag_limits::cut(text, MAX_MESSAGE_CHARS))
}

/// Breadcrumbs are what can make an event too large; the attached report has them all.
fn within_event_limit(mut report: Report) -> Report {
    let all = report.events.len();
    let fits = |report: &Report, count: usize| {
        // The note of the cut stands in the event as well.
        const ROOM_FOR_NOTE: usize = 512;
        sentry_event::event(report, count).len() <= MAX_EVENT_BYTES - ROOM_FOR_NOTE
    };
    let mut count = all.min(MAX_BREADCRUMBS);
    while count > 0 && !fits(&report, count) {
        count /= 2;
    }
    if count < all {
        report.notes.push(Note::BreadcrumbsCut { events: all - count });
    }
    report.breadcrumbs = count;
    report
}
