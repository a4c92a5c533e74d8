//! `cargo xtask schema`: what leaves the process under which name, from the tables that the code is written with.

use std::fmt::Write;

use codex_observe::{Field, Privacy, event_name};
use codex_otel::{DEFAULT_LABELS, MetricKind, metric_table};

/// The page that shows it.
pub(crate) const PAGE: &str = "docs/telemetry.md";
const BEGIN: &str = "<!-- schema: begin (cargo xtask schema --write) -->";
const END: &str = "<!-- schema: end -->";

/// The tables as Markdown.
pub(crate) fn markdown() -> String {
    let mut text = String::new();
    events(&mut text);
    fields(&mut text);
    metrics(&mut text);
    text
}

/// The page with the tables of now between its marks. `None` when the marks are missing.
pub(crate) fn renewed(page: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{}\n{END}{after}", markdown().trim_end()))
}

fn events(text: &mut String) {
    text.push_str("### Events\n\n");
    for name in event_name::ALL {
        line(text, format_args!("- `{name}`"));
    }
}

fn fields(text: &mut String) {
    text.push_str("\n### Fields and tags\n\n");
    text.push_str("| field | who may see it | tag of the latest attempt | tag of the latest 401 |\n");
    text.push_str("| --- | --- | --- | --- |\n");
    for field in Field::ALL {
        let privacy = match field.privacy() {
            Privacy::LogOnly => "logs only",
            Privacy::TraceOnly => "traces only",
            _ => "logs and traces",
        };
        let privacy = if field.name().is_some() { privacy } else { "bug report only" };
        let [name, attempt, unauthorized] =
            [field.name(), field.attempt_tag(), field.unauthorized_tag()].map(code);
        line(text, format_args!("| {name} | {privacy} | {attempt} | {unauthorized} |"));
    }
}

fn metrics(text: &mut String) {
    text.push_str("\n### Metrics\n\n");
    let labels = DEFAULT_LABELS.map(|label| code(Some(label))).join(", ");
    line(text, format_args!("*session*: {labels}.\n"));
    text.push_str("| metric | kind | unit | attributes |\n| --- | --- | --- | --- |\n");
    for row in metric_table() {
        let kind = match row.kind {
            MetricKind::Counter => "counter",
            _ => "histogram",
        };
        let session = row.session_labels.then(|| "*session*".to_owned());
        let own = row.attributes.iter().map(|attribute| code(Some(attribute)));
        let attributes: Vec<String> = own.chain(session).collect();
        line(text, format_args!("| `{}` | {kind} | `{}` | {} |", row.name, row.unit, attributes.join(", ")));
    }
}

fn code(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!("`{text}`"))
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _infallible = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    //! Pure function, and the page in the repository.
    use super::*;
    use crate::repository::Repository;

    #[test]
    fn the_page_shows_the_tables_of_now() {
        let path = Repository::open().unwrap().root().join(PAGE);
        let page = std::fs::read_to_string(path).unwrap();
        assert!(renewed(&page).unwrap() == page, "{PAGE} is out of date: run `cargo xtask schema --write`");
    }
}
