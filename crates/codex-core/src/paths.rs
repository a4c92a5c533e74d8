//! Where files of the user stand, after the XDG base directory specification.

use std::path::PathBuf;

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

/// The specification says that a relative path is to be ignored.
fn absolute(environment: &Environment, variable: &str) -> Option<PathBuf> {
    environment.variable(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}
