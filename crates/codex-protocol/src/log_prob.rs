//! Token probabilities.

use serde::{Deserialize, Serialize};

/// A token the model chose and how likely it was. Sent when `include` asks for
/// `message.output_text.logprobs`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogProb {
    /// The token, as far as it is text.
    #[serde(default, deserialize_with = "crate::lenient::null_as_default")]
    pub token: String,
    /// Natural logarithm of the probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logprob: Option<f64>,
    /// The token as UTF-8 bytes; left out in events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Vec<u8>>,
    /// The likeliest tokens at this place, at most `top_logprobs` of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_logprobs: Option<Vec<TopLogProb>>,
}

/// A token the model could have chosen.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TopLogProb {
    /// The token, as far as it is text.
    #[serde(default, deserialize_with = "crate::lenient::null_as_default")]
    pub token: String,
    /// Natural logarithm of the probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logprob: Option<f64>,
    /// The token as UTF-8 bytes; left out in events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Vec<u8>>,
}
