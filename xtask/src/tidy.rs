//! The rules no compiler checks. Each rule is a file, a pure function from text to findings.

mod arrows;
mod attributes;
mod changelog;
mod crate_docs;
mod evidence_headers;
mod finding;
mod names;
mod sizes;
mod source;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;

use crate::repository::{Repository, TextFile};
use finding::{Finding, Severity};
use source::Source;

/// Everything the rules found, sorted by path and line.
#[derive(Debug)]
pub(crate) struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// Warnings do not fail a report.
    pub(crate) fn passed(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        writeln!(
            f,
            "tidy: {} errors, {} warnings",
            self.count(Severity::Error),
            self.count(Severity::Warning)
        )
    }
}

/// Runs every rule over the repository.
///
/// # Errors
/// When `cargo metadata` fails. What the rules find is no error: it is in the report.
pub(crate) fn check(repository: &Repository) -> Result<Report, cargo_metadata::Error> {
    let metadata =
        cargo_metadata::MetadataCommand::new().manifest_path(repository.root().join("Cargo.toml")).exec()?;
    let mut findings = arrows::check(&metadata);
    let mut headers = evidence_headers::Sightings::default();
    for file in repository.files() {
        findings.extend(names::check(&file.path));
        findings.extend(words::check(file));
        if file.path.ends_with(".rs") {
            findings.extend(check_rust(file, &mut headers));
        }
    }
    findings.extend(headers.into_findings());
    findings.extend(crate_docs::check(repository));
    findings.extend(changelog::check(repository.text("CHANGELOG.md")));
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    Ok(Report { findings })
}

fn check_rust(file: &TextFile, headers: &mut evidence_headers::Sightings) -> Vec<Finding> {
    let source = Source::parse(&file.text);
    headers.note(&file.path, &source);
    let mut findings = attributes::check(&file.path, &source);
    findings.extend(words::check_macros(&file.path, &source));
    findings.extend(sizes::check(&file.path, &source));
    findings
}
