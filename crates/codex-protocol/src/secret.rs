//! Values that must not be shown.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value that is sent to the service and never shown: `Debug` prints `[REDACTED]`.
///
/// ```
/// use codex_protocol::WireSecret;
///
/// let secret = WireSecret::from("sk-test");
/// assert_eq!(format!("{secret:?}"), "[REDACTED]");
/// assert_eq!(secret.expose(), "sk-test");
/// ```
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WireSecret(String);

impl WireSecret {
    /// The value itself, for putting it on the wire.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WireSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

impl From<&str> for WireSecret {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl From<String> for WireSecret {
    fn from(value: String) -> Self {
        Self(value)
    }
}
