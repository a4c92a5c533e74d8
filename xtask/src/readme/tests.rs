//! Rung: pure function, and a shell for what is run.

use super::{Block, Mode, QuickStartError, blocks, quick_start};
use std::path::Path;

#[test]
fn takes_shell_blocks_only() {
    let readme = "# Product\n```sh\ntrue\n```\n```text\nfalse\n```\n````markdown\n```sh\nfalse\n```\n````\n```sh\na\nb\n```\n";
    let expected = [Block { line: 3, commands: "true".into() }, Block { line: 14, commands: "a\nb".into() }];
    assert_eq!(blocks(readme).unwrap(), expected);
}

#[test]
fn says_what_is_wrong_with_the_readme() {
    assert!(matches!(blocks("# Product\n"), Err(QuickStartError::Missing)));
    assert!(matches!(blocks("```text\ntrue\n```\n"), Err(QuickStartError::Missing)));
    assert!(matches!(blocks("\n```sh\ntrue\n"), Err(QuickStartError::Unclosed { line: 2 })));
}

#[test]
fn runs_as_written_and_reports_the_line_that_failed() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    quick_start("```sh\ntrue\n```\n", here, Mode::Run).unwrap();
    let failing = "```sh\ntrue\n```\n```sh\nfalse\ntrue\n```\n";
    assert!(matches!(quick_start(failing, here, Mode::Run), Err(QuickStartError::Failed { line: 5, .. })));
    quick_start(failing, here, Mode::List).unwrap();
}
