//! Properties of the wire that have no field.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// The key that unions write themselves.
const TAG: &str = "type";

/// Properties that came over the wire and have no field in this version, kept so that an object sent back
/// loses nothing. Also the way to send a property this version does not know.
///
/// The key `type` is never kept or written: it belongs to the union around the object.
///
/// ```
/// use codex_protocol::ResponsesApiRequest;
///
/// let mut request = ResponsesApiRequest::new("gpt-5.4");
/// request.extra.insert("new_parameter", 3);
/// assert_eq!(request.extra.get("new_parameter").and_then(|value| value.as_u64()), Some(3));
/// ```
#[derive(Clone, PartialEq, Default)]
pub struct Extra(Map<String, Value>);

impl Extra {
    /// The property, if it came.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Adds or replaces a property. `type` is ignored.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let name = name.into();
        if name != TAG {
            self.0.insert(name, value.into());
        }
    }

    /// Takes a property out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many properties are kept.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// Names only: values may be anything, credentials included.
impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ExtraVisitor)
    }
}

struct ExtraVisitor;

impl<'de> Visitor<'de> for ExtraVisitor {
    type Value = Extra;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Extra, A::Error> {
        let mut extra = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == TAG {
                map.next_value::<serde::de::IgnoredAny>()?;
            } else {
                extra.insert(name, map.next_value()?);
            }
        }
        Ok(Extra(extra))
    }
}
