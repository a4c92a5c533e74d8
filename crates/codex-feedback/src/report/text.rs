//! The report for a terminal.

use std::fmt::Write as _;

use codex_observe::Field;

use super::{Report, sentry_event::summary};
use crate::{DiagnosisVerdict, EventRecord, Verdict};

/// The most lines of the log that a terminal is shown; the other forms have all of it.
const MAX_LOG_LINES: usize = 40;

pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    head(&mut text, report);
    diagnosis(&mut text, report);
    let timeline: Vec<_> = report.events.iter().map(timeline_line).collect();
    section(&mut text, "Timeline", &timeline);
    section(&mut text, "Tags", &pairs(&report.tags));
    section(&mut text, "Limits", &limits(report));
    section(&mut text, "Environment", &environment(report));
    let runs = report.earlier_runs.iter().map(|run| {
        let cause = run.cause.as_deref().unwrap_or("no diagnosis");
        format!("{}  {} {}: {cause}", run.started_at, run.command, run.result.as_str())
    });
    section(&mut text, "Earlier runs", &runs.collect::<Vec<_>>());
    let files = report.attachments.iter();
    section(
        &mut text,
        "Attachments",
        &files.map(|file| format!("{} ({} bytes)", file.name, file.bytes.len())).collect::<Vec<_>>(),
    );
    section(&mut text, "Notes", &report.notes.iter().map(ToString::to_string).collect::<Vec<_>>());
    log(&mut text, report);
    escaped(&text)
}

fn head(text: &mut String, report: &Report) {
    let _ = writeln!(text, "{}", report.title);
    let _ = writeln!(text, "{}  report {}", report.created_at, report.event_id);
    if let Some(reason) = &report.reason {
        let _ = writeln!(text, "\n{reason}");
    }
}

fn diagnosis(text: &mut String, report: &Report) {
    let Some(diagnosis) = &report.diagnosis else { return };
    let state = match diagnosis.state {
        DiagnosisVerdict::NothingFailed => "",
        DiagnosisVerdict::Resolved => " (resolved)",
        DiagnosisVerdict::Unresolved => " (not resolved)",
    };
    let _ = writeln!(text, "\nDiagnosis\n  {}{state}", diagnosis.cause);
    let _ = writeln!(text, "  Next: {}", diagnosis.next_step);
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}

fn timeline_line(record: &EventRecord) -> String {
    let mark = match record.verdict() {
        Verdict::Worked => "ok     ",
        Verdict::Recovered => "step   ",
        Verdict::NotRun => "not run",
        Verdict::Changed => "change ",
        Verdict::Unauthorized => "401    ",
        Verdict::Failed => "failed ",
    };
    let duration = record.number(Field::DurationMs).map(|ms| format!(" in {ms} ms")).unwrap_or_default();
    let id = record.text(Field::RequestId).map(|id| format!("  request {id}")).unwrap_or_default();
    format!("{:>8} ms  {mark} {}  {}{duration}{id}", record.at_ms, record.name, summary(record))
}

fn pairs(map: &std::collections::BTreeMap<String, String>) -> Vec<String> {
    let width = map.keys().map(String::len).max().unwrap_or(0);
    map.iter().map(|(key, value)| format!("{key:width$}  {value}")).collect()
}

fn limits(report: &Report) -> Vec<String> {
    report
        .rate_limits
        .iter()
        .flat_map(crate::limit_rows::rows)
        .map(|row| format!("{}: {}", row.name, row.value))
        .collect()
}

fn environment(report: &Report) -> Vec<String> {
    let environment = &report.environment;
    let mut lines = vec![format!("{} on {} {}", environment.app_version, environment.os, environment.arch)];
    lines.extend(environment.terminal.iter().map(|terminal| format!("terminal {terminal}")));
    lines.extend(
        environment.variables.iter().map(|variable| format!("{} = {}", variable.name, variable.value)),
    );
    lines
}

fn log(text: &mut String, report: &Report) {
    let all = report.logs.lines().count();
    let hidden = all.saturating_sub(MAX_LOG_LINES);
    let lines: Vec<_> = report.logs.lines().skip(hidden).map(str::to_owned).collect();
    section(text, &format!("Log (last {} of {all} lines)", lines.len()), &lines);
}

/// Nothing in a report steers the terminal that shows it.
fn escaped(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => clean.push(c),
            c if c.is_control() => clean.extend(c.escape_default()),
            c => clean.push(c),
        }
    }
    clean
}
