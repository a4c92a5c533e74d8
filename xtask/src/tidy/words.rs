//! Words that must not be published: unfinished code, paths of one machine, keys, merge markers.

#[cfg(test)]
mod tests;

use super::finding::Finding;
use super::source::{Source, is_word_at, line_of};
use crate::repository::TextFile;

/// Spelled in halves, so that this file does not trip over itself.
const MACHINE_PATHS: &[&str] = &[concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/wo", "rk/")];
/// Who has a home folder in examples and tests.
const EXAMPLE_USERS: &[&str] = &["ada", "user"];
const MERGE_MARKERS: &[&str] = &["<<<<<<< ", "||||||| ", ">>>>>>> "];
const UNFINISHED: &[&str] = &["todo", "unimplemented"];

/// Keys begin so. Those of tests are shorter than [`KEY_LENGTH`].
const KEY_PREFIX: &str = "sk-";
/// Kinds of keys, which stand between the prefix and the secret.
const KEY_KINDS: &[&str] = &["proj-", "svcacct-", "admin-"];
/// Letters and digits after the prefix that make a key look real.
const KEY_LENGTH: usize = 20;

/// Looks at every line of a file of any kind.
pub(crate) fn check(file: &TextFile) -> Vec<Finding> {
    let lines = file.text.lines().enumerate();
    lines.filter_map(|(index, line)| check_line(&file.path, index + 1, line)).collect()
}

/// Looks for macros of unfinished code.
pub(crate) fn check_macros(path: &str, source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in UNFINISHED {
        for (at, _) in source.code.match_indices(&format!("{name}!")) {
            if is_word_at(&source.code, at, name) {
                let fact = format!("`{name}!` is unfinished code");
                let line = line_of(&source.code, at);
                findings.push(Finding::error(path, line, fact).remedy("finish it, or leave it out"));
            }
        }
    }
    findings
}

fn check_line(path: &str, number: usize, line: &str) -> Option<Finding> {
    if let Some(found) = MACHINE_PATHS.iter().find(|it| has_machine_path(line, it)) {
        let fact = format!("`{found}…` is a path of one machine");
        Some(Finding::error(path, number, fact).remedy("make it relative, or take it from the environment"))
    } else if has_key(line) {
        let finding = Finding::error(path, number, "this looks like an API key");
        Some(finding.remedy("revoke it if it is one; a key for tests is shorter"))
    } else if MERGE_MARKERS.iter().any(|marker| line.starts_with(marker)) {
        Some(Finding::error(path, number, "a merge was not finished").remedy("resolve the conflict"))
    } else {
        None
    }
}

/// A path begins after a space, a quote or a bracket; in the middle of a URL it names no machine.
fn has_machine_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let folder = line[at + path.len()..].split(|it: char| !it.is_alphanumeric()).next();
        let is_example = folder.is_some_and(|it| EXAMPLE_USERS.contains(&it));
        !is_example
            && !before
                .is_some_and(|it| it.is_alphanumeric() || matches!(it, '_' | '-' | '.' | '}' | '/' | '*'))
    })
}

fn has_key(line: &str) -> bool {
    line.match_indices(KEY_PREFIX).any(|(at, _)| {
        let starts_a_word = !line[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let after = &line[at + KEY_PREFIX.len()..];
        let secret = KEY_KINDS.iter().find_map(|kind| after.strip_prefix(kind)).unwrap_or(after);
        let length = secret.bytes().take_while(u8::is_ascii_alphanumeric).count();
        starts_a_word && length >= KEY_LENGTH
    })
}
