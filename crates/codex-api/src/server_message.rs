//! Texts of the service, made fit to be shown.

use std::fmt;

use codex_observe::SafeText;

use crate::echoed_secrets::EchoedSecrets;

/// What the service said, scrubbed of credentials and cut after [`ServerMessage::MAX_CHARS`] characters. Shown to the
/// caller, never sent to telemetry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerMessage(SafeText);

impl ServerMessage {
    /// The longest message that is kept, in characters.
    pub const MAX_CHARS: usize = 1000;

    pub(crate) fn new(text: &str) -> Self {
        Self(SafeText::prose(text, Self::MAX_CHARS))
    }

    pub(crate) fn hide(&mut self, secrets: &EchoedSecrets) {
        if let Some(hidden) = secrets.hide(&self.0) {
            *self = Self::new(&hidden);
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for ServerMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "the service gave no reason" } else { &self.0 })
    }
}
