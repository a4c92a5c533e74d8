//! Tokens used.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::lenient;

/// Tokens a response used. On the wire the parts stand in nested objects, which servers may leave out;
/// what is left out is 0 here, and a missing total is the sum.
///
/// ```
/// use codex_protocol::TokenUsage;
///
/// let usage: TokenUsage = serde_json::from_str(
///     r#"{"input_tokens":37,"input_tokens_details":{"cached_tokens":30},"output_tokens":11}"#,
/// )?;
/// assert_eq!((usage.cached_input_tokens, usage.total_tokens), (30, 48));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(into = "WireUsage")]
#[non_exhaustive]
pub struct TokenUsage {
    /// Tokens of the input, cached ones included.
    pub input_tokens: u64,
    /// Of those, tokens read from the prompt cache.
    pub cached_input_tokens: u64,
    /// Of those, tokens written to the prompt cache.
    pub cache_write_tokens: u64,
    /// Tokens of the output, reasoning included.
    pub output_tokens: u64,
    /// Of those, tokens of reasoning.
    pub reasoning_output_tokens: u64,
    /// Input and output.
    pub total_tokens: u64,
}

impl std::ops::Add for TokenUsage {
    type Output = Self;

    /// Sums of several responses; sums that do not fit stay at the maximum.
    fn add(self, other: Self) -> Self {
        let sum = u64::saturating_add;
        Self {
            input_tokens: sum(self.input_tokens, other.input_tokens),
            cached_input_tokens: sum(self.cached_input_tokens, other.cached_input_tokens),
            cache_write_tokens: sum(self.cache_write_tokens, other.cache_write_tokens),
            output_tokens: sum(self.output_tokens, other.output_tokens),
            reasoning_output_tokens: sum(self.reasoning_output_tokens, other.reasoning_output_tokens),
            total_tokens: sum(self.total_tokens, other.total_tokens),
        }
    }
}

/// The form on the wire. The other names are those of Chat Completions, which some servers send here too.
#[derive(Deserialize, Serialize)]
struct WireUsage {
    #[serde(default, deserialize_with = "lenient::count", alias = "prompt_tokens")]
    input_tokens: u64,
    #[serde(default, deserialize_with = "lenient::null_as_default", alias = "prompt_tokens_details")]
    input_tokens_details: InputDetails,
    #[serde(default, deserialize_with = "lenient::count", alias = "completion_tokens")]
    output_tokens: u64,
    #[serde(default, deserialize_with = "lenient::null_as_default", alias = "completion_tokens_details")]
    output_tokens_details: OutputDetails,
    #[serde(default, deserialize_with = "lenient::count")]
    total_tokens: u64,
}

#[derive(Deserialize, Serialize, Default)]
struct InputDetails {
    #[serde(default, deserialize_with = "lenient::count")]
    cached_tokens: u64,
    #[serde(default, deserialize_with = "lenient::count")]
    cache_write_tokens: u64,
}

#[derive(Deserialize, Serialize, Default)]
struct OutputDetails {
    #[serde(default, deserialize_with = "lenient::count")]
    reasoning_tokens: u64,
}

impl<'de> Deserialize<'de> for TokenUsage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let wire = lenient::salvage(raw.get(), |json| serde_json::from_str::<WireUsage>(json));
        wire.map(|wire| wire.object.into()).map_err(serde::de::Error::custom)
    }
}

impl From<WireUsage> for TokenUsage {
    fn from(wire: WireUsage) -> Self {
        let sum = wire.input_tokens.saturating_add(wire.output_tokens);
        Self {
            input_tokens: wire.input_tokens,
            cached_input_tokens: wire.input_tokens_details.cached_tokens,
            cache_write_tokens: wire.input_tokens_details.cache_write_tokens,
            output_tokens: wire.output_tokens,
            reasoning_output_tokens: wire.output_tokens_details.reasoning_tokens,
            total_tokens: if wire.total_tokens == 0 { sum } else { wire.total_tokens },
        }
    }
}

impl From<TokenUsage> for WireUsage {
    fn from(usage: TokenUsage) -> Self {
        Self {
            input_tokens: usage.input_tokens,
            input_tokens_details: InputDetails {
                cached_tokens: usage.cached_input_tokens,
                cache_write_tokens: usage.cache_write_tokens,
            },
            output_tokens: usage.output_tokens,
            output_tokens_details: OutputDetails { reasoning_tokens: usage.reasoning_output_tokens },
            total_tokens: usage.total_tokens,
        }
    }
}
