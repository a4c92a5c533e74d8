//! Rung: pure function.

use super::{Source, item_end, line_of};

#[test]
fn blanks_comments_and_literals() {
    let cases = [
        ("a // b\nc", "a     \nc"),
        ("a /* b /* c */ d */ e", "a                   e"),
        (r#"f("a // b\"c")"#, "f(__ __ _____)"),
        ("r#\"a \" b\"# + x", "____ _ ___ + x"),
        ("'\\'' 'a' b'\"' <'a, 'b>", "____ ___ b___ <'a, 'b>"),
        ("for\"x\"", "for___"),
        ("\"two\nlines\"", "____\n______"),
        ("let r#type = 1;", "let r#type = 1;"),
    ];
    for (text, expected) in cases {
        assert_eq!(Source::parse(text).code, expected, "{text}");
    }
}

#[test]
fn never_panics_on_broken_code() {
    let text = "fn é() { \"ü\\\" } // ß\n r##\"x\"# 'é' '\\u{1F980}' /* /* 🦀 */ b'";
    for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
        let source = Source::parse(&text[..end]);
        assert_eq!(source.code.len(), source.uncommented.len());
        assert_eq!(source.code.lines().count(), text[..end].lines().count());
        let _ = source.without_tests();
    }
}

#[test]
fn keeps_literals_in_the_other_view_and_drops_tests() {
    let text = "const A: &str = \"é\"; // \"b\"\n#[cfg(test)]\nmod tests {\n const B: &str = \"ü\";\n}\nconst C: u8 = 1;";
    let product = Source::parse(text).without_tests();
    assert!(product.uncommented.contains("\"é\"") && product.uncommented.contains("const C"));
    assert!(!product.uncommented.contains('b') && !product.uncommented.contains('ü'));
    assert_eq!(line_of(&product.uncommented, product.uncommented.find("const C").unwrap()), 6);
}

#[test]
fn an_item_ends_at_its_semicolon_or_brace() {
    for (code, expected) in
        [("mod a;x", "mod a;"), ("fn a(b: [u8; 2]) { {} }x", "fn a(b: [u8; 2]) { {} }"), ("fn a(", "fn a(")]
    {
        assert_eq!(&code[..item_end(code, 0)], expected);
    }
}
