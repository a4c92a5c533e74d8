//! The attempts, call by call.

use std::fmt::{self, Write};

use codex_observe::{Field, event_name};

use super::{Copyable, escape::Text};
use crate::{EventRecord, Report, Verdict};

pub(super) fn section(page: &mut dyn Write, report: &Report) -> fmt::Result {
    let events = report.events();
    if events.is_empty() {
        return page.write_str(r#"<p class="empty">No request was made in this run.</p>"#);
    }
    let end = events.iter().map(|event| event.at_ms).max().unwrap_or(0);
    let start = events.iter().map(|event| event.at_ms.saturating_sub(duration(event))).min().unwrap_or(0);
    let scale = Scale { start, length: (end - start.min(end)).max(1) };
    for call in calls(events) {
        self::call(page, &call, &scale)?;
    }
    Ok(())
}

/// One call of an endpoint, with its attempts; or an event that belongs to none.
struct Call<'a> {
    number: Option<u32>,
    events: Vec<&'a EventRecord>,
}

/// Calls in the order in which they began. Calls that ran at the same time are told apart.
fn calls(events: &[EventRecord]) -> Vec<Call<'_>> {
    let mut calls: Vec<Call<'_>> = Vec::new();
    for event in events {
        let known = calls.iter_mut().find(|call| call.number.is_some() && call.number == event.operation);
        match known {
            Some(call) => call.events.push(event),
            None => calls.push(Call { number: event.operation, events: vec![event] }),
        }
    }
    calls
}

/// Where times stand on the bars, in thousandths of the whole run.
struct Scale {
    start: u64,
    length: u64,
}

impl Scale {
    fn thousandths(&self, ms: u64) -> u64 {
        ms.saturating_sub(self.start).saturating_mul(1_000) / self.length
    }
}

fn call(page: &mut dyn Write, call: &Call<'_>, scale: &Scale) -> fmt::Result {
    let attempts = call.events.iter().filter(|event| is_attempt(event)).count();
    let endpoint = call.events.iter().find_map(|event| event.endpoint.as_deref()).unwrap_or_default();
    let last = call.events.iter().rev().find(|event| event.name != event_name::AUTH_RECOVERY);
    let verdict = last.map_or(Verdict::Worked, |event| event.verdict());
    let title = match call.number {
        Some(number) => format!("Call {number}"),
        None => "Between calls".to_owned(),
    };
    let count = match attempts {
        0 => String::new(),
        1 => "1 attempt".to_owned(),
        n => format!("{n} attempts"),
    };
    write!(
        page,
        r#"<section class="call"><h3><span>{title}</span><code>{}</code><span class="quiet">{count}</span>{}</h3><ol class="events">"#,
        Text(endpoint),
        Pill(verdict, None)
    )?;
    for event in &call.events {
        self::event(page, event, scale)?;
    }
    page.write_str("</ol></section>")
}

fn event(page: &mut dyn Write, event: &EventRecord, scale: &Scale) -> fmt::Result {
    let verdict = event.verdict();
    write!(
        page,
        r#"<li class="event {}"><div class="event-head"><h4>{}</h4>{}<span class="when"><time datetime="{}">+{}</time>{}</span></div>"#,
        class(verdict),
        Text(&heading(event)),
        Pill(verdict, event.number(Field::StatusCode)),
        Text(&event.at),
        Duration(event.at_ms),
        Took(event.number(Field::DurationMs)),
    )?;
    bar(page, event, scale)?;
    if let Some(sentence) = sentence(event) {
        write!(page, r#"<p class="what">{}</p>"#, Text(&sentence))?;
    }
    identifiers(page, event)?;
    fields(page, event)?;
    page.write_str("</li>")
}

fn bar(page: &mut dyn Write, event: &EventRecord, scale: &Scale) -> fmt::Result {
    const LEAST_WIDTH: u64 = 6;
    let from = scale.thousandths(event.at_ms.saturating_sub(duration(event)));
    let to = scale.thousandths(event.at_ms);
    let width = to.saturating_sub(from).max(LEAST_WIDTH);
    let from = from.min(1_000 - LEAST_WIDTH);
    write!(
        page,
        r#"<svg class="bar" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="1000" height="6"/><rect class="span" x="{from}" width="{}" height="6"/></svg>"#,
        width.min(1_000 - from)
    )
}

/// The ids to quote, each with a button that copies it.
fn identifiers(page: &mut dyn Write, event: &EventRecord) -> fmt::Result {
    let ids = [("Request id", Field::RequestId), ("Edge trace", Field::CfRay)];
    let ids: Vec<_> = ids.into_iter().filter_map(|(name, field)| Some((name, event.text(field)?))).collect();
    if ids.is_empty() {
        return Ok(());
    }
    page.write_str(r#"<dl class="ids">"#)?;
    for (name, id) in &ids {
        write!(page, "<div><dt>{name}</dt><dd>{}</dd></div>", Copyable(id))?;
    }
    page.write_str("</dl>")
}

fn fields(page: &mut dyn Write, event: &EventRecord) -> fmt::Result {
    write!(
        page,
        r#"<details><summary>All facts <span class="quiet">{}</span></summary><table><tbody>"#,
        Text(&event.name)
    )?;
    for (name, value) in &event.fields {
        let value = value.to_string();
        write!(
            page,
            r#"<tr><th scope="row"><code>{}</code></th><td>{}</td></tr>"#,
            Text(name),
            Text(&value)
        )?;
    }
    page.write_str("</tbody></table></details>")
}

fn is_attempt(event: &EventRecord) -> bool {
    [event_name::API_REQUEST, event_name::WEBSOCKET_CONNECT].contains(&event.name.as_str())
}

fn heading(event: &EventRecord) -> String {
    let attempt = event.attempt.map(|attempt| format!(" {attempt}")).unwrap_or_default();
    match event.name.as_str() {
        event_name::API_REQUEST => format!("Attempt{attempt} over HTTP"),
        event_name::WEBSOCKET_CONNECT => format!("Attempt{attempt}: WebSocket handshake"),
        event_name::WEBSOCKET_REQUEST => "Request on the WebSocket".to_owned(),
        event_name::AUTH_RECOVERY => {
            let step = event.text(Field::Step).unwrap_or_default();
            format!("Recovery: {}", step.replace('_', " "))
        }
        event_name::TRANSPORT_FALLBACK => "Went on over HTTP".to_owned(),
        event_name::STREAM_ENDED => "Stream ended".to_owned(),
        other => other.to_owned(),
    }
}

/// What the event says, for a reader who does not know the names of the fields.
fn sentence(event: &EventRecord) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(attached) = event.flag(Field::HeaderAttached) {
        parts.push(match (attached, event.text(Field::HeaderName)) {
            (true, Some(name)) => format!("Credentials went out in the header {name}."),
            (true, None) => "Credentials went out.".to_owned(),
            (false, _) => "No credentials went out.".to_owned(),
        });
    }
    if event.flag(Field::RetryAfterUnauthorized) == Some(true) {
        parts.push("It follows a step of recovery.".to_owned());
    }
    if let Some(reused) = event.flag(Field::ConnectionReused) {
        parts.push(
            if reused { "The connection had been used before." } else { "The connection was new." }
                .to_owned(),
        );
    }
    if let (Some(mode), Some(outcome)) = (event.text(Field::StepMode), event.text(Field::StepOutcome)) {
        parts.push(step_sentence(event, &mode, &outcome));
    }
    if let Some(reason) = event.text(Field::FallbackReason) {
        parts.push(format!("Why: {}.", reason.replace('_', " ")));
    }
    if let (Some(events), Some(bytes)) = (event.number(Field::StreamEvents), event.number(Field::StreamBytes))
    {
        parts.push(format!("{events} events in {bytes} bytes."));
    }
    if let Some(error) = event.text(Field::ErrorMessage) {
        parts.push(format!("Error: {error}."));
    }
    let upstream = [event.text(Field::AuthError), event.text(Field::AuthErrorCode)];
    let upstream: Vec<_> = upstream.into_iter().flatten().collect();
    if !upstream.is_empty() {
        parts.push(format!("The service said: {}.", upstream.join(", ")));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn step_sentence(event: &EventRecord, mode: &str, outcome: &str) -> String {
    let outcome = outcome.trim_start_matches("recovery_").replace('_', " ");
    let more = match (event.flag(Field::StateChanged), event.text(Field::StepReason)) {
        (Some(true), _) => "; the credentials differ now".to_owned(),
        (Some(false), _) => "; the credentials are the same".to_owned(),
        (None, Some(reason)) => format!(": {}", reason.replace('_', " ")),
        (None, None) => String::new(),
    };
    format!("Mode {mode}, {outcome}{more}.")
}

fn duration(event: &EventRecord) -> u64 {
    event.number(Field::DurationMs).unwrap_or(0)
}

pub(super) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Worked => "good",
        Verdict::Recovered => "step",
        Verdict::NotRun => "none",
        Verdict::Changed => "warn",
        Verdict::Unauthorized | Verdict::Failed => "bad",
    }
}

/// How it went: a colour, and always a word.
struct Pill(Verdict, Option<u64>);

impl fmt::Display for Pill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.0 {
            Verdict::Worked => "worked",
            Verdict::Recovered => "step taken",
            Verdict::NotRun => "not run",
            Verdict::Changed => "changed",
            Verdict::Unauthorized => "unauthorized",
            Verdict::Failed => "failed",
        };
        let class = class(self.0);
        match self.1 {
            Some(status) => write!(f, r#"<span class="pill {class}">{status} {word}</span>"#),
            None => write!(f, r#"<span class="pill {class}">{word}</span>"#),
        }
    }
}

/// Milliseconds as people read them.
struct Duration(u64);

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ms @ 0..10_000 => write!(f, "{ms} ms"),
            ms @ 10_000..120_000 => write!(f, "{}.{} s", ms / 1_000, ms % 1_000 / 100),
            ms => write!(f, "{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
        }
    }
}

struct Took(Option<u64>);

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |ms| write!(f, r#"<span class="took">took {}</span>"#, Duration(ms)))
    }
}
