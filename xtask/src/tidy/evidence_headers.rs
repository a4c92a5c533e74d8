//! The headers that explain a 401 are named in one file: what reads them all reads them alike.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::finding::Finding;
use super::source::{Source, line_of};

const HEADERS: &[&str] = &["x-openai-authorization-error", "x-error-json", "cf-ray", "x-oai-request-id"];

/// Where the names were seen: path, and line of the first one.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    first_lines: BTreeMap<String, usize>,
}

impl Sightings {
    pub(crate) fn note(&mut self, path: &str, source: &Source) {
        if !is_judged(path) {
            return;
        }
        let text = source.without_tests().uncommented.to_ascii_lowercase();
        if let Some(at) = HEADERS.iter().filter_map(|header| text.find(&format!("\"{header}\""))).min() {
            self.first_lines.insert(path.to_owned(), line_of(&text, at));
        }
    }

    pub(crate) fn into_findings(self) -> Vec<Finding> {
        let count = self.first_lines.len();
        if count < 2 {
            return Vec::new();
        }
        let fact = format!("headers of the 401 evidence are named in {count} files");
        let places = self.first_lines.into_iter();
        places
            .map(|(path, line)| {
                Finding::error(&path, line, fact.clone())
                    .remedy("use the constants of the one file that names them")
            })
            .collect()
    }
}

/// The simulator plays the server, so it writes them; tests may say what they expect.
fn is_judged(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [.., "tests.rs"] | ["crates", "codex-sim", ..] => false,
        ["crates", _, "src", inside @ ..] => !inside.contains(&"tests"),
        _ => false,
    }
}
