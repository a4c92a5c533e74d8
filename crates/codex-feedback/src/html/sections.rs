//! Everything but the timeline and the log.

use std::fmt::{self, Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use codex_observe::Field;

use super::{
    Copyable, Files,
    escape::{Sentence, Text},
};
use crate::{DiagnosisVerdict, Report, RunResult, limit_rows};

pub(super) fn head(page: &mut dyn Write, report: &Report) -> fmt::Result {
    write!(page, r#"<p class="kind">{}</p><h1>"#, report.classification().label())?;
    match report.thread_id() {
        Some(thread) => write!(page, "Session {}", Text(thread))?,
        None => page.write_str("No active session")?,
    }
    page.write_str(r#"</h1><dl class="facts">"#)?;
    fact(page, "Made", format_args!(r#"<time datetime="{0}">{0}</time>"#, Text(report.created_at())))?;
    fact(page, "Report", Copyable(&report.event_id().to_string()))?;
    if let Some(thread) = report.thread_id() {
        fact(page, "Session", Copyable(thread))?;
    }
    if let Some(run) = report.run() {
        let command = if run.command.is_empty() { "a session" } else { &run.command };
        fact(page, "Run", format_args!("<code>{}</code> {}", Text(command), result(run.result)))?;
    }
    fact(page, "Version", Text(&report.environment().app_version))?;
    page.write_str("</dl>")
}

fn fact(page: &mut dyn Write, name: impl fmt::Display, value: impl fmt::Display) -> fmt::Result {
    write!(page, "<div><dt>{name}</dt><dd>{value}</dd></div>")
}

fn result(result: RunResult) -> &'static str {
    match result {
        RunResult::Succeeded => r#"<span class="pill good">succeeded</span>"#,
        RunResult::Failed => r#"<span class="pill bad">failed</span>"#,
        RunResult::Interrupted => r#"<span class="pill warn">interrupted</span>"#,
    }
}

pub(super) fn diagnosis(page: &mut dyn Write, report: &Report) -> fmt::Result {
    let Some(diagnosis) = report.diagnosis() else {
        return page.write_str(
            r#"<section class="diagnosis none" id="diagnosis"><p class="state">No diagnosis</p><p class="cause">No run was recorded, so there is no evidence to judge.</p></section>"#,
        );
    };
    let (class, state) = match diagnosis.state {
        DiagnosisVerdict::NothingFailed => ("good", "Nothing failed"),
        DiagnosisVerdict::Resolved => ("step", "Resolved"),
        DiagnosisVerdict::Unresolved => ("bad", "Not resolved"),
    };
    write!(
        page,
        r#"<section class="diagnosis {class}" id="diagnosis" aria-label="Diagnosis"><p class="state">{state}</p><p class="cause">{}</p><p class="next"><span>Next step</span> {}</p>"#,
        Sentence(&diagnosis.cause),
        Sentence(&diagnosis.next_step),
    )?;
    page.write_str(r#"<dl class="ids">"#)?;
    if let Some(endpoint) = &diagnosis.endpoint {
        fact(page, "Endpoint", format_args!("<code>{}</code>", Text(endpoint)))?;
    }
    if let Some(id) = &diagnosis.request_id {
        fact(page, "Request id to quote", Copyable(id))?;
    }
    page.write_str("</dl>")?;
    if let Some(error) = report.run().and_then(|run| run.error.as_ref()) {
        write!(page, r#"<p class="shown"><span>The user saw</span>{}</p>"#, Text(error))?;
    }
    page.write_str("</section>")
}

pub(super) fn reason(page: &mut dyn Write, report: &Report) -> fmt::Result {
    let Some(reason) = report.reason() else { return Ok(()) };
    write!(
        page,
        r#"<section class="reason" aria-label="What the user says"><h2>What the user says</h2><blockquote>{}</blockquote></section>"#,
        Text(reason)
    )
}

/// Which part of the tags a key belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TagGroup {
    Attempt,
    Recovery,
    Unauthorized,
    Other,
}

impl TagGroup {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Attempt, "The latest attempt"),
        (Self::Recovery, "Recovery"),
        (Self::Unauthorized, "The latest 401"),
        (Self::Other, "The session and this report"),
    ];

    fn of(key: &str) -> Self {
        let is =
            |tag: fn(Field) -> Option<&'static str>| Field::ALL.iter().any(|field| tag(*field) == Some(key));
        if key.starts_with("auth_recovery_") {
            Self::Recovery
        } else if is(Field::attempt_tag) {
            Self::Attempt
        } else if is(Field::unauthorized_tag) {
            Self::Unauthorized
        } else {
            Self::Other
        }
    }
}

pub(super) fn tags(page: &mut dyn Write, report: &Report) -> fmt::Result {
    page.write_str(r#"<div class="groups">"#)?;
    for (group, title) in TagGroup::ALL {
        let mut tags = report.tags().iter().filter(|(key, _)| TagGroup::of(key) == group).peekable();
        if tags.peek().is_none() {
            continue;
        }
        write!(page, r#"<section class="group"><h3>{title}</h3><dl class="pairs">"#)?;
        for (key, value) in tags {
            fact(page, format_args!("<code>{}</code>", Text(key)), Text(value))?;
        }
        page.write_str("</dl></section>")?;
    }
    page.write_str("</div>")
}

pub(super) fn limits(page: &mut dyn Write, report: &Report) -> fmt::Result {
    let rows: Vec<_> = report.rate_limits().iter().flat_map(limit_rows::rows).collect();
    if rows.is_empty() {
        return page.write_str(r#"<p class="empty">The service reported no usage limits.</p>"#);
    }
    page.write_str(r#"<table class="limits"><tbody>"#)?;
    for row in rows {
        write!(page, r#"<tr><th scope="row">{}</th><td>"#, Text(&row.name))?;
        if let Some(percent) = row.used_percent {
            let class = if percent >= 90.0 {
                "bad"
            } else if percent >= 70.0 {
                "warn"
            } else {
                "good"
            };
            write!(
                page,
                r#"<svg class="bar {class}" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="1000" height="6"/><rect class="span" width="{:.0}" height="6"/></svg>"#,
                percent.clamp(0.0, 100.0) * 10.0
            )?;
        }
        write!(page, "{}</td></tr>", Text(&row.value))?;
    }
    page.write_str("</tbody></table>")
}

pub(super) fn environment(page: &mut dyn Write, report: &Report) -> fmt::Result {
    let environment = report.environment();
    page.write_str("<table><tbody>")?;
    let mut row = |name: &str, value: &str| {
        write!(page, r#"<tr><th scope="row">{}</th><td>{}</td></tr>"#, Text(name), Text(value))
    };
    row("Version", &environment.app_version)?;
    row("System", &format!("{} {}", environment.os, environment.arch))?;
    if let Some(terminal) = &environment.terminal {
        row("Terminal", terminal)?;
    }
    for variable in &environment.variables {
        row(&variable.name, &variable.value)?;
    }
    page.write_str("</tbody></table>")?;
    page.write_str(r#"<p class="quiet">Of proxies and URLs, user name, password and query were removed.</p>"#)
}

pub(super) fn earlier_runs(page: &mut dyn Write, report: &Report) -> fmt::Result {
    if report.earlier_runs().is_empty() {
        return page.write_str(r#"<p class="empty">No earlier run is on record.</p>"#);
    }
    page.write_str(r#"<ol class="runs">"#)?;
    for run in report.earlier_runs() {
        write!(
            page,
            r#"<li><time datetime="{0}">{0}</time><code>{1}</code>{2}<span>{3}</span></li>"#,
            Text(&run.started_at),
            Text(&run.command),
            result(run.result),
            Sentence(run.cause.as_deref().unwrap_or("no diagnosis")),
        )?;
    }
    page.write_str("</ol>")
}

pub(super) fn attachments(page: &mut dyn Write, report: &Report, files: Files) -> fmt::Result {
    if report.attachments().is_empty() {
        return page.write_str(r#"<p class="empty">No files were attached.</p>"#);
    }
    page.write_str(r#"<ul class="files">"#)?;
    for file in report.attachments() {
        let name = Text(&file.name);
        page.write_str("<li>")?;
        match files {
            Files::Embedded => write!(
                page,
                // A type that the browser saves and never shows.
                r#"<a download="{name}" href="data:application/octet-stream;base64,{}">{name}</a>"#,
                STANDARD.encode(&file.bytes)
            )?,
            Files::Listed => write!(page, "<span>{name}</span>")?,
        }
        write!(page, r#"<span class="quiet">{}, {}</span></li>"#, file.content_type, Size(file.bytes.len()))?;
    }
    page.write_str("</ul>")
}

pub(super) fn notes(page: &mut dyn Write, report: &Report) -> fmt::Result {
    if report.notes().is_empty() {
        return page.write_str(r#"<p class="empty">Nothing was left out or shortened.</p>"#);
    }
    page.write_str(r#"<ul class="notes">"#)?;
    for note in report.notes() {
        write!(page, "<li>{}</li>", Text(&note.to_string()))?;
    }
    page.write_str("</ul>")
}

/// A number of bytes as people read it.
pub(super) struct Size(pub(super) usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const KIB: usize = 1024;
        match self.0 {
            bytes @ 0..KIB => write!(f, "{bytes} bytes"),
            bytes if bytes < KIB * KIB => write!(f, "{}.{} KiB", bytes / KIB, bytes % KIB * 10 / KIB),
            bytes => write!(f, "{}.{} MiB", bytes / KIB / KIB, bytes / KIB % KIB * 10 / KIB),
        }
    }
}
