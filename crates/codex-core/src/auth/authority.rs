//! The token authority: where tokens are renewed and revoked (wire.md 15).

mod answer;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use codex_api::{HttpTransport, PermanentFailure, TransportError};
use codex_client::{Request, RequestBody, TimeoutPhase, Timeouts};
use http::{
    HeaderValue, Method, StatusCode,
    header::{ACCEPT, CONTENT_ENCODING, RETRY_AFTER},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use url::Url;

pub use answer::AnswerProblem;
pub(super) use answer::{RefreshedTokens, fields, reason};

use super::error::{AuthError, RefreshError};
use crate::config::Environment;

/// Replaces the URL at which tokens are renewed.
pub const REFRESH_URL_VARIABLE: &str = "CODEX_REFRESH_TOKEN_URL_OVERRIDE";
/// Replaces the URL at which tokens are revoked.
pub const REVOKE_URL_VARIABLE: &str = "CODEX_REVOKE_TOKEN_URL_OVERRIDE";
/// How this client names itself to the authority.
pub const CLIENT_ID: &str = "app_EMoamEEZ73f0CkXaXp7hrann";
/// How long the authority may take for one answer, from connecting to its last byte: 30 s.
pub const AUTHORITY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long revoking may take: 10 s.
pub const REVOKE_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer of the authority that is read, in bytes: 256 KiB.
pub const MAX_AUTHORITY_BODY_BYTES: usize = 256 * 1024;

const ISSUER: &str = "https://auth.openai.com";

/// The token authority, over a transport. Cloning is cheap.
///
/// It repeats no request: a refresh token works once, and after a request that broke off nobody knows whether it was
/// read. Such a failure counts as transient; whoever tries again reads the store first, as another process may have
/// more luck.
#[derive(Clone)]
pub struct TokenAuthority {
    transport: Arc<dyn HttpTransport>,
    issuer: Url,
    refresh_url: Url,
    revoke_url: Url,
}

impl TokenAuthority {
    /// The authority of the public service.
    ///
    /// # Errors
    /// Never in practice: [`AuthError::IssuerUrl`] when the built-in address is no URL.
    pub fn new(transport: Arc<dyn HttpTransport>) -> Result<Self, AuthError> {
        Self::with_issuer(transport, ISSUER)
    }

    /// The authority at another origin, such as `http://127.0.0.1:8080`: for the device login, refresh and revocation.
    ///
    /// # Errors
    /// [`AuthError::IssuerUrl`] when `issuer` is no `http` or `https` URL.
    pub fn with_issuer(transport: Arc<dyn HttpTransport>, issuer: &str) -> Result<Self, AuthError> {
        let issuer = web_url(issuer).ok_or(AuthError::IssuerUrl)?;
        let below = |path: &str| below(&issuer, path);
        Ok(Self { transport, refresh_url: below("oauth/token"), revoke_url: below("oauth/revoke"), issuer })
    }

    /// This authority, with the URLs that [`REFRESH_URL_VARIABLE`] and [`REVOKE_URL_VARIABLE`] put in place of its own.
    ///
    /// # Errors
    /// [`AuthError::UrlVariable`] when one of them holds something else than a URL.
    pub fn with_environment(mut self, environment: &Environment) -> Result<Self, AuthError> {
        for (variable, url) in
            [(REFRESH_URL_VARIABLE, &mut self.refresh_url), (REVOKE_URL_VARIABLE, &mut self.revoke_url)]
        {
            if let Some(value) = environment.variable(variable) {
                *url = web_url(&value).ok_or(AuthError::UrlVariable { variable })?;
            }
        }
        Ok(self)
    }

    /// Spends a refresh token.
    pub(super) async fn refresh(
        &self,
        refresh_token: &SecretString,
    ) -> Result<RefreshedTokens, RefreshError> {
        let request = RefreshRequest {
            client_id: CLIENT_ID,
            grant_type: "refresh_token",
            refresh_token: refresh_token.expose_secret(),
        };
        let answer = self.post_json(&self.refresh_url, &request, AUTHORITY_TIMEOUT).await?;
        answer::refreshed(&answer)
    }

    /// Makes a token worthless.
    pub(super) async fn revoke(&self, token: &SecretString, hint: TokenHint) -> Result<(), RefreshError> {
        let request = RevokeRequest {
            token: token.expose_secret(),
            token_type_hint: hint.as_str(),
            client_id: (hint == TokenHint::Refresh).then_some(CLIENT_ID),
        };
        let answer = self.post_json(&self.revoke_url, &request, REVOKE_TIMEOUT).await?;
        match answer.status {
            status if status.is_success() => Ok(()),
            StatusCode::UNAUTHORIZED => Err(RefreshError::Refused { failure: PermanentFailure::Other }),
            status => Err(RefreshError::Status { status: status.as_u16() }),
        }
    }

    pub(super) async fn post_json(
        &self,
        url: &Url,
        body: &impl Serialize,
        within: Duration,
    ) -> Result<Answer, TransportError> {
        self.post(url, RequestBody::json(body)?, within).await
    }

    /// Sends one request, once.
    pub(super) async fn post(
        &self,
        url: &Url,
        body: RequestBody,
        within: Duration,
    ) -> Result<Answer, TransportError> {
        let mut request = Request::new(Method::POST, url.clone());
        request.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        request.body = Some(body);
        request.timeouts = Timeouts { head: None, byte_idle: None, ..Timeouts::default() };
        let exchange = async {
            let response = self.transport.send(request).await?;
            let body = response.body.collect(MAX_AUTHORITY_BODY_BYTES).await?;
            let headers = &response.head.headers;
            Ok(Answer {
                status: response.head.status,
                encoded: headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity"),
                retry_after: headers.get(RETRY_AFTER).and_then(seconds),
                body: body.bytes,
                truncated: body.truncated,
            })
        };
        let timeout = TransportError::Timeout { phase: TimeoutPhase::Total, limit: within };
        tokio::time::timeout(within, exchange).await.unwrap_or(Err(timeout))
    }

    /// A URL of the issuer.
    pub(super) fn url(&self, path: &str) -> Url {
        below(&self.issuer, path)
    }
}

impl fmt::Debug for TokenAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Paths and queries of replaced URLs may hold anything.
        f.debug_struct("TokenAuthority").field("host", &self.refresh_url.host_str()).finish_non_exhaustive()
    }
}

/// An answer, whatever its status. `Debug` is left out on purpose: it holds tokens.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// The body is compressed.
    pub(super) encoded: bool,
    /// How long the authority wants to be left alone.
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Bytes,
    pub(super) truncated: bool,
}

/// Which kind of token is revoked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenHint {
    Access,
    Refresh,
}

impl TokenHint {
    fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access_token",
            Self::Refresh => "refresh_token",
        }
    }
}

#[derive(Serialize)]
struct RefreshRequest<'a> {
    client_id: &'a str,
    grant_type: &'a str,
    refresh_token: &'a str,
}

#[derive(Serialize)]
struct RevokeRequest<'a> {
    token: &'a str,
    token_type_hint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
}

/// `retry-after` in seconds; a date counts as absent.
fn seconds(value: &HeaderValue) -> Option<Duration> {
    value.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// A URL that can be asked over HTTP. One with a user name or password could not be: they would end up in logs.
fn web_url(text: &str) -> Option<Url> {
    let url: Url = text.parse().ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && url.has_host() && plain).then_some(url)
}

/// `path` below an issuer, which may have a path itself.
fn below(issuer: &Url, path: &str) -> Url {
    let mut url = issuer.clone();
    url.set_path(&format!("{}/{path}", issuer.path().trim_end_matches('/')));
    url.set_query(None);
    url.set_fragment(None);
    url
}
