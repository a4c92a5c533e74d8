//! The report as one HTML page that needs nothing else.
//!
//! Everything is in the page as it was rendered; the script adds search, copying and the choice of light and dark. The page
//! asks for nothing outside: its content security policy allows the two blocks that carry its nonce, and nothing else.

mod escape;
mod log;
mod sections;
mod timeline;

use std::fmt::{self, Display};

use crate::Report;
use escape::Text;

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// Whether the user's files stand in the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Files {
    /// As links that save them.
    Embedded,
    /// By name and size: they go beside the page.
    Listed,
}

/// The page.
pub(crate) fn render(report: &Report, files: Files) -> String {
    let mut page = String::with_capacity(64 * 1024 + report.logs().len() * 2);
    // Placeholders are looked for in the template alone, so that no text of the report is taken for one.
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let (name, tail) = after.split_once("}}").unwrap_or((after, ""));
        // Writing to a string does not fail.
        let _ = fill(&mut page, name, report, files);
        rest = tail;
    }
    page.push_str(rest);
    page
}

fn fill(page: &mut dyn fmt::Write, name: &str, report: &Report, files: Files) -> fmt::Result {
    match name {
        "nonce" => write!(page, "{}", report.event_id()),
        "style" => page.write_str(STYLE),
        "script" => page.write_str(SCRIPT),
        "title" => write!(page, "{}", Text(report.title())),
        "head" => sections::head(page, report),
        "diagnosis" => sections::diagnosis(page, report),
        "reason" => sections::reason(page, report),
        "timeline" => timeline::section(page, report),
        "tags" => sections::tags(page, report),
        "limits" => sections::limits(page, report),
        "environment" => sections::environment(page, report),
        "runs" => sections::earlier_runs(page, report),
        "log" => log::section(page, report),
        "attachments" => sections::attachments(page, report, files),
        "notes" => sections::notes(page, report),
        _ => Ok(()),
    }
}

/// A value with a button that copies it.
struct Copyable<'a>(&'a str);

impl Display for Copyable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = Text(self.0);
        write!(
            f,
            r#"<span class="copyable"><code>{value}</code><button type="button" class="copy" data-copy="{value}" aria-label="Copy {value}">Copy</button></span>"#
        )
    }
}

#[cfg(test)]
mod tests;
