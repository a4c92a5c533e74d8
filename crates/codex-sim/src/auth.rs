//! Bearer tokens: who may ask, and until when.

use std::fmt;
use std::time::Duration;

use http::HeaderMap;
use http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use serde::Deserialize;

use crate::failure::Failure;

/// Header in which Azure takes a key instead of a bearer token.
pub(crate) const API_KEY_HEADER: &str = "api-key";

/// A bearer token that the simulator accepts.
///
/// ```
/// use codex_sim::Token;
/// use std::time::Duration;
///
/// let token = Token::new("at-1").valid_for(Duration::from_secs(60));
/// assert!(!format!("{token:?}").contains("at-1"));
/// ```
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    token: String,
    /// Lifetime from the start of the simulator, in milliseconds; 0 = expired from the first request.
    #[serde(default)]
    valid_for_ms: Option<u64>,
}

/// Which requests are authorized, apart from the tokens of the authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Auth {
    /// All.
    None,
    /// Those with any bearer token.
    AnyToken,
    /// Those with one of these.
    Tokens(Vec<Token>),
}

impl Token {
    /// A token that never expires.
    pub fn new(token: impl Into<String>) -> Self {
        Self { token: token.into(), valid_for_ms: None }
    }

    /// Lets the token expire this long after the simulator started.
    #[must_use]
    pub fn valid_for(mut self, lifetime: Duration) -> Self {
        self.valid_for_ms = Some(u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX));
        self
    }

    fn expired(&self, age: Duration) -> bool {
        self.valid_for_ms.is_some_and(|lifetime| age.as_millis() >= u128::from(lifetime))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Token")
            .field("token", &"[REDACTED]")
            .field("valid_for_ms", &self.valid_for_ms)
            .finish()
    }
}

impl Auth {
    pub(crate) fn add(&mut self, token: Token) {
        match self {
            Self::Tokens(tokens) => tokens.push(token),
            Self::None | Self::AnyToken => *self = Self::Tokens(vec![token]),
        }
    }

    /// The same, but for any token: then none but those added.
    pub(crate) fn known_only(self) -> Self {
        if self == Self::AnyToken { Self::Tokens(Vec::new()) } else { self }
    }

    /// Accepts or refuses a request that comes `age` after the start of the simulator; `others` knows further tokens.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        age: Duration,
        others: impl FnOnce(&str) -> Result<(), Box<Failure>>,
    ) -> Result<(), Box<Failure>> {
        if matches!(self, Self::None) {
            return Ok(());
        }
        let Some(given) = credential(headers) else {
            return Err(Box::new(Failure::missing_authorization()));
        };
        match self {
            Self::None | Self::AnyToken => Ok(()),
            Self::Tokens(tokens) => match tokens.iter().find(|token| token.token == given) {
                None => others(given),
                Some(token) if token.expired(age) => Err(Box::new(Failure::token_expired())),
                Some(_) => Ok(()),
            },
        }
    }
}

/// The bearer token or API key of a request.
pub(crate) fn credential(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    let key = || headers.get(API_KEY_HEADER).and_then(|value| value.to_str().ok()).map(str::trim);
    bearer.or_else(key).or_else(|| offered_key(headers)).filter(|token| !token.is_empty())
}

/// The key that a browser offers as a subprotocol of a WebSocket.
fn offered_key(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(SEC_WEBSOCKET_PROTOCOL)?
        .to_str()
        .ok()?
        .split(',')
        .find_map(|protocol| protocol.trim().strip_prefix("openai-insecure-api-key."))
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;
    use http::HeaderValue;

    #[test]
    fn tokens_are_checked() {
        let auth = Auth::Tokens(vec![Token::new("a"), Token::new("b").valid_for(Duration::from_secs(5))]);
        let cases = [
            (None, 0, Some("missing_authorization_header")),
            (Some("Bearer "), 0, Some("missing_authorization_header")),
            (Some("Basic a"), 0, Some("missing_authorization_header")),
            (Some("Bearer c"), 0, Some("invalid_api_key")),
            (Some("bearer a"), 0, None),
            (Some("Bearer b"), 4, None),
            (Some("Bearer b"), 5, Some("token_expired")),
        ];
        for (value, age, refused) in cases {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
            }
            let others = |_: &str| Err(Box::new(Failure::invalid_api_key()));
            let found = auth.check(&headers, Duration::from_secs(age), others).err().map(|failure| {
                failure
                    .code
                    .clone()
                    .or_else(|| failure.headers.get("x-openai-authorization-error").cloned())
                    .unwrap_or_default()
            });
            assert_eq!(found.as_deref(), refused, "{value:?} at {age}");
        }
    }
}
