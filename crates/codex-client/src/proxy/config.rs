//! The proxies of a process, and which of them a URL goes through.

use std::env::VarError;

use url::Url;

use super::address::{Proxy, ProxyError};
use super::bypass::{self, NoProxy};

const HTTP: [&str; 2] = ["http_proxy", "HTTP_PROXY"];
const HTTPS: [&str; 2] = ["https_proxy", "HTTPS_PROXY"];
const ALL: [&str; 2] = ["all_proxy", "ALL_PROXY"];
const EXCEPT: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// Which proxy a URL goes through. HTTP and WebSocket ask the same configuration.
///
/// - `http` and `ws` URLs use [`http`](Self::http), `https` and `wss` URLs [`https`](Self::https).
/// - Hosts in [`no_proxy`](Self::no_proxy) are reached directly; see [`NoProxy`] for what matches.
/// - This machine itself (`localhost`, names below it, `127.0.0.0/8`, `::1`) is reached directly too, as in Go,
///   unless [`proxy_loopback`](Self::proxy_loopback) is set.
///
/// ```
/// use codex_client::ProxyConfig;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let proxies = ProxyConfig::all("socks5h://proxy.example:1080")?;
/// let through = proxies.for_url(&"wss://service.example/".parse()?).unwrap();
/// assert_eq!(through.address().to_string(), "socks5h://proxy.example:1080");
/// assert!(proxies.for_url(&"http://127.0.0.1:8080/".parse()?).is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ProxyConfig {
    /// The proxy for `http` and `ws`.
    pub http: Option<Proxy>,
    /// The proxy for `https` and `wss`.
    pub https: Option<Proxy>,
    /// Hosts that are reached directly.
    pub no_proxy: NoProxy,
    /// Whether this machine itself is reached through the proxy too.
    pub proxy_loopback: bool,
}

impl ProxyConfig {
    /// No proxy at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// One proxy for everything.
    ///
    /// # Errors
    /// Those of [`Proxy::parse`].
    pub fn all(url: &str) -> Result<Self, ProxyError> {
        let proxy = Proxy::parse(url)?;
        Ok(Self { http: Some(proxy.clone()), https: Some(proxy), ..Self::default() })
    }

    /// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` (for what the first two leave open) and `NO_PROXY`.
    ///
    /// Each may be lower case, which wins, as in curl. Empty means unset. Inside a CGI program
    /// (`REQUEST_METHOD` is set) `HTTP_PROXY` in upper case does not count: there a client can set it through
    /// a header.
    ///
    /// # Errors
    /// [`ProxyError`] names the variable that cannot be used.
    pub fn from_env() -> Result<Self, ProxyError> {
        Self::from_lookup(|name| std::env::var(name))
    }

    /// As [`from_env`](Self::from_env), with the variables from anywhere.
    ///
    /// # Errors
    /// As there.
    pub fn from_lookup(lookup: impl Fn(&str) -> Result<String, VarError>) -> Result<Self, ProxyError> {
        let value = |names: [&'static str; 2]| first_set(&lookup, &names);
        let in_cgi = lookup("REQUEST_METHOD").is_ok();
        let http = if in_cgi { first_set(&lookup, &HTTP[..1])? } else { value(HTTP)? };
        let https = value(HTTPS)?;
        let all = value(ALL)?;
        let except = value(EXCEPT)?;
        Ok(Self {
            http: parse(http.or_else(|| all.clone()))?,
            https: parse(https.or(all))?,
            no_proxy: NoProxy::parse(except.as_ref().map_or("", |(_, list)| list))?,
            proxy_loopback: false,
        })
    }

    /// The proxy for a URL; `None` to reach it directly.
    pub fn for_url(&self, url: &Url) -> Option<&Proxy> {
        let proxy = match url.scheme() {
            "http" | "ws" => self.http.as_ref(),
            "https" | "wss" => self.https.as_ref(),
            _ => None,
        }?;
        let direct = self.no_proxy.matches(url) || (!self.proxy_loopback && bypass::is_loopback(url));
        (!direct).then_some(proxy)
    }

    /// Whether every URL is reached directly.
    pub fn is_none(&self) -> bool {
        self.http.is_none() && self.https.is_none()
    }
}

type Setting = (&'static str, String);

fn first_set(
    lookup: impl Fn(&str) -> Result<String, VarError>,
    names: &[&'static str],
) -> Result<Option<Setting>, ProxyError> {
    for &variable in names {
        match lookup(variable) {
            Ok(value) if !value.trim().is_empty() => return Ok(Some((variable, value))),
            Err(VarError::NotUnicode(_)) => return Err(ProxyError::NotUnicode { variable }),
            Ok(_) | Err(VarError::NotPresent) => {}
        }
    }
    Ok(None)
}

fn parse(setting: Option<Setting>) -> Result<Option<Proxy>, ProxyError> {
    let Some((variable, url)) = setting else { return Ok(None) };
    Proxy::parse(&url).map(Some).map_err(|error| error.in_variable(variable))
}
