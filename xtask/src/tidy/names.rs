//! A file is named after what lives in it.

#[cfg(test)]
mod tests;

use super::finding::Finding;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["common", "util", "utils", "helper", "helpers", "misc", "methods"];

/// Names that end in 2 because their subject does.
const NAMED_AFTER_A_2: &[&str] = &["http2", "h2", "oauth2", "sha2"];

pub(crate) fn check(path: &str) -> Vec<Finding> {
    let is_ours = ["crates/", "examples/", "fuzz/", "xtask/"].iter().any(|folder| path.starts_with(folder));
    if !is_ours || !path.ends_with(".rs") {
        return Vec::new();
    }
    let names = path.split('/').map(|part| part.trim_end_matches(".rs"));
    names
        .filter_map(|name| {
            Some(Finding::error(path, 1, fault(name)?).remedy("name it after what lives in it"))
        })
        .collect()
}

fn fault(name: &str) -> Option<String> {
    if EMPTY_NAMES.contains(&name) {
        Some(format!("`{name}` says nothing about what is inside"))
    } else if name.ends_with('2') && !NAMED_AFTER_A_2.contains(&name) {
        Some(format!("`{name}` is a second edition of something"))
    } else {
        None
    }
}
