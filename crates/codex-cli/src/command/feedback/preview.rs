//! `codex-api feedback preview`.

use std::{
    fs::OpenOptions,
    io::{self, Write, stdout},
    path::Path,
};

use super::{FeedbackFailure, report};
use crate::{
    args::PreviewArgs,
    command::Context,
    failure::Failure,
    terminal::{Target, shown},
};

/// Standard output in place of a file.
const STDOUT: &str = "-";

pub(super) fn run(args: &PreviewArgs, context: &Context) -> Result<(), Failure> {
    let report = report(&args.report, context)?;
    let file = args.html.as_deref();
    match file {
        Some(file) if file != Path::new(STDOUT) => {
            write(file, &report.to_html())
                .map_err(|source| FeedbackFailure::Page { path: file.to_owned(), source })?;
            context.status.note(format_args!("the report is in {}", file.display()));
            Ok(())
        }
        Some(_) => print(&report.to_html(), context.target),
        None if args.json => print(&report.to_json(), context.target),
        None => print(&report.to_text(), context.target),
    }
}

fn print(text: &str, target: Target) -> Result<(), Failure> {
    let mut out = stdout().lock();
    let written = match target {
        Target::Terminal => out.write_all(shown(text).as_bytes()),
        Target::Program => out.write_all(text.as_bytes()),
    };
    let end = if text.ends_with('\n') { "" } else { "\n" };
    written.and_then(|()| out.write_all(end.as_bytes())).and_then(|()| out.flush()).map_err(Failure::Output)
}

/// For its owner only, as everything that is kept of a run.
fn write(path: &Path, page: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)?.write_all(page.as_bytes())
}
