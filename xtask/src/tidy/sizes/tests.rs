//! Rung: pure function.

use super::super::finding::Severity;
use super::{Function, Source, check, functions, is_product};

#[test]
fn judges_what_is_shipped() {
    let cases = [
        ("crates/a/src/lib.rs", true),
        ("crates/a/src/a/b.rs", true),
        ("crates/a/examples/x.rs", true),
        ("xtask/src/main.rs", true),
        ("crates/a/tests/x.rs", false),
        ("crates/a/src/x/tests.rs", false),
        ("crates/a/src/x/tests/y.rs", false),
    ];
    for (path, expected) in cases {
        assert_eq!(is_product(path), expected, "{path}");
    }
}

#[test]
fn counts_code_and_nothing_else() {
    let line = "const A: u8 = 1;\n";
    let rest = "// a comment\n\n/* and\n another */\n#[cfg(test)]\nmod tests {\n  fn a() {}\n}\n".repeat(200);
    let cases = [
        (300, None),
        (301, Some(Severity::Warning)),
        (450, Some(Severity::Warning)),
        (451, Some(Severity::Error)),
    ];
    for (lines, expected) in cases {
        let text = format!("{}{rest}", line.repeat(lines));
        let found = check("crates/a/src/x.rs", &Source::parse(&text));
        assert_eq!(found.first().map(|it| it.severity), expected, "{lines} lines: {found:?}");
    }
}

#[test]
fn a_function_ends_at_its_brace() {
    let code = Source::parse(
        "fn a(x: [u8; 2]) -> u8 {\n  if x { \"}\" }\n\n  // }\n}\ntrait B { fn c(f: fn(u8));\n}\n",
    )
    .code;
    let expected = [Function { name: "a", line: 1, lines: 3 }, Function { name: "c", line: 6, lines: 1 }];
    assert_eq!(functions(&code), expected);
}

#[test]
fn a_long_function_is_an_error_at_its_line() {
    for (body, expected) in [(58, 0), (59, 1)] {
        let text = format!("\nfn long() {{\n{}}}\n", "    step();\n".repeat(body));
        let found = check("crates/a/src/x.rs", &Source::parse(&text));
        assert_eq!(found.len(), expected, "{found:?}");
        assert!(found.iter().all(|it| it.line == 2 && it.severity == Severity::Error));
    }
}
