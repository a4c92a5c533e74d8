//! The fields of a request that any transport carries: everything but the input, what links it to others,
//! and what only one transport knows.

use serde::ser::SerializeMap;

use super::ResponsesApiRequest;

/// Every field must stand in one of the two lists, or this does not compile.
macro_rules! settings {
    (carried: $($field:ident)+; apart: $($apart:ident)+;) => {
        /// Fields that [`ResponsesApiRequest::write_settings`] leaves to its caller.
        const APART: &[&str] = &[$(stringify!($apart)),+];

        impl ResponsesApiRequest {
            /// Whether all carried fields are equal. Nothing is copied.
            pub(crate) fn has_settings_of(&self, other: &Self) -> bool {
                let Self { $($field,)+ $($apart: _,)+ extra } = self;
                $( *$field == other.$field && )+ *extra == other.extra
            }

            /// Writes the carried fields that are set, under their names.
            pub(crate) fn write_settings<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                $( if let Some(value) = &self.$field {
                    map.serialize_entry(stringify!($field), value)?;
                } )+
                let extra = self.extra.iter().filter(|(name, _)| !APART.contains(name));
                extra.into_iter().try_for_each(|(name, value)| map.serialize_entry(name, value))
            }
        }
    };
}

settings! {
    carried:
        model instructions conversation tools tool_choice parallel_tool_calls max_tool_calls reasoning text
        max_output_tokens temperature top_p top_logprobs include store truncation context_management
        service_tier metadata prompt prompt_cache_key prompt_cache_options prompt_cache_retention
        safety_identifier user moderation access_programs image;
    apart:
        input previous_response_id stream stream_options background background_options generate stream_id
        client_metadata;
}
