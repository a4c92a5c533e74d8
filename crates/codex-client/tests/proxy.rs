//! Pure functions: which proxy a URL goes through, as tables.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::env::VarError;
use std::error::Error;

use codex_client::{NoProxy, Proxy, ProxyConfig, ProxyError};
use secrecy::ExposeSecret;
use url::Url;

type Variables<'a> = &'a [(&'a str, &'a str)];

fn from(variables: Variables) -> Result<ProxyConfig, ProxyError> {
    ProxyConfig::from_lookup(|name| {
        let found = variables.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
    })
}

fn chosen(config: &ProxyConfig, url: &str) -> Option<String> {
    config.for_url(&url.parse().unwrap()).map(|proxy| proxy.address().to_string())
}

#[test]
fn variables() {
    let table: &[(Variables, Option<&str>, Option<&str>)] = &[
        (&[], None, None),
        (&[("HTTP_PROXY", "http://a:1")], Some("http://a:1"), None),
        (&[("HTTPS_PROXY", "http://a:1")], None, Some("http://a:1")),
        (&[("ALL_PROXY", "http://a:1")], Some("http://a:1"), Some("http://a:1")),
        (
            &[("ALL_PROXY", "http://a:1"), ("https_proxy", "http://b:2")],
            Some("http://a:1"),
            Some("http://b:2"),
        ),
        (&[("http_proxy", "http://a:1"), ("HTTP_PROXY", "http://b:2")], Some("http://a:1"), None),
        (&[("http_proxy", ""), ("HTTP_PROXY", "http://b:2")], Some("http://b:2"), None),
        (&[("http_proxy", " "), ("HTTP_PROXY", "")], None, None),
        (&[("HTTP_PROXY", "http://a:1"), ("REQUEST_METHOD", "GET")], None, None),
        (&[("http_proxy", "http://a:1"), ("REQUEST_METHOD", "GET")], Some("http://a:1"), None),
        (&[("ALL_PROXY", "a:1")], Some("http://a:1"), Some("http://a:1")),
        (&[("ALL_PROXY", "socks5://a")], Some("socks5://a:1080"), Some("socks5://a:1080")),
        (&[("ALL_PROXY", "socks5h://a:9"), ("no_proxy", "*")], None, None),
        (
            &[("ALL_PROXY", "https://[2001:db8::1]")],
            Some("https://[2001:db8::1]:443"),
            Some("https://[2001:db8::1]:443"),
        ),
    ];
    for (variables, http, https) in table {
        let config = from(variables).unwrap();
        for (url, expected) in [
            ("http://host/", http),
            ("ws://host/", http),
            ("https://host/", https),
            ("wss://host/", https),
            ("ftp://host/", &None),
        ] {
            assert_eq!(chosen(&config, url).as_deref(), *expected, "{variables:?} {url}");
        }
    }
}

#[test]
fn no_proxy_lists() {
    let table: &[(&str, &[&str], &[&str])] = &[
        ("", &[], &["http://example.com"]),
        ("*", &["http://example.com", "http://10.0.0.1", "http://[2001:db8::1]"], &[]),
        (
            "example.com",
            &["http://example.com", "http://EXAMPLE.com.", "http://a.b.example.com:81", "wss://example.com"],
            &["http://notexample.com", "http://example.com.evil.org", "http://com"],
        ),
        (".example.com", &["http://example.com", "http://a.example.com"], &["http://notexample.com"]),
        ("*.Example.com.", &["http://example.com", "http://a.example.com"], &["http://notexample.com"]),
        (
            "example.com:8443",
            &["https://example.com:8443"],
            &["https://example.com", "http://example.com:84"],
        ),
        ("example.com:443", &["https://example.com", "wss://a.example.com"], &["http://example.com"]),
        ("a.org b.org,\tc.org,,", &["http://a.org", "http://b.org", "http://c.org"], &["http://d.org"]),
        (
            "192.0.2.7",
            &["http://192.0.2.7:1", "http://[::ffff:192.0.2.7]"],
            &["http://192.0.2.70", "http://a.192.0.2.7.x"],
        ),
        ("192.0.2.7:80", &["http://192.0.2.7"], &["https://192.0.2.7"]),
        (
            "10.0.0.0/8",
            &["http://10.255.0.1"],
            &["http://11.0.0.1", "http://[2001:db8::1]", "http://ten.example"],
        ),
        ("10.1.2.3/0", &["http://1.2.3.4"], &["http://[2001:db8::1]"]),
        ("2001:db8::/32", &["http://[2001:db8:1::5]"], &["http://[2001:db9::5]", "http://10.0.0.1"]),
        ("::1:2", &["http://[::1:2]"], &["http://[::1]"]),
        ("[2001:db8::1]:81", &["http://[2001:db8::1]:81"], &["http://[2001:db8::1]"]),
        ("[2001:db8::1]", &["http://[2001:db8::1]:7"], &["http://[2001:db8::2]"]),
    ];
    for (list, direct, proxied) in table {
        let rules = NoProxy::parse(list).unwrap();
        let matches = |url: &&str| rules.matches(&url.parse::<Url>().unwrap());
        assert_eq!(direct.iter().find(|url| !matches(url)), None, "{list:?} must match");
        assert_eq!(proxied.iter().find(|url| matches(url)), None, "{list:?} must not match");
    }
}

#[test]
fn entries_that_cannot_be_understood_are_errors() {
    for entry in [
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/x",
        "a:b",
        "a:70000",
        "http://a",
        "a*b",
        "a/b",
        ".",
        "[::1",
        "u@a",
    ] {
        let error = NoProxy::parse(&format!("ok.example,{entry}")).unwrap_err();
        assert_eq!(&*error.entry, entry);
        assert!(from(&[("NO_PROXY", entry)]).is_err());
    }
}

#[test]
fn this_machine_is_direct_unless_asked() {
    let mut config = ProxyConfig::all("http://proxy:1").unwrap();
    let local = [
        "http://localhost",
        "http://LOCALHOST.",
        "http://a.localhost",
        "http://127.0.0.1",
        "http://127.9.9.9",
        "http://[::1]",
        "http://[::ffff:127.0.0.1]",
    ];
    for url in local {
        config.proxy_loopback = false;
        assert_eq!(chosen(&config, url), None, "{url}");
        config.proxy_loopback = true;
        assert!(chosen(&config, url).is_some(), "{url}");
    }
    config.proxy_loopback = false;
    for url in ["http://localhost.example", "http://notlocalhost", "http://128.0.0.1", "http://[::2]"] {
        assert!(chosen(&config, url).is_some(), "{url}");
    }
}

#[test]
fn wrong_proxies_are_errors_that_name_the_variable_and_not_the_url() {
    let table = [
        (
            "ftp://user:hunter2@host",
            "the proxy in ALL_PROXY has the scheme `ftp`; use http, https, socks5 or socks5h",
        ),
        ("http://user:hunter2@:80", "the proxy in ALL_PROXY is not a URL; write http://host:port"),
        ("http://user:hunter2@host:99999", "the proxy in ALL_PROXY is not a URL; write http://host:port"),
        ("socks5://", "the proxy in ALL_PROXY has no host; write http://host:port"),
        (
            "socks5://hunter2{}",
            "the proxy in ALL_PROXY is a URL that HTTP cannot use; percent-encode special characters",
        ),
        ("http://user:%FFhunter2@host", "user name or password of the proxy in ALL_PROXY are not UTF-8"),
    ];
    for (url, expected) in table {
        let error = from(&[("ALL_PROXY", url)]).unwrap_err();
        assert_eq!(error.to_string(), expected);
        let source = error.source().map(ToString::to_string);
        assert!(!format!("{error:?} {source:?}").contains("hunter2"), "{error:?}");
    }
    let error = ProxyConfig::from_lookup(|name| match name {
        "all_proxy" => Err(VarError::NotUnicode("hunter2".into())),
        _ => Err(VarError::NotPresent),
    });
    let error = error.unwrap_err();
    assert_eq!(error.to_string(), "the environment variable all_proxy is not Unicode");
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[test]
fn credentials_are_decoded_and_never_shown() {
    let table = [
        ("http://user:pa%3Ass%40@host", Some(("user", "pa:ss@"))),
        ("http://us%65r@host", Some(("user", ""))),
        ("socks5h://u:100%@host", Some(("u", "100%"))),
        ("http://u:a|bc^d{e}`f;g=h<i>\"j@host", Some(("u", "a|bc^d{e}`f;g=h<i>\"j"))),
        ("http://host", None),
    ];
    for (url, expected) in table {
        let proxy = Proxy::parse(url).unwrap();
        let password = proxy.password().map(|password| password.expose_secret());
        assert_eq!(proxy.user_name().zip(password), expected, "{url}");
        let shown = format!("{proxy:?} {}", proxy.address());
        assert!(!shown.contains("pa:ss") && !shown.contains("pa%3A") && !shown.contains("100%"), "{shown}");
    }
}
