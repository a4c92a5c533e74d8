//! What a request carries that its answer may echo.

use std::{fmt, sync::Arc};

use codex_observe::{AuthEvidence, SafeText};
use codex_protocol::ErrorCode;
use http::{HeaderMap, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// The shortest value that is looked for: shorter ones would blank out ordinary words, and protect nothing.
const MIN_SECRET_BYTES: usize = 6;
/// Query parameters whose values are no secret. Of any other, nobody knows.
const PUBLIC_PARAMETERS: [&str; 11] = [
    "after",
    "api-version",
    "client_version",
    "include",
    "intent",
    "limit",
    "model",
    "order",
    "starting_after",
    "stream",
    "version",
];
/// Stands in place of a word that holds one of them.
const REMOVED: &str = "[removed: holds what was sent as credentials]";

/// The sensitive values of a request. Servers repeat them in error messages, in forms that no pattern knows.
#[derive(Clone, Default)]
pub(crate) struct EchoedSecrets(Arc<[SecretString]>);

impl EchoedSecrets {
    /// The values of the headers that are marked sensitive (of `Authorization`, the credentials without their scheme),
    /// and those of query parameters.
    pub(crate) fn of(headers: &HeaderMap, url: &Url) -> Self {
        let sensitive = headers.iter().filter(|(_, value)| value.is_sensitive());
        let values = sensitive.filter_map(|(name, value)| {
            let text = value.to_str().ok()?.trim();
            Some(if name == AUTHORIZATION {
                text.split_once(' ').map_or(text, |(_, token)| token.trim())
            } else {
                text
            })
        });
        let parameters = url.query_pairs().filter(|(name, _)| !PUBLIC_PARAMETERS.contains(&&**name));
        let parameters = parameters.map(|(_, value)| value.into_owned());
        let all = values.map(str::to_owned).chain(parameters);
        Self(all.filter(|text| text.len() >= MIN_SECRET_BYTES).map(SecretString::from).collect())
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

    /// A word of the service's, such as a code: as it is, or a marker that says why it is not.
    pub(crate) fn checked(&self, word: &str) -> SafeText {
        SafeText::new(if self.hide(word).is_some() { REMOVED } else { word })
    }

    pub(crate) fn check_word(&self, word: &mut Option<String>) {
        if let Some(word) = word {
            *word = self.checked(word).to_string();
        }
    }

    pub(crate) fn check_code(&self, code: &mut Option<ErrorCode>) {
        if let Some(ErrorCode::Other(word)) = code {
            *word = self.checked(word).to_string();
        }
    }

    /// The evidence without them.
    pub(crate) fn checked_evidence(&self, evidence: AuthEvidence) -> AuthEvidence {
        let mut checked = evidence;
        let AuthEvidence { request_id, cf_ray, auth_error, auth_error_code, .. } = &mut checked;
        for fact in [request_id, cf_ray, auth_error, auth_error_code].into_iter().flatten() {
            *fact = self.checked(fact);
        }
        checked
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
        let url: Url = "https://h/v1?flag=query-secret-1&api-version=2026-01-preview".parse().unwrap();
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
        let secrets = EchoedSecrets::of(&headers, &url);
        assert_eq!(secrets.hide("bad key plain-key-1!").as_deref(), Some("bad key [REDACTED]!"));
        assert_eq!(secrets.hide("visible-note, abc, 2026-01-preview"), None);
        assert_eq!(secrets.hide("query-secret-1").as_deref(), Some("[REDACTED]"));
        assert_eq!(secrets.checked("id-of plain-key-1").as_str(), REMOVED);
        assert_eq!(secrets.checked("req-1").as_str(), "req-1");
        assert!(!format!("{secrets:?}").contains("plain"));
    }
}
