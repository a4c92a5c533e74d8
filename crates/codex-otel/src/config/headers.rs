//! Headers that a collector wants, such as a key.

use std::{collections::BTreeMap, fmt, str::FromStr};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::{Problem, percent};

/// Headers to send; their values are secrets, and `Debug` shows the names only.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub struct Headers(HeaderMap);

impl Headers {
    /// Headers of these names and values.
    ///
    /// # Errors
    /// When a name or a value cannot be sent. The error names the header, never its value.
    pub fn new<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, Problem> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name = name.as_ref().trim();
            let parsed = HeaderName::from_bytes(name.as_bytes())
                .map_err(|source| Problem::HeaderName { name: shown(name), source })?;
            let mut value = HeaderValue::from_str(value.as_ref())
                .map_err(|source| Problem::HeaderValue { name: parsed.clone(), source })?;
            value.set_sensitive(true);
            headers.insert(parsed, value);
        }
        Ok(Self(headers))
    }

    /// As the transport wants them.
    pub(crate) fn map(&self) -> &HeaderMap {
        &self.0
    }
}

/// A name is shown up to its first character that cannot be in one: a value may have got in its place.
fn shown(name: &str) -> String {
    name.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(40).collect()
}

impl FromStr for Headers {
    type Err = Problem;

    /// The format of `OTEL_EXPORTER_OTLP_HEADERS`: `name=value,name=value`, values percent-encoded.
    fn from_str(text: &str) -> Result<Self, Problem> {
        Self::new(percent::pairs(text)?)
    }
}

impl TryFrom<BTreeMap<String, String>> for Headers {
    type Error = Problem;

    fn try_from(pairs: BTreeMap<String, String>) -> Result<Self, Problem> {
        Self::new(pairs)
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.keys().map(|name| (name.as_str(), "[REDACTED]"))).finish()
    }
}
