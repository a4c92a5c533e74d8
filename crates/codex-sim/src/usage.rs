//! Token counts: given by the scenario, else estimated from the text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::item::Item;

/// Characters counted as one token when a scenario gives no numbers.
const CHARACTERS_PER_TOKEN: usize = 4;

/// Token counts of a reply. What is left out is estimated from the text, four characters a token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens of the request.
    pub input_tokens: Option<u64>,
    /// How many of them came from the cache.
    pub cached_tokens: Option<u64>,
    /// Tokens of the answer, reasoning included.
    pub output_tokens: Option<u64>,
    /// How many of them were reasoning.
    pub reasoning_tokens: Option<u64>,
}

impl Usage {
    /// Fixed counts of input and output tokens.
    #[must_use]
    pub fn new(input_tokens: u64, output_tokens: u64) -> Self {
        Self { input_tokens: Some(input_tokens), output_tokens: Some(output_tokens), ..Self::default() }
    }

    /// Sets how many input tokens came from the cache.
    #[must_use]
    pub fn cached(mut self, tokens: u64) -> Self {
        self.cached_tokens = Some(tokens);
        self
    }

    /// Sets how many output tokens were reasoning.
    #[must_use]
    pub fn reasoning(mut self, tokens: u64) -> Self {
        self.reasoning_tokens = Some(tokens);
        self
    }

    /// The counts as the service writes them.
    pub(crate) fn count(&self, history: &[Value], output: &[Item]) -> WireUsage {
        let reasoning = output.iter().filter(|item| matches!(item, Item::Reasoning(_)));
        let input = self.input_tokens.unwrap_or_else(|| tokens(input_characters(history)));
        let output_tokens =
            self.output_tokens.unwrap_or_else(|| output.iter().map(|item| tokens(item.characters())).sum());
        WireUsage {
            input_tokens: input,
            input_tokens_details: InputDetails {
                cached_tokens: self.cached_tokens.unwrap_or(0),
                cache_write_tokens: 0,
            },
            output_tokens,
            output_tokens_details: OutputDetails {
                reasoning_tokens: self
                    .reasoning_tokens
                    .unwrap_or_else(|| reasoning.map(|item| tokens(item.characters())).sum()),
            },
            total_tokens: input + output_tokens,
        }
    }
}

/// Tokens that `characters` are counted as.
pub(crate) fn tokens(characters: usize) -> u64 {
    characters.div_ceil(CHARACTERS_PER_TOKEN) as u64
}

/// Bytes of text that `tokens` have room for.
pub(crate) fn characters(tokens: u64) -> usize {
    usize::try_from(tokens).unwrap_or(usize::MAX).saturating_mul(CHARACTERS_PER_TOKEN)
}

fn input_characters(history: &[Value]) -> usize {
    history.iter().map(text_length).sum()
}

fn text_length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.chars().count(),
        Value::Array(values) => values.iter().map(text_length).sum(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "type" | "id" | "role" | "status" | "call_id"))
            .map(|(_, value)| text_length(value))
            .sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// `usage` of the response object.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct WireUsage {
    pub(crate) input_tokens: u64,
    input_tokens_details: InputDetails,
    pub(crate) output_tokens: u64,
    output_tokens_details: OutputDetails,
    pub(crate) total_tokens: u64,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct InputDetails {
    cached_tokens: u64,
    cache_write_tokens: u64,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct OutputDetails {
    reasoning_tokens: u64,
}
