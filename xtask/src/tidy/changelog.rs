//! The changelog has a place for what comes next.

#[cfg(test)]
mod tests;

use super::finding::Finding;

const PATH: &str = "CHANGELOG.md";
/// With brackets where it links to a comparison.
const HEADINGS: &[&str] = &["## Unreleased", "## [Unreleased]"];

pub(crate) fn check(changelog: Option<&str>) -> Option<Finding> {
    let fact = match changelog {
        None => "there is no changelog",
        Some(text) if text.lines().any(|line| HEADINGS.contains(&line.trim_end())) => return None,
        Some(_) => "there is no section for what is not released yet",
    };
    Some(Finding::error(PATH, 1, fact).remedy("add a section `## Unreleased`, as Keep a Changelog has it"))
}
