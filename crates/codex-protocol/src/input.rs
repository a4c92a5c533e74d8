//! The input of a request.

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::item::ResponseItem;

/// The input of a request: a text of the user, or items.
///
/// No limit is stated for `/responses`; `/responses/compact` and `/responses/input_tokens` take 10,485,760
/// characters.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// What the user says.
    Text(String),
    /// Items.
    Items(Vec<ResponseItem>),
}

impl Input {
    /// The input as items: a text becomes a message of the user.
    pub fn into_items(self) -> Vec<ResponseItem> {
        match self {
            Self::Text(text) => vec![ResponseItem::user(text)],
            Self::Items(items) => items,
        }
    }
}

impl Default for Input {
    fn default() -> Self {
        Self::Items(Vec::new())
    }
}

impl From<&str> for Input {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Input {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<ResponseItem>> for Input {
    fn from(items: Vec<ResponseItem>) -> Self {
        Self::Items(items)
    }
}

impl<const N: usize> From<[ResponseItem; N]> for Input {
    fn from(items: [ResponseItem; N]) -> Self {
        Self::Items(items.into())
    }
}

impl Serialize for Input {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Items(items) => items.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(InputVisitor)
    }
}

struct InputVisitor;

impl<'de> Visitor<'de> for InputVisitor {
    type Value = Input;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of items")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Input, E> {
        Ok(Input::from(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Input, E> {
        Ok(Input::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Input, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Input::Items)
    }
}
