//! What is wrong with a configuration. Values are never quoted: they may be secrets.

use http::{HeaderName, header::InvalidHeaderName, header::InvalidHeaderValue};

/// A variable that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {problem}")]
#[non_exhaustive]
pub struct ConfigError {
    /// Name of the variable.
    pub variable: String,
    /// What is wrong with its value.
    #[source]
    pub problem: Problem,
}

/// What is wrong with a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// No URL.
    #[error("not a URL; write it as `http://127.0.0.1:4318`")]
    Url {
        /// Why.
        source: url::ParseError,
    },
    /// A URL that is no collector's.
    #[error("not a URL of a collector; it has to begin with `http://` or `https://` and name a host")]
    Scheme,
    /// A list with an entry that is no pair.
    #[error("entry {position} is not a pair; write `name=value,name=value`")]
    Pair {
        /// Which entry, from 1.
        position: usize,
    },
    /// A list with a value that is no text.
    #[error("the value of entry {position} is not percent-encoded UTF-8")]
    PairText {
        /// Which entry, from 1.
        position: usize,
        /// Why.
        source: std::str::Utf8Error,
    },
    /// A header that cannot be called so.
    #[error("`{name}…` is not the name of a header")]
    HeaderName {
        /// The beginning of the name.
        name: String,
        /// Why.
        source: InvalidHeaderName,
    },
    /// A header with a value that cannot be sent.
    #[error("the value of header `{name}` holds a character that a header cannot have")]
    HeaderValue {
        /// Its name.
        name: HeaderName,
        /// Why.
        source: InvalidHeaderValue,
    },
    /// A word that is not one of those that are known.
    #[error("the value is not known; it can be {expected}")]
    Word {
        /// What it can be.
        expected: &'static str,
    },
    /// No whole number above 0.
    #[error("not a whole number above 0")]
    Number {
        /// Why.
        source: std::num::ParseIntError,
    },
    /// No share.
    #[error("not a number from 0 to 1")]
    Ratio,
}
