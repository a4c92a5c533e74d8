//! A report that goes to no tracker.

use std::{
    env,
    io::{self, Write, stdout},
    path::{Path, PathBuf},
};

use codex_feedback::{Report, write_local_copy};

use crate::{command::Context, error_text, failure::Failure, state_folder::StateFolder};

/// Writes the report to a file and says where: in the current folder, else in that of the state, else in that for temporary
/// files. Where no disk takes it, it goes to standard output: it is not lost.
pub(super) fn write(report: &Report, context: &Context) -> Result<(), Failure> {
    let state = StateFolder::of(&context.environment).map(|folder| folder.path().clone());
    let folders = [Some(PathBuf::from(".")), state, Some(env::temp_dir())];
    for folder in folders.into_iter().flatten() {
        match write_local_copy(report, Path::new(&folder)) {
            Ok(path) => {
                context.status.explain("the report is in", path.display());
                return Ok(());
            }
            Err(error) => context.status.warning(error_text::with_causes(&error)),
        }
    }
    print(&report.to_html()).map_err(Failure::Output)?;
    context.status.explain("the report is", "a page on standard output: keep it in a file");
    Ok(())
}

/// As it is, for a file.
fn print(page: &str) -> io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(page.as_bytes())?;
    out.flush()
}
