//! The text of a JSON value, without a copy where the input can be borrowed from.

use std::{fmt, ops::Deref};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The name under which serde_json hands out the text of a value. It belongs to that crate, which offers it only as
/// `&RawValue` (text in memory and nothing else) and `Box<RawValue>` (always a copy, megabytes for an image). Should the
/// name ever change, the deserializer calls `visit_newtype_struct` instead, and the copy is made.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// The text of a JSON value as it stands in the input.
pub(crate) enum RawText<'de> {
    Borrowed(&'de str),
    Owned(Box<str>),
}

impl RawText<'_> {
    /// The text as a value that can be kept and written back.
    pub(crate) fn into_raw_value(self) -> Result<Box<RawValue>, serde_json::Error> {
        RawValue::from_string(match self {
            Self::Borrowed(text) => text.to_owned(),
            Self::Owned(text) => text.into_string(),
        })
    }
}

impl Deref for RawText<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }
}

impl<'de> Deserialize<'de> for RawText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW_VALUE, RawTextVisitor)
    }
}

struct RawTextVisitor;

impl<'de> Visitor<'de> for RawTextVisitor {
    type Value = RawText<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let value = Box::<RawValue>::deserialize(deserializer)?;
        Ok(RawText::Owned(value.get().into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key::<IgnoredAny>()? {
            Some(_) => map.next_value_seed(Text),
            None => Err(Error::custom("no JSON value")),
        }
    }
}

struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = RawText<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = RawText<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text of a JSON value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(RawText::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(RawText::Owned(text.into()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(RawText::Owned(text.into()))
    }
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn text_in_memory_is_borrowed_and_anything_else_is_copied() {
        let json = r#"[{"a": 1}, "x"]"#;
        let values: Vec<RawText<'_>> = serde_json::from_str(json).unwrap();
        assert!(matches!(values[0], RawText::Borrowed(text) if text == r#"{"a": 1}"#));
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        let values: Vec<RawText<'_>> = Vec::deserialize(value).unwrap();
        assert!(matches!(&values[0], RawText::Owned(text) if &**text == r#"{"a":1}"#));
        let values: Vec<RawText<'_>> =
            Vec::deserialize(&mut serde_json::Deserializer::from_reader(json.as_bytes())).unwrap();
        assert_eq!(&*values[1], "\"x\"");
    }
}
