//! Rung: pure function.

use super::{MACHINE_PATHS, Source, TextFile, check, check_macros};

#[test]
fn finds_what_must_not_be_published() {
    let home = MACHINE_PATHS[0];
    let key = format!("sk-{}", "a1".repeat(10));
    let cases = [
        (format!("cd {home}me"), 1),
        (format!("\"{home}me\""), 1),
        (format!("HOME={home}ada/.config"), 0),
        (format!("see example.com{home}page"), 0),
        (format!("../..{home}x"), 0),
        (key.clone(), 1),
        (format!("OPENAI_API_KEY={key}"), 1),
        (format!("sk-proj-{}", "a1".repeat(10)), 1),
        (format!("ta{key}"), 0),
        ("sk-test-canary-0123456789".to_owned(), 0),
        ("<<<<<<< ours".to_owned(), 1),
        ("=======".to_owned(), 0),
    ];
    for (line, expected) in cases {
        let found = check(&TextFile { path: "a.md".into(), text: format!("\n{line}\n") });
        assert_eq!(found.len(), expected, "{line}");
        assert!(found.iter().all(|it| it.line == 2 && !it.fact.contains(&key)));
    }
}

#[test]
fn finds_unfinished_code_but_not_talk_about_it() {
    let cases = [
        ("todo!()", 1),
        ("unimplemented!(\"later\")", 1),
        ("// todo!()", 0),
        ("\"todo!\"", 0),
        ("my_todo!()", 0),
    ];
    for (text, expected) in cases {
        assert_eq!(check_macros("a.rs", &Source::parse(text)).len(), expected, "{text}");
    }
}
