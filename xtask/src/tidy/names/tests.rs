//! Rung: pure function.

use super::check;

#[test]
fn a_name_says_what_is_inside() {
    let cases = [
        ("crates/a/src/utils.rs", 1),
        ("crates/a/src/common/mod.rs", 1),
        ("crates/a/tests/helpers/misc.rs", 2),
        ("crates/a/src/manager2.rs", 1),
        ("crates/a/src/http2.rs", 0),
        ("crates/a/src/sse.rs", 0),
        ("docs/common.md", 0),
        // The folders of the contestants are named after the crates they measure.
        ("benches/contestants/stream2/src/main.rs", 0),
    ];
    for (path, expected) in cases {
        assert_eq!(check(path).len(), expected, "{path}");
    }
}
