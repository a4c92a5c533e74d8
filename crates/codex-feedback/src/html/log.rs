//! The log, line by line, for the search.

use std::fmt::{self, Write};

use super::{escape::Text, sections::Size};
use crate::Report;

/// How many of the last lines are printed on paper; the page holds all of them.
const PRINTED_LINES: usize = 200;

pub(super) fn section(page: &mut dyn Write, report: &Report) -> fmt::Result {
    if report.logs().is_empty() {
        return page.write_str(r#"<p class="empty">The report holds no log.</p>"#);
    }
    let count = report.logs().lines().count();
    write!(
        page,
        r#"<div class="search" id="log-tools" hidden><label for="log-search">Search the log</label><input id="log-search" type="search" placeholder="Words in a line" autocomplete="off" spellcheck="false" aria-keyshortcuts="/"><label for="log-level" class="wide">Level</label><select id="log-level"><option value="">All levels</option><option value="WARN">Warnings and errors</option><option value="INFO">Info and above</option><option value="DEBUG">Debug and above</option></select><output id="log-count" aria-live="polite"></output></div><p class="quiet log-size">{count} lines, {}, without credentials</p>"#,
        Size(report.logs().len())
    )?;
    page.write_str(r#"<div class="log" id="log-lines" tabindex="0" role="region" aria-label="Log lines">"#)?;
    let unprinted = count.saturating_sub(PRINTED_LINES);
    for (number, line) in report.logs().lines().enumerate() {
        let old = if number < unprinted { " old" } else { "" };
        let level = level(line);
        writeln!(page, r#"<div class="line{old}" data-level="{level}">{}</div>"#, Text(line))?;
    }
    page.write_str("</div>")?;
    if unprinted > 0 {
        write!(
            page,
            r#"<p class="paper">The page holds {unprinted} earlier lines, which are not printed.</p>"#
        )?;
    }
    Ok(())
}

/// The level of a line, which stands right after its time.
fn level(line: &str) -> &'static str {
    let word = line.split_whitespace().nth(1).unwrap_or_default();
    ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].into_iter().find(|level| *level == word).unwrap_or_default()
}
