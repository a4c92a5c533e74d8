//! Each crate has a README, and a library's README is its documentation. (That of a command is its `--help`.)

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::finding::Finding;
use super::source::Source;
use crate::repository::Repository;

const INCLUDED: &str = "#![doc = include_str!(\"../README.md\")]";

pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let manifests = repository.files().iter().filter_map(|file| {
        let name = file.path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
        (!name.contains('/')).then_some(name)
    });
    let names: BTreeSet<&str> = manifests.collect();
    names.into_iter().flat_map(|name| check_crate(name, |path| repository.text(path))).collect()
}

fn check_crate<'t>(name: &str, text: impl Fn(&str) -> Option<&'t str>) -> Vec<Finding> {
    let readme = format!("crates/{name}/README.md");
    let mut findings = Vec::new();
    if text(&readme).is_none_or(|it| it.trim().is_empty()) {
        findings.push(
            Finding::error(&readme, 1, format!("{name} has no README"))
                .remedy("write what the crate is for, with an example"),
        );
    }
    let root = format!("crates/{name}/src/lib.rs");
    if text(&root).is_some_and(|it| !Source::parse(it).uncommented.contains(INCLUDED)) {
        findings.push(
            Finding::error(&root, 1, format!("the README of {name} is not its documentation"))
                .remedy("begin with `#![doc = include_str!(\"../README.md\")]`"),
        );
    }
    findings
}
