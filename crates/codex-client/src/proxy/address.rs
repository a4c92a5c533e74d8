//! One proxy: where it is, what it speaks, who we are to it.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::bypass::NoProxyError;

/// A proxy, ready to be connected to. Credentials are secrets: neither `Debug` nor `Display` shows them.
///
/// ```
/// use codex_client::{Proxy, ProxyScheme};
///
/// # fn main() -> Result<(), codex_client::ProxyError> {
/// let proxy = Proxy::parse("http://user:pass%40word@proxy.example:3128")?;
/// assert_eq!(proxy.address().scheme, ProxyScheme::Http);
/// assert_eq!(proxy.address().to_string(), "http://proxy.example:3128");
/// assert_eq!(proxy.user_name(), Some("user"));
/// assert!(!format!("{proxy:?}").contains("word"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Proxy {
    address: ProxyAddress,
    credentials: Option<Credentials>,
    /// The whole URL, credentials included, as an HTTP client wants it.
    url: SecretString,
}

#[derive(Clone)]
struct Credentials {
    user_name: String,
    password: SecretString,
}

impl Proxy {
    /// Reads a proxy URL: `http`, `https`, `socks5` (names resolved here) or `socks5h` (names resolved by
    /// the proxy). Without a scheme it is `http`, as everywhere. Credentials stand before the host, with
    /// special characters percent-encoded.
    ///
    /// # Errors
    /// [`ProxyError`] when the URL is not one of these. Its text does not show the URL.
    pub fn parse(text: &str) -> Result<Self, ProxyError> {
        let text = text.trim();
        let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
        let url = url.map_err(|source| ProxyError::Url { variable: None, source })?;
        let scheme = ProxyScheme::from_url(&url)?;
        let host =
            url.host_str().filter(|host| !host.is_empty()).ok_or(ProxyError::NoHost { variable: None })?;
        let port = url.port_or_known_default().unwrap_or(ProxyScheme::SOCKS_PORT);
        let address = ProxyAddress { scheme, host: host.into(), port };
        let credentials = Credentials::from_url(&url)?;
        let url = String::from(url);
        // The HTTP client reads it once more, and goes around a proxy whose URL it cannot read.
        if url.parse::<http::Uri>().ok().is_none_or(|uri| uri.authority().is_none()) {
            return Err(ProxyError::Unusable { variable: None });
        }
        Ok(Self { address, credentials, url: SecretString::from(url) })
    }

    /// Where the proxy is, without credentials.
    pub fn address(&self) -> &ProxyAddress {
        &self.address
    }

    /// The user name, decoded.
    pub fn user_name(&self) -> Option<&str> {
        self.credentials.as_ref().map(|credentials| credentials.user_name.as_str())
    }

    /// The password, decoded; empty when there is only a user name.
    pub fn password(&self) -> Option<&SecretString> {
        self.credentials.as_ref().map(|credentials| &credentials.password)
    }

    /// The URL with its credentials, for the HTTP client only.
    pub(crate) fn secret_url(&self) -> &str {
        self.url.expose_secret()
    }
}

impl PartialEq for Proxy {
    fn eq(&self, other: &Self) -> bool {
        self.secret_url() == other.secret_url()
    }
}

impl Eq for Proxy {}

impl std::hash::Hash for Proxy {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.secret_url().hash(state);
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("address", &self.address)
            .field("has_credentials", &self.credentials.is_some())
            .finish_non_exhaustive()
    }
}

impl Credentials {
    fn from_url(url: &Url) -> Result<Option<Self>, ProxyError> {
        if url.username().is_empty() && url.password().is_none() {
            return Ok(None);
        }
        let user_name = percent_decode(url.username())?;
        let password = SecretString::from(percent_decode(url.password().unwrap_or_default())?);
        Ok(Some(Self { user_name, password }))
    }
}

/// Where a proxy is, without anything secret. Prints as `scheme://host:port`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProxyAddress {
    /// What the proxy speaks.
    pub scheme: ProxyScheme,
    /// Its host name or address; IPv6 in brackets.
    pub host: Box<str>,
    /// Its port.
    pub port: u16,
}

impl fmt::Display for ProxyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme.as_str(), self.host, self.port)
    }
}

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProxyScheme {
    /// HTTP: `CONNECT` for TLS targets, absolute URLs for others.
    Http,
    /// The same inside TLS.
    Https,
    /// SOCKS 5; names are resolved on this side.
    Socks5,
    /// SOCKS 5; the proxy resolves names.
    Socks5h,
}

impl ProxyScheme {
    /// The port of SOCKS (RFC 1928).
    const SOCKS_PORT: u16 = 1080;

    /// As it stands in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Socks5 => "socks5",
            Self::Socks5h => "socks5h",
        }
    }

    fn from_url(url: &Url) -> Result<Self, ProxyError> {
        match url.scheme() {
            "http" => Ok(Self::Http),
            "https" => Ok(Self::Https),
            "socks5" => Ok(Self::Socks5),
            "socks5h" => Ok(Self::Socks5h),
            other => Err(ProxyError::Scheme { variable: None, scheme: other.into() }),
        }
    }
}

/// Why a proxy configuration cannot be used. Requests fail then: going around a proxy that was asked for
/// would be worse. No text here shows the URL, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// Not a URL.
    #[error("the proxy{} is not a URL; write http://host:port", InVariable(.variable))]
    Url {
        /// The environment variable it came from.
        variable: Option<&'static str>,
        /// What the parser found.
        #[source]
        source: url::ParseError,
    },
    /// A kind of proxy that is not spoken.
    #[error("the proxy{} has the scheme `{scheme}`; use http, https, socks5 or socks5h", InVariable(.variable))]
    Scheme {
        /// The environment variable it came from.
        variable: Option<&'static str>,
        /// The scheme.
        scheme: Box<str>,
    },
    /// A URL without a host.
    #[error("the proxy{} has no host; write http://host:port", InVariable(.variable))]
    NoHost {
        /// The environment variable it came from.
        variable: Option<&'static str>,
    },
    /// A URL, but one that HTTP cannot use.
    #[error("the proxy{} is a URL that HTTP cannot use; percent-encode special characters", InVariable(.variable))]
    Unusable {
        /// The environment variable it came from.
        variable: Option<&'static str>,
    },
    /// User name or password are not UTF-8 once decoded.
    #[error("user name or password of the proxy{} are not UTF-8", InVariable(.variable))]
    Credentials {
        /// The environment variable it came from.
        variable: Option<&'static str>,
    },
    /// The environment variable is not Unicode.
    #[error("the environment variable {variable} is not Unicode")]
    NotUnicode {
        /// Its name.
        variable: &'static str,
    },
    /// The list of exceptions has a wrong entry.
    #[error(transparent)]
    NoProxy(#[from] NoProxyError),
}

impl ProxyError {
    pub(super) fn in_variable(mut self, name: &'static str) -> Self {
        match &mut self {
            Self::Url { variable, .. }
            | Self::Scheme { variable, .. }
            | Self::NoHost { variable }
            | Self::Unusable { variable }
            | Self::Credentials { variable } => *variable = Some(name),
            Self::NotUnicode { .. } | Self::NoProxy(_) => {}
        }
        self
    }
}

struct InVariable<'a>(&'a Option<&'static str>);

impl fmt::Display for InVariable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(f, " in {name}"),
            None => Ok(()),
        }
    }
}

fn percent_decode(text: &str) -> Result<String, ProxyError> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = (first == b'%').then(|| after.get(..2)).flatten();
        let byte = hex.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        decoded.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(decoded).map_err(|_| ProxyError::Credentials { variable: None })
}
