//! What standard input is.

use std::io::{self, IsTerminal};

/// What standard input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StdinKind {
    /// Somebody who would have to be asked to type.
    Terminal,
    /// A file, a pipe or a socket: somebody put something there.
    Data,
    /// A device, such as `/dev/null`: nothing to be taken as context.
    Device,
}

impl StdinKind {
    /// Of this process.
    pub(crate) fn of_process() -> Self {
        if io::stdin().is_terminal() { Self::Terminal } else { Self::of_file() }
    }

    #[cfg(unix)]
    fn of_file() -> Self {
        use std::{
            fs::File,
            os::{fd::AsFd, unix::fs::FileTypeExt},
        };
        let file = io::stdin().as_fd().try_clone_to_owned().map(File::from);
        match file.and_then(|file| file.metadata()) {
            Ok(metadata) if metadata.file_type().is_char_device() => Self::Device,
            Ok(_) => Self::Data,
            Err(_closed) => Self::Device,
        }
    }

    #[cfg(not(unix))]
    fn of_file() -> Self {
        Self::Data
    }
}
