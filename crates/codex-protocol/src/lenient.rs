//! Reading what servers really send.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error_code::ErrorCode;

/// Null stands for absence.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A value that is absent when it does not decode.
pub(crate) fn if_it_fits<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok().flatten())
}

/// A string, or the text of whatever JSON stands in its place (some servers send call arguments as an
/// object).
pub(crate) fn text_of_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    match raw.get() {
        "null" => Ok(String::new()),
        quoted if quoted.starts_with('"') => serde_json::from_str(quoted).map_err(D::Error::custom),
        other => Ok(other.to_owned()),
    }
}

/// An error code: a string, a number or null.
pub(crate) fn error_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ErrorCode>, D::Error> {
    deserializer.deserialize_any(ScalarText).map(|text| text.map(ErrorCode::from))
}

/// A count that may come as an integer, a float, a string of digits or null. Anything else counts as 0.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = deserializer.deserialize_any(ScalarText)?.unwrap_or_default();
    let text = text.trim();
    Ok(text.parse().unwrap_or_else(|_| {
        // `as` saturates: a negative or absurd float becomes 0 or the maximum.
        text.parse::<f64>().map_or(0, |float| float as u64)
    }))
}

/// An integer that may come as a float or a string; one that does not parse is absent.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(deserializer.deserialize_any(ScalarText)?.and_then(|text| {
        let text = text.trim();
        let float = || text.parse::<f64>().ok().filter(|float| float.is_finite()).map(|float| float as i64);
        text.parse().ok().or_else(float)
    }))
}

/// The number of an event. It only informs, so one that makes no sense is absent and costs nothing else.
pub(crate) fn sequence_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    number_or_nothing(deserializer)
}

/// A position among items or parts; as [`sequence_number`].
pub(crate) fn index<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    number_or_nothing(deserializer)
}

fn number_or_nothing<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Loose<T> {
        Number(T),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Loose::deserialize(deserializer)? {
        Loose::Number(number) => Some(number),
        Loose::Other(_) => None,
    })
}

/// What serde says about a text that did not decode, without the values it quotes: they may be anything,
/// credentials included.
pub(crate) fn describe(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match (message.find('"'), message.rfind('"')) {
        (Some(start), Some(end)) if start < end => format!("{}…{}", &message[..=start], &message[end..]),
        _ => message,
    }
}

/// What [`salvage`] gives.
#[derive(Default)]
pub(crate) struct Salvaged<T> {
    pub(crate) object: T,
    /// Fields of the wrong type.
    pub(crate) aside: Vec<(String, Box<RawValue>)>,
}

/// Decodes an object all of whose fields may be absent. When a field has the wrong type, it is set aside
/// and the rest is decoded: one odd field must not cost the whole object.
///
/// # Errors
///
/// When the text is no JSON object, or one that lacks a field it must have.
pub(crate) fn salvage<T>(
    json: &str,
    decode: impl Fn(&str) -> Result<T, serde_json::Error>,
) -> Result<Salvaged<T>, serde_json::Error> {
    // A derived struct also takes a list of its fields, which no server means.
    if json.trim_start().starts_with('{')
        && let Ok(object) = decode(json)
    {
        return Ok(Salvaged { object, aside: Vec::new() });
    }
    let fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(json)?;
    let (mut good, mut aside) = (BTreeMap::new(), Vec::new());
    for (name, value) in fields {
        let alone = serde_json::to_string(&BTreeMap::from([(&name, &value)]))?;
        match decode(&alone) {
            Ok(_) => drop(good.insert(name, value)),
            Err(_) => aside.push((name, value)),
        }
    }
    decode(&serde_json::to_string(&good)?).map(|object| Salvaged { object, aside })
}

/// The text of a scalar; `None` for null, lists and objects.
pub(crate) struct ScalarText;

impl<'de> Visitor<'de> for ScalarText {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scalar")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<serde::de::IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}
