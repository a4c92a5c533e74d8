//! Where files of the user stand, after the XDG base directory specification.

use std::{fs, io, path::PathBuf};

use thiserror::Error;

use crate::config::Environment;

/// The folder of this product below the XDG folders.
const FOLDER: &str = "codex-api";

/// The configuration that is read when none is named: `$XDG_CONFIG_HOME/codex-api/config.toml`, else
/// `~/.config/codex-api/config.toml`. `None` when neither `XDG_CONFIG_HOME` nor `HOME` names an absolute folder.
///
/// ```
/// use codex_core::{Environment, paths};
///
/// let environment = Environment::from([("HOME", "/home/ada")]);
/// let file = paths::config_file(&environment).ok_or("no home")?;
/// assert_eq!(file.to_str(), Some("/home/ada/.config/codex-api/config.toml"));
/// # Ok::<(), &str>(())
/// ```
pub fn config_file(environment: &Environment) -> Option<PathBuf> {
    let configured = absolute(environment, "XDG_CONFIG_HOME");
    let folder = configured.or_else(|| Some(absolute(environment, "HOME")?.join(".config")))?;
    Some(folder.join(FOLDER).join("config.toml"))
}

/// The folder of logins and state that is shared with the Codex client: `CODEX_HOME`, which must be an existing folder and
/// is made canonical, else `~/.codex`, which need not exist yet.
///
/// ```
/// use codex_core::{Environment, paths};
///
/// let home = paths::codex_home(&Environment::from([("HOME", "/home/ada")]))?;
/// assert_eq!(home.to_str(), Some("/home/ada/.codex"));
/// # Ok::<(), paths::CodexHomeError>(())
/// ```
///
/// # Errors
/// When `CODEX_HOME` is no folder, or no variable names the home of the user.
pub fn codex_home(environment: &Environment) -> Result<PathBuf, CodexHomeError> {
    let Some(named) = environment.variable("CODEX_HOME").map(PathBuf::from) else {
        let home = absolute(environment, "HOME").or_else(|| absolute(environment, "USERPROFILE"));
        return home.map(|home| home.join(".codex")).ok_or(CodexHomeError::NoHome);
    };
    match fs::canonicalize(&named) {
        Ok(folder) if folder.is_dir() => Ok(folder),
        Ok(_) => Err(CodexHomeError::NotAFolder { path: named, source: io::ErrorKind::NotADirectory.into() }),
        Err(source) => Err(CodexHomeError::NotAFolder { path: named, source }),
    }
}

/// Why there is no folder for logins and state.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CodexHomeError {
    /// `CODEX_HOME` names something else than a folder.
    #[error("CODEX_HOME names {}, which is no folder that can be used: make it, or unset CODEX_HOME", path.display())]
    NotAFolder {
        /// What it names.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is no home folder.
    #[error("neither CODEX_HOME nor HOME is set: set one of them")]
    NoHome,
}

/// Where the runs of the last days and the reports that wait stand: `$XDG_STATE_HOME/codex-api`, else
/// `~/.local/state/codex-api`. `None` when neither names an absolute folder.
///
/// ```
/// use codex_core::{Environment, paths};
///
/// let environment = Environment::from([("XDG_STATE_HOME", "/var/state")]);
/// assert_eq!(paths::state_folder(&environment), Some("/var/state/codex-api".into()));
/// ```
pub fn state_folder(environment: &Environment) -> Option<PathBuf> {
    let configured = absolute(environment, "XDG_STATE_HOME");
    let folder = configured.or_else(|| Some(absolute(environment, "HOME")?.join(".local/state")))?;
    Some(folder.join(FOLDER))
}

/// The specification says that a relative path is to be ignored.
fn absolute(environment: &Environment, variable: &str) -> Option<PathBuf> {
    environment.variable(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}
