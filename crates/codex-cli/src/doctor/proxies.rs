//! Proxies of the environment. User names and passwords are never shown.

use codex_client::{ProxyConfig, ProxyError};

use super::{Check, Finding, Findings};
use crate::error_text::with_causes;

pub(super) fn check(findings: &mut Findings) {
    findings.push(finding(ProxyConfig::from_env()));
}

fn finding(proxies: Result<ProxyConfig, ProxyError>) -> Finding {
    let proxies = match proxies {
        Ok(proxies) => proxies,
        Err(error) => return Finding::failure(Check::Proxy, with_causes(&error)),
    };
    let of = |kind, proxy: &Option<codex_client::Proxy>| {
        let proxy = proxy.as_ref()?;
        let named = if proxy.user_name().is_some() { ", with credentials" } else { "" };
        Some(format!("{kind} through {}{named}", proxy.address()))
    };
    let told: Vec<_> =
        [of("https", &proxies.https), of("http", &proxies.http)].into_iter().flatten().collect();
    let fact = if told.is_empty() { "none is set".to_owned() } else { told.join("; ") };
    Finding::ok(Check::Proxy, fact)
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use std::env::VarError;

    use super::*;

    fn told(variables: &[(&str, &str)]) -> String {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
        };
        finding(ProxyConfig::from_lookup(lookup)).to_string()
    }

    #[test]
    fn a_proxy_is_told_without_its_password() {
        for (variables, expected) in [
            (vec![], "ok       proxy          none is set"),
            (
                vec![("HTTPS_PROXY", "http://ada:secret@proxy.example:3128"), ("http_proxy", "other")],
                "ok       proxy          https through http://proxy.example:3128, with credentials; http through http://other:80",
            ),
            (
                vec![("ALL_PROXY", "ftp://ada:secret@x")],
                "FAILURE  proxy          the proxy in ALL_PROXY has the scheme `ftp`; use http, https, socks5 or socks5h",
            ),
        ] {
            assert_eq!(told(&variables), expected);
        }
    }
}
