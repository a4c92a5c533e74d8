//! Rung: pure function.

use super::{Sightings, Source};

#[test]
fn one_file_names_the_headers() {
    let cases: [(&[(&str, &str)], usize); 6] = [
        (&[("crates/a/src/x.rs", "const A: &str = \"cf-ray\"; const B: &str = \"x-error-json\";")], 0),
        (
            &[
                ("crates/a/src/x.rs", "let a = \"cf-ray\";"),
                ("crates/b/src/y.rs", "let a = \"X-Error-Json\";"),
            ],
            2,
        ),
        (
            &[
                ("crates/a/src/x.rs", "let a = \"cf-ray\";"),
                ("crates/b/src/y.rs", "/// the header \"cf-ray\""),
            ],
            0,
        ),
        (
            &[
                ("crates/a/src/x.rs", "let a = \"cf-ray\";"),
                ("crates/codex-sim/src/y.rs", "let a = \"cf-ray\";"),
            ],
            0,
        ),
        (&[("crates/a/src/x.rs", "let a = \"cf-ray\";"), ("crates/b/tests/y.rs", "let a = \"cf-ray\";")], 0),
        (
            &[
                ("crates/a/src/x.rs", "let a = \"cf-ray\";"),
                ("crates/b/src/y.rs", "#[cfg(test)]\nmod tests {\n  const A: &str = \"cf-ray\";\n}"),
            ],
            0,
        ),
    ];
    for (files, expected) in cases {
        let mut sightings = Sightings::default();
        for (path, text) in files {
            sightings.note(path, &Source::parse(text));
        }
        assert_eq!(sightings.into_findings().len(), expected, "{files:?}");
    }
}
