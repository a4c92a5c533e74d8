//! Unions tagged by `type`: one macro for all of them.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

/// A member of a union that this version cannot give a type to. It serialises back byte for byte, so an
/// item that came from the service can be sent to it again.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UnknownVariant {
    /// The `type` on the wire; empty when there is none or it is not a string.
    pub kind: String,
    /// The JSON as it came.
    pub raw: Box<RawValue>,
    /// Why a kind that is known did not decode; `None` when the kind itself is unknown. Values of the
    /// text are left out.
    pub problem: Option<String>,
}

impl UnknownVariant {
    pub(crate) fn new(kind: String, raw: Box<RawValue>, problem: Option<&serde_json::Error>) -> Self {
        Self { kind, raw, problem: problem.map(crate::lenient::describe) }
    }
}

impl PartialEq for UnknownVariant {
    fn eq(&self, other: &Self) -> bool {
        self.raw.get() == other.raw.get()
    }
}

impl Serialize for UnknownVariant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UnknownVariant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let kind = crate::type_tag::type_tag(raw.get()).into_kind();
        Ok(Self { kind, raw, problem: None })
    }
}

/// Writes `type` before the fields of a struct that does not hold it; an empty one is not written.
#[derive(Serialize)]
pub(crate) struct Tagged<'a, T> {
    #[serde(rename = "type", skip_serializing_if = "str::is_empty")]
    pub(crate) kind: &'a str,
    #[serde(flatten)]
    pub(crate) body: &'a T,
}

/// Declares a union tagged by `type`:
///
/// ```ignore
/// tagged_union! {
///     /// What the thing is.
///     pub enum Caller {
///         /// …
///         "direct" => Direct(DirectCaller),
///         "program" | "old_name" => Program(ProgramCaller),
///     }
///     untyped: guess;   // optional: fn(&str) -> Option<&'static str>, the kind of an object without `type`
/// }
/// ```
///
/// The text of the member is taken as it is, its `type` is found without decoding, and the struct of that
/// kind is decoded straight from the text. Whatever does not fit becomes `Unknown`; decoding never fails.
macro_rules! tagged_union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$vmeta:meta])* $tag:literal $(| $alias:literal)* => $variant:ident($payload:ty), )+
        }
        $(untyped: $untyped:expr;)?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$vmeta])* $variant($payload), )+
            /// A kind this version does not know, or one that did not decode: kept as it came.
            Unknown($crate::tagged::UnknownVariant),
        }

        impl $name {
            /// The `type` on the wire.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $tag, )+
                    Self::Unknown(unknown) => &unknown.kind,
                }
            }

            fn from_raw(raw: $crate::raw_text::RawText<'_>) -> Result<Self, serde_json::Error> {
                let tag = $crate::type_tag::type_tag(&raw);
                $( let tag = tag.or_untyped($untyped, &raw); )?
                let problem = match tag.kind() {
                    $( $tag $(| $alias)* => match serde_json::from_str::<$payload>(&raw) {
                        Ok(payload) => return Ok(Self::$variant(payload)),
                        Err(problem) => Some(problem),
                    }, )+
                    _ => None,
                };
                let kind = tag.into_kind();
                let raw = raw.into_raw_value()?;
                Ok(Self::Unknown($crate::tagged::UnknownVariant::new(kind, raw, problem.as_ref())))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = $crate::raw_text::RawText::deserialize(deserializer)?;
                Self::from_raw(raw).map_err(serde::de::Error::custom)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$variant(body) => $crate::tagged::Tagged { kind: $tag, body }.serialize(serializer), )+
                    Self::Unknown(unknown) => unknown.serialize(serializer),
                }
            }
        }
    };
}
