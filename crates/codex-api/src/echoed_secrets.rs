//! What a request carries that its answer may echo.

use std::{fmt, sync::Arc};

use http::{HeaderMap, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};

/// The shortest value that is looked for: shorter ones would blank out ordinary words, and protect nothing.
const MIN_SECRET_BYTES: usize = 6;

/// The sensitive values of a request. Servers repeat them in error messages, in forms that no pattern knows.
#[derive(Clone, Default)]
pub(crate) struct EchoedSecrets(Arc<[SecretString]>);

impl EchoedSecrets {
    /// The values of the headers that are marked sensitive; of `Authorization`, the credentials without their scheme.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let sensitive = headers.iter().filter(|(_, value)| value.is_sensitive());
        let values = sensitive.filter_map(|(name, value)| {
            let text = value.to_str().ok()?.trim();
            Some(if name == AUTHORIZATION {
                text.split_once(' ').map_or(text, |(_, token)| token.trim())
            } else {
                text
            })
        });
        Self(values.filter(|text| text.len() >= MIN_SECRET_BYTES).map(SecretString::from).collect())
    }

    /// The text without them.
    pub(crate) fn hide(&self, text: &str) -> Option<String> {
        let mut hidden: Option<String> = None;
        for secret in self.0.iter().map(ExposeSecret::expose_secret) {
            let current = hidden.as_deref().unwrap_or(text);
            if current.contains(secret) {
                hidden = Some(current.replace(secret, "[REDACTED]"));
            }
        }
        hidden
    }
}

impl fmt::Debug for EchoedSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} REDACTED]", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn what_was_sent_is_found_again() {
        let mut headers = HeaderMap::new();
        for (name, value, sensitive) in [
            ("authorization", "Bearer plain-key-1", true),
            ("x-note", "visible-note", false),
            ("x-k", "abc", true),
        ] {
            let mut value: http::HeaderValue = value.parse().unwrap();
            value.set_sensitive(sensitive);
            headers.insert(http::HeaderName::from_static(name), value);
        }
        let secrets = EchoedSecrets::of(&headers);
        assert_eq!(secrets.hide("bad key plain-key-1!").as_deref(), Some("bad key [REDACTED]!"));
        assert_eq!(secrets.hide("visible-note, abc"), None);
        assert!(!format!("{secrets:?}").contains("plain"));
    }
}
