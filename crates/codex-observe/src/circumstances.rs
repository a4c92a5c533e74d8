//! What is known about a client's surroundings when its history is judged.

use std::time::{Duration, SystemTime};

use crate::{AttemptError, AuthMode, SafeText};

/// The difference of clocks from which on it explains refused tokens.
pub const CLOCK_SKEW_LIMIT: Duration = Duration::from_secs(5 * 60);

/// What the events themselves do not tell. All of it optional; no value of a variable, ever.
///
/// ```
/// use codex_observe::{Circumstances, CredentialOrigin, VariableState};
///
/// let mut circumstances = Circumstances::default();
/// circumstances.credentials = CredentialOrigin::variable("OPENAI_API_KEY", VariableState::of(Some("  ")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Circumstances {
    /// Where the credentials come from.
    pub credentials: CredentialOrigin,
    /// How far this machine's clock is off.
    pub clock_skew: Option<ClockSkew>,
    /// Name of the variable that configures a proxy, such as `HTTPS_PROXY`. Never its value: it can hold a password.
    pub proxy_variable: Option<SafeText>,
    /// The last failure that is in no event, because no request came about.
    pub last_failure: Option<AttemptError>,
}

/// Where the credentials of a request come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialOrigin {
    /// Not known.
    #[default]
    Unknown,
    /// There is neither a login nor a key.
    Nothing,
    /// An environment variable.
    Variable {
        /// Its name.
        name: SafeText,
        /// What is in it.
        state: VariableState,
    },
    /// A login that this client stores.
    StoredLogin {
        /// Its kind.
        mode: AuthMode,
    },
    /// The configuration file.
    Configuration,
    /// Tokens handed in by a host application.
    HostApplication,
}

impl CredentialOrigin {
    /// The variable called `name`. Who put the key itself where its name belongs does not see it again.
    pub fn variable(name: &str, state: VariableState) -> Self {
        Self::Variable { name: SafeText::new(name), state }
    }
}

/// What is in an environment variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VariableState {
    /// It does not exist.
    Unset,
    /// Nothing, or white space only, which counts as nothing.
    Blank,
    /// Something.
    Set,
}

impl VariableState {
    /// Looks at the value, and keeps nothing of it.
    pub fn of(value: Option<&str>) -> Self {
        match value {
            None => Self::Unset,
            Some(value) if value.trim().is_empty() => Self::Blank,
            Some(_) => Self::Set,
        }
    }
}

/// How far this machine's clock is off, measured against a server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockSkew {
    /// It is fast by so much.
    Ahead(Duration),
    /// It is slow by so much.
    Behind(Duration),
}

impl ClockSkew {
    /// Compares the two clocks, read at the same moment (the server's is the `date` header of an answer).
    pub fn between(local: SystemTime, server: SystemTime) -> Self {
        match local.duration_since(server) {
            Ok(ahead) => Self::Ahead(ahead),
            Err(behind) => Self::Behind(behind.duration()),
        }
    }

    /// By how much, whatever the direction.
    pub fn amount(self) -> Duration {
        match self {
            Self::Ahead(amount) | Self::Behind(amount) => amount,
        }
    }

    /// Whether it is more than [`CLOCK_SKEW_LIMIT`].
    pub fn is_large(self) -> bool {
        self.amount() > CLOCK_SKEW_LIMIT
    }
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn blank_is_not_set() {
        for (value, state) in [
            (None, VariableState::Unset),
            (Some(""), VariableState::Blank),
            (Some(" \n"), VariableState::Blank),
            (Some("x"), VariableState::Set),
        ] {
            assert_eq!(VariableState::of(value), state);
        }
    }

    #[test]
    fn the_skew_is_large_above_its_limit() {
        let server = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let second = Duration::from_secs(1);
        for (local, skew, large) in [
            (server, ClockSkew::Ahead(Duration::ZERO), false),
            (server + CLOCK_SKEW_LIMIT, ClockSkew::Ahead(CLOCK_SKEW_LIMIT), false),
            (server + CLOCK_SKEW_LIMIT + second, ClockSkew::Ahead(CLOCK_SKEW_LIMIT + second), true),
            (server - CLOCK_SKEW_LIMIT - second, ClockSkew::Behind(CLOCK_SKEW_LIMIT + second), true),
        ] {
            assert_eq!(ClockSkew::between(local, server), skew);
            assert_eq!(skew.is_large(), large);
        }
    }

    #[test]
    fn a_key_in_place_of_a_name_is_not_kept() {
        let origin = CredentialOrigin::variable("sk-abcdefgh12345678", VariableState::Unset);
        assert!(!format!("{origin:?}").contains("abcdefgh"));
    }
}
