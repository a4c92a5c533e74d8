//! The limits of an API key.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::duration::parse_reset_duration;
use crate::wire_headers::WireHeaders;

/// The limits of an API key: `x-ratelimit-{limit,remaining,reset}-{requests,tokens,project-tokens}`, or
/// `rate_limits.updated` of a realtime session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiRateLimits {
    /// Requests.
    #[serde(default)]
    pub requests: ApiRateLimit,
    /// Tokens.
    #[serde(default)]
    pub tokens: ApiRateLimit,
    /// Tokens of the project; only where it has a limit.
    #[serde(default)]
    pub project_tokens: ApiRateLimit,
}

/// One limit of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiRateLimit {
    /// How much is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// How much is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining: Option<u64>,
    /// Until all of it is there again. As JSON: seconds, under `reset_seconds`.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "reset_seconds", with = "seconds")]
    pub reset: Option<Duration>,
}

impl ApiRateLimits {
    /// Reads the headers; what is missing or does not parse is absent. `None` when nothing is left.
    ///
    /// ```
    /// use std::time::Duration;
    /// use codex_protocol::{ApiRateLimits, WireHeaders};
    ///
    /// let headers: WireHeaders =
    ///     [("x-ratelimit-remaining-tokens", "149984"), ("x-ratelimit-reset-tokens", "6m0s")]
    ///         .into_iter()
    ///         .collect();
    /// let limits = ApiRateLimits::from_headers(&headers).unwrap();
    /// assert_eq!(limits.tokens.remaining, Some(149_984));
    /// assert_eq!(limits.tokens.reset, Some(Duration::from_secs(360)));
    /// ```
    pub fn from_headers(headers: &WireHeaders) -> Option<Self> {
        let one = |what: &str| {
            let header = |part: &str| headers.get(&format!("x-ratelimit-{part}-{what}")).map(str::trim);
            ApiRateLimit {
                limit: header("limit").and_then(|count| count.parse().ok()),
                remaining: header("remaining").and_then(|count| count.parse().ok()),
                reset: header("reset").and_then(parse_reset_duration),
            }
        };
        let limits =
            Self { requests: one("requests"), tokens: one("tokens"), project_tokens: one("project-tokens") };
        (limits != Self::default()).then_some(limits)
    }
}

/// Durations as seconds; one that cannot be is absent.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "the signature serde asks for")]
    pub(super) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        duration.map(|duration| duration.as_secs_f64()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let seconds = Option::<f64>::deserialize(deserializer)?;
        Ok(seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
    }
}
