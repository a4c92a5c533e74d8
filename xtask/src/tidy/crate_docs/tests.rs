//! Rung: pure function.

use super::check_crate;

#[test]
fn a_readme_is_there_and_is_the_documentation() {
    let doc = "#![doc = include_str!(\"../README.md\")]";
    let readme = ("crates/a/README.md", "# a");
    let mentioned = "//! #![doc = include_str!(\"../README.md\")]";
    let cases: [(&[(&str, &str)], usize); 6] = [
        (&[readme, ("crates/a/src/lib.rs", doc)], 0),
        (&[readme, ("crates/a/src/lib.rs", mentioned)], 1),
        (&[readme, ("crates/a/src/main.rs", "fn main() {}")], 0),
        (&[("crates/a/README.md", "\n"), ("crates/a/src/lib.rs", doc)], 1),
        (&[("crates/a/src/main.rs", "fn main() {}")], 1),
        (&[("crates/a/src/lib.rs", "")], 2),
    ];
    for (files, expected) in cases {
        let text = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| *text);
        assert_eq!(check_crate("a", text).len(), expected, "{files:?}");
    }
}
