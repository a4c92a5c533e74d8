//! Finding and reading the file.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use super::{Config, ConfigError, ConfigWarning, Environment};
use crate::paths;

/// The longest configuration that is read, in bytes: 1 MiB.
pub const MAX_CONFIG_BYTES: u64 = 1024 * 1024;

/// A configuration, and what in it has no effect.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// To be shown to the user.
    pub warnings: Vec<ConfigWarning>,
}

impl Config {
    /// Reads `named`, which must exist, else the file of [`paths::config_file`], which need not.
    ///
    /// # Errors
    /// When the file cannot be read, is longer than [`MAX_CONFIG_BYTES`], or cannot be used.
    pub fn load(named: Option<&Path>, environment: &Environment) -> Result<Loaded, ConfigError> {
        if let Some(file) = named {
            return read(file);
        }
        let Some(file) = paths::config_file(environment) else {
            return Ok(Loaded::default());
        };
        match read(&file) {
            Err(ConfigError::Read { source, .. }) if is_absent(&source) => Ok(Loaded::default()),
            result => result,
        }
    }
}

fn read(file: &Path) -> Result<Loaded, ConfigError> {
    let problem = |source| ConfigError::Read { file: file.to_owned(), source };
    let mut text = String::new();
    // One byte more than the limit tells a file at the limit from one beyond it.
    let read =
        File::open(file).and_then(|opened| opened.take(MAX_CONFIG_BYTES + 1).read_to_string(&mut text));
    if read.map_err(problem)? as u64 > MAX_CONFIG_BYTES {
        return Err(ConfigError::TooLarge { file: file.to_owned(), limit: MAX_CONFIG_BYTES });
    }
    Config::parse(&text, file)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
