//! Certificate authorities beside those of the system.

use std::env;

use codex_client::CaSource;

use super::{Check, Finding, Findings};
use crate::error_text::with_causes;

pub(super) fn check(findings: &mut Findings) {
    let source = CaSource::Environment.resolve(|name| env::var_os(name));
    findings.push(match (source.load(), &source) {
        (Err(error), _) => Finding::failure(Check::Certificates, with_causes(&error)),
        (Ok(certificates), CaSource::File(file)) => {
            let from = file.variable.map_or_else(String::new, |variable| format!(" (from {variable})"));
            let fact =
                format!("those of the system, and {} of {}{from}", certificates.len(), file.path.display());
            Finding::ok(Check::Certificates, fact)
        }
        (Ok(_), _) => Finding::ok(Check::Certificates, "those of the system"),
    });
}
