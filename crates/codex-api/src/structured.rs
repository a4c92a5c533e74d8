//! Structured output: the model's text as a type of the caller's.

use codex_observe::SafeText;
use codex_protocol::Response;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// How much of a refusal is kept, in characters.
const MAX_REFUSAL_CHARS: usize = 500;

/// Why a response is not the type that was asked for.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StructuredError {
    /// The model refused to answer.
    #[error("the model refused: {reason}")]
    Refused {
        /// Its words.
        reason: SafeText,
    },
    /// The response holds no text.
    #[error("the response holds no text")]
    NoText,
    /// The text is no JSON of that type. It is not shown: it may be the user's data.
    #[error("the model's text does not fit the type {type_name}")]
    Mismatch {
        /// The type asked for.
        type_name: &'static str,
        /// What the parser objects to.
        source: serde_json::Error,
    },
}

/// Decodes the response's text.
pub(crate) fn decode<T: DeserializeOwned>(response: &Response) -> Result<T, StructuredError> {
    if let Some(refusal) = response.refusal() {
        return Err(StructuredError::Refused { reason: SafeText::prose(refusal, MAX_REFUSAL_CHARS) });
    }
    let text = response.output_text();
    if text.trim().is_empty() {
        return Err(StructuredError::NoText);
    }
    serde_json::from_str(&text)
        .map_err(|source| StructuredError::Mismatch { type_name: std::any::type_name::<T>(), source })
}
