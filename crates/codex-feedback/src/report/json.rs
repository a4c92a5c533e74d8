//! The report as JSON.

use serde::Serialize;

use super::Report;

#[derive(Serialize)]
struct WholeReport<'a> {
    #[serde(flatten)]
    report: &'a Report,
    logs: &'a str,
    attachments: Vec<Listed<'a>>,
}

#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    content_type: &'a str,
    bytes: usize,
}

pub(super) fn render(report: &Report) -> String {
    let attachments = report.attachments.iter().map(|file| Listed {
        name: &file.name,
        content_type: file.content_type,
        bytes: file.bytes.len(),
    });
    let whole = WholeReport { report, logs: &report.logs, attachments: attachments.collect() };
    // Maps with text keys, texts and finite numbers: there is nothing in it that JSON cannot hold.
    serde_json::to_string_pretty(&whole).unwrap_or_default()
}
