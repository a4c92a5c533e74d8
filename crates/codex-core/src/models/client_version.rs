//! The version that the catalogue is asked for.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// The most digits that a part of a version has.
const MAX_DIGITS: usize = 9;

/// A version as `X.Y.Z`: the service leaves out models that this version of a client cannot use.
///
/// ```
/// use codex_core::models::ClientVersion;
///
/// let version: ClientVersion = "0.99.0-alpha.3".parse()?;
/// assert_eq!(version.as_str(), "0.99.0", "pre-release and build parts are cut");
/// assert!("latest".parse::<ClientVersion>().is_err());
/// # Ok::<(), codex_core::models::InvalidClientVersion>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientVersion(String);

impl ClientVersion {
    /// The version of this crate.
    pub fn current() -> Self {
        let parts = [
            env!("CARGO_PKG_VERSION_MAJOR"),
            env!("CARGO_PKG_VERSION_MINOR"),
            env!("CARGO_PKG_VERSION_PATCH"),
        ];
        Self(parts.join("."))
    }

    /// `X.Y.Z`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientVersion {
    type Err = InvalidClientVersion;

    fn from_str(text: &str) -> Result<Self, InvalidClientVersion> {
        let release = text.trim().split(['-', '+']).next().unwrap_or_default();
        let parts: Vec<&str> = release.split('.').collect();
        let is_number = |part: &&str| {
            (1..=MAX_DIGITS).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if parts.len() == 3 && parts.iter().all(is_number) {
            Ok(Self(release.to_owned()))
        } else {
            Err(InvalidClientVersion)
        }
    }
}

impl fmt::Display for ClientVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a client version is three numbers of at most {MAX_DIGITS} digits, such as 1.2.3")]
pub struct InvalidClientVersion;
