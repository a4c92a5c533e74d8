//! A folder for the state of this command, which several runs share.

use std::{
    fs,
    path::{Path, PathBuf},
};

use codex_feedback::Spool;
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

    /// The reports that wait, for whichever tracker.
    pub(crate) fn reports(&self) -> Vec<PathBuf> {
        self.kept_reports("envelope")
    }

    /// Those that a tracker refused for good.
    pub(crate) fn refused_reports(&self) -> Vec<PathBuf> {
        self.kept_reports("refused")
    }

    fn kept_reports(&self, extension: &str) -> Vec<PathBuf> {
        let Ok(trackers) = fs::read_dir(self.0.path().join("codex-api/reports")) else { return Vec::new() };
        trackers.flat_map(|tracker| files(&tracker.unwrap().path(), extension)).collect()
    }

    /// The reports that wait are for this tracker from now on, as if it had been the one that did not take them.
    pub(crate) fn hand_to(&self, tracker: &SimServer) {
        let spool = Spool::at(self.0.path().join("codex-api/reports"));
        let folder = spool.folder_of(&dsn(tracker).parse().unwrap());
        fs::create_dir_all(&folder).unwrap();
        for report in spool.reports().unwrap() {
            fs::rename(&report.path, folder.join(report.path.file_name().unwrap())).unwrap();
        }
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
