//! Hosts that are reached without a proxy.

use std::net::IpAddr;

use url::{Host, Url};

/// The list in `NO_PROXY`: hosts that are reached directly.
///
/// Entries are separated by commas or blanks. An entry is
/// - `*`: every host;
/// - a name, `example.com`: that host and all below it; `.example.com` and `*.example.com` mean the same;
/// - an address, `192.0.2.7` or `2001:db8::1` (also in brackets): compared as an address, not as text;
/// - a block of addresses, `10.0.0.0/8`;
/// - any of the last three with a port, `example.com:8443` or `[2001:db8::1]:8443`: that port only.
///
/// Names are compared without regard to case and to a final dot, by whole labels: `ample.com` does not match
/// `example.com`. Names are never resolved to be compared with addresses.
///
/// ```
/// use codex_client::NoProxy;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let list = NoProxy::parse("internal.example, 10.0.0.0/8")?;
/// assert!(list.matches(&"https://api.internal.example/v1".parse()?));
/// assert!(list.matches(&"http://10.1.2.3/".parse()?));
/// assert!(!list.matches(&"https://example.com/".parse()?));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NoProxy {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Rule {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Hosts {
    All,
    /// Lower case, without leading or trailing dot.
    Name(Box<str>),
    Block {
        network: IpAddr,
        prefix: u8,
    },
}

/// An entry of `NO_PROXY` that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot understand the entry `{entry}` of NO_PROXY; write names, addresses or blocks such as 10.0.0.0/8"
)]
pub struct NoProxyError {
    /// The entry.
    pub entry: Box<str>,
}

impl NoProxy {
    /// Reads a list.
    ///
    /// # Errors
    /// [`NoProxyError`] names the first wrong entry: an ignored one would send requests where they should not go.
    pub fn parse(list: &str) -> Result<Self, NoProxyError> {
        let entries = list.split([',', ' ', '\t', '\n', '\r']).filter(|entry| !entry.is_empty());
        let rules =
            entries.map(|entry| Rule::parse(entry).ok_or_else(|| NoProxyError { entry: entry.into() }));
        Ok(Self { rules: rules.collect::<Result<_, _>>()? })
    }

    /// Whether a URL is reached directly.
    pub fn matches(&self, url: &Url) -> bool {
        let Some(host) = url.host() else { return false };
        let port = port_of(url);
        self.rules.iter().any(|rule| rule.matches(&host, port))
    }
}

impl Rule {
    fn parse(entry: &str) -> Option<Self> {
        if entry == "*" {
            return Some(Self { hosts: Hosts::All, port: None });
        }
        if let Some(hosts) = Hosts::parse_addresses(entry) {
            return Some(Self { hosts, port: None });
        }
        let (host, port) = match entry.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (entry, None),
        };
        let hosts = Hosts::parse_addresses(host).or_else(|| Hosts::parse_name(host))?;
        Some(Self { hosts, port })
    }

    fn matches(&self, host: &Host<&str>, port: Option<u16>) -> bool {
        let port_fits = self.port.is_none() || self.port == port;
        port_fits
            && match &self.hosts {
                Hosts::All => true,
                Hosts::Name(name) => matches!(host, Host::Domain(domain) if is_at_or_below(domain, name)),
                Hosts::Block { network, prefix } => {
                    address_of(host).is_some_and(|address| in_block(address, *network, *prefix))
                }
            }
    }
}

impl Hosts {
    fn parse_addresses(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
        let network: IpAddr = bare.parse().ok()?;
        let longest = if network.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(longest);
        (prefix <= longest).then_some(Self::Block { network, prefix })
    }

    fn parse_name(text: &str) -> Option<Self> {
        let name = text.strip_prefix('*').unwrap_or(text);
        let name = name.strip_prefix('.').unwrap_or(name);
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let is_name = !name.is_empty() && !name.contains(['/', ':', '*', '[', ']', '@']);
        is_name.then(|| Self::Name(name.into()))
    }
}

/// Whether a host is this machine itself: `localhost` and names below it (RFC 6761), and loopback addresses.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_at_or_below(name, "localhost"),
        Some(host) => address_of(&host).is_some_and(|address| address.to_canonical().is_loopback()),
        None => false,
    }
}

fn address_of(host: &Host<&str>) -> Option<IpAddr> {
    match host {
        Host::Ipv4(address) => Some(IpAddr::V4(*address)),
        Host::Ipv6(address) => Some(IpAddr::V6(*address)),
        // Hosts of non-special schemes such as `wss` of some parsers stay text.
        Host::Domain(name) => name.parse().ok(),
    }
}

fn port_of(url: &Url) -> Option<u16> {
    url.port_or_known_default()
}

fn is_at_or_below(host: &str, name: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).as_bytes();
    let Some(start) = host.len().checked_sub(name.len()) else { return false };
    host[start..].eq_ignore_ascii_case(name.as_bytes()) && (start == 0 || host[start - 1] == b'.')
}

fn in_block(address: IpAddr, network: IpAddr, prefix: u8) -> bool {
    match (address.to_canonical(), network.to_canonical()) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            // A mapped IPv4 network counts its prefix from bit 96.
            let shift = 32 - u32::from(prefix.min(32));
            (u32::from(address) ^ u32::from(network)).checked_shr(shift).unwrap_or(0) == 0
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let shift = 128 - u32::from(prefix.min(128));
            (u128::from(address) ^ u128::from(network)).checked_shr(shift).unwrap_or(0) == 0
        }
        _ => false,
    }
}
