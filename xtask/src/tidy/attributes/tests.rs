//! Rung: pure function.

use super::{Source, check};

#[test]
fn a_relaxed_lint_says_why() {
    let cases = [
        ("#[allow(dead_code)]", 1),
        ("#![allow(dead_code)]", 1),
        ("#[expect(unused,\n  reason = \"a table\")]", 0),
        ("#[expect(unused, reason=\"a table\")]", 0),
        ("#[cfg_attr(test, allow(unused))]", 1),
        ("#[cfg_attr(test, allow(unused, reason = \"tests\"))]", 0),
        ("// #[allow(dead_code)]", 0),
        ("let text = \"#[allow(dead_code)]\";", 0),
        ("let got = answer.expect(\"there\");", 0),
        ("#[derive(Debug)] #[doc = \"we allow(this)\"] struct A;", 0),
        ("#[disallow(x)]", 0),
    ];
    for (text, expected) in cases {
        assert_eq!(check("a.rs", &Source::parse(text)).len(), expected, "{text}");
    }
}

#[test]
fn the_line_is_that_of_the_attribute() {
    let found = check("a.rs", &Source::parse("\n\n#[allow(\n  dead_code)]"));
    assert_eq!(found[0].line, 3);
}
