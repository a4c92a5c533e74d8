//! Points in time as servers write them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Number, Value};

/// A point in time. Typed as a number of Unix seconds, which need not be an integer; some servers send a
/// date as a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timestamp {
    /// Seconds since 1970-01-01 UTC.
    Unix(Number),
    /// A date in words of the server.
    Text(String),
}

impl Timestamp {
    /// Seconds since 1970-01-01 UTC, when it is a number.
    pub fn unix_seconds(&self) -> Option<f64> {
        match self {
            Self::Unix(number) => number.as_f64(),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unix(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Number(number) => Ok(Self::Unix(number)),
            Value::String(text) => Ok(Self::Text(text)),
            _ => Err(serde::de::Error::custom("a time is a number or a string")),
        }
    }
}
