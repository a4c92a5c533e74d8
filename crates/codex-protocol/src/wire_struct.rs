//! Structs of the wire, declared by how their fields stand on it.

/// Declares a struct that goes both ways and keeps unknown properties in `extra`. Each field is
///
/// - `required`: its absence is an error;
/// - `optional`: an `Option`; null is absence, and `None` is not written;
/// - `nullable`: an `Option` that is written as null when `None`, because the service wants the key;
/// - `list`: a `Vec` that is empty when absent or null, and always written;
/// - `filled`: any type with a default, taken when absent or null, and always written.
///
/// All structs have a `Default`, so that one can be made and its public fields set.
macro_rules! wire_struct {
    ($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* }) => {
        wire_struct!(@field both [$(#[$meta])* pub struct $name] [] $($body)*);
    };

    (@field $mode:ident $head:tt [$($done:tt)*] $(#[$m:meta])* required $field:ident: $ty:ty, $($rest:tt)*) => {
        wire_struct!(@field $mode $head [$($done)* $(#[$m])* pub $field: $ty,] $($rest)*);
    };
    (@field $mode:ident $head:tt [$($done:tt)*] $(#[$m:meta])* optional $field:ident: $ty:ty, $($rest:tt)*) => {
        wire_struct!(@field $mode $head [$($done)* $(#[$m])*
            #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$ty>,] $($rest)*);
    };
    (@field $mode:ident $head:tt [$($done:tt)*] $(#[$m:meta])* nullable $field:ident: $ty:ty, $($rest:tt)*) => {
        wire_struct!(@field $mode $head [$($done)* $(#[$m])*
            #[serde(default)] pub $field: Option<$ty>,] $($rest)*);
    };
    (@field $mode:ident $head:tt [$($done:tt)*] $(#[$m:meta])* list $field:ident: $ty:ty, $($rest:tt)*) => {
        wire_struct!(@field $mode $head [$($done)* $(#[$m])*
            #[serde(default, deserialize_with = "crate::lenient::null_as_default")] pub $field: Vec<$ty>,] $($rest)*);
    };
    (@field $mode:ident $head:tt [$($done:tt)*] $(#[$m:meta])* filled $field:ident: $ty:ty, $($rest:tt)*) => {
        wire_struct!(@field $mode $head [$($done)* $(#[$m])*
            #[serde(default, deserialize_with = "crate::lenient::null_as_default")] pub $field: $ty,] $($rest)*);
    };

    (@field both [$(#[$meta:meta])* pub struct $name:ident] [$($fields:tt)*]) => {
        #[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
        $(#[$meta])*
        #[non_exhaustive]
        pub struct $name {
            $($fields)*
            /// Properties without a field of their own.
            #[serde(flatten)]
            pub extra: $crate::extra::Extra,
        }
    };
    (@field event [$(#[$meta:meta])* pub struct $name:ident] [$($fields:tt)*]) => {
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        $(#[$meta])*
        #[non_exhaustive]
        pub struct $name {
            $($fields)*
            /// Position in the stream. Some servers and some events leave it out; keep-alives use numbers
            /// up, so a gap is no proof of loss.
            #[serde(
                default,
                skip_serializing_if = "Option::is_none",
                deserialize_with = "crate::lenient::sequence_number"
            )]
            pub sequence_number: Option<u64>,
        }
    };
    (@field realtime [$(#[$meta:meta])* pub struct $name:ident] [$($fields:tt)*]) => {
        #[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
        $(#[$meta])*
        #[non_exhaustive]
        pub struct $name {
            /// Id of the event, given by whoever sends it. Errors name the one they are about.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub event_id: Option<String>,
            $($fields)*
        }
    };
}

/// Reading and writing of a struct that is declared with `#[serde(remote = "Self")]`, all of whose fields may
/// be absent: a field of the wrong type is left empty and kept in `extra`. `remote` turns the derived impls
/// into inherent functions of the same names, which these wrap.
macro_rules! salvaged {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = $crate::raw_text::RawText::deserialize(deserializer)?;
                let strict = |json: &str| {
                    let mut deserializer = serde_json::Deserializer::from_str(json);
                    Self::deserialize(&mut deserializer)
                };
                let salvaged = $crate::lenient::salvage(&raw, strict).map_err(serde::de::Error::custom)?;
                let mut object = salvaged.object;
                for (name, value) in salvaged.aside {
                    if let Ok(value) = serde_json::from_str::<serde_json::Value>(value.get()) {
                        object.extra.insert(name, value);
                    }
                }
                Ok(object)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }
    };
}

/// Declares the payload of a stream event: fields as in [`wire_struct!`], plus `sequence_number`, without
/// `extra`. Unknown properties of events are ignored: they are the hot path.
macro_rules! event_struct {
    ($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* }) => {
        wire_struct!(@field event [$(#[$meta])* pub struct $name] [] $($body)*);
    };
}

/// Declares the payload of a realtime event, of either side: fields as in [`wire_struct!`], plus `event_id`,
/// without `extra`.
macro_rules! realtime_event_struct {
    ($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* }) => {
        wire_struct!(@field realtime [$(#[$meta])* pub struct $name] [] $($body)*);
    };
}
