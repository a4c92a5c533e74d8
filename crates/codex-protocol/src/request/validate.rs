//! The documented limits of a request.

use std::ops::RangeInclusive;

use super::ResponsesApiRequest;

/// Fewest tokens `max_output_tokens` may name.
pub const MIN_MAX_OUTPUT_TOKENS: u64 = 16;
/// Most pairs of `metadata`.
pub const MAX_METADATA_PAIRS: usize = 16;
/// Most characters of a key of `metadata`.
pub const MAX_METADATA_KEY_CHARS: usize = 64;
/// Most characters of a value of `metadata`.
pub const MAX_METADATA_VALUE_CHARS: usize = 512;
/// What `temperature` may be.
pub const TEMPERATURE: RangeInclusive<f64> = 0.0..=2.0;
/// What `top_p` may be.
pub const TOP_P: RangeInclusive<f64> = 0.0..=1.0;
/// Most tokens `top_logprobs` may ask for.
pub const MAX_TOP_LOGPROBS: u64 = 20;
/// Fewest tokens `compact_threshold` may name.
pub const MIN_COMPACT_THRESHOLD: u64 = 1_000;
/// Most characters of a `stream_id`.
pub const MAX_STREAM_ID_CHARS: usize = 256;
/// Most characters of a `safety_identifier`: the larger of the two documented limits.
pub const MAX_SAFETY_IDENTIFIER_CHARS: usize = 128;

/// A documented limit that a request breaks.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestProblem {
    /// A number is too small.
    #[error("`{field}` is {value}, it must be at least {min}")]
    TooSmall {
        /// The field.
        field: &'static str,
        /// Its value.
        value: u64,
        /// The limit.
        min: u64,
    },
    /// A number is too large.
    #[error("`{field}` is {value}, it must be at most {max}")]
    TooLarge {
        /// The field.
        field: &'static str,
        /// Its value.
        value: u64,
        /// The limit.
        max: u64,
    },
    /// A number is out of its range.
    #[error("`{field}` is {value}, it must be from {min} to {max}")]
    OutOfRange {
        /// The field.
        field: &'static str,
        /// Its value.
        value: f64,
        /// The least.
        min: f64,
        /// The most.
        max: f64,
    },
    /// There are too many of something.
    #[error("`{field}` has {count} entries, at most {max} are allowed")]
    TooMany {
        /// The field.
        field: &'static str,
        /// How many.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// A text is too long.
    #[error("{what} has {chars} characters, at most {max} are allowed")]
    TooLong {
        /// The text: a field, or a part of it.
        what: TextPlace,
        /// Its length.
        chars: usize,
        /// The limit.
        max: usize,
    },
    /// A text has characters it must not have.
    #[error("`{field}` must consist of 1 to 256 of the characters A-Z a-z 0-9 _ . -")]
    Characters {
        /// The field.
        field: &'static str,
    },
    /// The request cannot go over a WebSocket.
    #[error("`{field}` has no place on a WebSocket, send the request over HTTP")]
    HttpOnly {
        /// The field.
        field: &'static str,
    },
    /// Two fields exclude each other.
    #[error("`{first}` and `{second}` exclude each other, set one of them")]
    Exclusive {
        /// One.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
}

/// Which text is too long.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextPlace {
    /// A field.
    Field(&'static str),
    /// A key of `metadata`; its start.
    MetadataKey(String),
    /// The value of this key of `metadata`.
    MetadataValue(String),
}

impl std::fmt::Display for TextPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Field(field) => write!(f, "`{field}`"),
            Self::MetadataKey(start) => write!(f, "the key of `metadata` that begins with {start:?}"),
            Self::MetadataValue(key) => write!(f, "the value of {key:?} in `metadata`"),
        }
    }
}

impl ResponsesApiRequest {
    /// Checks the documented limits. The service has others, which depend on model and account.
    ///
    /// # Errors
    ///
    /// The first limit that is broken: the field, the limit and the value.
    ///
    /// ```
    /// use codex_protocol::ResponsesApiRequest;
    ///
    /// let problem = ResponsesApiRequest::new("gpt-5.4").max_output_tokens(1).validate().unwrap_err();
    /// assert_eq!(problem.to_string(), "`max_output_tokens` is 1, it must be at least 16");
    /// ```
    pub fn validate(&self) -> Result<(), RequestProblem> {
        self.check_numbers()?;
        self.check_metadata()?;
        self.check_texts()?;
        if self.previous_response_id.is_some() && self.conversation.is_some() {
            return Err(RequestProblem::Exclusive { first: "previous_response_id", second: "conversation" });
        }
        Ok(())
    }

    fn check_numbers(&self) -> Result<(), RequestProblem> {
        at_least("max_output_tokens", self.max_output_tokens, MIN_MAX_OUTPUT_TOKENS)?;
        for entry in self.context_management.iter().flatten() {
            let field = "context_management.compact_threshold";
            at_least(field, entry.compact_threshold, MIN_COMPACT_THRESHOLD)?;
        }
        within("temperature", self.temperature, TEMPERATURE)?;
        within("top_p", self.top_p, TOP_P)?;
        match self.top_logprobs {
            Some(value) if value > MAX_TOP_LOGPROBS => {
                Err(RequestProblem::TooLarge { field: "top_logprobs", value, max: MAX_TOP_LOGPROBS })
            }
            _ => Ok(()),
        }
    }

    fn check_metadata(&self) -> Result<(), RequestProblem> {
        let Some(metadata) = &self.metadata else { return Ok(()) };
        if metadata.len() > MAX_METADATA_PAIRS {
            let count = metadata.len();
            return Err(RequestProblem::TooMany { field: "metadata", count, max: MAX_METADATA_PAIRS });
        }
        for (key, value) in metadata {
            let start = || key.chars().take(MAX_METADATA_KEY_CHARS).collect();
            check_short(key, MAX_METADATA_KEY_CHARS, || TextPlace::MetadataKey(start()))?;
            check_short(value, MAX_METADATA_VALUE_CHARS, || TextPlace::MetadataValue(start()))?;
        }
        Ok(())
    }

    fn check_texts(&self) -> Result<(), RequestProblem> {
        if let Some(identifier) = &self.safety_identifier {
            let place = || TextPlace::Field("safety_identifier");
            check_short(identifier, MAX_SAFETY_IDENTIFIER_CHARS, place)?;
        }
        self.stream_id.as_deref().map_or(Ok(()), check_stream_id)
    }
}

/// A lane is called `[A-Za-z0-9_.-]{1,256}`.
pub(crate) fn check_stream_id(lane: &str) -> Result<(), RequestProblem> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if lane.is_empty() || lane.len() > MAX_STREAM_ID_CHARS || !lane.chars().all(allowed) {
        return Err(RequestProblem::Characters { field: "stream_id" });
    }
    Ok(())
}

fn at_least(field: &'static str, value: Option<u64>, min: u64) -> Result<(), RequestProblem> {
    match value {
        Some(value) if value < min => Err(RequestProblem::TooSmall { field, value, min }),
        _ => Ok(()),
    }
}

fn within(field: &'static str, value: Option<f64>, range: RangeInclusive<f64>) -> Result<(), RequestProblem> {
    match value {
        Some(value) if !range.contains(&value) => {
            Err(RequestProblem::OutOfRange { field, value, min: *range.start(), max: *range.end() })
        }
        _ => Ok(()),
    }
}

pub(crate) fn check_short(
    text: &str,
    max: usize,
    place: impl FnOnce() -> TextPlace,
) -> Result<(), RequestProblem> {
    match text.chars().count() {
        chars if chars > max => Err(RequestProblem::TooLong { what: place(), chars, max }),
        _ => Ok(()),
    }
}
