//! Voices and limits of a session: values of two forms on the wire.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::raw_text::RawText;

/// Whose voice speaks: on the wire a name, or an object with an id.
#[derive(Debug, Clone, PartialEq)]
pub enum Voice {
    /// One of the service, such as `marin`.
    Named(String),
    /// One of yours.
    Custom(CustomVoice),
}

wire_struct! {
    /// A voice of yours.
    pub struct CustomVoice {
        /// Its id.
        required id: String,
    }
}

impl From<&str> for Voice {
    fn from(name: &str) -> Self {
        Self::Named(name.to_owned())
    }
}

impl Serialize for Voice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Named(name) => serializer.serialize_str(name),
            Self::Custom(voice) => voice.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Voice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = RawText::deserialize(deserializer)?;
        let voice = if text.starts_with('"') {
            serde_json::from_str(&text).map(Self::Named)
        } else {
            serde_json::from_str(&text).map(Self::Custom)
        };
        voice.map_err(D::Error::custom)
    }
}

/// Most tokens of one response: on the wire a number, or `"inf"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenLimit {
    /// So many; the service takes 1 to 4096.
    Tokens(u64),
    /// As many as the model can.
    Unlimited,
}

impl Serialize for TokenLimit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Tokens(tokens) => serializer.serialize_u64(*tokens),
            Self::Unlimited => serializer.serialize_str("inf"),
        }
    }
}

impl<'de> Deserialize<'de> for TokenLimit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = RawText::deserialize(deserializer)?;
        match serde_json::from_str(&text) {
            Ok(tokens) => Ok(Self::Tokens(tokens)),
            Err(_) if &*text == "\"inf\"" => Ok(Self::Unlimited),
            Err(_) => Err(D::Error::custom("a limit of tokens is a number or \"inf\"")),
        }
    }
}
