//! A folder with a login, which several runs share.

use std::{fs, path::PathBuf};

use codex_sim::Login;
use serde_json::Value;
use tempfile::TempDir;

use crate::{cli::Cli, sim_server::SimServer};

pub(crate) struct LoginHome(TempDir);

impl LoginHome {
    /// Nobody is logged in.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// This login is stored.
    pub(crate) fn of(login: &Login) -> Self {
        Self::holding(&login.auth_json())
    }

    /// This is in the file of the login.
    pub(crate) fn holding(content: &str) -> Self {
        let home = Self::new();
        fs::write(home.file(), content).unwrap();
        #[cfg(unix)]
        home.set_mode(0o600);
        home
    }

    /// The command with this login; the token authority is nowhere.
    pub(crate) fn cli<const N: usize>(&self, args: [&str; N]) -> Cli {
        Cli::new(args).codex_home(self.0.path()).env("CODEX_API_ISSUER", "http://127.0.0.1:9")
    }

    /// The command with this login; the token authority is the simulator's.
    pub(crate) fn cli_with<const N: usize>(&self, server: &SimServer, args: [&str; N]) -> Cli {
        self.cli(args).env("CODEX_API_ISSUER", &server.simulator().origin())
    }

    /// `codex-api respond` with this login, against the simulator, which is asked once.
    pub(crate) fn respond<const N: usize>(&self, server: &SimServer, args: [&str; N]) -> Cli {
        let base = server.base_url();
        self.cli_with(server, ["respond", "--retries", "0", "--base-url", &base]).args(args)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("auth.json")
    }

    /// What is stored.
    pub(crate) fn stored(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.file()).unwrap()).unwrap()
    }

    #[cfg(unix)]
    pub(crate) fn set_mode(&self, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(self.file(), fs::Permissions::from_mode(mode)).unwrap();
    }
}
