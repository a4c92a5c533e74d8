//! What the command tells its caller when it ends.

use std::process::ExitCode;

/// Shown at the end of every `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    ok
  1    the request failed, its response is incomplete, or a report waits
  2    usage: a flag, a file, the configuration or the provider cannot be used
  3    authentication: key or login is missing, cannot be used, or was refused (401, 403)
  130  interrupted (Ctrl-C)";

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok,
    Failed,
    Usage,
    Auth,
    Interrupted,
}

impl Exit {
    /// Whether something went wrong, other than that the user had enough.
    pub(crate) fn is_failure(self) -> bool {
        match self {
            Self::Ok | Self::Interrupted => false,
            Self::Failed | Self::Usage | Self::Auth => true,
        }
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Auth => 3,
            Self::Interrupted => 130,
        }
    }
}

impl From<()> for Exit {
    fn from((): ()) -> Self {
        Self::Ok
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}
