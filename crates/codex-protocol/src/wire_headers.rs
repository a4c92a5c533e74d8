//! Headers, as far as the protocol reads them.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::lenient::ScalarText;

/// Header names (lower case) and values: inside an `error` frame, a `response` object or a metadata event,
/// where values come as strings, numbers, booleans or lists, of which the first counts; or collected from the
/// head of a response. Of a name that stands twice, the first value counts in JSON and the last when
/// collected. `Debug` shows names only.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct WireHeaders(BTreeMap<String, String>);

impl WireHeaders {
    /// The value of a header; the case of `name` does not matter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(&name.to_ascii_lowercase()).map(String::as_str)
    }

    /// The value without blanks around it; `None` when nothing is left.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Names in lower case, and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The model that answers: `openai-model`, else `x-openai-model`.
    pub fn server_model(&self) -> Option<&str> {
        self.get("openai-model").or_else(|| self.get("x-openai-model"))
    }

    /// What the Codex service tells the user at a usage limit (`x-codex-promo-message`).
    pub fn promo_message(&self) -> Option<&str> {
        self.get("x-codex-promo-message").map(str::trim).filter(|message| !message.is_empty())
    }

    /// The ETag of the model catalogue.
    pub fn models_etag(&self) -> Option<&str> {
        self.get("x-models-etag")
    }
}

impl<N: AsRef<str>, V: Into<String>> FromIterator<(N, V)> for WireHeaders {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let lower = |(name, value): (N, V)| (name.as_ref().to_ascii_lowercase(), value.into());
        Self(headers.into_iter().map(lower).collect())
    }
}

impl fmt::Debug for WireHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<'de> Deserialize<'de> for WireHeaders {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadersVisitor)
    }
}

struct HeadersVisitor;

impl<'de> Visitor<'de> for HeadersVisitor {
    type Value = WireHeaders;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of headers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WireHeaders, A::Error> {
        let mut headers = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, HeaderValue>()? {
            if let Some(value) = value.0 {
                headers.entry(name.to_ascii_lowercase()).or_insert(value);
            }
        }
        Ok(WireHeaders(headers))
    }
}

struct HeaderValue(Option<String>);

impl<'de> Deserialize<'de> for HeaderValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HeaderValueVisitor).map(Self)
    }
}

/// A scalar, or the first scalar of a list.
struct HeaderValueVisitor;

impl<'de> Visitor<'de> for HeaderValueVisitor {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a header value")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        ScalarText.visit_str(text)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        ScalarText.visit_bool(value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        ScalarText.visit_i64(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        ScalarText.visit_u64(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        ScalarText.visit_f64(value)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut first = None;
        while let Some(HeaderValue(value)) = seq.next_element()? {
            first = first.or(value);
        }
        Ok(first)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        ScalarText.visit_map(map)
    }
}
