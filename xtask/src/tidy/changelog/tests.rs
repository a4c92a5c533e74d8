//! Rung: pure function.

use super::check;

#[test]
fn wants_a_section_for_what_comes_next() {
    assert!(check(Some("# Changelog\n\n## [Unreleased]\n")).is_none());
    assert!(check(Some("# Changelog\n\n## Unreleased\n")).is_none());
    assert!(check(Some("# Changelog\n\n## [0.1.0]\n")).is_some());
    assert!(check(None).is_some());
}
