//! Heads of requests and answers without their secrets.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::{
    cleaner::Cleaner,
    credential_forms,
    entry::{HeaderText, Target},
    secrets::REDACTED,
};

/// Headers that hold a secret, or say who the user is. Those marked sensitive come on top, and those whose name ends
/// like [`SECRET_ENDINGS`].
const SECRET_HEADERS: [&str; 8] = [
    "api-key",
    "chatgpt-account-id",
    "cookie",
    "openai-organization",
    "openai-project",
    "sec-websocket-protocol",
    "set-cookie",
    "x-sentry-auth",
];
const SECRET_ENDINGS: [&str; 6] = ["-key", "-password", "-secret", "-signature", "-token", "apikey"];

/// The subprotocol of realtime connections; the other ones that are offered may be credentials.
const HARMLESS_PROTOCOL: &str = "realtime";

/// Headers without secrets. Credentials in them are looked for elsewhere from now on.
pub(super) fn headers(headers: &HeaderMap, cleaner: &mut Cleaner) -> Vec<(String, HeaderText)> {
    // First of all: a value may stand in a header before the one that shows it to be a secret.
    let secret: Vec<Option<String>> =
        headers.iter().map(|(name, value)| secret_value(name, value, cleaner)).collect();
    let all = headers.iter().zip(secret);
    all.map(|((name, value), secret)| {
        let text = secret.map_or_else(|| plain_value(name, value, cleaner), HeaderText::Text);
        (name.as_str().to_owned(), text)
    })
    .collect()
}

/// Where a request goes, without user, secret parameters and fragment.
pub(super) fn target(url: &Url, cleaner: &mut Cleaner) -> Target {
    let query = url.query().map(|query| {
        let pairs = query.split('&').map(|pair| parameter(pair, cleaner));
        pairs.collect::<Vec<_>>().join("&")
    });
    Target {
        origin: url.origin().ascii_serialization(),
        path: cleaner.clean_name(url.path()).into_owned(),
        query,
    }
}

fn parameter(pair: &str, cleaner: &mut Cleaner) -> String {
    let Some((name, value)) = pair.split_once('=') else { return cleaner.clean_name(pair).into_owned() };
    let decoded: String =
        url::form_urlencoded::parse(value.as_bytes()).map(|(name, _)| name.into_owned()).collect();
    if credential_forms::is_secret_parameter(name) {
        cleaner.secrets.hide(&decoded);
        return format!("{name}={REDACTED}");
    }
    let value = if cleaner.clean_name(&decoded) == decoded { value } else { REDACTED };
    format!("{name}={value}")
}

/// What is written for a header that holds a secret; `None` for any other.
fn secret_value(name: &HeaderName, value: &HeaderValue, cleaner: &mut Cleaner) -> Option<String> {
    let text = String::from_utf8_lossy(value.as_bytes());
    match name.as_str() {
        "authorization" | "proxy-authorization" => return Some(authorization(&text, cleaner)),
        "sec-websocket-protocol" => return Some(protocols(&text, cleaner)),
        _ => {}
    }
    let name = name.as_str();
    let is_secret = value.is_sensitive()
        || SECRET_HEADERS.contains(&name)
        || SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending));
    is_secret.then(|| {
        match name {
            "cookie" => text.split(';').for_each(|cookie| hide_cookie(cookie, cleaner)),
            "set-cookie" => hide_cookie(text.split(';').next().unwrap_or_default(), cleaner),
            _ => cleaner.secrets.hide(&text),
        }
        REDACTED.to_owned()
    })
}

/// The scheme stays, and the token becomes its placeholder: which one was sent is what a 401 is about.
fn authorization(value: &str, cleaner: &mut Cleaner) -> String {
    match value.trim().split_once(' ') {
        Some((scheme, token)) if scheme.len() <= "Bearer".len() => {
            format!("{scheme} {}", cleaner.secrets.token(token.trim(), true))
        }
        _ => cleaner.secrets.token(value.trim(), true),
    }
}

fn protocols(value: &str, cleaner: &mut Cleaner) -> String {
    let shown = value.split(',').map(str::trim).map(|protocol| {
        if protocol == HARMLESS_PROTOCOL {
            return protocol;
        }
        cleaner.secrets.hide(protocol);
        // The key after the name of such a protocol, such as `openai-insecure-api-key.KEY`.
        if let Some((_, key)) = protocol.split_once('.') {
            cleaner.secrets.hide(key);
        }
        REDACTED
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn hide_cookie(cookie: &str, cleaner: &mut Cleaner) {
    if let Some((_, value)) = cookie.split_once('=') {
        cleaner.secrets.hide(value);
    }
}

fn plain_value(name: &HeaderName, value: &HeaderValue, cleaner: &mut Cleaner) -> HeaderText {
    let Ok(text) = std::str::from_utf8(value.as_bytes()) else {
        let text = String::from_utf8_lossy(value.as_bytes());
        return if cleaner.clean_name(&text) != text {
            HeaderText::Text(REDACTED.to_owned())
        } else {
            HeaderText::Bytes { base64: STANDARD.encode(value.as_bytes()) }
        };
    };
    let in_json =
        (name == codex_observe::ERROR_JSON_HEADER).then(|| cleaner.clean_error_json(text)).flatten();
    HeaderText::Text(in_json.unwrap_or_else(|| cleaner.clean_name(text).into_owned()))
}

#[cfg(test)]
mod tests;
