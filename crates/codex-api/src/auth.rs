//! Credentials, and the one place that turns them into headers.

use std::{fmt, sync::Arc};

use codex_client::BoxFuture;
use codex_observe::{AuthAttachment, AuthMode};
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::recovery::{NoRecovery, Recovery};

const ACCOUNT_ID: HeaderName = HeaderName::from_static("chatgpt-account-id");

/// Says which credentials a request goes out with, asked anew for every attempt.
///
/// ```
/// use codex_api::{ApiKey, AuthProvider};
///
/// let key = ApiKey::new("sk-test");
/// assert!(key.credentials().is_some());
/// assert_eq!(format!("{key:?}"), "ApiKey([REDACTED])");
/// ```
pub trait AuthProvider: Send + Sync + 'static {
    /// The credentials of now; `None` sends the request without any (local servers need none).
    fn credentials(&self) -> Option<Credentials>;

    /// The credentials for realtime, which takes API keys only (wire.md 9).
    fn realtime_credentials(&self) -> Option<Credentials> {
        self.credentials()
    }

    /// Awaited before every attempt: the place to renew a token that is about to expire. A failure is none of this
    /// request's: it goes out with what there is.
    fn make_ready(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    /// What can be done about a 401: a new machine for every request.
    fn recovery(&self) -> Box<dyn Recovery> {
        Box::new(NoRecovery)
    }
}

impl<T: AuthProvider + ?Sized> AuthProvider for Arc<T> {
    fn credentials(&self) -> Option<Credentials> {
        T::credentials(self)
    }

    fn realtime_credentials(&self) -> Option<Credentials> {
        T::realtime_credentials(self)
    }

    fn make_ready(&self) -> BoxFuture<'_, ()> {
        T::make_ready(self)
    }

    fn recovery(&self) -> Box<dyn Recovery> {
        T::recovery(self)
    }
}

/// A bearer token and what belongs to it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Credentials {
    /// Which kind of login this is.
    pub mode: AuthMode,
    /// Goes out as `Authorization: Bearer …`.
    pub bearer: SecretString,
    /// Goes out as `ChatGPT-Account-ID`, with a ChatGPT login.
    pub account_id: Option<String>,
}

impl Credentials {
    /// An API key.
    pub fn api_key(key: impl Into<String>) -> Self {
        Self { mode: AuthMode::ApiKey, bearer: SecretString::from(key.into()), account_id: None }
    }

    /// Whether both are of one account, or the same key.
    pub(crate) fn is_same_login(&self, other: &Self) -> bool {
        self.mode == other.mode
            && match (&self.account_id, &other.account_id) {
                (Some(one), Some(other)) => one == other,
                _ => self.bearer.expose_secret() == other.bearer.expose_secret(),
            }
    }

    /// The access token of a ChatGPT login, and its account.
    pub fn chatgpt(access_token: SecretString, account_id: Option<String>) -> Self {
        Self { mode: AuthMode::Chatgpt, bearer: access_token, account_id }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("mode", &self.mode)
            .field("bearer", &"[REDACTED]")
            .finish_non_exhaustive()
    }
}

/// A fixed API key.
#[derive(Clone)]
pub struct ApiKey(Credentials);

impl ApiKey {
    /// Uses `key`, without the white space around it (a key read from a file ends in a line break).
    pub fn new(key: impl AsRef<str>) -> Self {
        Self(Credentials::api_key(key.as_ref().trim()))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([REDACTED])")
    }
}

impl AuthProvider for ApiKey {
    fn credentials(&self) -> Option<Credentials> {
        Some(self.0.clone())
    }
}

/// No credentials at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAuth;

impl AuthProvider for NoAuth {
    fn credentials(&self) -> Option<Credentials> {
        None
    }
}

/// Credentials that cannot be sent. Nothing of them is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The token holds a character that no header may carry.
    #[error(
        "the API key or token holds a character that cannot be sent in a header (at position {position}); \
         copy it again without quotes, spaces or line breaks"
    )]
    TokenNotHeaderSafe {
        /// Where the first such character stands, in characters from 1.
        position: usize,
    },
    /// The token is empty.
    #[error("the API key or token is empty")]
    EmptyToken,
    /// The account id holds a character that no header may carry.
    #[error("the account id of the login holds a character that cannot be sent in a header")]
    AccountIdNotHeaderSafe,
}

/// Puts the credentials into the headers, over anything that was there, and says what it attached.
///
/// # Errors
/// When the token or account id is no legal header value: then nothing is attached.
pub(crate) fn authorize(
    headers: &mut HeaderMap,
    credentials: Option<&Credentials>,
) -> Result<AuthAttachment, AuthError> {
    let Some(credentials) = credentials else {
        return Ok(attachment_of_given_headers(headers));
    };
    let authorization = bearer_header(&credentials.bearer)?;
    if let Some(account_id) = &credentials.account_id {
        let account_id = HeaderValue::from_str(account_id).map_err(|_| AuthError::AccountIdNotHeaderSafe)?;
        headers.insert(ACCOUNT_ID, account_id);
    }
    headers.insert(AUTHORIZATION, authorization);
    Ok(AuthAttachment::attached(credentials.mode, "authorization"))
}

/// A provider's own `Authorization` header (`http_headers`) is attached auth as well.
fn attachment_of_given_headers(headers: &HeaderMap) -> AuthAttachment {
    if headers.contains_key(AUTHORIZATION) {
        AuthAttachment::attached(AuthMode::ApiKey, "authorization")
    } else {
        AuthAttachment::none(None)
    }
}

fn bearer_header(token: &SecretString) -> Result<HeaderValue, AuthError> {
    let token = token.expose_secret();
    if token.trim().is_empty() {
        return Err(AuthError::EmptyToken);
    }
    // Visible ASCII only: a blank or an accented letter inside is always a copying mistake, and the service's answer
    // to it would be a bare 401.
    if let Some(at) = token.chars().position(|c| !c.is_ascii_graphic()) {
        return Err(AuthError::TokenNotHeaderSafe { position: at + 1 });
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| AuthError::TokenNotHeaderSafe { position: 1 })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn a_token_becomes_one_sensitive_header() {
        let mut headers = HeaderMap::new();
        let mut credentials = Credentials::api_key("sk-1");
        credentials.account_id = Some("acc".into());
        let attachment = authorize(&mut headers, Some(&credentials)).unwrap();
        assert_eq!(attachment.header_name, Some("authorization"));
        assert!(headers[AUTHORIZATION].is_sensitive());
        assert_eq!(headers[ACCOUNT_ID], "acc");
    }

    #[test]
    fn a_token_that_cannot_be_sent_is_an_error_and_not_attached() {
        for (token, error) in [
            ("sk-a\nb", AuthError::TokenNotHeaderSafe { position: 5 }),
            ("schlüssel", AuthError::TokenNotHeaderSafe { position: 5 }),
            ("two words", AuthError::TokenNotHeaderSafe { position: 4 }),
            ("", AuthError::EmptyToken),
        ] {
            let mut headers = HeaderMap::new();
            assert_eq!(authorize(&mut headers, Some(&Credentials::api_key(token))), Err(error));
            assert!(headers.is_empty());
        }
    }

    #[test]
    fn a_header_of_the_provider_counts_as_attached() {
        let mut headers = HeaderMap::new();
        assert_eq!(authorize(&mut headers, None), Ok(AuthAttachment::none(None)));
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer x"));
        assert_eq!(authorize(&mut headers, None).unwrap().header_name, Some("authorization"));
    }
}
