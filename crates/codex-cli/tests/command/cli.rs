//! Running the command.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// The command, in a folder of its own that is also its home.
pub(crate) struct Cli {
    command: Command,
    stdin: Option<Vec<u8>>,
    home: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Cli {
    pub(crate) fn new<const N: usize>(args: [&str; N]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_codex-api"));
        command.args(args).env_clear().env("HOME", home.path()).current_dir(home.path());
        Self { command, stdin: None, home }
    }

    pub(crate) fn args<const N: usize>(mut self, args: [&str; N]) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Pipes this into standard input; without it there is nothing there.
    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Writes a file that the arguments can name.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// A folder for logins, in place of the one in the home of this run.
    pub(crate) fn codex_home(mut self, folder: &Path) -> Self {
        self.command.env("CODEX_HOME", folder);
        self
    }

    /// Writes the configuration that is found by itself.
    pub(crate) fn config(self, text: &str) -> Self {
        self.file(".config/codex-api/config.toml", text)
    }

    /// The command to be started by the test itself.
    pub(crate) fn into_parts(self) -> (Command, TempDir) {
        (self.command, self.home)
    }

    pub(crate) fn run(mut self) -> Run {
        let stdin = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        if let Some(bytes) = self.stdin.take() {
            let mut pipe = child.stdin.take().unwrap();
            // The command may have ended over a mistake before it read anything.
            std::thread::spawn(move || drop(pipe.write_all(&bytes)));
        }
        child.wait_with_output().unwrap().into()
    }
}

impl Run {
    /// Asserts the exit code, and shows everything when it is another.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Asserts that standard error is one line of ours with all of `parts`.
    #[track_caller]
    pub(crate) fn said(self, parts: &[&str]) -> Self {
        assert!(self.stderr.starts_with("codex-api: "), "{self:#?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:#?}");
        for part in parts {
            assert!(self.stderr.contains(part), "no {part:?} in {self:#?}");
        }
        self
    }

    /// Asserts that standard error is an error of ours with a diagnosis under it, and with all of `parts`.
    #[track_caller]
    pub(crate) fn explained(self, parts: &[&str]) -> Self {
        let labels: Vec<_> = self.stderr.lines().map(|line| line.split(": ").nth(1)).collect();
        let expected = [Some("error"), Some("cause"), Some("next step"), Some("to quote")];
        assert!(labels == expected || labels == expected[..3], "{self:#?}");
        for part in parts {
            assert!(self.stderr.contains(part), "no {part:?} in {self:#?}");
        }
        self
    }

    /// Asserts that nothing was said on standard error.
    #[track_caller]
    pub(crate) fn said_nothing(self) -> Self {
        assert_eq!(self.stderr, "", "{self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn printed(self, text: &str) -> Self {
        assert_eq!(self.stdout, text, "{}", self.stderr);
        self
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
