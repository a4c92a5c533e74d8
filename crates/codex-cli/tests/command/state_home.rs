//! A folder for the state of this command, which several runs share.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{cli::Cli, sim_server::SimServer};

pub(crate) struct StateHome(TempDir);

impl StateHome {
    /// Nothing has been kept yet.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The same run, whose state is kept here.
    pub(crate) fn of(&self, cli: Cli) -> Cli {
        cli.env("XDG_STATE_HOME", self.0.path().to_str().unwrap())
    }

    pub(crate) fn cli<const N: usize>(&self, args: [&str; N]) -> Cli {
        self.of(Cli::new(args))
    }

    /// `codex-api feedback`, with the tracker of this simulator.
    pub(crate) fn feedback<const N: usize>(&self, tracker: &SimServer, args: [&str; N]) -> Cli {
        self.cli(["feedback"]).args(args).env("CODEX_FEEDBACK_DSN", &dsn(tracker))
    }

    /// `codex-api feedback preview` in plain text.
    pub(crate) fn preview(&self) -> String {
        self.cli(["feedback", "preview"]).run().ended(0).stdout
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The files of runs.
    pub(crate) fn runs(&self) -> Vec<PathBuf> {
        files(&self.0.path().join("codex-api/runs"), "run")
    }

    /// The reports that wait.
    pub(crate) fn reports(&self) -> Vec<PathBuf> {
        files(&self.0.path().join("codex-api/reports"), "envelope")
    }
}

/// Where the tracker of a simulator is, with the key that the tests use.
pub(crate) fn dsn(tracker: &SimServer) -> String {
    tracker.simulator().origin().replace("http://", "http://public-key@") + "/1"
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}
