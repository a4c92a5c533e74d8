//! The event as a Sentry-compatible tracker takes it (its documentation of event payloads).

use codex_observe::Field;
use serde_json::{Map, Value, json};

use super::Report;
use crate::{
    EventRecord, Verdict,
    limits::{MAX_CONTEXT_BYTES, MAX_MESSAGE_CHARS},
    tag_limits,
};

/// The largest item of `extra`, in bytes of JSON.
const MAX_EXTRA_ITEM_BYTES: usize = 16 * 1024;

/// The event as JSON, with the latest `breadcrumbs` events.
pub(super) fn event(report: &Report, breadcrumbs: usize) -> Vec<u8> {
    let skipped = report.events.len().saturating_sub(breadcrumbs);
    let mut event = json!({
        "event_id": report.event_id,
        "timestamp": report.created_at,
        "platform": "other",
        "level": report.classification.level(),
        "logger": "codex-api",
        "release": release(&report.environment.app_version),
        "logentry": { "formatted": tag_limits::cut(&report.title, MAX_MESSAGE_CHARS) },
        "tags": report.tags,
        "contexts": contexts(report),
        "breadcrumbs": { "values": report.events[skipped..].iter().map(breadcrumb).collect::<Vec<_>>() },
        "extra": { "notes": notes(report), "environment": environment(report) },
    });
    if let Some(reason) = &report.reason {
        let exception = json!({ "type": report.title, "value": reason });
        event["exception"] = json!({ "values": [exception] });
    }
    event.to_string().into_bytes()
}

/// A release has a name and a version, and no blanks or slashes.
fn release(version: &str) -> String {
    let version: String = version
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))
        .take(100)
        .collect();
    format!("codex-api@{}", if version.is_empty() { "unknown" } else { &version })
}

fn contexts(report: &Report) -> Value {
    let mut contexts = Map::new();
    let mut add = |name: &str, value: Value| {
        if value.to_string().len() <= MAX_CONTEXT_BYTES {
            contexts.insert(name.to_owned(), value);
        }
    };
    add("os", json!({ "name": report.environment.os }));
    add("device", json!({ "arch": report.environment.arch }));
    add("app", json!({ "app_name": "codex-api", "app_version": report.environment.app_version }));
    if let Some(diagnosis) = &report.diagnosis {
        add("diagnosis", json!(diagnosis));
    }
    if let Some(run) = &report.run {
        add("run", json!(run));
    }
    Value::Object(contexts)
}

fn breadcrumb(record: &EventRecord) -> Value {
    let level = match record.verdict() {
        Verdict::Worked | Verdict::Recovered | Verdict::NotRun => "info",
        Verdict::Changed => "warning",
        Verdict::Unauthorized | Verdict::Failed => "error",
    };
    json!({
        "timestamp": record.at,
        "type": "default",
        "category": record.name,
        "level": level,
        "message": summary(record),
        "data": record.fields,
    })
}

/// An event in one line: `attempt 2 of /responses: http 401`.
pub(super) fn summary(record: &EventRecord) -> String {
    let place = match (&record.endpoint, record.attempt) {
        (Some(endpoint), Some(attempt)) => format!("{endpoint}, attempt {attempt}"),
        (Some(endpoint), None) => endpoint.clone(),
        (None, _) => record.name.clone(),
    };
    let step = match (record.text(Field::Step), record.text(Field::StepOutcome)) {
        (Some(step), Some(outcome)) => {
            let why = record.text(Field::StepReason).map(|why| format!(" ({why})")).unwrap_or_default();
            Some(format!("{step}: {outcome}{why}"))
        }
        _ => None,
    };
    let went = step
        .or_else(|| record.text(Field::ErrorMessage))
        .or_else(|| record.text(Field::FallbackReason))
        .or_else(|| record.number(Field::StatusCode).map(|status| format!("http {status}")))
        .unwrap_or_else(|| "ok".to_owned());
    format!("{place}: {went}")
}

fn environment(report: &Report) -> Value {
    let variables = report.environment.variables.iter();
    let mut facts: Map<String, Value> =
        variables.map(|variable| (variable.name.clone(), json!(variable.value))).collect();
    if let Some(terminal) = &report.environment.terminal {
        facts.insert("terminal".to_owned(), json!(terminal));
    }
    Value::Object(facts)
}

/// As many notes as an item may hold; the last line says how many more there are.
fn notes(report: &Report) -> Vec<String> {
    let mut room = MAX_EXTRA_ITEM_BYTES - 256;
    let mut lines = Vec::new();
    for note in &report.notes {
        let line = note.to_string();
        let size = json!(line).to_string().len() + 1;
        if size > room {
            lines.push(format!("and {} more, in the attached report", report.notes.len() - lines.len()));
            break;
        }
        room -= size;
        lines.push(line);
    }
    lines
}
