//! Settings that can be switched off.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A setting for which null on the wire means "off", and absence "as it was".
#[derive(Debug, Clone, PartialEq)]
pub enum Setting<T> {
    /// Null.
    Off,
    /// A value.
    On(T),
}

impl<T> Setting<T> {
    /// The value, when it is on.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Off => None,
            Self::On(value) => Some(value),
        }
    }
}

impl<T> From<T> for Setting<T> {
    fn from(value: T) -> Self {
        Self::On(value)
    }
}

impl<T: Serialize> Serialize for Setting<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Setting<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| value.map_or(Self::Off, Self::On))
    }
}

/// Reads a setting that is there, null or not; serde takes null for `None` otherwise.
pub(crate) fn if_there<'de, D, T>(deserializer: D) -> Result<Option<Setting<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Setting::deserialize(deserializer).map(Some)
}
